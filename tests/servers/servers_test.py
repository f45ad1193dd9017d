"""The servers' own test: they start, keep their data through every end, and leave nothing behind."""

import pathlib
import signal
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from servers import Postgres, Proxy, RabbitMQ, Redis  # noqa: E402

WITH = pathlib.Path(__file__).with_name("with.py")


def ask(port, question=b"PING\r\n", wait_s=60):
    """What a server on this port answers first; b"" when it ends the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait_s) as connection:
        connection.sendall(question)
        return connection.recv(100)


def processes_in(folder):
    """Processes that mention the folder on their command line."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(folder).encode() in path.read_bytes():
                found.append(path.parent.name)
        except OSError:
            pass
    return found


class ServersTest(unittest.TestCase):
    def gone(self, server):
        self.assertFalse(server.folder.exists())
        self.assertEqual(processes_in(server.folder), [])

    def test_postgres_keeps_what_was_committed_through_stop_and_kill(self):
        with Postgres() as postgres:
            self.assertEqual(postgres.psql("SHOW fsync").strip(), "on")
            postgres.psql("CREATE TABLE t (n int); INSERT INTO t VALUES (1)")
            self.assertEqual(postgres.stop(), "0")
            postgres.start()
            postgres.psql("INSERT INTO t VALUES (2)")
            postgres.kill()
            with self.assertRaises(RuntimeError):
                postgres.psql("SELECT 1")
            postgres.start()
            postgres.freeze()
            postgres.thaw()
            self.assertEqual(postgres.psql("SELECT sum(n) FROM t").strip(), "3")
            other = postgres.create("other")
            self.assertIn("/other", other)
            self.assertEqual(postgres.psql("SELECT 1", database="other").strip(), "1")
        self.gone(postgres)

    def test_postgres_that_need_not_be_durable(self):
        with Postgres(durable=False) as postgres:
            self.assertEqual(postgres.psql("SHOW fsync").strip(), "off")

    def test_redis_stops_starts_and_freezes(self):
        with Redis() as redis:
            self.assertEqual(ask(redis.port), b"+PONG\r\n")
            redis.kill()
            with self.assertRaises(ConnectionRefusedError):
                ask(redis.port)
            redis.start()
            redis.freeze()
            with self.assertRaises(TimeoutError):
                ask(redis.port, wait_s=0.2)
            redis.thaw()
            self.assertEqual(ask(redis.port), b"+PONG\r\n")
            redis.stop()
            with self.assertRaises(ConnectionRefusedError):
                ask(redis.port)
        self.gone(redis)

    def test_rabbitmq_starts_again_with_its_hosts(self):
        with RabbitMQ(vhosts=("one",)) as rabbitmq:
            self.assertEqual(ask(rabbitmq.port, b"AMQP\0\0\x09\x01")[:1], b"\1")
            self.assertEqual(rabbitmq.queues("one"), {})
            rabbitmq.freeze()
            rabbitmq.thaw()
            rabbitmq.kill()
            rabbitmq.start()
            self.assertEqual(rabbitmq.stop(), "0")
            rabbitmq.start()
            self.assertEqual(sorted(rabbitmq.ctl("list_vhosts", "--silent").split()), ["/", "one"])
        self.gone(rabbitmq)

    def test_a_proxy_passes_cuts_refuses_swallows_and_delays(self):
        with Redis() as redis, Proxy(redis.port) as proxy:
            self.assertEqual(ask(proxy.port), b"+PONG\r\n")
            with socket.create_connection(("127.0.0.1", proxy.port), timeout=60) as connection:
                connection.sendall(b"PING\r\n")
                self.assertEqual(connection.recv(100), b"+PONG\r\n")
                proxy.cut()
                with self.assertRaises(ConnectionResetError):
                    connection.recv(100)
            self.assertEqual(ask(proxy.port), b"+PONG\r\n")
            proxy.refuse()
            with self.assertRaises(ConnectionRefusedError):
                ask(proxy.port)
            proxy.swallow()
            with socket.create_connection(("127.0.0.1", proxy.port), timeout=0.2) as connection:
                connection.sendall(b"PING\r\n")
                with self.assertRaises(TimeoutError):
                    connection.recv(100)
                proxy.pass_on()
                connection.settimeout(60)
                self.assertEqual(connection.recv(100), b"+PONG\r\n")
            proxy.delay(0.05)
            self.assertEqual(ask(proxy.port), b"+PONG\r\n")
            redis.kill()
            self.assertEqual(ask(proxy.port), b"")

    def test_nothing_is_left_of_a_test_that_was_killed(self):
        """Killed as a whole, its servers frozen, so that nobody could clean up but the guard."""
        program = ("import sys; sys.path.insert(0, sys.argv[1]); from servers import *\n"
                   "servers = [Postgres(), Redis()]\n"
                   "for server in servers: server.start(); server.freeze()\n"
                   "print(*(server.folder for server in servers), flush=True); sys.stdin.read()")
        test = subprocess.Popen([sys.executable, "-B", "-c", program, str(WITH.parents[1])],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)
        folders = [pathlib.Path(word) for word in test.stdout.readline().split()]
        self.assertEqual([folder.is_dir() for folder in folders], [True, True])
        test.kill()
        test.wait()
        test.stderr.read()  # the guards inherited it: it ends with them
        for pipe in (test.stdin, test.stdout, test.stderr):
            pipe.close()
        self.assertEqual([folder.exists() for folder in folders], [False, False])
        self.assertEqual([pid for folder in folders for pid in processes_in(folder)], [])

    def test_with_gives_the_urls_and_the_exit_code(self):
        done = subprocess.run(
            [WITH, "postgres", "redis", "--", "sh", "-c",
             "echo $CODECOMP_TEST_DATABASE $CODECOMP_TEST_EVENTS $CODECOMP_TEST_QUEUE; exit 3"],
            capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertRegex(done.stdout, "^postgresql://[^ ]+ redis://[^ ]+$")
        wrong = subprocess.run([WITH, "mysql", "--", "true"], capture_output=True, timeout=120)
        self.assertEqual(wrong.returncode, 1)

    def test_with_that_is_terminated_ends_everything(self):
        run = subprocess.Popen([WITH, "redis", "--", "sh", "-c", "echo $CODECOMP_TEST_EVENTS; exec sleep 600"],
                               stdout=subprocess.PIPE, text=True)
        port = int(run.stdout.readline().rpartition(":")[2])
        run.send_signal(signal.SIGTERM)
        self.assertEqual(run.wait(120), 128 + signal.SIGTERM)
        run.stdout.read()  # its end: the command's, too
        run.stdout.close()
        with self.assertRaises(ConnectionRefusedError):
            ask(port)


if __name__ == "__main__":
    unittest.main(verbosity=2)
