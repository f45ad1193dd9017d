"""The stand-in for Judge0, as a server like the others: judge0_server.py says what it does."""

import json
import os
import pathlib
import sys
import urllib.request

from .server import Server, free_ports

HERE = pathlib.Path(__file__).parent
WORKER = os.environ.get("CODECOMP_JUDGE0_WORKER", str(HERE.parents[1] / "build" / "tests" / "judge0_worker"))


class Judge0(Server):
    READY = b"stand-in for Judge0 is ready"
    USER = ""  # its workers make sandboxes

    def __init__(self, workers=2, token="", settings=(), first_slot=200):
        """settings: ("max_queue_size=2", …) of /config_info. first_slot: sandboxes of another number
        than those of whoever runs some on this machine at the same time."""
        super().__init__()
        self.port, = free_ports(1)
        self.workers, self.token, self.settings, self.first_slot = workers, token, settings, first_slot

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def command(self):
        return [sys.executable, "-B", str(HERE / "judge0_server.py"), "--port", str(self.port),
                "--worker", WORKER, "--workers", str(self.workers), "--first-slot", str(self.first_slot),
                *(["--token", self.token] if self.token else []),
                *(word for setting in self.settings for word in ("--set", setting))]

    def misbehave(self, how, times=None, where="any"):
        return self._control("PUT", {"how": how, "times": times, "where": where})

    def behave(self):
        return self._control("DELETE")

    @property
    def seen(self):
        """How many posts, gets, infos, submissions, callbacks there were, and how many went wrong."""
        return self._control("GET")

    def _control(self, method, document=None):
        body = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(self.url + "/stand-in", body, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as answer:
            return json.load(answer)
