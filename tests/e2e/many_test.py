"""Two hundred duels at once through one gateway: nothing acknowledged is lost or judged twice, and every
result follows from its submissions."""

import asyncio
import random
import time
import unittest

from harness import C, DUELS, PYTHON, EndToEnd, check_database, main, right, right_c, wrong


class Many(EndToEnd):
    async def duel(self, server, number, acknowledged):
        chance = random.Random(number)
        host, guest, room_id, titles = await self.contest(server, 2 * number + 1, 2 * number + 2)
        pending = []
        for title, problem_id in list(titles.items())[:2]:
            for player in chance.sample((host, guest), 2):
                answers = [(right(title), PYTHON), (wrong(title), PYTHON), (right_c(title), C)]
                code, language = chance.choice(answers)
                submission = await player.submit(room_id, problem_id, code, language)
                acknowledged.append(submission)
                pending.append((player, submission))
        result = await host.end(room_id)
        for player, submission in pending:
            await player.verdict(submission)
        for player in (host, guest):
            state = await player.state(lambda state: state["status"] == "FINISHED", "the result")
            versions = [state["version"] for state in player.states]
            assert versions == sorted(set(versions)), versions
            assert player.repeats == [], f"pushed twice: {player.repeats}"
            self.assertEqual(state["leaderboard"][0]["rank"], 1)
            await player.close()
        return result

    async def test_two_hundred_duels_at_once(self):
        server = await self.serve()
        acknowledged = []
        begun = time.monotonic()
        results = await asyncio.gather(*(self.duel(server, number, acknowledged) for number in range(DUELS)))
        taken = time.monotonic() - begun
        print(f"{DUELS} duels with {len(acknowledged)} submissions in {taken:.1f} s", flush=True)
        self.assertEqual(len(acknowledged), 4 * DUELS)
        self.assertEqual(await server.stop(), 0)
        check_database(server.database, acknowledged)
        count, = server.database.rows("""
            SELECT (SELECT count(*) FROM submissions) AS submissions,
                (SELECT count(*) FROM contest_history) AS histories,
                (SELECT count(*) FROM contest_history WHERE result = 'WIN') AS won,
                (SELECT count(*) FROM open_seats) AS seats""")
        won = sum(result["result"] == "WIN" for result in results)
        self.assertEqual(count, {"submissions": len(acknowledged), "histories": 2 * DUELS, "won": won, "seats": 0})


if __name__ == "__main__":
    main()
