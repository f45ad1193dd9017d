"""All the engines at once, as real servers, and what an installation is told to use them.

With CODECOMP_E2E_ON=engines in the environment every server that a test starts is on them: each data
folder has a database and a broker's virtual host of its own, and the runner is a Judge0."""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from databases import Postgresql  # noqa: E402
from servers import Judge0, Postgres, Proxy, RabbitMQ, Redis  # noqa: E402

ON = os.environ.get("CODECOMP_E2E_ON") == "engines"
QUEUES = ("judge-queue", "run-queue", "rejudge-queue", "judge-dlq")


class Engines:
    """with_proxies: between us and each server there is one whose connections can be cut. Every call of
    `fresh` gives a database and a virtual host of their own, of `hosts` that there are. Blocks."""

    def __init__(self, hosts=1, with_proxies=False):
        self.hosts = [f"test-{number}" for number in range(hosts)]
        self.servers = {"postgres": Postgres(settings=("max_connections=200",)), "redis": Redis(),
                        "rabbitmq": RabbitMQ(vhosts=self.hosts), "judge0": Judge0()}
        self.postgres, self.rabbitmq = self.servers["postgres"], self.servers["rabbitmq"]
        self.with_proxies, self.proxies = with_proxies, {}
        self.used = 0

    def start(self, packages):
        """`packages`: the problems that are in every database."""
        for server in self.servers.values():
            server.start()
        if self.with_proxies:
            self.proxies = {name: Proxy(server.port).__enter__() for name, server in self.servers.items()}
        packages(self.postgres.create("problems"))
        return self

    def close(self):
        for thing in (*self.proxies.values(), *self.servers.values()):
            thing.close()

    def _url(self, name, url):
        """The same behind the proxy."""
        proxy = self.proxies.get(name)
        return url.replace(f":{self.servers[name].port}", f":{proxy.port}") if proxy else url

    def fresh(self, template="problems"):
        """({option: URL}, a database to look at, the virtual host)."""
        host = self.hosts[self.used]
        self.used += 1
        self.postgres.create(host, template)
        urls = {"database": self._url("postgres", self.postgres.database(host)),
                "queue": self._url("rabbitmq", self.rabbitmq.vhost(host)),
                "events": self._url("redis", self.servers["redis"].url),
                "runner": self._url("judge0", self.servers["judge0"].url)}
        return urls, Postgresql(self.postgres, host), host

    def check_queues(self, host):
        """Nothing waits, nobody holds anything, nothing was given up."""
        queues = self.rabbitmq.queues(host)
        assert queues == {name: 0 for name in QUEUES}, queues


class Folders:
    """Which engines belong to a data folder."""

    def __init__(self, packages):
        self.engines = Engines(hosts=40).start(packages)
        self.known = {}

    def of(self, data):
        """(environment, database). A folder that has problems gets a database that has them."""
        data = pathlib.Path(data)
        if data not in self.known:
            urls, database, _ = self.engines.fresh("problems" if (data / "codecomp.db").exists() else "template0")
            self.known[data] = {f"CODECOMP_{name.upper()}": url for name, url in urls.items()}, database
        return self.known[data]
