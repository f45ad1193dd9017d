"""kill -9 at bad moments, then a start on the same data: what was acknowledged is there and judged once,
timers are armed again. And SIGTERM, which loses nobody anything."""

import asyncio
import time
import unittest

import aiohttp
from harness import (C, DUELS, FAST, PYTHON, EndToEnd, Player, Refused, check_database, main, right,
                     slow, submit_patiently)

ROUNDS = 3 if DUELS < 200 else 6  # kills in the middle of submitting


class Kill(EndToEnd):
    async def restart(self, server):
        """On the same data, at another port; every player has to come again."""
        begun = time.monotonic()
        await server.start()
        print(f"listens again after {1000 * (time.monotonic() - begun):.0f} ms", flush=True)
        return server

    async def again(self, server, player, room_id):
        await player.close()
        fresh = await self.player(server, player.user_id)
        await fresh.listen(room_id)
        return fresh

    async def test_in_the_middle_of_judging(self):
        server = await self.serve()
        host, guest, room_id, titles = await self.contest(server)
        numbers = {}
        for title, problem_id in titles.items():
            for player in (host, guest):
                numbers[await player.submit(room_id, problem_id, slow(title), PYTHON)] = player
        first = next(iter(numbers))
        await numbers[first].verdict(first)  # now others are under way
        await server.kill()

        await self.restart(server)
        host, guest = await self.again(server, host, room_id), await self.again(server, guest, room_id)
        result = await host.end(room_id)
        for number, player in numbers.items():
            fresh = host if player.user_id == host.user_id else guest
            submission = (await fresh.get(f"/submissions/{number}")).json
            self.assertEqual(submission["status"], "Accepted")
        self.assertIn(result["result"], ("WIN", "DRAW"))
        self.assertEqual(await server.stop(), 0)
        check_database(server.database, list(numbers))

    async def test_again_and_again_in_the_middle_of_submitting(self):
        server = await self.serve(*FAST)
        rooms = []
        for i in range(4):
            host, guest, room_id, titles = await self.contest(server, 2 * i + 1, 2 * i + 2)
            rooms.append((host.user_id, guest.user_id, room_id, titles))
        acknowledged = []
        for round_number in range(ROUNDS):
            enough = asyncio.Event()
            submitters = [asyncio.create_task(self.submit_on(server, user_id, room_id, titles, acknowledged, enough))
                          for host_id, guest_id, room_id, titles in rooms for user_id in (host_id, guest_id)]
            self.goal = len(acknowledged) + 20 + 7 * round_number
            await asyncio.wait_for(enough.wait(), 120)
            await server.kill()
            await asyncio.gather(*submitters)
            await self.restart(server)
        for host_id, _, room_id, _ in rooms:
            host = await self.player(server, host_id)
            await host.end(room_id)
        self.assertEqual(await server.stop(), 0)
        check_database(server.database, acknowledged)

    async def submit_on(self, server, user_id, room_id, titles, acknowledged, enough):
        """Submits until the server is gone; notes what it was told."""
        title, problem_id = next(iter(titles.items()))
        async with aiohttp.ClientSession() as http:
            player = Player(http, server.base, user_id)
            try:
                await player.login()
                while True:
                    code, language = (right(title), PYTHON) if len(acknowledged) % 5 == 0 else ("int main(", C)
                    acknowledged.append(await submit_patiently(player, room_id, problem_id, code, language))
                    if len(acknowledged) >= self.goal:
                        enough.set()
            except (aiohttp.ClientError, ConnectionError, asyncio.TimeoutError):
                return
            except Refused as refused:
                if refused.answer.status not in (500, 503, 504):
                    raise

    async def test_a_contest_whose_end_passed_while_down_is_finished(self):
        server = await self.serve()
        host, guest, room_id, titles = await self.contest(server, duration=60000)
        title, problem_id = next(iter(titles.items()))
        number = await guest.submit(room_id, problem_id, slow(title), PYTHON)
        await server.kill()
        self.move_into_the_past(server, room_id, 120_000)

        await self.restart(server)
        guest = await self.again(server, guest, room_id)
        state = await guest.state(lambda state: state["status"] == "FINISHED", "the end")
        self.assertEqual(state["leaderboard"][0]["userId"], guest.user_id)
        self.assertEqual((await guest.get(f"/submissions/{number}")).json["status"], "Accepted")
        history = (await guest.get(f"/users/{guest.user_id}/history")).json
        self.assertEqual([(row["roomId"], row["result"]) for row in history], [(room_id, "WIN")])
        self.assertEqual(await server.stop(), 0)
        check_database(server.database, [number])

    def move_into_the_past(self, server, room_id, by_ms):
        """As if the machine had been off for so long."""
        server.database.change(f"""
            UPDATE rooms SET created_ms = created_ms - {by_ms}, start_ms = start_ms - {by_ms},
                end_ms = end_ms - {by_ms}, last_ms = last_ms - {by_ms} WHERE id = {room_id};
            UPDATE submissions SET created_ms = created_ms - {by_ms} WHERE room_id = {room_id}""")

    async def test_a_running_contest_ends_on_time_after_a_restart(self):
        server = await self.serve()
        host, guest, room_id, _ = await self.contest(server, duration=60000)
        await server.kill()
        self.move_into_the_past(server, room_id, 50_000)
        await self.restart(server)
        guest = await self.again(server, guest, room_id)
        state = await guest.state(lambda state: True, "the snapshot")
        self.assertEqual(state["status"], "ACTIVE")
        state = await guest.state(lambda state: state["status"] == "FINISHED", "the end of time")
        late = state["serverTime"] - (state["startTime"] + state["duration"])
        self.assertGreaterEqual(late, 0)
        print(f"ended {late} ms after its time", flush=True)

    async def test_a_waiting_room_expires_after_a_restart(self):
        server = await self.serve("--waiting-expiry", "60s")
        host = await self.player(server, 1)
        room = await host.create()
        await server.kill()
        server.database.change("UPDATE rooms SET created_ms = created_ms - 120000, last_ms = 0")
        await self.restart(server)
        host = await self.again(server, host, room["id"])
        await host.state(lambda state: state["status"] == "FINISHED", "the expiry")
        self.refused(await host.call("GET", "/rooms/current"), 404, "No open room")
        self.assertEqual((await host.get("/rooms/profile")).json["recentMatches"], [])


