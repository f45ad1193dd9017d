"""codecomp check, and the start of serve: what is wrong with database, queue, events or runner is told in one
line that says how to mend it, with real servers; and no password is ever in it."""

import asyncio
import os
import re
import sqlite3
import unittest

import pika

from harness import EndToEnd, Process, free_ports, main, new_folder, run
from servers import Judge0, Postgres, RabbitMQ, Redis

SECRETS = ("sesame", "wrongword")
engines = {}


def setUpModule():
    for name, server in (("postgres", Postgres(durable=False)), ("rabbitmq", RabbitMQ()),
                         ("redis", Redis(("--requirepass", "sesame"))), ("judge0", Judge0())):
        engines[name] = server
        server.start()


def tearDownModule():
    for server in engines.values():
        server.close()


def check(*options, code, **how):
    done = run("check", "--data", str(new_folder() / "data"), *options, code=code, **how)
    for secret in SECRETS:
        assert secret not in done.stdout + done.stderr, done.stdout + done.stderr
    return done


def line(done, engine):
    found = [text for text in done.stdout.splitlines() if re.match(f"{engine} +(ok|away|wrong|not used)", text)]
    assert len(found) == 1, done.stdout + done.stderr
    return found[0]


class Check(EndToEnd):
    def all_wrong(self, engine, rows):
        """rows: (URL, "away" or "wrong", what the line says)."""
        for url, state, sentence in rows:
            with self.subTest(url=url):
                told = line(check(f"--{engine}", url, code=1), engine)
                self.assertRegex(told, rf"^{engine} +{state}: --{engine}: ")
                self.assertRegex(told, sentence)

    def test_what_is_well_is_told_with_its_version(self):
        done = check("--database", engines["postgres"].url, "--queue", engines["rabbitmq"].url,
                     "--events", engines["redis"].url.replace("//", "//:sesame@"), "--runner", "sandbox:", code=0)
        self.assertRegex(line(done, "database"), r"ok: PostgreSQL \d+\.\d+.* at 127\.0\.0\.1")
        self.assertRegex(line(done, "queue"), r"ok: RabbitMQ \d+\.\d+\.\d+ at ")
        self.assertRegex(line(done, "events"), r"ok: Redis \d+\.\d+\.\d+ at ")
        self.assertRegex(line(done, "runner"), r"ok: sandbox: \d+ languages")
        self.assertEqual(engines["postgres"].psql("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'").strip(),
                         "0", "check made tables")

    def test_the_embedded_ones(self):
        done = check(code=0)
        self.assertRegex(line(done, "database"), r"ok: SQLite 3\.")
        done = check("--actors", "gateway", "--topology", self.topology(), code=0)
        self.assertIn("not used here", line(done, "database"))
        self.assertIn("not used here", line(done, "runner"))

    @unittest.skipIf(os.getuid() != 0, "an ordinary user has no capability to lose")
    def test_a_machine_that_cannot_isolate(self):
        for capability, sentence in (("sys_admin", "mount and network namespaces: Operation not permitted"),
                                     ("setuid", "A program cannot be run in the sandbox")):
            done = check(code=1, under=("setpriv", f"--bounding-set=-{capability}", "--inh-caps=-all"))
            self.assertRegex(line(done, "runner"), f"wrong: --runner: this machine can't isolate.*{sentence}")

    def topology(self):
        path = new_folder() / "t.zpl"
        path.write_text("topology\n" + "".join(
            f"    {name} = \"tcp://127.0.0.1:5601\"\n" + ("        stream = \"tcp://127.0.0.1:5602\"\n" * (name == "fanout"))
            for name in ("auth", "room", "scoring", "judge", "scheduler", "fanout", "store")))
        return str(path)

    def test_databases(self):
        postgres = engines["postgres"]
        url, place = postgres.url, postgres.url.rpartition("@")[2].partition("/")[0]
        postgres.psql("CREATE ROLE guest LOGIN PASSWORD 'sesame'; CREATE ROLE barred NOLOGIN PASSWORD 'sesame'")
        postgres.psql("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0", database="postgres")
        postgres.create("newer")
        run("migrate", "--database", postgres.database("newer"), "--data", str(new_folder()))
        postgres.psql("INSERT INTO schema_migrations SELECT 9999, 'x', repeat('0', 64), 0", database="newer")
        postgres.create("foreign")
        postgres.psql("CREATE TABLE users (id int)", database="foreign")
        port, = free_ports(1)
        self.all_wrong("database", (
            (f"postgresql://127.0.0.1:{port}/x", "away", "can't be reached"),
            (f"postgresql://codecomp:wrongword@{place}/codecomp", "wrong", "refuses the password of \"codecomp\""),
            (f"postgresql://codecomp:sesame@{place}/nowhere", "wrong", "no database \"nowhere\"; make it with createdb"),
            (f"postgresql://barred:sesame@{place}/codecomp", "wrong", "does not let \"barred\" in"),
            (f"postgresql://guest:sesame@{place}/codecomp", "wrong", "may not|GRANT"),
            (postgres.database("latin"), "wrong", "make one with ENCODING 'UTF8'"),
            (postgres.database("newer"), "wrong", "made by a newer version"),
            (postgres.database("foreign"), "wrong", "another program's|another database|schema"),
            (url + "?sslmode=perhaps", "wrong", "sslmode"),
            ("oracle:sesame", "wrong", "must begin with \"sqlite:\" or \"postgresql://\""),
        ))
        folder = new_folder()
        (folder / "not.db").write_text("this is no database, by far, and longer than a header of one is")
        other = sqlite3.connect(folder / "other.db")
        other.execute("CREATE TABLE theirs (x)")
        other.commit()
        other.close()
        self.all_wrong("database", (
            (f"sqlite:{folder}/not.db", "wrong", "is not a database"),
            (f"sqlite:{folder}/other.db", "wrong", "another program's database"),
            ("sqlite:/no/such/folder/x.db", "wrong", "can't be written"),
            ("sqlite:", "wrong", "names no file"),
        ))

    def test_queues(self):
        rabbitmq = engines["rabbitmq"]
        url = rabbitmq.url
        rabbitmq.ctl("add_vhost", "other")
        rabbitmq.ctl("add_vhost", "forbidden")
        rabbitmq.ctl("set_permissions", "-p", "other", "codecomp", ".*", ".*", ".*")
        rabbitmq.ctl("set_permissions", "-p", "forbidden", "codecomp", "^$", ".*", ".*")
        for vhost in ("other",):
            connection = pika.BlockingConnection(pika.URLParameters(f"{url}/{vhost}"))
            connection.channel().queue_declare("judge-queue", durable=True)
            connection.close()
        port, = free_ports(1)
        self.all_wrong("queue", (
            (f"amqp://127.0.0.1:{port}", "away", "can't|no connection|refused"),
            (url.replace("sesame", "wrongword"), "wrong", "check user and password"),
            (url + "/elsewhere", "wrong", "make the virtual host"),
            (url + "/other", "wrong", "was made with other arguments"),
            ("amqp://wrongword:x:y@", "wrong", "."),
            ("kafka://127.0.0.1", "wrong", "must be local:, or begin with \"amqp://\""),
        ))

    def test_events(self):
        redis = engines["redis"]
        place = redis.url.removeprefix("redis://")
        port, = free_ports(1)
        self.all_wrong("events", (
            (f"redis://127.0.0.1:{port}", "away", "can't reach Redis at 127.0.0.1.* is it running"),
            (f"redis://{place}", "wrong", "asks for a password"),
            (f"redis://:wrongword@{place}", "wrong", "refuses the user or password"),
            (f"redis://:sesame@{place}/99", "wrong", "has no database 99"),
            ("nats://x", "wrong", "is not a way for events"),
        ))

    def test_runners(self):
        port, = free_ports(1)
        self.all_wrong("runner", (
            (f"http://127.0.0.1:{port}", "wrong", "."),
            ("ssh://x", "wrong", "is no runner"),
            (engines["redis"].url.replace("redis", "http"), "wrong", "."),
        ))
        self.assertRegex(line(check("--runner", engines["judge0"].url, code=0), "runner"),
                         r"ok: http://127\.0\.0\.1:\d+: \d+ languages")

    def test_all_that_is_wrong_is_told_at_once(self):
        done = check("--database", "oracle:x", "--queue", "kafka:", "--events", "nats:", "--runner", "ssh:", code=1)
        for engine in ("database", "queue", "events", "runner"):
            self.assertIn("wrong: ", line(done, engine))


