"""Runners that are processes of their own: what is sent to one that was killed while it was idle is judged by
another one at once, costs no try, and the journal that tells of it replays."""

import asyncio
import os
import unittest

from databases import check_database
from harness import PYTHON, ROOT, EndToEnd, main, run
from installation import Installation

SCRIPTED = os.environ.get("CODECOMP_SCRIPTED", str(ROOT / "build" / "tests" / "codecomp_scripted"))
PARTS = {"gateway": "gateway", "first": "runner", "second": "runner",
         "core": "auth,room,scoring,judge,scheduler,fanout,store"}


class Runners(EndToEnd):
    async def test_a_job_for_a_runner_that_was_killed_goes_to_another_one(self):
        parts = Installation(self, PARTS, "--runner-slots", "4",
                             binaries={"first": SCRIPTED, "second": SCRIPTED})
        first, second, core = (parts.parts[name] for name in ("first", "second", "core"))
        journal = parts.data.parent / "journal"
        core.options += ["--journal", str(journal), "--log-level", "debug"]
        await asyncio.gather(*(part.start() for part in (parts.gateway, first, core)))
        await parts.ready()
        while not (await self.languages(parts)):
            await asyncio.sleep(0.02)
        host, _, room_id, titles = await self.contest(parts.gateway)
        await second.start()  # behind the first one, if it is known at all when the job comes

        await first.kill()
        number = await host.submit(room_id, next(iter(titles.values())), "verdict Accepted, takes 5 ms", PYTHON)
        await core.line("message-not-sent.*judge_job.*unreachable")
        self.assertEqual((await host.verdict(number))["status"], "Accepted")
        self.assertEqual([line for line in core.lines if "judging-repeated" in line], [])
        for name in ("gateway", "second", "core"):
            self.assertEqual(await parts.parts[name].stop(), 0, name)
        check_database(parts.gateway.database, [number])
        judges, = journal.glob("judge-*.journal")
        self.assertEqual(run("log", str(judges)).stdout.count('"unreachable"'), 1)
        run("replay", str(journal))

    async def languages(self, parts):
        async with self.http.get(parts.gateway.base + "/languages") as answer:
            return await answer.json() if answer.status == 200 else []


if __name__ == "__main__":
    unittest.TestCase.maxDiff = None
    main()
