#!/usr/bin/env python3
"""The queue's contract over TLS: a RabbitMQ with a certificate of an authority of our own. What must not be
trusted is not; then the contract runs.

    queue_tls.py CODECOMP CONTRACT
"""

import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from servers import Authority, RabbitMQ, free_ports  # noqa: E402


def main():
    codecomp, contract = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="codecomp-tls-") as name:
        authority = Authority(name)
        certificate, key = authority.certify()
        port, = free_ports(1)
        settings = [f"listeners.ssl.1 = 127.0.0.1:{port}", "ssl_options.verify = verify_none",
                    f"ssl_options.cacertfile = {authority.file}", f"ssl_options.certfile = {certificate}",
                    f"ssl_options.keyfile = {key}"]
        with RabbitMQ(settings=settings) as broker:
            secure = broker.url.replace("amqp://", "amqps://").replace(f"127.0.0.1:{broker.port}", "HOST:%d" % port)
            ours = f"?cacertfile={authority.file}"

            def told(url):
                done = subprocess.run([codecomp, "dlq", "list", "--queue", url, "--data", name],
                                      capture_output=True, text=True, timeout=120)
                return done.stdout + done.stderr

            for host, query, expected in (("localhost", ours, "0 dead letters"),
                                          ("localhost", "?verify=verify_none", "0 dead letters"),
                                          ("localhost", "", "not signed by an authority that we know"),
                                          ("127.0.0.1", ours, "the certificate is not for this host"),
                                          ("localhost", "?cacertfile=/nowhere.pem", "/nowhere.pem can't be read")):
                text = told(secure.replace("HOST", host) + query)
                if expected not in text:
                    sys.exit(f"amqps://{host}{query}: expected \"{expected}\", got\n{text}")
            url = secure.replace("HOST", "localhost") + ours
            return subprocess.run([contract], env={**os.environ, "CODECOMP_TEST_QUEUE": url}).returncode


if __name__ == "__main__":
    sys.exit(main())
