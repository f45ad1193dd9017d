"""RabbitMQ, from Debian's package: a node of its own, with its own epmd, which goes with it. Debian's
wrapper in /usr/sbin would change the user and use the system's node, so the script behind it is run.

It takes some seconds to start: share one in a test program, with a virtual host for each test.
"""

import base64
import hashlib
import json
import pathlib
import shlex

from .server import Server, free_ports

SCRIPTS = max(pathlib.Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin"),
              default=pathlib.Path("/usr/lib/rabbitmq/bin"))
NAME, PASSWORD = "codecomp", "sesame"
SALT = b"salt"


class RabbitMQ(Server):
    READY = b"Server startup complete"

    def __init__(self, vhosts=(), settings=()):
        """vhosts: names of virtual hosts besides "/". settings: further lines of rabbitmq.conf."""
        super().__init__()
        self.port, epmd, distribution = free_ports(3)
        self.vhosts, self.settings = ("/", *vhosts), settings
        own = {
            "HOME": self.folder,  # the Erlang cookie
            "ERL_EPMD_PORT": epmd,
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"codecomp-{self.port}@localhost",
            "RABBITMQ_DIST_PORT": distribution,
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS":
                "-start_epmd false -kernel inet_dist_use_interface {127,0,0,1} +sbwt none",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": self.folder / "rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": self.folder / "plugins",
            "RABBITMQ_MNESIA_BASE": self.folder / "mnesia",
            "RABBITMQ_LOG_BASE": self.folder,
            "RABBITMQ_PID_FILE": self.folder / "pid",
        }
        self.env.update({name: str(value) for name, value in own.items()})

    def vhost(self, name):
        """The URL of a virtual host."""
        path = "" if name == "/" else f"/{name}"
        return f"amqp://{NAME}:{PASSWORD}@127.0.0.1:{self.port}{path}"

    @property
    def url(self):
        return self.vhost("/")

    def queues(self, vhost="/"):
        """{queue: messages}, those that somebody holds unacknowledged included. Takes a second or two."""
        rows = self.ctl("list_queues", "-p", vhost, "--no-table-headers", "--silent", "name", "messages")
        return {name: int(count) for name, count in (row.split("\t") for row in rows.splitlines())}

    def ctl(self, *words):
        return self.as_user(SCRIPTS / "rabbitmqctl", "--quiet", *words)

    def command(self):
        server = shlex.quote(str(SCRIPTS / "rabbitmq-server"))
        return ["/bin/sh", "-c", f'epmd -port "$ERL_EPMD_PORT" & exec {server}']

    def prepare(self):
        digest = SALT + hashlib.sha256(SALT + PASSWORD.encode()).digest()
        definitions = {
            "users": [{"name": NAME, "tags": "administrator",
                       "password_hash": base64.b64encode(digest).decode(),
                       "hashing_algorithm": "rabbit_password_hashing_sha256"}],
            "vhosts": [{"name": vhost} for vhost in self.vhosts],
            "permissions": [{"user": NAME, "vhost": vhost, "configure": ".*", "write": ".*",
                             "read": ".*"} for vhost in self.vhosts],
        }
        (self.folder / "definitions.json").write_text(json.dumps(definitions))
        (self.folder / "plugins").write_text("[].\n")
        (self.folder / "rabbitmq.conf").write_text("\n".join((
            f"listeners.tcp.1 = 127.0.0.1:{self.port}",
            f"load_definitions = {self.folder}/definitions.json",
            "log.file = false", "log.console = true", "log.console.level = info",
            "disk_free_limit.absolute = 50MB", *self.settings, "")))
