"""Runs on the samples and on an input of one's own, and how far a judging is: who is told what of it, what
becomes of hostile ones, and what is left of them when processes are killed in the middle."""

import asyncio
import os
import pathlib
import unittest

from harness import BINARY, C, PYTHON, WAIT_S, EndToEnd, Refused, check_database, main, right, right_c, wrong
from installation import Installation
from servers import Judge0, RabbitMQ

SCRIPTED = os.environ.get("CODECOMP_SCRIPTED", str(pathlib.Path(BINARY).parent / "tests" / "codecomp_scripted"))
RUN_KEYS = {"runId", "userId", "roomId", "problemId", "languageId", "status", "ownInput", "createdAt", "judgedAt",
            "timeMs", "memoryKb", "compileOutput", "tests"}
TEST_KEYS = {"test", "status", "timeMs", "memoryKb", "exitCode", "signal", "output", "expected", "stderr", "cut"}
FAST = ("--run-limit", "16/1s", "--submit-limit", "16/1s")


async def settled(player, run_id):
    """GET until it is over."""
    while True:
        run = (await player.get(f"/runs/{run_id}")).json
        if run["status"] not in ("PENDING", "JUDGING"):
            return run
        await asyncio.sleep(0.05)


class WithRuns(EndToEnd):
    async def room(self, *options, **more):
        server = await self.serve(*FAST, *options, **more)
        host, guest, room_id, titles = await self.contest(server, problemCount=1)
        (title, problem_id), = titles.items()
        return server, host, guest, room_id, title, problem_id

    async def body(self, player, room_id, problem_id, code, language_id=PYTHON, **more):
        return await player.call("POST", "/rooms/run", body={"roomId": room_id, "problemId": problem_id, "code": code,
                                                             "languageId": language_id, **more})

    async def check_samples_and_own_input(self, server, host, guest, room_id, title, problem_id):
        one = await host.run(room_id, problem_id, right_c(title), C)
        two = await guest.run(room_id, problem_id, wrong(title), PYTHON)
        own = await host.run(room_id, problem_id, "import sys\nprint(sys.stdin.read()[::-1])\n"
                             "print('why', file=sys.stderr)\nsys.exit(4)\n", PYTHON, "abc")
        run = await host.ran(one)
        self.assertEqual(set(run), RUN_KEYS)
        self.assertEqual((run["status"], run["ownInput"], run["userId"]), ("Accepted", False, host.user_id))
        self.assertEqual([set(test) for test in run["tests"]], [TEST_KEYS])
        test = run["tests"][0]
        self.assertEqual((test["status"], test["exitCode"], test["signal"], test["cut"]), ("Accepted", 0, None, False))
        self.assertEqual(test["output"], test["expected"])
        self.assertEqual(run, (await host.get(f"/runs/{one}")).json)
        run = await guest.ran(two)
        self.assertEqual((run["status"], run["tests"][0]["status"]), ("Wrong Answer", "Wrong Answer"))
        self.assertNotEqual(run["tests"][0]["output"], run["tests"][0]["expected"])
        run = await host.ran(own)
        test = run["tests"][0]
        self.assertEqual((run["status"], run["ownInput"]), ("Runtime Error", True))
        self.assertEqual((test["output"], test["expected"], test["stderr"], test["exitCode"]), ("cba\n", "", "why\n", 4))
        fine = await host.ran(await host.run(room_id, problem_id, "print(input())", PYTHON, "anything"))
        self.assertEqual((fine["status"], fine["tests"][0]["output"]), ("Accepted", "anything\n"))
        broken = await host.ran(await host.run(room_id, problem_id, "int main(void) { return", C))
        self.assertEqual((broken["status"], broken["tests"]), ("Compilation Error", []))
        self.assertIn("error", broken["compileOutput"])

    async def check_killed_in_the_middle(self, server, host, room_id, title, problem_id):
        slow = f"import time\ntime.sleep(1)\n{right(title)}"
        runs = [await host.run(room_id, problem_id, slow, PYTHON) for _ in range(3)]
        number = await host.submit(room_id, problem_id, slow, PYTHON)
        while "JUDGING" not in [(await host.get(f"/runs/{run_id}")).json["status"] for run_id in runs]:
            await asyncio.sleep(0.02)
        await host.close()
        await server.kill()
        await server.start()
        host.base = server.base
        for run_id in runs:
            run = await asyncio.wait_for(settled(host, run_id), WAIT_S)
            self.assertEqual((run["status"], len(run["tests"])), ("Accepted", 1))
        while (await host.get(f"/submissions/{number}")).json["status"] != "Accepted":
            await asyncio.sleep(0.05)
        await host.end(room_id)
        await server.stop()
        check_database(server.database, [number])


