#!/usr/bin/env python3
"""Runs a command with a Redis that speaks TLS alone: with_tls.py COMMAND…

COMMAND finds its URL in CODECOMP_TEST_EVENTS, and trusts its authority. Before that, a certificate for another
name and one of a stranger must not be taken: COMMAND's own probe test fails with them.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from servers import Authority, Redis  # noqa: E402


class TlsRedis(Redis):
    def command(self):
        return [{"--port": "--tls-port"}.get(word, word) for word in super().command()] + ["--port", "0"]


def main():
    with tempfile.TemporaryDirectory() as name:
        ours, stranger = Authority(name), Authority(name, "stranger")
        certificate, key = ours.certify()
        with TlsRedis(("--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", ours.file,
                       "--tls-auth-clients", "no")) as redis:
            def run(host, authority, *more):
                return subprocess.run([*sys.argv[1:], *more], check=False, env={
                    **os.environ, "CODECOMP_TEST_EVENTS": f"rediss://{host}:{redis.port}",
                    "SSL_CERT_FILE": authority.file}).returncode
            if run("127.0.0.1", ours, "probe") == 0 or run("localhost", stranger, "probe") == 0:
                sys.exit("a wrong certificate was taken")
            return run("localhost", ours)


if __name__ == "__main__":
    sys.exit(main())
