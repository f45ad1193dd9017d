"""Rejudging: of a thousand finished contests, killed in the midst of everything, and of contests whose
players look on. The runner is scripted: a submission's text says what its judging comes to, so what
the tables say of it is the verdict before a problem was corrected."""

import asyncio
import os
import pathlib
import subprocess
import unittest

from databases import Postgresql, check_database
from harness import BINARY, PYTHON, WAIT_S, EndToEnd, Server, import_packages, main, new_data
from servers import Postgres

SCRIPTED = os.environ.get("CODECOMP_SCRIPTED", str(pathlib.Path(BINARY).parent / "tests" / "codecomp_scripted"))
ROOMS = int(os.environ.get("CODECOMP_E2E_REJUDGED", "1000"))
FIRST = 1_000_000  # room of those that are filled in
START = 1_700_000_000_000
OTHER_ROOMS = 10   # of other problems

# What a filled-in room's host got for his first submission, what judging it again comes to, and whether
# that makes him the winner, in the place of his guest, who solved the same problem later.
FATES = (("Wrong Answer", "Wrong Answer", False), ("Wrong Answer", "Accepted", True),
         ("Wrong Answer", "Runtime Error", False), ("Judge Error", "Accepted", True),
         ("Wrong Answer", "Judge Error", False))


def scripted(verdict):
    return f"verdict {verdict}, takes 1 ms"


def fill(database, problem, other):
    """ROOMS finished contests with `problem`, each as its fate says, and some without it."""
    tables = {name: [] for name in ("rooms", "participants", "room_problems", "participant_problems",
                                    "submissions", "contest_history")}
    for number in range(ROOMS + OTHER_ROOMS):
        room, host, guest = FIRST + number, 1 + 2 * (number % 25), 2 + 2 * (number % 25)
        was, becomes, _ = FATES[number % len(FATES)]
        mine = problem if number < ROOMS else other
        wrong = 1 if was == "Wrong Answer" else 0
        tables["rooms"].append(f"({room}, {host}, 'p', 'FINISHED', 'open', 'mixed', 1, 600000, {START}, {START},"
                               f" {START + 500000}, {START + 500000}, 2, 5, 3, {guest}, 'WIN', 77, {room})")
        tables["participants"] += [f"({room}, {host}, 1, {START})", f"({room}, {guest}, 2, {START})"]
        tables["room_problems"].append(f"({room}, {mine}, 0)")
        tables["participant_problems"] += [f"({room}, {host}, {mine}, {wrong}, {wrong}, 0, NULL)",
                                           f"({room}, {guest}, {mine}, 1, 0, 1, {START + 60000})"]
        for ordinal, (user, verdict, script) in enumerate(((host, was, becomes), (guest, "Accepted", "Accepted")), 1):
            at = START + 30000 * ordinal
            tables["submissions"].append(
                f"({2 * room + ordinal}, {user}, {room}, {mine}, {ordinal}, 71, '{verdict}', {at}, {at + 1}, 1, 78,"
                f" {2 * room + ordinal}, '{scripted(script)}')")
        tables["contest_history"] += [f"({host}, {room}, 1, 0, 0, 'LOSS', {START + 500000})",
                                      f"({guest}, {room}, 1, 1, 60, 'WIN', {START + 500000})"]
    columns = {
        "rooms": "id, host_user_id, password, status, visibility, difficulty, problem_count, duration_ms, created_ms,"
                 " start_ms, end_ms, closed_ms, last_number, room_rev, score_rev, winner_user_id, result,"
                 " command_high, command_low",
        "participants": "room_id, user_id, seat, joined_ms",
        "room_problems": "room_id, problem_id, position",
        "participant_problems": "room_id, user_id, problem_id, attempts, penalty, solved, solved_ms",
        "submissions": "id, user_id, room_id, problem_id, number, language_id, status, created_ms, judged_ms, fence,"
                       " command_high, command_low, code",
        "contest_history": "user_id, room_id, revision, solved, penalty_s, result, timestamp_ms"}
    users = ", ".join(f"({user}, 'u{user}', 'u{user}@', 'x', 0)" for user in range(1, 51))
    database.change(f"INSERT INTO users (id, name, email, provider, created_ms) VALUES {users}")
    for name, rows in tables.items():  # in pieces that fit an argument of psql
        for first in range(0, len(rows), 500):
            database.change(f"INSERT INTO {name} ({columns[name]}) VALUES {', '.join(rows[first:first + 500])}")


