#!/usr/bin/env python3
"""The store's contract over TLS: a PostgreSQL that takes nothing else, with a certificate of an authority of our
own. What must not be trusted by the given sslmode is not; then the contract runs.

    store_tls.py CODECOMP CONTRACT
"""

import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from servers import Authority, Postgres  # noqa: E402


class TlsPostgres(Postgres):
    def __init__(self):
        super().__init__(durable=False, settings=("ssl=on", "ssl_cert_file=server.crt", "ssl_key_file=server.key"))

    def prepare(self):
        super().prepare()
        data = self.folder / "data"
        self.authority = Authority(self.folder)
        for file in self.authority.certify():
            shutil.copy(file, data)
        key = data / "server.key"
        shutil.chown(key, data.owner(), data.group())
        key.chmod(0o600)
        (data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")


def main():
    codecomp, contract = sys.argv[1:]
    with TlsPostgres() as postgres:
        stranger = Authority(postgres.folder, "stranger").file
        ours = f"sslrootcert={postgres.authority.file}"

        def url(host, options):
            return postgres.url.replace("127.0.0.1", host) + f"?hostaddr=127.0.0.1&{options}"

        for host, options, expected in (
                ("localhost", f"sslmode=verify-full&{ours}", "database ok: PostgreSQL"),
                ("elsewhere", f"sslmode=verify-ca&{ours}", "database ok: PostgreSQL"),
                ("elsewhere", "sslmode=require", "database ok: PostgreSQL"),
                ("elsewhere", f"sslmode=verify-full&{ours}", 'does not match host name "elsewhere"'),
                ("localhost", f"sslmode=verify-ca&sslrootcert={stranger}", "certificate verify failed"),
                ("localhost", "sslmode=disable", "pg_hba.conf there has no line for it")):
            done = subprocess.run([codecomp, "check", "--database", url(host, options), "--data", postgres.folder],
                                  capture_output=True, text=True, timeout=120)
            if expected not in " ".join(done.stdout.split()) or "sesame" in done.stdout + done.stderr:
                sys.exit(f"{host}?{options}: expected \"{expected}\", got\n{done.stdout}{done.stderr}")
        return subprocess.run([contract], env={
            **os.environ, "CODECOMP_TEST_DATABASE": url("localhost", f"sslmode=verify-full&{ours}")}).returncode


if __name__ == "__main__":
    sys.exit(main())
