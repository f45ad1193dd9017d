"""Duels that are judged by Judge0 servers, through the stand-in for them: alone, beside the sandbox, with
callbacks and tokens, and while servers die and come back."""

import asyncio
import os
import sys
import unittest

from harness import (EndToEnd, FAST, PYTHON, ROOT, C, check_database, free_ports, main,
                     right, right_c, wrong)

sys.path.insert(0, str(ROOT / "tests"))

from servers import Judge0  # noqa: E402

os.environ["no_proxy"] = os.environ["NO_PROXY"] = "127.0.0.1"
TOKEN = "sesame-open-0123456789"


def scripted(addend, after_ms=0):
    return f'# judge0-stand-in: {{"add": {addend}, "after_ms": {after_ms}}}\n'


class OnJudge0(EndToEnd):
    async def judge0(self, **options):
        server = Judge0(**options)
        await asyncio.to_thread(server.start)
        self.addAsyncCleanup(asyncio.to_thread, server.close)
        return server

    async def languages(self, server):
        async with self.http.get(server.base + "/languages") as answer:
            return {row["id"]: row for row in await answer.json()}

    async def offered(self, server):
        """What the judge has been told; that comes after what the log says."""
        while not (found := await self.languages(server)):
            await asyncio.sleep(0.02)
        return found

    async def metrics(self, server):
        async with self.http.get(server.base + "/metrics") as answer:
            lines = (await answer.text()).splitlines()
        return {line.split()[0].removeprefix("codecomp_"): int(line.split()[1])
                for line in lines if not line.startswith("#")}

    async def seen(self, judge0):
        return await asyncio.to_thread(lambda: judge0.seen)

    async def test_a_duel_is_judged(self):
        judge0 = await self.judge0()
        server = await self.serve("--runner", judge0.url, "--code-limit", "64KiB")
        await server.line("event=runner-there")
        self.assertEqual((await self.offered(server))[C], {"id": 50, "name": "C (GCC)", "version": "9.2.0"})
        self.assertEqual(sorted(await self.offered(server)), [50, 54, 62, 63, 71])
        host, guest, room_id, titles = await self.contest(server)
        (first, first_id), (second, second_id), (third, third_id) = titles.items()
        numbers = []
        for player, problem_id, code, language, verdict in (
                (host, first_id, right_c(first), C, "Accepted"),
                (host, second_id, right(second), PYTHON, "Accepted"),
                (guest, first_id, wrong(first), PYTHON, "Wrong Answer"),
                (guest, second_id, "int main(void) { return }", C, "Compilation Error"),
                (guest, third_id, right(third), PYTHON, "Accepted"),
                (host, third_id, "print(1", PYTHON, "Compilation Error")):
            number = await player.submit(room_id, problem_id, code, language)
            numbers.append(number)
            found = await player.verdict(number)
            self.assertEqual(found["status"], verdict, found)
            self.assertEqual(found["testsTotal"], 3)
        self.assertEqual((await host.end(room_id))["result"], "WIN")
        self.assertEqual(await server.stop(), 0)
        check_database(server.database, numbers)

    async def test_beside_the_sandbox_one_dies_and_comes_back(self):
        judge0 = await self.judge0(workers=2)
        server = await self.serve("--runner", f"sandbox:,{judge0.url}", "--runner-slots", 2, *FAST)
        await server.line("event=runner-there")
        host, guest, room_id, titles = await self.contest(server)
        title, problem_id = next(iter(titles.items()))
        submitted = []

        async def submit(player):
            submitted.append((player, await player.submit(room_id, problem_id, right_c(title), C)))
        for _ in range(4):
            await submit(host)
            await submit(guest)
        await asyncio.to_thread(judge0.kill)
        for _ in range(4):
            await submit(host)
        for player, number in submitted:
            await player.verdict(number)
        await asyncio.to_thread(judge0.start)
        await submit(guest)
        await guest.verdict(submitted[-1][1])
        self.assertIn((await host.end(room_id))["result"], ("WIN", "DRAW"))
        self.assertEqual(await server.stop(), 0)
        check_database(server.database, [number for _, number in submitted])
        self.assertEqual(server.database.rows("SELECT DISTINCT status FROM submissions"), [{"status": "Accepted"}])

    async def test_alone_it_dies_and_comes_back(self):
        judge0 = await self.judge0()
        server = await self.serve("--runner", judge0.url)
        await server.line("event=runner-there")
        host, guest, room_id, titles = await self.contest(server)
        title, problem_id = next(iter(titles.items()))
        addend = int(title.split()[1])
        slow = await host.submit(room_id, problem_id, scripted(addend, 1500), PYTHON)
        while (await self.seen(judge0))["submissions"] == 0:
            await asyncio.sleep(0.02)
        await asyncio.to_thread(judge0.kill)
        late = await guest.submit(room_id, problem_id, scripted(addend), PYTHON)
        await server.line("event=runner-set-aside")
        while await self.languages(server):
            await asyncio.sleep(0.05)
        await asyncio.to_thread(judge0.start)
        self.assertEqual((await host.verdict(slow))["status"], "Accepted")
        self.assertEqual((await guest.verdict(late))["status"], "Accepted")
        self.assertIn(PYTHON, await self.offered(server))
        await host.end(room_id)
        self.assertEqual(await server.stop(), 0)
        check_database(server.database, [slow, late])

    async def test_it_is_not_there_at_the_start(self):
        judge0 = await self.judge0(workers=3)
        await asyncio.to_thread(judge0.stop)
        server = await self.serve("--runner", judge0.url)
        await server.line("event=runner-set-aside")
        self.assertEqual(await self.languages(server), {})
        host, _, room_id, titles = await self.contest(server)
        title, problem_id = next(iter(titles.items()))
        number = await host.submit(room_id, problem_id, right(title), PYTHON)
        await asyncio.to_thread(judge0.start)
        self.assertEqual((await host.verdict(number))["status"], "Accepted")
        await server.line("event=runner-there .*workers=3")

    async def test_callbacks_hasten_and_forged_ones_do_nothing(self):
        judge0 = await self.judge0()
        port, = free_ports(1)
        server = await self.serve("--runner", judge0.url, "--public-url", f"http://127.0.0.1:{port}/",
                                  "--listen", f"127.0.0.1:{port}")
        await server.line("event=runner-there")
        host, _, room_id, titles = await self.contest(server)
        title, problem_id = next(iter(titles.items()))
        addend = int(title.split()[1])
        for _ in range(3):
            number = await host.submit(room_id, problem_id, scripted(addend, 300), PYTHON)
            for forged in (f"0-{number}-feed", "x", "1-2-3", f"0-{number}-"):
                async with self.http.put(f"{server.base}/runner/hints/{forged}", data=b"{}" * 100) as answer:
                    self.assertEqual(answer.status, 200)
            self.assertEqual((await host.verdict(number))["status"], "Accepted")
        while (await self.seen(judge0))["callbacks"] < 9:  # it counts one when it has our answer
            await asyncio.sleep(0.02)
        metrics = await self.metrics(server)
        self.assertGreater(metrics["judge0_hints"], 0)

    async def test_tokens(self):
        judge0 = await self.judge0(token=TOKEN)
        server = await self.serve("--runner", judge0.url, env={"CODECOMP_JUDGE0_TOKEN": TOKEN})
        await server.line("event=runner-there")
        other = await self.serve("--runner", judge0.url, env={"CODECOMP_JUDGE0_TOKEN": "wrong-" + TOKEN})
        line = await other.line("event=runner-set-aside")
        self.assertIn("does not accept our token", line)
        self.assertEqual(await self.languages(other), {})
        for one in (server, other):
            self.assertNotIn(TOKEN, "\n".join(one.lines))

    async def test_a_full_queue_is_waited_for(self):
        judge0 = await self.judge0(workers=2, settings=("max_queue_size=3",))
        server = await self.serve("--runner", judge0.url, "--runner-slots", 6, *FAST)
        await server.line("event=runner-there")
        host, guest, room_id, titles = await self.contest(server)
        numbers = []
        for title, problem_id in titles.items():
            for player in (host, guest):
                for _ in range(3):
                    code = scripted(int(title.split()[1]), 30)
                    numbers.append((player, await player.submit(room_id, problem_id, code, PYTHON)))
        for player, number in numbers:
            self.assertEqual((await player.verdict(number))["status"], "Accepted")
        self.assertGreater((await self.metrics(server))["judge0_full"], 0)

    async def test_what_it_refuses_for_ever_is_a_judge_error(self):
        judge0 = await self.judge0()
        server = await self.serve("--runner", judge0.url)
        await server.line("event=runner-there")
        host, _, room_id, titles = await self.contest(server)
        title, problem_id = next(iter(titles.items()))
        await asyncio.to_thread(judge0.misbehave, "internal", None, "post")
        number = await host.submit(room_id, problem_id, right(title), PYTHON)
        self.assertEqual((await host.verdict(number))["status"], "Judge Error")
        line = await server.line("event=judge-error")
        self.assertIn("rb_sysopen", line)
        await asyncio.to_thread(judge0.behave)
        number = await host.submit(room_id, problem_id, right(title), PYTHON)
        self.assertEqual((await host.verdict(number))["status"], "Accepted")


if __name__ == "__main__":
    unittest.TestCase.maxDiff = None
    main()
