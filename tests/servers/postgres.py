"""PostgreSQL, from Debian's package. It runs no startup script of the system's and touches no cluster of it."""

import pathlib
import signal

from .server import Server, free_ports

BINARIES = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"),
               key=lambda path: int(path.parent.name), default=pathlib.Path("/usr/bin"))
NAME, PASSWORD = "codecomp", "sesame"


class Postgres(Server):
    READY = b"database system is ready to accept connections"
    STOP = signal.SIGINT  # "fast": sessions are ended, nothing is lost

    def __init__(self, durable=True, settings=()):
        """durable=False: a commit does not wait for the disk. settings: ("name=value", …)."""
        super().__init__()
        self.port, = free_ports(1)
        self.settings = ("log_statement=none", *(() if durable else ("fsync=off",)), *settings)
        self.env.update(PGPASSWORD=PASSWORD, HOME=str(self.folder))

    def database(self, name):
        return f"postgresql://{NAME}:{PASSWORD}@127.0.0.1:{self.port}/{name}"

    @property
    def url(self):
        return self.database(NAME)

    def create(self, name, template="template0"):
        """A further database: its URL."""
        self.psql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"', database="postgres")
        return self.database(name)

    def psql(self, sql, database=NAME, *options):
        """Rows as psql prints them, unaligned: columns by |."""
        return self.as_user(BINARIES / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1",
                            "-p", str(self.port), "-U", NAME, "-d", database, *options, "-c", sql)

    def command(self):
        options = [part for setting in self.settings for part in ("-c", setting)]
        return [BINARIES / "postgres", "-D", self.folder / "data", "-p", str(self.port),
                "-h", "127.0.0.1", "-k", self.folder, *options]

    def prepare(self):
        password = self.folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        self.as_user(BINARIES / "initdb", "-D", self.folder / "data", "-U", NAME, "--no-sync",
                     "--auth=scram-sha-256", "--pwfile", password, "--encoding=UTF8", "--locale=C")

    def first_started(self):
        self.create(NAME)