class Runs(WithRuns):
    async def test_both_players_run_and_nobody_sees_the_others_nor_scores(self):
        server, host, guest, room_id, title, problem_id = await self.room()
        stranger = await self.player(server, 3)
        await stranger.listen(room_id)
        before = (await host.get("/rooms/state", roomId=room_id)).json
        await self.check_samples_and_own_input(server, host, guest, room_id, title, problem_id)
        for player, other in ((host, guest), (guest, host)):
            for run_id in player.runs:
                self.assertNotIn(run_id, other.runs)
                self.refused(await other.call("GET", f"/runs/{run_id}"), 404, "Run not found")
                self.refused(await stranger.call("GET", f"/runs/{run_id}"), 404, "Run not found")
        self.assertEqual(stranger.runs, {})
        self.refused(await host.call("GET", "/runs/999999"), 404, "Run not found")
        self.refused(await self.body(stranger, room_id, problem_id, ""), 400, "User not in room")
        self.refused(await self.body(host, room_id, 999999, ""), 400, "Invalid problem")
        self.refused(await self.body(host, 999999, problem_id, ""), 400, "Room not found")
        self.refused(await self.body(host, room_id, problem_id, "", 9999), 400, "Unknown language")
        after = (await host.get("/rooms/state", roomId=room_id)).json
        self.assertEqual(after | {"serverTime": 0}, before | {"serverTime": 0})
        self.assertEqual((await host.get("/rooms/submissions", roomId=room_id)).json, [])
        await host.end(room_id)
        self.refused(await self.body(host, room_id, problem_id, ""), 400, "Contest not active")
        await server.stop()
        check_database(server.database)

    async def test_how_far_a_judging_is_goes_to_the_submitter_alone(self):
        server, host, guest, room_id, title, problem_id = await self.room()
        stranger = await self.player(server, 3)
        await stranger.listen(room_id)
        slow = f"import time\ntime.sleep(0.4)\n{right(title)}"
        number = await host.submit(room_id, problem_id, slow, PYTHON)
        seen = await guest.state(lambda state: state["myProblems"][0]["judging"] == 1, "that he is being judged")
        self.assertEqual((seen["myProblems"][0]["attempts"], seen["opponentProblems"][0]["judging"]), (0, 0))
        verdict = await host.verdict(number)
        self.assertEqual((verdict["status"], verdict["testsRun"]), ("Accepted", 3))
        done = await guest.state(lambda state: state["myProblems"][0]["solved"], "that he has solved it")
        self.assertEqual((done["myProblems"][0]["attempts"], done["myProblems"][0]["judging"]), (1, 0))
        told = host.progress[number]
        self.assertEqual(told, sorted(set(told)))
        self.assertEqual({total for _, total in told}, {3})
        self.assertGreaterEqual(len(told), 2)
        broken = await host.submit(room_id, problem_id, "int main(void) { return \"\xe9\x01", C)
        verdict = await host.verdict(broken)
        self.assertEqual(verdict["status"], "Compilation Error")
        self.assertLessEqual(len(verdict["compileOutput"].encode()), 8192)
        for player in (guest, stranger):
            self.assertEqual((player.progress, player.verdicts), ({}, {}))
        self.assertEqual(host.late, [])

    async def test_hostile_inputs(self):
        server, host, guest, room_id, title, problem_id = await self.room()
        exact = "x" * 65536
        run = await host.ran(await host.run(room_id, problem_id, "import sys\nprint(len(sys.stdin.read()))", PYTHON, exact))
        self.assertEqual(run["tests"][0]["output"], "65536\n")
        self.refused(await self.body(host, room_id, problem_id, "", input=exact + "x"), 400, "input: longer than 65536 bytes")
        self.refused(await self.body(host, room_id, problem_id, "", input="a\0b"), 400,
                     "input: contains a NUL character")
        self.refused(await self.body(host, room_id, problem_id, "a\0b"), 400, "code: contains a NUL character")
        self.refused(await self.body(host, room_id, problem_id, "", input=7), 400, "input: not a text")
        answer = await host.call("POST", "/rooms/run", headers={"Content-Type": "application/json"}, data=(
            '{"roomId":%d,"problemId":%d,"languageId":71,"code":"","input":"' % (room_id, problem_id)).encode() + b'\xff"}')
        self.refused(answer, 400)
        empty = await host.ran(await host.run(room_id, problem_id, "import sys\nprint(repr(sys.stdin.read()))", PYTHON, ""))
        self.assertEqual((empty["ownInput"], empty["tests"][0]["output"]), (True, "''\n"))
        wild = "import sys\nout = sys.stdout.buffer\nout.write(b'\\0\\xff\\xc3\\xa9\\x1b[31m' * 100000)\nout.flush()\n"
        run = await host.ran(await host.run(room_id, problem_id, wild, PYTHON, ""))
        self.assertEqual((run["status"], run["tests"][0]["cut"]), ("Accepted", True))
        text = run["tests"][0]["output"]
        self.assertTrue(text.startswith("\ufffd\ufffd\xe9\ufffd[31m"))
        self.assertLessEqual(len(text.encode()), 49152)
        self.assertEqual(run, (await host.get(f"/runs/{run['runId']}")).json)
        endless = await guest.ran(await guest.run(room_id, problem_id, "while True: print('x' * 99999)", PYTHON, ""))
        self.assertEqual(endless["status"], "Output Limit Exceeded")

    async def test_runs_have_a_limit_of_their_own_and_few_are_kept(self):
        server = await self.serve("--run-limit", "2/1440m")
        host, guest, room_id, titles = await self.contest(server, problemCount=1)
        (title, problem_id), = titles.items()
        for _ in range(2):
            await host.ran(await host.run(room_id, problem_id, right(title), PYTHON))
        answer = await self.body(host, room_id, problem_id, right(title))
        self.refused(answer, 400, "Too many runs. Please slow down.")
        answer = await host.call("POST", "/rooms/run", headers={"Accept": "application/problem+json"}, body={
            "roomId": room_id, "problemId": problem_id, "code": "", "languageId": PYTHON})
        self.assertEqual((answer.status, answer.json["type"]), (429, "urn:codecomp:problem:too-many-runs"))
        await guest.ran(await guest.run(room_id, problem_id, right(title), PYTHON))
        await host.verdict(await host.submit(room_id, problem_id, right(title), PYTHON))
        await server.stop()
        check_database(server.database)

    async def test_the_newest_are_kept(self):
        server, host, guest, room_id, title, problem_id = await self.room(binary=SCRIPTED)
        code = "verdict Accepted, takes 1 ms"
        runs = []
        for _ in range(30):
            while True:
                try:
                    runs.append(await host.run(room_id, problem_id, code, PYTHON))
                    break
                except Refused as refused:
                    self.assertEqual(refused.answer.error, "Too many runs. Please slow down.")
                    await asyncio.sleep(0.05)
            await host.ran(runs[-1])
        self.refused(await host.call("GET", f"/runs/{runs[0]}"), 404, "Run not found")
        for run_id in runs[-20:]:
            self.assertEqual((await host.get(f"/runs/{run_id}")).json["tests"][0]["output"], "scripted")
        await server.stop()
        check_database(server.database)

    async def test_everything_is_killed_in_the_middle_of_a_run(self):
        server, host, guest, room_id, title, problem_id = await self.room()
        await self.check_killed_in_the_middle(server, host, room_id, title, problem_id)


