"""Faults while two hundred duels run: each server stopped, killed, frozen, cut off, and each of our processes
killed. After each: whoever was told that a submission is taken finds it judged, once, with the verdict that
it had to get; every contest has its one result, which its players were told; nothing is left in a queue, and
sql/audit.sql finds no promise broken."""

import asyncio
import json
import os
import random
import time
import unittest

from contestant import Contestant
from databases import check_database
from engines import Engines
from harness import ADDENDS, C, DUELS, PYTHON, ROOT, EndToEnd, import_packages, main, right, template, wrong
from installation import Installation

SCRIPTED = os.environ.get("CODECOMP_SCRIPTED", str(ROOT / "build" / "tests" / "codecomp_scripted"))
FROZEN_S = 10
THINKING_S = 1   # at most, before each
FAST = ("--submit-limit", "16/1s")
PARTS = {"gateway-1": "gateway", "gateway-2": "gateway", "runner": "runner", "judge-1": "judge/0,runner",
         "judge-2": "judge/1,runner", "core": "auth,room,scoring,scheduler,fanout", "store": "store"}
RUNNERS = [name for name, actors in PARTS.items() if "runner" in actors]


class Scripted:
    """A runner that does what the source text says; everything around it is real."""

    count, submissions, slots, binaries = DUELS, 4, 8, {name: SCRIPTED for name in RUNNERS}
    VERDICTS = ("Accepted", "Accepted", "Wrong Answer", "Runtime Error", "Time Limit Exceeded", "Compilation Error")

    @classmethod
    def submission(cls, title, chance):
        """(verdict that it must get, code, language)."""
        verdict = chance.choice(cls.VERDICTS)
        return verdict, f"verdict {verdict}, takes {chance.randrange(5, 50)} ms", PYTHON