class Rejudge(EndToEnd):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.commands = []

    def installation(self):
        """(a server that is not started, its database, options of a command)."""
        data = new_data()
        server = self.own(Server(data=data, binary=SCRIPTED))
        return server, server.database, ["--data", str(data)]

    async def rejudge(self, *words, code=0):
        """To its end; what it printed."""
        process = await self.begin(*words)
        text, errors = await asyncio.wait_for(process.communicate(), WAIT_S)
        self.assertEqual(process.returncode, code, f"{words}: {text.decode()}{errors.decode()}")
        return text.decode() if code == 0 else errors.decode()

    async def begin(self, *words):
        return await asyncio.create_subprocess_exec(
            BINARY, "rejudge", *words, *self.where, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, limit=1 << 24)

    def one(self, sql):
        """The one value of a query."""
        [row] = self.database.rows(sql)
        [value] = row.values()
        return value

    async def until(self, sql, least):
        """The value, once it is at least this."""
        async def wait():
            while (value := self.one(sql)) < least:
                await asyncio.sleep(0.02)
            return value
        return await asyncio.wait_for(wait(), WAIT_S)

    JUDGED = "SELECT COUNT(*) AS n FROM trials WHERE status NOT IN ('PENDING', 'JUDGING')"
    DONE = "SELECT COUNT(*) AS n FROM rejudging_rooms WHERE done_ms IS NOT NULL"

    def problems(self):
        first, second = self.database.rows("SELECT id FROM problems ORDER BY id LIMIT 2")
        return first["id"], second["id"]

    BRAKE = ("CREATE TRIGGER brake BEFORE UPDATE ON rejudging_rooms WHEN (SELECT COUNT(*) FROM rejudging_rooms"
             " WHERE done_ms IS NOT NULL) >= {0} BEGIN SELECT RAISE(ABORT, 'brake'); END;")
    LET_GO = "DROP TRIGGER brake;"

    def check_applied(self):
        """Each room was changed once, as its fate says, and nothing else was."""
        self.assertEqual(self.one("SELECT state FROM rejudgings"), "applied")
        self.assertEqual(self.one("SELECT COUNT(*) AS n FROM rejudging_rooms WHERE done_ms IS NULL"), 0)
        rooms = self.database.rows(
            "SELECT r.id, r.score_rev, r.winner_user_id, r.host_user_id, r.closed_ms, s.status, s.created_ms, s.number,"
            " (SELECT COUNT(*) FROM contest_history h WHERE h.room_id = r.id) AS histories,"
            " (SELECT MAX(revision) FROM contest_history h WHERE h.room_id = r.id) AS revision,"
            " (SELECT COUNT(*) FROM contest_history h WHERE h.room_id = r.id AND h.timestamp_ms <> r.closed_ms) AS moved"
            " FROM rooms r JOIN submissions s ON s.room_id = r.id AND s.number = 1"
            f" WHERE r.id >= {FIRST} ORDER BY r.id")
        self.assertEqual(len(rooms), ROOMS + OTHER_ROOMS)
        for number, room in enumerate(rooms):
            was, becomes, wins = FATES[number % len(FATES)]
            mine = number < ROOMS
            changed = mine and becomes not in (was, "Judge Error")
            wins = mine and wins
            with self.subTest(room=room["id"], was=was, becomes=becomes):
                self.assertEqual(room["status"], becomes if changed else was)
                self.assertEqual(room["score_rev"], 4 if changed else 3)
                self.assertEqual(room["winner_user_id"] == room["host_user_id"], wins)
                self.assertEqual((room["histories"], room["revision"]), (4, 2) if wins else (2, 1))
                self.assertEqual((room["created_ms"], room["moved"]), (START + 30000, 0))
        check_database(self.database)


