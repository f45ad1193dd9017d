"""Two gateways in two processes with one Redis between them, and a browser at each. The second gateway hears
of rooms through Redis alone: fan-out's stream does not reach it. Anybody publishes anything; Redis is killed,
frozen and cut off while a duel goes on; both browsers end up with the last state."""

import asyncio
import json
import re
import socket
import subprocess
import sys
import unittest

from harness import (BINARY, PYTHON, ROOT, WAIT_S, WITNESS, EndToEnd, Server, check_database, free_ports, main, new_data,
                     right, submit_patiently, wrong)

sys.path.insert(0, str(ROOT / "tests"))

from servers import Redis  # noqa: E402
from servers.proxy import Proxy  # noqa: E402

SECRET = {"CODECOMP_JWT_SECRET": "0123456789abcdef0123456789abcdef"}
CORE = "auth,room,scoring,judge,scheduler,fanout"
LISTS = '"leaderboard":[],"myProblems":[],"opponentProblems":[]'


def redis_do(port, *words):
    """One command; the first line of the answer."""
    data = b"*%d\r\n" % len(words)
    for word in words:
        word = word if isinstance(word, bytes) else str(word).encode()
        data += b"$%d\r\n%s\r\n" % (len(word), word)
    with socket.create_connection(("127.0.0.1", port), timeout=WAIT_S) as connection:
        connection.sendall(data)
        return connection.makefile("rb").readline().decode().strip()


def foreign(room_id, version=None, **more):
    """A state as another program would write it."""
    tail = "" if version is None else f', "version":{version}'
    for key, value in more.items():
        tail += f', "{key}": {json.dumps(value)}'
    text = f'{{ "roomId":{room_id}, "status":"ACTIVE", "duration":1, {LISTS}{tail} }}'
    WITNESS.others.add(text)
    return text


def seen(state):
    """A state without what differs between a push and a snapshot."""
    return {key: value for key, value in state.items() if key != "serverTime"}


