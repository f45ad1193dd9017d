"""The interface's documents, held against the standards and against what servers really answer and push."""

import json
import os
import pathlib
import subprocess
import types

import aiohttp

STANDARDS = pathlib.Path(os.environ.get("CODECOMP_STANDARDS", "build/tests/standards"))
LIMIT_S = 120


class Witness:
    """Remembers, each once, what gateways answered to the HTTP sessions that it traces, and every message
    that it is told of. SockJS' own answers, below /ws, have another standard."""

    def __init__(self):
        self.answers, self.pushes = {}, {}
        self.others = set()  # bodies that a test published itself, which are as they are

    def trace(self):
        """For an aiohttp.ClientSession."""
        config = aiohttp.TraceConfig(trace_config_ctx_factory=types.SimpleNamespace)
        config.on_request_end.append(self._on_head)
        config.on_response_chunk_received.append(self._on_body)
        return config

    async def _on_head(self, _session, context, params):
        context.response = params.response

    async def _on_body(self, _session, context, params):
        response, path = context.response, params.url.path
        if "X-Request-Id" not in response.headers or path == "/ws" or path.startswith("/ws/"):
            return  # not a gateway's
        text = params.chunk.decode(errors="replace")
        self.answers[params.method, path, response.status, text] = {
            "method": params.method, "path": path, "status": response.status, "text": text,
            "type": response.headers.get("Content-Type", "")}

    def heard(self, frame):
        """A STOMP frame MESSAGE."""
        destination = frame.headers["destination"]
        if frame.body not in self.others:
            self.pushes[destination, frame.body] = {"destination": destination, "text": frame.body}


def problems(openapi, asyncapi, answers=(), pushes=()):
    """What tests/standards/validate.mjs finds wrong, a line each."""
    given = {"openapi": openapi, "asyncapi": asyncapi, "answers": list(answers), "pushes": list(pushes)}
    done = subprocess.run(["node", "validate.mjs"], cwd=STANDARDS, input=json.dumps(given), capture_output=True,
                          text=True, timeout=LIMIT_S)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
