#!/usr/bin/python3 -B
"""What may happen to a PostgreSQL server and the way to it, while commits go on (load.c): afterwards
everything is as it was answered, nothing lost, doubled or half done.

    faults_test.py STORE_LOAD
"""

import pathlib
import random
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from servers import Postgres  # noqa: E402
from servers.proxy import Proxy  # noqa: E402

LOAD = None
WAIT_S = 120
OURS = "application_name LIKE 'codecomp %'"


class Load:
    """store_load, and what it has said."""

    def __init__(self, url):
        self.process = subprocess.Popen([LOAD, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.changed = threading.Condition()
        self.answered, self.last, self.log = 0, "", []
        self.readers = [threading.Thread(target=self.read_answers), threading.Thread(target=self.read_log)]
        for reader in self.readers:
            reader.start()

    def read_answers(self):
        for line in self.process.stdout:
            with self.changed:
                self.last = line
                if line.startswith("answered"):
                    self.answered = int(line.split()[1])
                self.changed.notify_all()

    def read_log(self):
        for line in self.process.stderr:
            with self.changed:
                self.log.append(line)
                self.changed.notify_all()

    def said(self, word):
        return sum(word in line for line in self.log)

    def wait(self, what, condition):
        with self.changed:
            if not self.changed.wait_for(condition, WAIT_S):
                raise AssertionError(f"{what} did not come\n" + "".join(self.log[-20:]))

    def go_on(self):
        """Until some more commits have been answered."""
        before = self.answered
        self.wait("an answer", lambda: self.answered > before + 500)

    def end(self):
        """The counts of the last line."""
        self.process.stdin.close()
        self.process.wait(WAIT_S)
        for reader in self.readers:
            reader.join()
        words = self.last.split()
        return self.process.returncode, dict(zip(words[::2], map(int, words[1::2])))

    def kill(self):
        self.process.kill()
        self.process.wait()
        for reader in self.readers:
            reader.join()


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Postgres().start()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def setUp(self):
        self.server.create(self.id().rpartition(".")[2])
        self.proxy = Proxy(self.server.port)
        self.proxy.__enter__()
        url = self.server.database(self.id().rpartition(".")[2])
        self.load = Load(url.replace(f":{self.server.port}/", f":{self.proxy.port}/"))
        self.load.go_on()

    def tearDown(self):
        if self.load.process.poll() is None:
            self.load.kill()
        self.proxy.close()
        self.load.process.stdout.close()
        self.load.process.stderr.close()

    def finish(self):
        self.load.go_on()
        code, counts = self.load.end()
        log = "".join(self.load.log[-30:])
        self.assertEqual(code, 0, f"{counts}\n{log}")
        self.assertGreater(counts["kept"], 500)
        for secret in ("sesame", "INSERT", "example.org"):
            self.assertFalse(self.load.said(secret), log)
        return counts

    def test_no_fault(self):
        counts = self.finish()
        self.assertEqual(counts["failed"], sum(number % 16 == 5 for number in range(
            1, sum(counts[word] for word in ("kept", "refused", "failed")) + 1)))

    def test_backends_are_terminated(self):
        for _ in range(40):
            self.server.psql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OURS}")
            time.sleep(random.random() / 20)
        self.finish()

    def test_connections_are_cut(self):
        """At any moment, so often that some cuts fell between COMMIT and its answer, on either side."""
        until = time.monotonic() + WAIT_S
        while not (self.load.said("kept=yes") and self.load.said("kept=no")):
            self.assertLess(time.monotonic(), until)
            if random.random() < 0.5:
                self.proxy.cut()
            else:
                self.server.psql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OURS}"
                                 " AND query = 'COMMIT'")
            time.sleep(random.random() / 50)
        self.finish()

    def test_server_is_killed(self):
        for _ in range(3):
            self.server.kill()
            self.load.wait("the loss", lambda: self.load.said("database-lost"))
            self.server.start()
            self.load.go_on()
        self.finish()

    def test_server_is_stopped_for_a_while(self):
        self.server.stop()
        self.load.wait("trying again", lambda: self.load.said("database-unreachable") > 4)
        self.server.start()
        self.finish()

    def test_server_is_frozen(self):
        self.server.freeze()
        time.sleep(10)
        self.server.thaw()
        self.finish()
        self.assertFalse(self.load.said("database-lost"))

    def test_network_swallows_everything(self):
        self.proxy.swallow()
        self.load.wait("the loss", lambda: self.load.said("database-lost"))
        self.proxy.pass_on()
        self.finish()

    def test_too_long_away_fails(self):
        """What waits is bounded in time; the failures left no trace."""
        self.server.stop()
        self.load.wait("a failure", lambda: self.load.said("the database can't be reached"))
        self.server.start()
        self.assertGreater(self.finish()["failed"], 0)


if __name__ == "__main__":
    LOAD = sys.argv.pop(1)
    unittest.main(verbosity=2)
