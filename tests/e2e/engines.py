"""All the engines at once, as real servers, and what an installation is told to use them."""

import asyncio
import os

from databases import Postgresql
from harness import run, template
from servers import Postgres, Proxy, RabbitMQ, Redis

KINDS = os.environ.get("CODECOMP_ENGINES", "").split()
QUEUES = ("judge-queue", "judge-dlq")


class Engines:
    """with_proxies: between us and each server there is one whose connections can be cut. Every call of
    `fresh` gives a database and a broker's host of their own."""

    def __init__(self, hosts=1, with_proxies=False):
        self.hosts = [f"test-{number}" for number in range(hosts)]
        self.postgres, self.redis = Postgres(settings=("max_connections=200",)), Redis()
        self.rabbitmq = RabbitMQ(vhosts=self.hosts)
        self.servers = {"postgres": self.postgres, "redis": self.redis, "rabbitmq": self.rabbitmq}
        if KINDS:
            self.servers = {name: server for name, server in self.servers.items() if name in KINDS}
        self.with_proxies, self.proxies = with_proxies, {}
        self.used = 0

    async def start(self):
        await asyncio.gather(*(asyncio.to_thread(server.start) for server in self.servers.values()))
        if self.with_proxies:
            self.proxies = {name: Proxy(server.port).__enter__() for name, server in self.servers.items()}
        template()  # writes the packages
        if "postgres" in self.servers:
            url = await asyncio.to_thread(self.postgres.create, "problems")
            await asyncio.to_thread(run, "import", "--database", url, str(template().parent / "packages"))
        return self

    def close(self):
        for thing in (*self.proxies.values(), self.postgres, self.redis, self.rabbitmq):
            thing.close()

    def _url(self, name, url):
        """The same behind the proxy."""
        proxy = self.proxies.get(name)
        return url.replace(f":{self.servers[name].port}", f":{proxy.port}") if proxy else url

    async def fresh(self):
        """(options, a database to look at, the broker's host)."""
        host = self.hosts[self.used]
        self.used += 1
        options, database = [], None
        if "postgres" in self.servers:
            await asyncio.to_thread(self.postgres.create, host, "problems")
            options += ["--database", self._url("postgres", self.postgres.database(host))]
            database = Postgresql(self.postgres, host)
        if "rabbitmq" in self.servers:
            options += ["--queue", self._url("rabbitmq", self.rabbitmq.vhost(host))]
        if "redis" in self.servers:
            options += ["--events", self._url("redis", self.redis.url)]
        return options, database, host

    async def check_queues(self, host):
        """Nothing waits, nobody holds anything, nothing was given up."""
        if "rabbitmq" in self.servers:
            queues = await asyncio.to_thread(self.rabbitmq.queues, host)
            assert queues == {name: 0 for name in QUEUES}, queues
