"""The same duels, from the same seeds, on the embedded defaults and on PostgreSQL, RabbitMQ, Redis and Judge0, side by
side: what the players see is identical, but for ids and times."""

import asyncio
import random
import unittest

from engines import Engines
from harness import (ADDENDS, C, CPP, DUELS, PYTHON, EndToEnd, check_database, import_packages, main, right, right_c,
                     template, wrong)
from installation import SECRET

PATIENCE_S = 400  # fifteen seconds of processor time, on a busy machine
COUNT = max(4, DUELS // 10)
FAST = ("--submit-limit", "16/1s")
TIMES = {"startTime", "endTime", "serverTime", "lastSolvedTime", "solvedAt", "createdAt", "judgedAt", "timestamp",
         "timeMs", "memoryKb"}
IDS = {"id", "roomId", "problemId", "version"}  # those of users are the same


def programs(title):
    """One of each verdict, and some of the same."""
    return (("Accepted", right(title), PYTHON), ("Accepted", right_c(title), C), ("Wrong Answer", wrong(title), PYTHON),
            ("Wrong Answer", "print(int(input()))\n", PYTHON), ("Runtime Error", "print(1 // 0)\n", PYTHON),
            ("Runtime Error", "int main(void) { __builtin_trap(); }\n", C),
            ("Compilation Error", "int main( {\n", C), ("Compilation Error", "int main() { return x; }\n", CPP))


def plan(number):
    """[(seat, title, program)] of one duel. Who wins never hangs on seconds, which differ: when all else is equal, the
    host solves one more."""
    chance, score = random.Random(number), [[0, 0], [0, 0]]  # solved, and minus the wrong ones that count
    titles = sorted(ADDENDS)
    steps = [(0, titles[0], row) for row in SLOW if number == 0]
    for _ in range(6):
        title = chance.choice(titles[:3])
        steps.append((chance.randrange(2), title, chance.choice(programs(title))))
    for seat in (0, 1):
        for title in ADDENDS:
            verdicts = [row[0] for at, name, row in steps if (at, name) == (seat, title)]
            if "Accepted" in verdicts:
                before = verdicts[:verdicts.index("Accepted")]
                score[seat][0] += 1
                score[seat][1] -= sum(verdict != "Compilation Error" for verdict in before)
    if score[0] == score[1]:
        steps.append((0, titles[3], programs(titles[3])[0]))
    return steps


SLOW = (("Time Limit Exceeded", "while True: pass\n", PYTHON),
        ("Output Limit Exceeded", "while True: print('x' * 65536)\n", PYTHON))


class Side:
    """One installation, and what its players saw, with names in the place of ids."""

    def __init__(self, test, server):
        self.test, self.server = test, server
        self.acknowledged = []

    async def duel(self, number):
        host, guest, room_id, titles = await self.test.contest(self.server, 2 * number + 1, 2 * number + 2,
                                                               problemCount=6)  # all there are
        names = {problem_id: title for title, problem_id in titles.items()}
        seen = {}
        # in turn, so that the order in which both sides take them is the same
        for step, (seat, title, (verdict, code, language)) in enumerate(plan(number)):
            player = (host, guest)[seat]
            submission = await player.submit(room_id, titles[title], code, language)
            self.acknowledged.append(submission)
            told = await player.verdict(submission, PATIENCE_S)
            assert told["status"] == verdict, f"{told['status']} for {code} at {self.server.options}"
            seen[step] = self.named(told, names)
            seen[step].pop("compileOutput")  # of two compilers' calls, which may have other paths
        seen["result"] = await host.end(room_id)
        for player, who in ((host, "host"), (guest, "guest")):
            state = await player.state(lambda state: state["status"] == "FINISHED", "the result")
            seen[who, "state"] = self.named(state, names)
            seen[who, "own state"] = self.named((await player.get("/rooms/state", roomId=room_id)).json, names)
            seen[who, "history"] = self.named((await player.get(f"/users/{player.user_id}/history")).json, names)
            seen[who, "stats"] = (await player.get("/rooms/stats")).json
            seen[who, "submissions"] = [row["status"] for row in (
                await player.get("/rooms/submissions", roomId=room_id)).json]
        return seen

    def named(self, value, names):
        if isinstance(value, list):
            rows = [self.named(row, names) for row in value]
            return sorted(rows, key=lambda row: (row.get("userId", 0), row.get("problemId", "")))
        if not isinstance(value, dict):
            return value
        plain = {key: self.named(row, names) for key, row in value.items() if key not in TIMES | IDS}
        if "problemId" in value:
            plain["problemId"] = names[value["problemId"]]
        for key in TIMES & set(value):
            plain[key] = value[key] is not None
        if "penalty" in value and "problemId" not in value:
            plain["penalty"] = value["penalty"] // 600  # without the seconds
        return plain


class Identical(EndToEnd):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        template()  # writes the packages
        self.engines = await asyncio.to_thread(
            Engines().start, lambda url: import_packages("--database", url))
        self.addAsyncCleanup(asyncio.to_thread, self.engines.close)

    async def test_embedded_and_engines_give_identical_contests(self):
        urls, database, host = await asyncio.to_thread(self.engines.fresh)
        flags = [word for name, url in urls.items() for word in (f"--{name}", url)]
        sides = [Side(self, await self.serve(*FAST)), Side(self, await self.serve(*FAST, *flags))]
        for begun in range(0, COUNT, 4):
            duels = range(begun, min(begun + 4, COUNT))
            seen = await asyncio.gather(*(side.duel(number) for side in sides for number in duels))
            for embedded, engines in zip(seen[:len(duels)], seen[len(duels):]):
                self.assertEqual(embedded, engines)
        for side in sides:
            self.assertEqual(await side.server.stop(), 0)
        check_database(sides[0].server.database, sides[0].acknowledged)
        check_database(database, sides[1].acknowledged)
        await asyncio.to_thread(self.engines.check_queues, host)


if __name__ == "__main__":
    unittest.TestCase.maxDiff = None
    main()
