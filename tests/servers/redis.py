"""Redis, from Debian's package. Pub/sub keeps nothing, so there is nothing that it would save."""

from .server import Server, free_ports


class Redis(Server):
    READY = b"Ready to accept connections"

    def __init__(self, settings=()):
        """settings: further ("--name", "value", …) of redis.conf."""
        super().__init__()
        self.port, = free_ports(1)
        self.settings = settings

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def command(self):
        return ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1",
                "--dir", self.folder, "--save", "", "--appendonly", "no", *self.settings]