class Term(EndToEnd):
    async def test_what_was_acknowledged_is_judged_after_the_next_start(self):
        server = await self.serve()
        host, guest, room_id, titles = await self.contest(server)
        numbers = []
        for title, problem_id in titles.items():
            numbers.append(await host.submit(room_id, problem_id, slow(title), PYTHON))
        self.assertEqual(await server.stop(), 0)
        self.assertEqual(await host.stomp.close_code(), 1001)
        await host.close()
        await guest.close()
        await server.start()
        host = await self.player(server, 1)
        self.assertEqual((await host.end(room_id))["winnerUserId"], host.user_id)
        self.assertEqual(await server.stop(), 0)
        check_database(server.database, numbers)

    async def test_at_any_moment_of_the_start(self):
        server = await self.serve()
        await server.stop()
        for delay_s in (0, 0.01, 0.03, 0.1, 0.2, 0.3):  # while it still asks its compilers
            await server.start()
            await asyncio.sleep(delay_s)
            self.assertEqual(await server.stop(), 0)

    async def test_open_requests_are_answered_while_it_drains(self):
        server = await self.serve()
        host, guest, room_id, titles = await self.contest(server)
        title, problem_id = next(iter(titles.items()))
        bodies = [asyncio.create_task(host.call("POST", "/rooms/submit", body={
            "roomId": room_id, "problemId": problem_id, "code": right(title), "languageId": PYTHON}))
            for _ in range(5)]
        await asyncio.gather(*bodies[:1])
        stopping = asyncio.create_task(server.stop())
        answers = [answer for answer in await asyncio.gather(*bodies, return_exceptions=True)]
        numbers = []
        for answer in answers:
            if not isinstance(answer, aiohttp.ClientError):
                self.assertIn(answer.status, (200, 503), answer)
                if answer.status == 200:
                    numbers.append(answer.json["submissionId"])
        self.assertEqual(await stopping, 0)
        kept = {row["id"] for row in server.database.rows("SELECT id FROM submissions")}
        self.assertLessEqual(set(numbers), kept)

    async def test_sockets_of_every_kind_do_not_hold_it_up(self):
        server = await self.serve()
        idle = [await asyncio.open_connection(*server.address) for _ in range(10)]
        for _, writer in idle[:5]:
            writer.write(b"GET /healthz HTTP/1.1\r\n")
        half = Player(self.http, server.base, 1)
        await half.login()
        sockets = [await self.http.ws_connect(server.base + "/ws") for _ in range(5)]
        begun = time.monotonic()
        self.assertEqual(await server.stop(), 0)
        print(f"stopped after {1000 * (time.monotonic() - begun):.0f} ms", flush=True)
        for _, writer in idle:
            writer.close()
        for one in sockets:
            await one.close()


if __name__ == "__main__":
    main()