class Thousand(Rejudge):
    async def test_killed_in_the_midst_of_everything_each_room_is_changed_once(self):
        server, self.database, self.where = self.installation()
        problem, other = self.problems()
        fill(self.database, problem, other)
        check_database(self.database)

        endless = f"UPDATE submissions SET code = '{{}}' WHERE id = {2 * FIRST + 2}"
        self.database.change(endless.format("verdict Accepted, takes 600000 ms"))  # so that it is not over too soon
        await server.start()
        watching = await self.begin("--problem", str(problem))
        await self.until(self.JUDGED, ROOMS // 5)
        watching.kill()
        await watching.communicate()
        await server.kill()
        self.assertIn("not judged yet", await self.rejudge("apply", "1", code=1))
        self.database.change(endless.format(scripted("Accepted")))

        await server.start()
        await self.until(self.JUDGED, 2 * ROOMS)
        before = self.database.rows("SELECT id, status FROM submissions ORDER BY id")
        preview = await self.rejudge("show", "1")
        changing = sum(becomes not in (was, "Judge Error") for was, becomes, _ in FATES) * ROOMS // len(FATES)
        winning = sum(wins for _, _, wins in FATES) * ROOMS // len(FATES)
        failing = ROOMS // len(FATES)
        self.assertIn(f"rejudging 1 of problem {problem}", preview)
        self.assertIn(f"verdicts: {changing} change, {2 * ROOMS - changing - failing} stay, "
                      f"{failing} could not be judged and stay\n", preview)
        self.assertIn(f"{winning // 2:6}  Judge Error -> Accepted\n", preview)
        self.assertIn(f"rooms: {winning} change their standing, {winning} of them their result\n", preview)
        self.assertIn(f"room {FIRST + 1}, finished:\n  user 4: 1 solved, 60 s, WIN -> 1 solved, 60 s, LOSS\n"
                      f"  user 3: 0 solved, 0 s, LOSS -> 1 solved, 30 s, WIN\n  submission {2 * FIRST + 3} of user 3"
                      f" for problem {problem}: Wrong Answer -> Accepted\n", preview)
        self.assertEqual(self.database.rows("SELECT id, status FROM submissions ORDER BY id"), before)

        for limit in (ROOMS // 4, ROOMS // 2):  # no room beyond, so that the kill comes in the middle
            self.database.change(self.BRAKE.format(limit))
            applying = await self.begin("apply", "1")
            self.assertLess(await self.until(self.DONE, limit), limit + 64)  # PostgreSQL's commits go side by side
            applying.kill()
            await server.kill()
            await applying.communicate()
            check_database(self.database)
            self.database.change(self.LET_GO)
            await server.start()
        applying = await self.begin("apply", "1")
        await self.until(self.DONE, ROOMS // 2 + 100)
        await server.kill()
        await server.start()
        text, _ = await asyncio.wait_for(applying.communicate(), WAIT_S)
        self.assertEqual(applying.returncode, 0, text)
        self.assertIn("applied", text.decode())
        self.check_applied()
        self.assertIn(f"verdicts: {changing} change", await self.rejudge("show", "1"))
        self.assertIn("it has been applied", await self.rejudge("discard", "1", code=1))


class ThousandOnPostgres(Thousand):
    BRAKE = ("CREATE FUNCTION brake() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT COUNT(*) FROM"
             " rejudging_rooms WHERE done_ms IS NOT NULL) >= {0} THEN RAISE EXCEPTION 'brake'; END IF; RETURN NEW;"
             " END $$; CREATE TRIGGER brake BEFORE UPDATE ON rejudging_rooms FOR EACH ROW EXECUTE FUNCTION brake();")
    LET_GO = "DROP TRIGGER brake ON rejudging_rooms; DROP FUNCTION brake();"

    @classmethod
    def setUpClass(cls):
        cls.postgres = Postgres().start()

    @classmethod
    def tearDownClass(cls):
        cls.postgres.close()

    def installation(self):
        url = self.postgres.create("rejudged")
        data = new_data()
        import_packages("--database", url)
        server = self.own(Server("--database", url, data=data, binary=SCRIPTED))
        return server, Postgresql(self.postgres, "rejudged"), ["--database", url, "--data", str(data)]


class Players(Rejudge):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        server, self.database, self.where = self.installation()
        self.server = await server.start()

    async def judged(self, player, room_id, problem_id, verdict):
        submission = await player.submit(room_id, problem_id, scripted(verdict), PYTHON)
        self.assertEqual((await player.verdict(submission))["status"], verdict)
        return submission

    def correct(self, submission, verdict):
        """From now on judging it comes to this."""
        self.database.change(f"UPDATE submissions SET code = '{scripted(verdict)}' WHERE id = {submission}")
        self.forget(submission)

    def forget(self, submission):
        for player in self.players:
            player.verdicts.pop(submission, None)

    async def test_a_finished_contest_on_both_players_pages(self):
        host, guest, room_id, titles = await self.contest(self.server)
        problem_id = next(iter(titles.values()))
        first = await self.judged(host, room_id, problem_id, "Wrong Answer")
        await self.judged(guest, room_id, problem_id, "Wrong Answer")
        second = await self.judged(guest, room_id, problem_id, "Accepted")
        self.assertEqual((await host.end(room_id))["winnerUserId"], guest.user_id)
        state = await host.state(lambda state: state["status"] == "FINISHED", "the end")
        history = (await host.get(f"/users/{host.user_id}/history")).json
        received = self.one(f"SELECT created_ms FROM submissions WHERE id = {first}")
        self.correct(first, "Accepted")

        text = await self.rejudge("--room", str(room_id), "--yes")
        self.assertIn("verdicts: 1 change, 2 stay", text)
        for player in (host, guest):
            told = await player.state(lambda now: now["version"] > state["version"], "the new result")
            self.assertEqual(told["status"], "FINISHED")
            self.assertEqual(told["leaderboard"][0]["userId"], host.user_id)
        self.assertEqual((await host.verdict(first))["status"], "Accepted")
        self.assertNotIn(first, guest.verdicts)
        self.assertEqual((await host.get("/rooms/stats")).json["wins"], 1)
        self.assertEqual((await guest.get("/rooms/stats")).json["losses"], 1)
        [entry] = (await host.get(f"/users/{host.user_id}/history")).json
        self.assertEqual((entry["id"], entry["timestamp"]), (history[0]["id"], history[0]["timestamp"]))
        self.assertEqual((entry["result"], entry["solved"]), ("WIN", 1))
        self.assertEqual((await host.end(room_id))["winnerUserId"], host.user_id)
        self.assertEqual(self.one(f"SELECT created_ms FROM submissions WHERE id = {first}"), received)

        # and back again, by another rejudging
        self.correct(first, "Time Limit Exceeded")
        await self.rejudge("--submission", str(first), "--yes")
        self.assertEqual((await host.verdict(first))["status"], "Time Limit Exceeded")
        self.assertEqual((await guest.get("/rooms/stats")).json["wins"], 1)
        self.assertEqual(self.one(f"SELECT MAX(revision) FROM contest_history WHERE room_id = {room_id}"), 3)
        check_database(self.database, [first, second])

    async def test_a_running_contest_goes_on(self):
        host, guest, room_id, titles = await self.contest(self.server)
        problem_id = next(iter(titles.values()))
        first = await self.judged(host, room_id, problem_id, "Accepted")
        await guest.state(lambda state: state["leaderboard"][0]["solved"] == 1, "the host's lead")
        self.correct(first, "Wrong Answer")
        await self.rejudge("--problem", str(problem_id), "--yes")
        for player in (host, guest):
            await player.state(lambda state: state["leaderboard"][0]["solved"] == 0, "the lead's end")
        self.assertEqual((await host.verdict(first))["status"], "Wrong Answer")
        second = await self.judged(guest, room_id, problem_id, "Accepted")
        self.assertEqual((await host.end(room_id))["winnerUserId"], guest.user_id)
        check_database(self.database, [first, second])

    async def test_nothing_is_changed_before_somebody_says_so(self):
        host, guest, room_id, titles = await self.contest(self.server)
        problem_id = next(iter(titles.values()))
        first = await self.judged(host, room_id, problem_id, "Wrong Answer")
        await host.end(room_id)
        self.correct(first, "Accepted")
        one, nothing = ("--submission", str(first)), "there is no submission with a verdict to judge again"
        self.assertIn(nothing, await self.rejudge(*one, "--until", "2020-01-01T00:00:00Z", code=1))
        self.assertIn(nothing, await self.rejudge(*one, "--since", "2199-01-01T00:00:00Z", code=1))
        text = await self.rejudge(*one, "--since", "2020-01-01T00:00:00Z", "--until", "2199-01-01T00:00:00Z",
                                  "--reason", "test 4 was wrong")
        self.assertIn(f"room {room_id}, finished:\n", text)
        self.assertIn("codecomp rejudge apply 1, or codecomp rejudge discard 1", text)
        error = await self.rejudge("--problem", str(problem_id), code=1)
        self.assertIn("in rejudging 1, which is open", error)
        self.assertIn("discarded", await self.rejudge("discard", "1"))
        self.assertIn("it has been discarded", await self.rejudge("apply", "1", code=1))
        self.assertIn(f"rejudging 1 of submission {first} (test 4 was wrong), made ", await self.rejudge("list"))
        self.assertEqual(self.one(f"SELECT status FROM submissions WHERE id = {first}"), "Wrong Answer")
        check_database(self.database, [first])

    async def at_a_terminal(self, answer, *words):
        """What a command showed there, answered once it asks."""
        ours, theirs = os.openpty()
        process = await asyncio.create_subprocess_exec(
            BINARY, "rejudge", *words, *self.where, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        shown, loop = b"", asyncio.get_running_loop()
        while True:
            try:
                shown += await asyncio.wait_for(loop.run_in_executor(None, os.read, ours, 4096), WAIT_S)
            except OSError:  # nobody has its other end any more
                break
            if b"or later: " in shown and answer:
                os.write(ours, f"{answer}\n".encode())
                answer = None
        os.close(ours)
        self.assertEqual(await process.wait(), 0, shown)
        return shown.decode().replace("\r\n", "\n")

    async def test_at_a_terminal_it_asks(self):
        host, guest, room_id, titles = await self.contest(self.server)
        first = await self.judged(host, room_id, next(iter(titles.values())), "Wrong Answer")
        await host.end(room_id)
        self.correct(first, "Accepted")
        status = f"SELECT status FROM submissions WHERE id = {first}"
        for number, (answer, said, verdict) in enumerate((
                ("no", "discarded", "Wrong Answer"), ("yes", ", applied", "Accepted")), 1):
            shown = await self.at_a_terminal(answer, "--submission", str(first))
            self.assertIn(f"rejudging {number}: judged 0 of 1 ", shown)
            self.assertIn(said, shown)
            self.assertEqual(self.one(status), verdict)
        check_database(self.database, [first])

    async def test_wrong_calls_say_what_to_do(self):
        for words in ((), ("--problem", "1", "--room", "1"), ("sing",), ("show",), ("show", "x"), ("list", "1"),
                      ("--problem", "1", "--since", "yesterday"), ("show", "1", "--problem", "1")):
            self.assertIn("codecomp rejudge --problem N", await self.rejudge(*words, code=2), words)
        self.assertIn("there is no problem 99", await self.rejudge("--problem", "99", code=1))
        self.assertIn("there is no submission with a verdict", await self.rejudge("--problem", "1", code=1))
        self.assertIn("there is no rejudging 7", await self.rejudge("show", "7", code=1))
        self.assertIn("there are no rejudgings", await self.rejudge("list"))
        self.where = ["--data", str(self.server.data.parent)]
        self.assertIn("the database is not there", await self.rejudge("list", code=1))

    async def test_without_a_server_nothing_is_judged_and_it_says_so(self):
        host, guest, room_id, titles = await self.contest(self.server)
        first = await self.judged(host, room_id, next(iter(titles.values())), "Wrong Answer")
        await host.end(room_id)
        await self.server.stop()
        self.assertIn("start codecomp serve, then codecomp rejudge show 1",
                      await self.rejudge("--submission", str(first), code=1))
        await self.server.start()
        await self.until(self.JUDGED, 1)
        self.assertIn("verdicts: 0 change, 1 stay", await self.rejudge("show", "1"))


if __name__ == "__main__":
    main()
