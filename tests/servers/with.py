#!/usr/bin/env python3
"""Runs a command with real servers around it, and ends with its exit code:

    with.py [postgres] [redis] [rabbitmq] [judge0] -- COMMAND…

COMMAND finds their URLs in CODECOMP_TEST_DATABASE, CODECOMP_TEST_EVENTS, CODECOMP_TEST_QUEUE and
CODECOMP_TEST_RUNNER.
"""

import concurrent.futures
import os
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from servers import Judge0, Postgres, RabbitMQ, Redis  # noqa: E402

KINDS = {"postgres": (Postgres, "CODECOMP_TEST_DATABASE"), "redis": (Redis, "CODECOMP_TEST_EVENTS"),
         "rabbitmq": (RabbitMQ, "CODECOMP_TEST_QUEUE"), "judge0": (Judge0, "CODECOMP_TEST_RUNNER")}


def main():
    words = sys.argv[1:]
    if "--" not in words or not words[words.index("--") + 1:] \
            or not set(words[:words.index("--")]) <= set(KINDS):
        sys.exit(__doc__)
    names, command = words[:words.index("--")], words[words.index("--") + 1:]
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    servers = {name: KINDS[name][0]() for name in names}
    try:
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(lambda server: server.start(), servers.values()))
        urls = {KINDS[name][1]: server.url for name, server in servers.items()}
        # should this process be killed, the command goes too
        done = subprocess.run(["setpriv", "--pdeathsig", "KILL", *command],
                              env={**os.environ, **urls})
        if done.returncode:
            for name, server in servers.items():
                print(f"--- the end of {name}'s log\n"
                      + server.log_path.read_bytes()[-3000:].decode(errors="replace"), file=sys.stderr)
        return done.returncode if done.returncode >= 0 else 128 - done.returncode
    finally:
        for server in servers.values():
            server.close()


if __name__ == "__main__":
    sys.exit(main())