class Start(EndToEnd):
    def process(self, *options):
        folder = new_folder()
        return self.own(Process(folder, ["--listen", "127.0.0.1:0", "--data", folder / "data", *options]))

    async def test_what_somebody_has_to_mend_ends_it_with_2(self):
        url = engines["postgres"].url
        for options in (("--database", url.replace("sesame", "wrongword")),
                        ("--queue", engines["rabbitmq"].url.replace("sesame", "wrongword")),
                        ("--events", engines["redis"].url)):
            with self.subTest(options=options):
                process = self.process(*options)
                with self.assertRaises(AssertionError) as ended:
                    await process.start()
                self.assertRegex(str(ended.exception), f"codecomp serve: {options[0]}: .*password")
                self.assertNotIn("wrongword", str(ended.exception))
                self.assertEqual(await process.process.wait(), 2)

    async def test_a_database_that_is_just_starting_is_waited_for(self):
        postgres = Postgres(durable=False)
        self.addCleanup(postgres.close)
        await asyncio.to_thread(postgres.start)
        await asyncio.to_thread(postgres.stop)
        process = self.process("--database", postgres.url)
        await process.start(until="event=waiting for=database why=.*can't be reached")
        await asyncio.to_thread(postgres.start)
        self.assertIn("PostgreSQL", await process.line("event=engine name=database"))
        await process.line("event=listening")
        self.assertNotIn("sesame", "\n".join(process.lines))
        self.assertEqual(await process.stop(), 0)


if __name__ == "__main__":
    unittest.TestCase.maxDiff = None
    main()
