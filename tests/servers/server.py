"""What all servers share: a folder, a guard that holds the processes, and waiting until ready.

Methods block; from asyncio use asyncio.to_thread. Not for two threads at once.
"""

import os
import pathlib
import random
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

WAIT_S = 120  # for anything that must come, on a loaded machine
USER = "nobody" if os.getuid() == 0 else ""  # PostgreSQL refuses root; the others need no more


def free_ports(count):
    """Ports that nobody listens on, below those that the kernel gives to clients: a server that is
    stopped and started again finds its port as it left it, and nobody connects to himself there."""
    lowest = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    candidates = random.SystemRandom().sample(range(min(10000, lowest - 2000), lowest), 1000)
    held = []
    for port in candidates:
        if len(held) == count:
            break
        try:
            held.append((port, socket.create_server(("127.0.0.1", port))))
        except OSError:
            continue  # somebody's
    for _, one in held:
        one.close()
    return [port for port, _ in held]


class Server:
    """One server. A subclass prepares its folder and says its command and what it logs when ready."""

    READY = b""  # in the log, from each start on
    STOP = signal.SIGTERM
    USER = USER  # that it runs as; "": the same as the test

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"codecomp-{type(self).__name__.lower()}-"))
        self.log_path = self.folder / "log"
        self.env = dict(os.environ)
        self.guard = None

    # ---- for subclasses

    def prepare(self):
        """Once, before the first start: files in the folder."""

    def command(self):
        raise NotImplementedError

    def first_started(self):
        """Once, after the first start."""

    def as_user(self, *command, **more):
        """A tool of the server's to its end, as the user that the server runs as."""
        identity = {"user": USER, "group": pathlib.Path(self.folder).stat().st_gid,
                    "extra_groups": []} if USER else {}
        done = subprocess.run(command, cwd=self.folder, env=self.env, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=WAIT_S, **identity, **more)
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    # ---- for tests

    def start(self):
        """Returns when it takes connections; again after stop() or kill(), with the same port and data."""
        first = self.guard is None
        if first:
            self._hold()
        begun = self.log_path.stat().st_size if self.log_path.exists() else 0
        self._tell("start")
        until = time.monotonic() + WAIT_S
        while self.READY not in self._log_from(begun):
            if self._tell("running") != "1" or time.monotonic() > until:
                raise RuntimeError(f"{type(self).__name__} did not start:\n"
                                   + self._log_from(begun)[-6000:].decode(errors="replace"))
            time.sleep(0.01)
        if first:
            self.first_started()
        return self

    def stop(self):
        """As an operator stops it."""
        return self._tell(f"stop {int(self.STOP)}")

    def kill(self):
        """kill -9 of all its processes."""
        self._tell("kill")

    def freeze(self):
        """SIGSTOP to all its processes: its connections stay open and say nothing."""
        self._tell("freeze")

    def thaw(self):
        self._tell("thaw")

    def close(self):
        """Ends it, and removes its folder. May be called more than once."""
        if self.guard is not None:
            self.guard.stdin.close()
            self.guard.wait(WAIT_S)
            self.guard.stdout.close()
            self.guard = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_):
        self.close()

    # ---- inside

    def _hold(self):
        """The guard comes first: from here on the folder goes when we go."""
        guard = pathlib.Path(__file__).with_name("guard.py")
        if self.USER:
            shutil.chown(self.folder, self.USER)
        self.guard = subprocess.Popen(
            [sys.executable, "-B", guard, self.folder, self.USER, *self.command()], env=self.env,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.prepare()
        if self.USER:
            for path in self.folder.rglob("*"):
                shutil.chown(path, self.USER)

    def _tell(self, words):
        self.guard.stdin.write(words + "\n")
        self.guard.stdin.flush()
        ready, _, _ = select.select([self.guard.stdout], [], [], WAIT_S)
        if not ready:
            raise TimeoutError(f"{type(self).__name__}: no answer to {words} in {WAIT_S} s")
        return self.guard.stdout.readline().strip()

    def _log_from(self, offset):
        with open(self.log_path, "rb") as log:
            log.seek(offset)
            return log.read()
