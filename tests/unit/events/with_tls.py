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

from servers import Redis  # noqa: E402


class TlsRedis(Redis):
    def command(self):
        return [{"--port": "--tls-port"}.get(word, word) for word in super().command()] + ["--port", "0"]


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def certificates(folder):
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    for name in ("ca", "stranger"):
        openssl(folder, "req", "-x509", *key, "-keyout", f"{name}.key", "-out", f"{name}.crt", "-subj", f"/CN={name}")
    openssl(folder, "req", *key[:-2], "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost")
    openssl(folder, "x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-days", "2",
            "-copy_extensions", "copy", "-out", "server.crt")
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755 if path.is_dir() else 0o644)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        certificates(folder)
        with TlsRedis(("--tls-cert-file", f"{folder}/server.crt", "--tls-key-file", f"{folder}/server.key",
                    "--tls-ca-cert-file", f"{folder}/ca.crt", "--tls-auth-clients", "no")) as redis:
            def run(host, authority, *more):
                return subprocess.run([*sys.argv[1:], *more], check=False, env={
                    **os.environ, "CODECOMP_TEST_EVENTS": f"rediss://{host}:{redis.port}",
                    "SSL_CERT_FILE": f"{folder}/{authority}.crt"}).returncode
            if run("127.0.0.1", "ca", "probe") == 0 or run("localhost", "stranger", "probe") == 0:
                sys.exit("a wrong certificate was taken")
            return run("localhost", "ca")


if __name__ == "__main__":
    sys.exit(main())