class Elsewhere(WithRuns):
    """With others' servers, and in several processes."""

    async def test_runs_in_a_queue_of_their_own(self):
        broker = await asyncio.to_thread(lambda: RabbitMQ().__enter__())
        self.addAsyncCleanup(asyncio.to_thread, broker.close)
        server, host, guest, room_id, title, problem_id = await self.room("--queue", broker.url)
        await self.check_samples_and_own_input(server, host, guest, room_id, title, problem_id)
        self.assertEqual((await asyncio.to_thread(broker.queues))["run-queue"], 0)
        await self.check_killed_in_the_middle(server, host, room_id, title, problem_id)
        queues = await asyncio.to_thread(broker.queues)
        self.assertEqual((queues["run-queue"], queues["judge-dlq"]), (0, 0))

    async def test_runs_by_a_judge0(self):
        with Judge0() as judge0:
            server, host, guest, room_id, title, problem_id = await self.room("--runner", judge0.url)
            await self.check_samples_and_own_input(server, host, guest, room_id, title, problem_id)

    async def test_core_and_runner_are_killed_one_after_the_other(self):
        core = "gateway,auth,room,scoring,judge,scheduler,fanout,store"
        duel = await Installation(self, {"runner": "runner", "core": core}, "--dev-login", *FAST).start()
        host, _, room_id, titles = await self.contest(duel.gateway, problemCount=1)
        (title, problem_id), = titles.items()
        for killed in ("core", "runner"):
            slow = f"import time\ntime.sleep(1)\n{right(title)}"
            run_id = await host.run(room_id, problem_id, slow, PYTHON)
            while (await host.get(f"/runs/{run_id}")).json["status"] != "JUDGING":
                await asyncio.sleep(0.02)
            await duel.again(killed)
            await duel.ready()
            host.base = duel.gateway.base
            run = await asyncio.wait_for(settled(host, run_id), WAIT_S)
            self.assertEqual((run["status"], len(run["tests"])), ("Accepted", 1))
        await duel.stop()
        check_database(duel.gateway.database)


if __name__ == "__main__":
    unittest.TestCase.maxDiff = None
    main()