class Real:
    """Programs that are run."""

    count, submissions, slots, binaries = max(4, DUELS // 10), 2, 1, {}

    @classmethod
    def submission(cls, title, chance):
        return chance.choice((("Accepted", right(title), PYTHON), ("Accepted", right(title), PYTHON),
                              ("Wrong Answer", wrong(title), PYTHON), ("Runtime Error", "print(1 // 0)", PYTHON),
                              ("Compilation Error", "int main(", C)))


class Judge0:
    """The stand-in for a Judge0, told by the source text what to answer."""

    count, submissions, slots, binaries = DUELS, 1, 8, {}

    @classmethod
    def submission(cls, title, chance):
        verdict, result = chance.choice((
            ("Accepted", {"add": ADDENDS[title]}), ("Wrong Answer", {"add": -ADDENDS[title]}),
            ("Runtime Error", {"status": 11, "exit_code": 139}), ("Time Limit Exceeded", {"status": 5}),
            ("Compilation Error", {"status": 6, "compile_output": "no"})))
        return verdict, f"# judge0-stand-in: {json.dumps(result | {'after_ms': chance.randrange(1, 5)})}\n", PYTHON


class Load:
    """Pairs who play duel after duel, and what they were told."""

    def __init__(self, http, bases, kind):
        self.kind = kind
        self.players = [Contestant(http, bases, user_id) for user_id in range(1, 2 * kind.count + 1)]
        self.acknowledged = {}        # submission -> the verdict that it must get
        self.results = {}             # room -> (winner, result) as its host was told
        self.busy = asyncio.Event()   # a good part of the first duels is under way
        self.enough = 0
        self.over = asyncio.Event()   # no further duels

    async def begin(self):
        await asyncio.gather(*(player.login() for player in self.players))
        await asyncio.gather(*(player.listen() for player in self.players))

    async def end(self):
        await asyncio.gather(*(player.close() for player in self.players))

    async def run(self, seed):
        """Until `over`; `busy` is set when a third of the first duels has been submitted."""
        self.busy.clear()
        self.over.clear()
        self.enough = len(self.acknowledged) + 2 * self.kind.submissions * self.kind.count // 3
        await asyncio.gather(*(self.pair(self.players[2 * number], self.players[2 * number + 1],
                                         random.Random(seed * 10007 + number)) for number in range(self.kind.count)))

    async def pair(self, host, guest, chance):
        await self.duel(host, guest, chance)
        while not self.over.is_set():
            await self.duel(host, guest, chance)

    async def duel(self, host, guest, chance):
        room = await host.create()
        room_id = room["id"]
        await host.watch(room_id)
        await guest.join(room)
        await guest.watch(room_id)
        await host.start(room_id)
        problems = (await guest.good("GET", "/rooms/problems", roomId=room_id)).json
        await asyncio.gather(*(self.play(player, room_id, problems[:2], random.Random(chance.random()))
                               for player in (host, guest)))
        result = await host.end(room_id)
        self.results[room_id] = result["winnerUserId"], result["result"]
        for player in (host, guest):
            state = await player.finished(room_id)
            first, second = state["leaderboard"]
            winner = first["userId"] if second["rank"] == 2 else None
            assert winner == result["winnerUserId"], f"room {room_id}: {state} but {result}"
            await player.unwatch(room_id)

    async def play(self, player, room_id, problems, chance):
        for _ in range(self.kind.submissions):
            await asyncio.sleep(chance.uniform(0, THINKING_S))
            problem = chance.choice(problems)
            verdict, code, language = self.kind.submission(problem["title"], chance)
            submission = await player.submit(room_id, problem["id"], code, language)
            assert submission not in self.acknowledged, f"id {submission} was given out twice"
            self.acknowledged[submission] = verdict
            if len(self.acknowledged) >= self.enough:
                self.busy.set()
            if chance.random() < 0.7:
                told = await player.verdict(submission)
                assert told == verdict, f"submission {submission}: told {told}, had to be {verdict}"


class Faults(EndToEnd):
    @classmethod
    def setUpClass(cls):
        template()  # writes the packages
        cls.engines = Engines(hosts=3, with_proxies=True).start(lambda url: import_packages("--database", url))
        cls.addClassCleanup(cls.engines.close)

    async def begin(self, kind):
        urls, self.database, self.host = await asyncio.to_thread(self.engines.fresh)
        if kind is not Judge0:
            urls["runner"] = "sandbox:"
        options = [word for name, url in urls.items() for word in (f"--{name}", url)]
        slots = {name: ("--runner-slots", kind.slots) for name in RUNNERS}
        self.installation = await Installation(self, PARTS, *FAST, *options, binaries=kind.binaries,
                                               settings=slots).start()
        self.load = Load(self.http, [gateway.base for gateway in self.installation.gateways], kind)
        await self.load.begin()
        self.addAsyncCleanup(self.load.end)
        self.faults = 0

    async def end(self):
        await self.load.end()
        await self.installation.stop()

    async def during(self, what, fault):
        """Duels, the fault in their middle, and then everything as it should be."""
        self.faults += 1
        load, begun = self.load, time.monotonic()
        before = [sum(player.unanswered for player in load.players), len(load.acknowledged), len(load.results)]
        running = asyncio.create_task(load.run(self.faults))
        busy = asyncio.create_task(load.busy.wait())
        await asyncio.wait((running, busy), return_when=asyncio.FIRST_COMPLETED)
        if not busy.done():
            busy.cancel()
            await running  # which has failed
        at = time.monotonic()
        await fault()
        load.over.set()
        over = time.monotonic()
        await running
        after = [sum(player.unanswered for player in load.players), len(load.acknowledged), len(load.results)]
        unanswered, acknowledged, duels = (one - other for one, other in zip(after, before))
        print(f"{what}: {at - begun:.1f} s before, {over - at:.1f} s during, {time.monotonic() - over:.1f} s after; "
              f"{duels} duels, {acknowledged} submissions, {unanswered} requests without an answer", flush=True)
        await self.check()

    async def check(self):
        database = self.database
        check_database(database, list(self.load.acknowledged))
        rows = {row["id"]: row["status"] for row in database.rows("SELECT id, status FROM submissions")}
        wrong = {number: (rows[number], verdict) for number, verdict in self.load.acknowledged.items()
                 if rows[number] != verdict}
        self.assertEqual(wrong, {}, "id: (verdict, what it had to be)")
        results = {row["id"]: (row["winner_user_id"] or None, row["result"]) for row in database.rows(
            "SELECT id, winner_user_id, result FROM rooms WHERE start_ms IS NOT NULL")}
        self.assertEqual(results, self.load.results)
        open_ones = database.rows("SELECT id, status FROM rooms WHERE status <> 'FINISHED'")
        self.assertEqual(open_ones, [], "rooms still open")
        await asyncio.to_thread(self.engines.check_queues, self.host)

    async def each_server(self, kind, names):
        await self.begin(kind)
        for name in names:
            server, proxy = self.engines.servers[name], self.engines.proxies[name]
            await self.during(f"{name} stopped and started", lambda: self.again(server.stop, server.start))
            await self.during(f"{name} killed", lambda: self.again(server.kill, server.start))
            await self.during(f"{name} frozen", lambda: self.frozen(server))
            await self.during(f"{name} cut off", lambda: asyncio.to_thread(proxy.cut))
        await self.end()

    async def each_process(self, kind):
        await self.begin(kind)
        for name in PARTS:
            await self.during(f"{name} killed", lambda: self.installation.again(name))
        await self.end()

    async def again(self, *actions):
        for action in actions:
            await asyncio.to_thread(action)

    async def frozen(self, server):
        await asyncio.to_thread(server.freeze)
        await asyncio.sleep(FROZEN_S)
        await asyncio.to_thread(server.thaw)


class Servers(Faults):
    async def test_scripted(self):
        await self.each_server(Scripted, ("postgres", "redis", "rabbitmq"))

    async def test_real(self):
        await self.each_server(Real, ("postgres", "redis", "rabbitmq"))

    async def test_judge0(self):
        await self.each_server(Judge0, ("judge0",))


class Processes(Faults):
    async def test_scripted(self):
        await self.each_process(Scripted)

    async def test_real(self):
        await self.each_process(Real)


if __name__ == "__main__":
    unittest.TestCase.maxDiff = None
    main()
