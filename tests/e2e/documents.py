"""The interface's documents, held against the standards and against what a server really answers."""

import json
import os
import pathlib
import subprocess

from harness import WAIT_S
from player import Player

STANDARDS = pathlib.Path(os.environ.get("CODECOMP_STANDARDS", "build/tests/standards"))


class Recorder:
    """Remembers every answer that players get while it stands in their way."""

    def __enter__(self):
        self.answers, self.call = [], Player.call
        answers, call = self.answers, self.call

        async def recorded(player, method, path, *arguments, **more):
            answer = await call(player, method, path, *arguments, **more)
            answers.append({"method": method, "path": path, "status": answer.status, "text": answer.text,
                            "type": answer.headers.get("Content-Type", "")})
            return answer
        Player.call = recorded
        return self

    def __exit__(self, *_):
        Player.call = self.call


def problems(openapi, asyncapi, answers):
    """What tests/standards/validate.mjs finds wrong, a line each."""
    given = json.dumps({"openapi": openapi, "asyncapi": asyncapi, "answers": answers})
    done = subprocess.run(["node", "validate.mjs"], cwd=STANDARDS, input=given, capture_output=True, text=True,
                          timeout=WAIT_S)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
