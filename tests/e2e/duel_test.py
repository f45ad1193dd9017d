"""A whole duel through HTTP and WebSocket: every change is pushed, versions grow, a private room stays
private, and profile, stats and history say the same as the result."""

import asyncio
import json
import os
import unittest

from harness import (C, PYTHON, ROOT, WAIT_S, EndToEnd, Stomp, check_database, main, right, right_c, run, wrong)


class Duel(EndToEnd):
    async def test_every_change_is_pushed_and_the_better_one_wins(self):
        server = await self.serve()
        host, guest, room = await self.players_in_room(server)
        self.assertEqual(room["status"], "WAITING")
        self.assertEqual(room["hostUserId"], host.user_id)
        self.assertIsNone(room["startTime"])
        room_id = room["id"]

        both = lambda state: host.user_id in state.values() or True
        joined = await host.state(both, "the join")
        self.assertEqual((joined["status"], joined["leaderboard"]), ("WAITING", []))
        waiting = (await host.get("/rooms/state", roomId=room_id)).json
        self.assertEqual((waiting["currentUserId"], waiting["opponentUserId"]),
                         (host.user_id, guest.user_id))

        await host.start(room_id)
        for player in (host, guest):
            state = await player.state(lambda state: state["status"] == "ACTIVE", "the start")
            self.assertIsNone(state["currentUserId"])
            self.assertIsNone(state["opponentUserId"])
            self.assertEqual({row["userId"] for row in state["myProblems"]}, {host.user_id})
            self.assertEqual({row["userId"] for row in state["opponentProblems"]}, {guest.user_id})
            self.assertEqual(state["endTime"], state["startTime"] + state["duration"])
        problems = (await guest.get("/rooms/problems", roomId=room_id)).json
        self.assertEqual(len(problems), 3)
        self.assertEqual([len(row["samples"]) for row in problems], [1, 1, 1])
        titles = {row["title"]: row["id"] for row in problems}
        one, two, _ = titles

        first = await host.submit(room_id, titles[one], wrong(one), PYTHON)
        self.assertEqual((await host.verdict(first))["status"], "Wrong Answer")
        second = await host.submit(room_id, titles[one], right_c(one), C)
        self.assertEqual((await host.verdict(second))["status"], "Accepted")
        third = await host.submit(room_id, titles[two], right(two), PYTHON)
        submission = await host.verdict(third)
        self.assertEqual(submission["status"], "Accepted")
        self.assertEqual((submission["testsRun"], submission["testsTotal"]), (3, 3))
        fourth = await guest.submit(room_id, titles[one], right(one), PYTHON)
        self.assertEqual((await guest.verdict(fourth))["status"], "Accepted")
        fifth = await guest.submit(room_id, titles[two], "int main(void) { return", C)
        self.assertEqual((await guest.verdict(fifth))["status"], "Compilation Error")
        self.assertIn("error", guest.verdicts[fifth]["compileOutput"])
        self.assertNotIn(first, guest.verdicts, "somebody else's verdict")

        def settled(state):
            solved = {row["userId"]: row["solved"] for row in state["leaderboard"]}
            return solved == {host.user_id: 2, guest.user_id: 1}
        for player in (host, guest):
            await player.state(settled, "all verdicts")

        result = await host.end(room_id)
        self.assertEqual(result, {"winnerUserId": host.user_id, "result": "WIN"})
        self.assertEqual(await host.end(room_id), result)
        for player in (host, guest):
            last = await player.state(lambda state: state["status"] == "FINISHED", "the result")
            versions = [state["version"] for state in player.states]
            self.assertEqual(versions, sorted(set(versions)))
            self.assertFalse(last["settling"])
            self.assertEqual(player.repeats, [])
        self.assertEqual(host.states[-1], guest.states[-1] | {"serverTime": host.states[-1]["serverTime"]})
        await self.check_reads(server, host, guest, room_id, [first, second, third])

    async def check_reads(self, server, host, guest, room_id, submissions):
        board = (await guest.get("/rooms/leaderboard", roomId=room_id)).json
        self.assertEqual(board, (await guest.get(f"/rooms/{room_id}/leaderboard")).json)
        self.assertEqual(board, host.states[-1]["leaderboard"])
        self.assertEqual([(row["userId"], row["solved"], row["rank"]) for row in board],
                         [(host.user_id, 2, 1), (guest.user_id, 1, 2)])
        self.assertGreaterEqual(board[0]["penalty"], 600)
        self.assertLess(board[1]["penalty"], 600)

        profile = (await host.get("/rooms/profile")).json
        self.assertEqual(profile["stats"], {"totalContests": 1, "wins": 1, "losses": 0, "draws": 0,
                                            "totalSolved": 2, "winRate": 100})
        self.assertEqual(profile["stats"], (await host.get("/rooms/stats")).json)
        history = (await guest.get(f"/users/{host.user_id}/history")).json
        self.assertEqual(history, profile["recentMatches"])
        self.assertEqual([(row["roomId"], row["solved"], row["penalty"], row["result"]) for row in history],
                         [(room_id, 2, board[0]["penalty"], "WIN")])
        self.assertEqual((await guest.get("/rooms/stats")).json["losses"], 1)

        own = (await host.get("/rooms/submissions", roomId=room_id)).json
        self.assertEqual([row["id"] for row in own], submissions[::-1])
        self.assertEqual((await host.get("/rooms/submissions", roomId=room_id, limit=1)).json, own[:1])
        self.assertEqual((await host.get("/rooms/submissions", roomId=room_id, before=own[0]["id"])).json,
                         own[1:])
        self.assertEqual((await host.get(f"/submissions/{submissions[0]}")).json, own[-1])
        self.assertEqual(host.verdicts[submissions[0]], own[-1])
        answer = await host.call("GET", "/rooms/current")
        self.refused(answer, 404, "No open room")
        code = await server.stop()
        self.assertEqual(code, 0)
        check_database(server.database, submissions)

    async def test_it_ends_when_both_have_solved_everything(self):
        server = await self.serve()
        host, guest, room_id, titles = await self.contest(server, problemCount=1)
        (title, problem_id), = titles.items()
        for player in (guest, host):
            number = await player.submit(room_id, problem_id, right(title), PYTHON)
            await player.verdict(number)
        state = await host.state(lambda state: state["status"] == "FINISHED", "the early end")
        self.assertEqual([row["solved"] for row in state["leaderboard"]], [1, 1])
        await server.stop()
        check_database(server.database)

    async def test_an_equal_contest_is_a_draw(self):
        server = await self.serve()
        host, guest, room_id, _ = await self.contest(server)
        self.assertEqual(await host.end(room_id), {"winnerUserId": None, "result": "DRAW"})
        for player in (host, guest):
            state = await player.state(lambda state: state["status"] == "FINISHED", "the result")
            self.assertEqual([row["rank"] for row in state["leaderboard"]], [1, 1])
            self.assertEqual((await player.get("/rooms/stats")).json["draws"], 1)

    async def test_end_waits_for_what_was_submitted_in_time(self):
        server = await self.serve()
        host, guest, room_id, titles = await self.contest(server, problemCount=1)
        (title, problem_id), = titles.items()
        await guest.submit(room_id, problem_id, f"import time\ntime.sleep(1)\n{right(title)}", PYTHON)
        result = await host.end(room_id)
        self.assertEqual(result, {"winnerUserId": guest.user_id, "result": "WIN"})
        self.assertTrue(any(state["settling"] for state in guest.states), "nobody was told of the settling")

    async def test_a_private_room_is_its_participants_own(self):
        server = await self.serve()
        host, guest, room = await self.players_in_room(server, visibility="private")
        stranger = await self.player(server, 3)
        room_id = room["id"]
        for path in ("/rooms/state", "/rooms/leaderboard", "/rooms/problems"):
            self.assertEqual((await guest.call("GET", path, {"roomId": room_id})).status, 200, path)
            self.refused(await stranger.call("GET", path, {"roomId": room_id}), 403, "This room is private")
        self.refused(await stranger.call("GET", f"/rooms/{room_id}/leaderboard"), 403, "This room is private")
        for token in (stranger.token, None):
            stomp = await Stomp.open(self.http, server.base)
            await stomp.connect(token)
            queue = await stomp.subscribe(f"/topic/room/{room_id}", receipt=False)
            frame = await stomp.next_control()
            self.assertEqual((frame.command, frame.headers["message"]), ("ERROR", "This room is private"))
            await stomp.close_code()
            self.assertIsNone(queue.get_nowait(), "something was shown of a private room")
            await stomp.close()
        await host.start(room_id)
        await guest.state(lambda state: state["status"] == "ACTIVE", "the start")

    async def test_strangers_may_watch_an_open_room(self):
        server = await self.serve()
        host, guest, room = await self.players_in_room(server)
        stranger = await self.player(server, 3)
        state = (await stranger.get("/rooms/state", roomId=room["id"])).json
        self.assertEqual((state["currentUserId"], state["opponentUserId"]), (stranger.user_id, None))
        stomp = await Stomp.open(self.http, server.base)
        await stomp.connect()
        queue = await stomp.subscribe(f"/topic/room/{room['id']}")
        snapshot = json.loads((await asyncio.wait_for(queue.get(), WAIT_S)).body)
        self.assertEqual(snapshot["status"], "WAITING")
        await host.start(room["id"])
        pushed = json.loads((await asyncio.wait_for(queue.get(), WAIT_S)).body)
        self.assertEqual(pushed["status"], "ACTIVE")
        self.assertGreater(pushed["version"], snapshot["version"])
        await stomp.close()

    async def test_a_host_who_waits_alone_may_open_another_room(self):
        server = await self.serve()
        host, guest = await self.player(server, 1), await self.player(server, 2)
        old = await host.create()
        new = await host.create()
        self.assertEqual((await host.get("/rooms/current")).json["roomId"], new["id"])
        self.assertEqual((await host.get("/rooms/state", roomId=old["id"])).json["status"], "FINISHED")
        self.assertEqual(await guest.join(new), "Joined successfully")
        self.refused(await host.call("POST", "/rooms/create"), 400, "User already in another active room")
        self.assertEqual((await guest.post("/rooms/leave", roomId=new["id"])).text, "Left")
        self.assertEqual((await host.post("/rooms/leave", roomId=new["id"])).text, "Left")
        self.refused(await host.call("GET", "/rooms/current"), 404, "No open room")


class Demonstration(EndToEnd):
    async def test_the_duel_script_on_the_sample_problems(self):
        from harness import Server, new_folder
        data = new_folder() / "data"
        run("import", "--skip-solutions", "--data", str(data), os.environ.get("CODECOMP_PROBLEMS", str(ROOT / "build" / "problems")))
        server = await self.own(Server(data=data)).start()
        script = await asyncio.create_subprocess_exec(
            ROOT / "tools" / "duel", "--base", server.base, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT)
        printed, _ = await asyncio.wait_for(script.communicate(), 3 * WAIT_S)
        self.assertEqual(script.returncode, 0, printed.decode())
        self.assertNotIn(b"BAD", printed)


if __name__ == "__main__":
    unittest.TestCase.maxDiff = None
    main()
