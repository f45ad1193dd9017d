"""codecomp migrate --from: a database of the earlier backend, on a real PostgreSQL, with all that tables
without constraints come to hold; then a server on what became of it."""

import asyncio
import re
import sqlite3
import subprocess
import sys
import unittest

import earlier
from databases import Postgresql, check_database
from harness import BINARY, PYTHON, ROOT, EndToEnd, Server, main, new_folder, right, run, template

sys.path.insert(0, str(ROOT / "tests"))
from servers import Postgres  # noqa: E402

TABLES = ("users", "problems", "test_cases", "rooms", "participants", "room_problems", "participant_problems",
          "submissions", "contest_history")
ROOMS = 1200  # so many that a kill finds it in the middle

postgres = None
_databases = 0


def setUpModule():
    global postgres
    postgres = Postgres(durable=False).start()


def tearDownModule():
    postgres.close()


def earlier_database(sql, tables=earlier.TABLES):
    """A fresh database with that in it: its URL."""
    global _databases
    _databases += 1
    name = f"earlier{_databases}"
    url = postgres.create(name)
    postgres.psql("BEGIN;" + tables + sql + "COMMIT;", database=name)
    return url


class Sqlite:
    """What takes over: a database file."""

    def __init__(self):
        self.data = new_folder() / "data"
        self.options = ("--data", str(self.data))

    def rows(self, sql):
        database = sqlite3.connect(f"file:{self.data}/codecomp.db?mode=ro", uri=True, timeout=60)
        try:
            return [tuple(row) for row in database.execute(sql)]
        finally:
            database.close()

    def change(self, sql):
        database = sqlite3.connect(self.data / "codecomp.db", timeout=60)
        with database:
            database.execute(sql)
        database.close()

    def audit(self):
        check_database(self.data / "codecomp.db")

    def dump(self):
        return {table: self.rows(f"SELECT * FROM {table} ORDER BY id") for table in TABLES}


class Postgres15(Sqlite):
    """What takes over: a database of the server's."""

    def __init__(self):
        super().__init__()
        global _databases
        _databases += 1
        url = postgres.create(f"target{_databases}")
        self.database = Postgresql(postgres, f"target{_databases}")
        self.options = (*self.options, "--database", url)

    def rows(self, sql):
        return [tuple(None if value == "" else value for value in row.values()) for row in self.database.rows(sql)]

    def change(self, sql):
        postgres.psql(sql, database=self.database.name)

    def audit(self):
        check_database(self.database)


def plan(output):
    """{table: {column: count}} as it was printed."""
    heads = re.search(r"^table(.*)$", output, re.M).group(1).replace("to copy", "to_copy").replace(
        "left out", "left_out").split()
    return {row.split()[0]: dict(zip(heads, map(int, row.split()[1:])))
            for row in re.findall(r"^[a-z_]+(?: +\d+){6}$", output, re.M)}