class Events(EndToEnd):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.redis = await asyncio.to_thread(Redis().start)
        self.addCleanup(self.redis.close)

    async def gateways(self, url=None, far=None, streamed=False):
        """near: with fan-out; far: the other, which hears the stream, too, where that is over tcp."""
        url = url or self.redis.url
        data = new_data()
        core, store, stream = (f"tcp://127.0.0.1:{port}" for port in free_ports(3))
        topology = data.parent / "topology.zpl"
        lines = ["topology"] + [f'    {actor} = "{core}"' for actor in CORE.split(",")]
        lines += [f'        stream = "{stream if streamed else "inproc://stream"}"', f'    store = "{store}"']
        topology.write_text("\n".join(lines) + "\n")
        shared = ("--topology", topology, "--submit-limit", "16/1s")
        self.near = self.own(Server("--actors", f"gateway,{CORE},store,runner", "--events", url, *shared,
                                    data=data, env=SECRET))
        self.far = self.own(Server("--actors", "gateway", "--events", far or url, *shared, env=SECRET))
        await self.near.start()
        await self.far.start()
        for server in (self.near, self.far):
            await self.ready(server)
        await self.near.line("event=redis-up to=publish")
        await self.far.line("event=redis-up to=subscribe")

    async def ready(self, server):
        while True:
            async with self.http.get(server.base + "/readyz") as answer:
                if answer.status == 200:
                    return

    async def begin(self, **options):
        """Host at the near gateway, guest at the far one; started."""
        host, guest = await self.player(self.near, 1), await self.player(self.far, 2)
        room = await host.create(**options)
        await host.listen(room["id"])
        self.assertEqual(await guest.join(room), "Joined successfully")
        await guest.listen(room["id"])
        self.assertEqual(await host.start(room["id"]), "Contest started")
        problems = (await guest.get("/rooms/problems", roomId=room["id"])).json
        await self.both(host, guest, lambda state: state["status"] == "ACTIVE")
        return host, guest, room["id"], {row["title"]: row["id"] for row in problems}

    async def both(self, host, guest, ready):
        last = await asyncio.gather(host.state(ready), guest.state(ready))
        self.assertEqual(seen(last[0]), seen(last[1]))
        for player in (host, guest):
            versions = [state["version"] for state in player.states if "version" in state]
            self.assertEqual(versions, sorted(set(versions)))

    async def finish(self, host, guest, room_id):
        self.assertEqual(await host.end(room_id), {"winnerUserId": host.user_id, "result": "WIN"})
        await self.both(host, guest, lambda state: state["status"] == "FINISHED")

    async def metric(self, server, name):
        async with self.http.get(server.base + "/metrics") as answer:
            return int(re.search(rf"^codecomp_{name} (\d+)$", await answer.text(), re.M).group(1))

    # ---- what travels

    async def test_a_duel_over_two_gateways(self):
        await self.gateways()
        host, guest, room_id, titles = await self.begin()
        numbers = []
        for title, problem_id in list(titles.items())[:2]:
            for player, code in ((host, right(title)), (guest, wrong(title))):
                numbers.append(await player.submit(room_id, problem_id, code, PYTHON))
                self.assertEqual((await player.verdict(numbers[-1]))["userId"], player.user_id)
        await self.finish(host, guest, room_id)
        self.assertEqual(sorted(host.verdicts) + sorted(guest.verdicts), sorted(numbers[::2]) + sorted(numbers[1::2]))
        self.assertEqual(host.repeats + guest.repeats, [])
        self.assertEqual(await self.metric(self.near, "events_malformed"), 0)
        self.assertEqual(await self.metric(self.far, "events_malformed"), 0)
        self.assertEqual(await self.metric(self.near, "events_dropped"), 0)
        for server in (self.far, self.near):
            self.assertEqual(await server.stop(), 0)
        check_database(self.near.database, numbers)

    async def test_runs_and_how_far_a_judging_is_reach_the_far_gateway(self):
        await self.gateways()
        host, guest, room_id, titles = await self.begin()
        title, problem_id = next(iter(titles.items()))
        run_id = await guest.run(room_id, problem_id, right(title), PYTHON)
        self.assertEqual(await guest.ran(run_id), (await guest.get(f"/runs/{run_id}")).json)
        number = await guest.submit(room_id, problem_id, f"import time\ntime.sleep(0.4)\n{right(title)}", PYTHON)
        await guest.verdict(number)
        self.assertEqual(guest.progress[number], sorted(set(guest.progress[number])))
        self.assertGreaterEqual(len(guest.progress[number]), 2)
        self.assertEqual((guest.late, host.runs, host.progress), ([], {}, {}))

    async def test_what_is_published_is_what_browsers_get(self):
        await self.gateways()
        host, guest, room_id, titles = await self.begin()
        heard = []
        reader, writer = await asyncio.open_connection("127.0.0.1", self.redis.port)
        writer.write(b"*2\r\n$9\r\nSUBSCRIBE\r\n$%d\r\nroom:%d\r\n" % (len(f"room:{room_id}"), room_id))
        for _ in range(6):  # *3 $9 subscribe $n room:n :1
            await reader.readline()
        number = await guest.submit(room_id, titles[next(iter(titles))], wrong(next(iter(titles))), PYTHON)
        await guest.verdict(number)
        state = await host.state(lambda state: any(row["attempts"] for row in state["opponentProblems"]))
        while not heard or json.loads(heard[-1])["version"] < state["version"]:
            for _ in range(5):  # *3 $7 message $n room:n
                await reader.readline()
            length = int((await reader.readline())[1:])
            heard.append((await reader.readexactly(length + 2))[:-2])
        writer.close()
        self.assertEqual(json.loads(heard[-1]), state)
        self.assertEqual(list(json.loads(heard[-1])), list(state))  # the keys in the same order

    async def test_what_anybody_publishes_reaches_both_browsers(self):
        await self.gateways()
        host, guest, room_id, titles = await self.begin()
        version = host.states[-1]["version"]
        channel = f"room:{room_id}"

        async def published(text):
            redis_do(self.redis.port, "PUBLISH", channel, text)
            for player in (host, guest):
                self.assertEqual(await player.state(lambda state: state == json.loads(text)), json.loads(text))

        await published(foreign(room_id, note="without a version"))
        await published(foreign(room_id, version + 1, note="the next"))
        rubbish = ["", "rubbish", "{}", "[]", "null", foreign(room_id + 1, version + 9), foreign("1", version + 9),
                   foreign(room_id, version + 9)[:-2], foreign(room_id, -1), foreign(room_id, '"9"'), b"\xff\xfe",
                   foreign(room_id, version + 9).replace("ACTIVE", "OTHER"),
                   foreign(room_id, version + 9, large="x" * 140000), "[" * 60000,
                   foreign(room_id, version + 1, note="doubled"), foreign(room_id, version, note="old")]
        for text in rubbish:
            redis_do(self.redis.port, "PUBLISH", channel, text)
        for name in (f"room:{room_id}x", "room:", "room:-1", "room:0", "room:99999999999999999999", "user:x", "user:1"):
            redis_do(self.redis.port, "PUBLISH", name, foreign(room_id, version + 9))
        await published(foreign(room_id, note="after the rubbish"))
        for player in (host, guest):
            notes = [state["note"] for state in player.states if "note" in state]
            self.assertEqual(notes, ["without a version", "the next", "after the rubbish"])
            self.assertEqual(player.verdicts, {})

        # what is made up is passed on, but does not stop what is true
        await published(foreign(room_id, version + 1_000_000, note="made up"))
        title, problem_id = next(iter(titles.items()))
        number = await host.submit(room_id, problem_id, right(title), PYTHON)
        await host.verdict(number)
        for player in (host, guest):
            await player.state(lambda state: any(row["solved"] for row in state["myProblems"]), "the truth")
        self.assertEqual((await guest.get("/rooms/state", roomId=room_id)).json["version"], host.states[-1]["version"])

    async def test_a_private_room_stays_private(self):
        await self.gateways()
        host, guest, room_id, _ = await self.begin(visibility="private")
        stranger = await self.player(self.far, 3)
        await stranger.listen(room_id)
        frame = await stranger.stomp.next_control()
        self.assertEqual((frame.command, frame.headers["message"]), ("ERROR", "This room is private"))
        redis_do(self.redis.port, "PUBLISH", f"room:{room_id}", foreign(room_id, note="secret"))
        for player in (host, guest):
            await player.state(lambda state: state.get("note") == "secret")
        self.assertEqual(stranger.states, [])

    # ---- faults

    async def duel_through(self, fault, url=None, far=None):
        """Submissions before, during and after a fault; both browsers end up with the last state, and each
        player has all of his verdicts."""
        await self.gateways(url, far)
        host, guest, room_id, titles = await self.begin()
        numbers, over = {host: [], guest: []}, asyncio.Event()
        (title, problem_id), (other, other_id), _ = titles.items()

        async def submit(count=None):
            while not over.is_set() if count is None else count > 0:
                for player in (host, guest):
                    numbers[player].append(await submit_patiently(player, room_id, problem_id, wrong(title), PYTHON))
                    await host.verdict(numbers[host][-1])  # whose gateway notices nothing of it
                count = count and count - 1

        await submit(2)
        submitting = asyncio.create_task(submit())
        try:
            await fault()
        finally:
            over.set()
            await submitting
        await submit(2)
        numbers[host].append(await submit_patiently(host, room_id, other_id, right(other), PYTHON))
        await self.finish(host, guest, room_id)
        await host.verdict(numbers[host][-1])
        for player in (host, guest):
            for number in numbers[player]:
                await player.verdict(number)
        for server in (self.far, self.near):
            self.assertEqual(await server.stop(), 0)
        check_database(self.near.database, numbers[host] + numbers[guest])

    def ups(self):
        """How often those came (back) to Redis whose way there matters."""
        return [sum(f"event=redis-up to={purpose} " in line for line in server.lines)
                for server, purpose in ((self.near, "publish"), (self.far, "subscribe"))]

    async def back(self, before):
        """Until they have come again since."""
        for i, server in enumerate((self.near, self.far)):
            async with server.logged:
                await asyncio.wait_for(server.logged.wait_for(lambda: self.ups()[i] > before[i]), WAIT_S)

    async def test_redis_is_killed(self):
        async def fault():
            before = self.ups()
            await asyncio.to_thread(self.redis.kill)
            await self.near.line("event=redis-away to=publish")
            await self.far.line("event=redis-away to=subscribe")
            await asyncio.to_thread(self.redis.start)
            await self.back(before)
        await self.duel_through(fault)

    async def test_redis_is_frozen(self):
        async def fault():
            before = self.ups()
            await asyncio.to_thread(self.redis.freeze)
            await asyncio.sleep(10)  # as long as an operator's snapshot of the machine may take
            await self.near.line("event=redis-away to=publish why=.*no answer")
            await self.far.line("event=redis-away to=subscribe why=.*no answer")
            await asyncio.to_thread(self.redis.thaw)
            await self.back(before)
        await self.duel_through(fault)

    async def test_connections_are_cut_again_and_again(self):
        with Proxy(self.redis.port) as proxy:
            async def fault():
                for _ in range(5):
                    before = self.ups()
                    await asyncio.to_thread(proxy.cut)
                    await self.back(before)
            await self.duel_through(fault, f"redis://127.0.0.1:{proxy.port}")

    async def test_redis_drops_who_does_not_read(self):
        """Its limit for subscribers is so low that a burst of another's messages passes it."""
        await asyncio.to_thread(self.redis.close)
        self.redis = await asyncio.to_thread(
            Redis(("--client-output-buffer-limit", "pubsub 100kb 100kb 0")).start)
        self.addCleanup(self.redis.close)
        with Proxy(self.redis.port) as proxy:
            async def fault():
                before = [self.ups()[0] - 1, self.ups()[1]]  # the near gateway stays
                await asyncio.to_thread(proxy.swallow)  # so that the far gateway does not read
                for _ in range(300):
                    redis_do(self.redis.port, "PUBLISH", "room:777", foreign(777, large="x" * 60000))
                await asyncio.to_thread(proxy.pass_on)
                await self.back(before)
            await self.gone_missing_is_seen(fault, proxy)

    async def gone_missing_is_seen(self, fault, proxy):
        """One browser's gateway is alone in its trouble: what it missed it gets from scoring."""
        await self.gateways(far=f"redis://127.0.0.1:{proxy.port}")
        host, guest, room_id, titles = await self.begin()
        await fault()
        title, problem_id = next(iter(titles.items()))
        await host.verdict(await host.submit(room_id, problem_id, right(title), PYTHON))
        await self.finish(host, guest, room_id)

    async def test_without_redis_the_far_gateway_asks_now_and_then(self):
        await self.gateways()
        host, guest, room_id, titles = await self.begin()
        await asyncio.to_thread(self.redis.kill)
        await self.far.line("event=redis-away to=subscribe")
        title, problem_id = next(iter(titles.items()))
        await host.verdict(await host.submit(room_id, problem_id, right(title), PYTHON))
        await self.finish(host, guest, room_id)

    async def test_a_gateway_that_hears_the_stream_does_not_need_redis(self):
        await self.gateways(streamed=True)
        host, guest, room_id, titles = await self.begin()
        redis_do(self.redis.port, "PUBLISH", f"room:{room_id}", foreign(room_id, note="foreign"))
        for player in (host, guest):
            await player.state(lambda state: state.get("note") == "foreign")
        title, problem_id = next(iter(titles.items()))
        numbers = [await guest.submit(room_id, problem_id, wrong(title), PYTHON)]
        await guest.verdict(numbers[0])
        await asyncio.to_thread(self.redis.kill)
        await self.far.line("event=redis-away to=subscribe")
        numbers.append(await guest.submit(room_id, problem_id, wrong(title), PYTHON))
        await guest.verdict(numbers[1])
        await host.verdict(await host.submit(room_id, problem_id, right(title), PYTHON))
        await self.finish(host, guest, room_id)
        self.assertEqual(sorted(guest.verdicts), numbers)
        self.assertEqual(guest.repeats, [])  # by the stream alone, though Redis had them too
        self.assertEqual(await self.metric(self.far, "stream_gaps"), 0)

    # ---- the start

    async def test_redis_comes_later_than_we(self):
        port, = free_ports(1)
        url = f"redis://127.0.0.1:{port}"
        server = await self.serve("--events", url)
        await server.line("event=events-away .*can't reach Redis")
        host, guest, room_id, _ = await self.contest(server)
        await self.both(host, guest, lambda state: state["status"] == "ACTIVE")
        self.redis.port = port
        late = Redis()
        self.addCleanup(late.close)
        late.port = port
        await asyncio.to_thread(late.start)
        await server.line("event=redis-up to=subscribe")
        redis_do(port, "PUBLISH", f"room:{room_id}", foreign(room_id, note="late"))
        for player in (host, guest):
            await player.state(lambda state: state.get("note") == "late")

    async def test_a_mistake_is_told_at_the_start_and_no_secret_with_it(self):
        await asyncio.to_thread(self.redis.close)
        self.redis = await asyncio.to_thread(Redis(("--requirepass", "sesame")).start)
        self.addCleanup(self.redis.close)
        place = self.redis.url.removeprefix("redis://")
        for url, why in ((f"redis://{place}", "asks for a password"),
                         (f"redis://:wrongword@{place}", "refuses the user or password"),
                         (f"redis://nobody:wrongword@{place}", "refuses the user or password"),
                         (f"redis://:sesame@{place}/99", "has no database 99"),
                         ("redis://:wrongword@", "names no host"),
                         ("nats://wrongword", "is not a way for events")):
            done = await asyncio.to_thread(
                subprocess.run, [BINARY, "serve", "--listen", "127.0.0.1:0", "--data", str(new_data()), "--events", url],
                capture_output=True, text=True, timeout=WAIT_S, stdin=subprocess.DEVNULL)
            lines = [line for line in done.stderr.splitlines() if why in line]
            self.assertEqual(len(lines), 1, done.stderr)
            self.assertIn("--events: ", lines[0])
            self.assertNotEqual(done.returncode, 0)
            self.assertNotIn("wrongword", done.stderr + done.stdout)
            self.assertNotIn("sesame", done.stderr + done.stdout)
        server = await self.serve("--events", f"redis://:sesame@{place}")
        await server.line("event=redis-up to=subscribe")
        self.assertNotIn("sesame", "\n".join(server.lines))


if __name__ == "__main__":
    unittest.TestCase.maxDiff = None
    main()