class IntoSqlite(EndToEnd):
    maxDiff = None
    target = Sqlite

    def migrate(self, target, url, *more, code=0):
        return run("migrate", *target.options, "--from", url, *more, code=code)

    def report(self, target):
        return [line.split("\t") for line in (target.data / "takeover.tsv").read_text().splitlines()]

    def test_a_plan_copies_nothing(self):
        target = self.target()
        printed = self.migrate(target, earlier_database(earlier.plain())).stdout
        self.assertIn("nothing was copied: --apply does it", printed)
        self.assertNotIn("sesame", printed)
        self.assertEqual(plan(printed)["users"], {"found": 4, "to_copy": 4, "there": 0, "kept": 0, "left_out": 0,
                                                  "mended": 0})
        self.assertEqual(plan(printed)["app_submissions"]["to_copy"], 4)
        self.assertEqual(self.report(target), [])
        self.assertEqual(set(map(len, target.dump().values())), {0})
        self.assertEqual([path.name for path in target.data.glob("takeover*")], ["takeover.tsv"])

    def test_every_flaw_is_told(self):
        target = self.target()
        printed = self.migrate(target, earlier_database(earlier.flawed()), "--apply").stdout
        expected = sorted(line for _, lines in earlier.FLAWS for line in lines)
        found = sorted(tuple(line) for line in self.report(target))
        unexpected = [line for line in found
                      if not any(line[:3] == e[:3] and e[3] in line[3] for e in expected)]
        unsaid = [e for e in expected if not any(line[:3] == e[:3] and e[3] in line[3] for line in found)]
        self.assertEqual((unexpected, unsaid, len(found)), ([], [], len(expected)), printed)
        for table, counts in plan(printed).items():
            self.assertGreaterEqual(counts["found"] - counts["left_out"], 0, table)
        target.audit()
        self.look_at_the_flawed(target)
        check = self.migrate(target, earlier_database(earlier.flawed()), "--apply")
        self.assertIn("\n0 rows copied\n", check.stdout)

    def look_at_the_flawed(self, target):
        rows = target.rows
        self.assertEqual(rows("SELECT id, name, email FROM users WHERE id IN (1, 20, 21) ORDER BY id"),
                         [(1, "Ada", "ada@example.org"), (20, "Ada too", "user20@takeover.invalid"),
                          (21, "Mute", "user21@takeover.invalid")])
        self.assertEqual(rows("SELECT COUNT(*) FROM rooms WHERE status <> 'FINISHED'"), [(0,)])
        self.assertEqual(rows("SELECT COUNT(*) FROM open_seats"), [(0,)])
        self.assertEqual(rows("SELECT user_id FROM participants WHERE room_id = 45 ORDER BY seat"), [(1,), (2,)])
        self.assertEqual(rows("SELECT id, status, CASE WHEN judged_ms IS NULL THEN 1 ELSE 0 END AS open FROM submissions WHERE id IN (800, 801, 802, 803)"
                              " ORDER BY id"),
                         [(800, "Judge Error", 0), (801, "Judge Error", 0), (802, "Runtime Error", 0),
                          (803, "Compilation Error", 0)])
        self.assertEqual(rows("SELECT result, winner_user_id, CASE WHEN start_ms IS NULL THEN 1 ELSE 0 END AS never FROM rooms"
                              " WHERE id IN (1, 41, 42, 46, 47) ORDER BY id"),
                         [("WIN", 1, 0), (None, None, 1), (None, None, 1), (None, None, 1), ("DRAW", None, 0)])
        self.assertEqual(rows("SELECT sample, ordinal FROM test_cases WHERE problem_id = 4 ORDER BY ordinal"),
                         [(1, 1), (0, 2), (0, 3)])

    def test_other_types_and_missing_columns(self):
        target = self.target()
        printed = self.migrate(target, earlier_database(earlier.other(), earlier.OTHER_TABLES), "--apply").stdout
        for sentence in ("missing: table participant_problems", "missing: rooms has no column password",
                         "missing: test_cases has no column sample or is_sample",
                         "unreadable: 1 values in users's column id count as none",
                         "unreadable: 1 values in app_submissions's column created_ms",
                         "unreadable: 1 values in contest_history's column penalty count as none"):
            self.assertIn(sentence, printed)
        self.assertEqual(target.rows("SELECT id, start_ms, end_ms, duration_ms, winner_user_id FROM rooms"),
                         [(1, earlier.NOW, earlier.NOW + 10 * earlier.MINUTE, 600000, 1)])
        self.assertEqual(target.rows("SELECT id, status, created_ms, language_id FROM submissions ORDER BY id"),
                         [(1, "Wrong Answer", earlier.NOW + earlier.MINUTE, 71),
                          (2, "Accepted", earlier.NOW + 2 * earlier.MINUTE, 0),
                          (3, "Runtime Error", earlier.NOW, 71)])
        self.assertEqual(target.rows("SELECT description FROM problems WHERE id = 1"), [("Plus 1. é",)])
        self.assertEqual(target.rows("SELECT id, length(input) AS i, length(output) AS o FROM test_cases ORDER BY problem_id, id"),
                         [row for problem in (1, 2, 3, 4) for row in ((problem, 3, 3), (problem + 4, 0, 0))])
        self.assertEqual(target.rows("SELECT timestamp_ms FROM contest_history ORDER BY id"),
                         [(earlier.NOW + 10 * earlier.MINUTE,)] * 2)

    def test_run_again_it_changes_nothing_and_keeps_what_was_changed(self):
        target, url = self.target(), earlier_database(earlier.plain())
        self.migrate(target, url, "--apply")
        first = target.dump()
        self.assertIn("\n0 rows copied\n", self.migrate(target, url, "--apply").stdout)
        self.assertEqual(target.dump(), first)
        target.change("UPDATE users SET name = 'Ada Lovelace' WHERE id = 1")
        postgres.psql("UPDATE users SET name = 'Benjamin' WHERE id = 2;"
                      + earlier.insert("users", (9, "new@example.org", "New", "GOOGLE"))
                      + earlier.contest(9, 1, 2, earlier.NOW, first=91), database=url.rpartition("/")[2])
        printed = self.migrate(target, url, "--apply").stdout
        self.assertEqual(plan(printed)["users"], {"found": 5, "to_copy": 1, "there": 2, "kept": 2, "left_out": 0,
                                                  "mended": 0})
        self.assertEqual([line[:3] for line in self.report(target)], [["kept", "users", "1"], ["kept", "users", "2"]])
        self.assertEqual(target.rows("SELECT id, name FROM users WHERE id IN (1, 2, 9) ORDER BY id"),
                         [(1, "Ada Lovelace"), (2, "Ben"), (9, "New")])
        self.assertEqual(target.rows("SELECT COUNT(*) FROM submissions WHERE room_id = 9"), [(2,)])

    def test_a_contest_that_went_on_there_is_not_mixed_in(self):
        target = self.target()
        open_one = earlier.contest(5, 1, 2, earlier.NOW, history=False, first=51)
        url = earlier_database(earlier.plain() + open_one)
        self.migrate(target, url, "--apply")
        first = target.dump()
        postgres.psql(earlier.insert("contest_history", (50, 1, 5, 1, 720, "WIN", earlier.NOW)),
                      database=url.rpartition("/")[2])
        self.migrate(target, url, "--apply")
        self.assertEqual(target.dump(), first)
        self.assertIn(["left out", "contest_history", "50", "the room that it belongs to is kept as it is here"],
                      self.report(target))

    def test_killed_in_the_middle_and_run_again_it_ends_the_same(self):
        url = earlier_database(earlier.many(ROOMS))
        whole, torn = self.target(), self.target()
        self.migrate(whole, url, "--apply")
        run("migrate", *torn.options)
        for table in ("participants", "submissions"):
            process = subprocess.Popen([BINARY, "migrate", *torn.options, "--from", url, "--apply"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while not torn.rows(f"SELECT 1 FROM {table} LIMIT 1"):
                self.assertIsNone(process.poll(), "it ended before it could be killed")
            process.kill()
            process.wait()
            self.assertLess(torn.rows("SELECT COUNT(*) FROM contest_history"),
                            whole.rows("SELECT COUNT(*) FROM contest_history"))
        printed = self.migrate(torn, url, "--apply").stdout
        self.assertGreater(plan(printed)["users"]["there"], 0)
        self.assertEqual(torn.dump(), whole.dump())
        self.assertEqual([path.name for path in torn.data.glob("takeover*")], ["takeover.tsv"])

    def test_ids_of_others_are_refused(self):
        target = self.target()
        run("import", "--skip-solutions", *target.options, str(template().parent / "packages"))
        refused = self.migrate(target, earlier_database(earlier.plain()), "--apply", code=1)
        self.assertRegex(refused.stderr, r"4 ids belong to something else .*take over into a new one")
        self.assertIn(["clash", "problems", "1", "the id is another's here"], self.report(target))
        self.assertEqual(target.rows("SELECT COUNT(*) FROM users"), [(0,)])

    async def test_a_running_server_is_left_alone(self):
        target, url = self.target(), earlier_database(earlier.plain())
        server = await self.own(Server(*target.options[2:], data=target.data)).start()
        refused = await asyncio.to_thread(self.migrate, target, url, "--apply", code=1)
        self.assertIn("a server uses this database", refused.stderr)
        self.assertEqual(target.rows("SELECT COUNT(*) FROM users"), [(0,)])
        await server.stop()

    def test_errors_say_what_to_do(self):
        target, url = self.target(), earlier_database("", "")
        for bad, sentence in (("mysql://x/y", "must begin with \"postgresql://\""),
                              ("postgresql://127.0.0.1:1/x", "can't be reached"),
                              (url.replace("sesame", "wrong-one"), "password authentication failed"),
                              (url, "there is no table users")):
            with self.subTest(url=bad):
                refused = self.migrate(target, bad, code=1)
                self.assertIn(sentence, refused.stderr)
                self.assertNotRegex(refused.stdout + refused.stderr, "sesame|wrong-one")

    def test_a_table_that_may_not_be_read(self):
        url = earlier_database(earlier.plain())
        name = url.rpartition("/")[2]
        role = f"reader_of_{name}"  # a server has its roles for all its databases
        postgres.psql(f"CREATE ROLE {role} LOGIN PASSWORD 'reader'; GRANT SELECT ON users TO {role}", database=name)
        refused = self.migrate(self.target(), url.replace("codecomp:sesame", f"{role}:reader"), code=1)
        self.assertRegex(refused.stderr, "table problems can't be read: .*permission denied")

    async def test_a_server_goes_on_with_it(self):
        target = self.target()
        await asyncio.to_thread(self.migrate, target, earlier_database(earlier.flawed()), "--apply")
        server = await self.own(Server(*target.options[2:], "--submit-limit", "16/1s", data=target.data)).start()
        ada, ben = await self.player(server, 1), await self.player(server, 2)
        self.assertEqual((await ada.get("/users/me")).json, {"id": 1, "name": "Ada", "email": "ada@example.org"})
        history = (await ada.get("/users/1/history")).json
        self.assertEqual([(row["id"], row["roomId"], row["result"], row["solved"], row["penalty"]) for row in history],
                         [(860, 46, "WIN", 1, 0), (450, 45, "WIN", 1, 720), (21, 2, "LOSS", 0, 0),
                          (10, 1, "WIN", 1, 720)])
        stats = {"totalContests": 4, "wins": 3, "losses": 1, "draws": 0, "totalSolved": 3, "winRate": 75.0}
        self.assertEqual((await ada.get("/rooms/stats")).json, stats)
        self.assertEqual((await ada.get("/rooms/profile")).json, {"stats": stats, "recentMatches": history})
        await self.look_at_old_rooms(ada)
        room = await ada.create(problemCount=3)
        self.assertEqual(room["id"], 48)
        await ada.listen(room["id"])
        await ben.join(room)
        await ben.listen(room["id"])
        await ada.start(room["id"])
        problem = next(row for row in (await ada.get("/rooms/problems", roomId=room["id"])).json)
        number = await ada.submit(room["id"], problem["id"], right(problem["title"]), PYTHON)
        self.assertEqual(number, 807)
        self.assertEqual((await ada.verdict(number))["status"], "Accepted")
        self.assertEqual(await ada.end(room["id"]), {"winnerUserId": 1, "result": "WIN"})
        self.assertEqual((await ada.get("/rooms/stats")).json["wins"], 4)
        await server.stop()
        target.audit()

    async def look_at_old_rooms(self, ada):
        board = (await ada.get("/rooms/leaderboard", roomId=1)).json
        self.assertEqual([(row["userId"], row["solved"], row["penalty"]) for row in board], [(1, 1, 720), (2, 0, 0)])
        for room_id in (1, 2, 41, 42, 43, 44, 45, 46, 47):
            state = await ada.call("GET", "/rooms/state", {"roomId": room_id})
            self.assertEqual((state.status, state.json.get("status")), (200, "FINISHED"), (room_id, state.text))
        submission = (await ada.get("/submissions/2")).json
        self.assertEqual((submission["status"], submission["createdAt"]),
                         ("Accepted", earlier.NOW + 2 * earlier.MINUTE))
        self.refused(await ada.call("GET", "/rooms/current"), 404, "No open room")


class IntoPostgres(IntoSqlite):
    target = Postgres15


if __name__ == "__main__":
    main()
