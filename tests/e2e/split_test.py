"""The same duel with the actors in two and three processes that talk tcp: it goes as in one, the core or
the store may be killed in its middle, and garbage on the actors' endpoints disturbs nobody."""

import asyncio
import random
import re
import unittest

import journals
from harness import (PYTHON, ROOT, EndToEnd, Process, Refused, Server, check_database, free_ports, main, new_data,
                     right, slow, wrong)

CORE = "auth,room,scoring,judge,scheduler,fanout"
SECRET = {"CODECOMP_JWT_SECRET": "0123456789abcdef0123456789abcdef"}


class Installation:
    """Processes by name, around one topology file and one data folder."""

    def __init__(self, test, parts, *options):
        self.test, self.data = test, new_data()
        core, stream, store = (f"tcp://127.0.0.1:{port}" for port in free_ports(3))
        self.core, self.stream, self.store = core, stream, store
        topology = self.data.parent / "topology.zpl"
        lines = ["topology"]
        for actor in CORE.split(","):
            lines.append(f"    {actor} = \"{core}\"")
            if actor == "fanout":
                lines.append(f"        stream = \"{stream}\"")
        lines.append(f"    store = \"{store}\"")
        topology.write_text("\n".join(lines) + "\n")
        self.parts = {}
        for actors in parts:
            shared = ("--topology", topology, "--actors", actors, *options)
            if "gateway" in actors.split(","):
                part = self.gateway = Server(*shared, data=self.data, env=SECRET)
            else:
                part = Process(self.data.parent, ["--data", self.data, *shared], env=SECRET)
            self.parts[actors] = test.own(part)

    async def start(self):
        await asyncio.gather(*(self.start_part(actors) for actors in self.parts))
        await self.ready()
        return self

    async def start_part(self, actors):
        part = self.parts[actors]
        await (part.start() if part is self.gateway else part.start())

    async def ready(self):
        """Until every actor answers the gateway."""
        while True:
            async with self.test.http.get(self.gateway.base + "/readyz") as answer:
                if answer.status == 200:
                    return

    async def stop(self):
        """The edges first, the store last, as an operator would."""
        for actors in self.parts:
            self.test.assertEqual(await self.parts[actors].stop(), 0, actors)


class Split(EndToEnd):
    async def duel(self, installation):
        host, guest, room_id, titles = await self.contest(installation.gateway)
        numbers = []
        for title, problem_id in list(titles.items())[:2]:
            for player, code in ((host, right(title)), (guest, wrong(title))):
                numbers.append(await player.submit(room_id, problem_id, code, PYTHON))
                await player.verdict(numbers[-1])
        self.assertEqual(await host.end(room_id), {"winnerUserId": host.user_id, "result": "WIN"})
        for player in (host, guest):
            await player.state(lambda state: state["status"] == "FINISHED", "the result")
            versions = [state["version"] for state in player.states]
            self.assertEqual(versions, sorted(set(versions)))
        self.assertEqual((await guest.get("/rooms/stats")).json["losses"], 1)
        return numbers

    async def test_two_processes(self):
        installation = await Installation(self, [f"gateway,{CORE}", "runner,store"]).start()
        numbers = await self.duel(installation)
        await installation.stop()
        check_database(installation.gateway.database, numbers)

    async def test_three_processes_and_a_runner_of_its_own(self):
        installation = await Installation(self, ["gateway", "runner", CORE, "store"]).start()
        numbers = await self.duel(installation)
        await installation.stop()
        check_database(installation.gateway.database, numbers)

    async def killed_in_the_middle(self, victim):
        installation = await Installation(self, ["gateway", CORE, "store,runner"]).start()
        host, guest, room_id, titles = await self.contest(installation.gateway)
        numbers = []
        for title, problem_id in titles.items():
            numbers.append(await host.submit(room_id, problem_id, slow(title), PYTHON))
        await host.verdict(numbers[0])
        await installation.parts[victim].kill()
        await installation.start_part(victim)
        await installation.ready()

        title, problem_id = next(iter(titles.items()))
        numbers.append(await self.insistently(lambda: guest.submit(room_id, problem_id, wrong(title), PYTHON)))
        result = await self.insistently(lambda: host.end(room_id))
        self.assertEqual(result, {"winnerUserId": host.user_id, "result": "WIN"})
        for player in (host, guest):  # whose sockets have lived through it
            await player.state(lambda state: state["status"] == "FINISHED", "the result")
        for number in numbers[:-1]:
            self.assertEqual((await host.get(f"/submissions/{number}")).json["status"], "Accepted")
        await installation.stop()
        check_database(installation.gateway.database, numbers)

    async def insistently(self, call):
        """Again while the answer is that we are busy or late; a repeated end or submit does no harm here."""
        while True:
            try:
                return await call()
            except Refused as refused:
                if refused.answer.status not in (503, 504):
                    raise

    async def test_the_core_is_killed_in_the_middle(self):
        await self.killed_in_the_middle(CORE)

    async def test_the_store_is_killed_in_the_middle(self):
        await self.killed_in_the_middle("store,runner")

    async def test_garbage_on_the_actors_endpoints(self):
        installation = Installation(self, ["gateway", CORE, "store,runner"])
        journal = installation.data.parent / "journal"
        installation.parts[CORE].options += ["--journal", str(journal)]
        await installation.start()
        numbers = await self.duel(installation)
        frames = [record.bytes for path in journal.glob("*.journal") for record in journals.read(path)]
        for endpoint in (installation.core, installation.store, installation.stream):
            host, port = re.match(r"tcp://(.+):(\d+)", endpoint).groups()
            for data in (b"\0" * 1000, b"\xff" * 1000, b"GET / HTTP/1.1\r\n\r\n", bytes(range(256)) * 100, GREETING[:30]):
                await self.throw(host, int(port), data)
            await self.throw(host, int(port), GREETING + ready() + b"".join(map(message, self.hostile(frames))))
            await self.throw(host, int(port), GREETING + ready() + b"\2" + (1 << 62).to_bytes(8, "big") + b"x")
        await installation.ready()
        answer = await self.players[0].get("/rooms/profile")
        self.assertEqual(answer.json["stats"]["totalContests"], 1)
        host, guest, room_id, _ = await self.contest(installation.gateway, 5, 6)
        self.assertEqual((await host.end(room_id))["result"], "DRAW")
        await installation.stop()
        check_database(installation.gateway.database, numbers)

    async def throw(self, host, port, data):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(data)
            writer.write_eof()
            await writer.drain()
            await asyncio.wait_for(reader.read(100_000), 1)  # it may well stay open: nothing to wait for
        except (ConnectionError, OSError, asyncio.TimeoutError):
            pass
        writer.transport.abort()

    def hostile(self, frames):
        """Frames as the actors say them, damaged, cut, and lists that promise more than there is."""
        chance = random.Random(7)
        yield from (b"", b"\xc0", b"\xdd\x7f\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff", b"\x9f" * 1000)
        for corpus in sorted((ROOT / "tests" / "fuzz" / "corpus" / "codec").iterdir()):
            yield corpus.read_bytes()
        for frame in chance.sample(frames, min(len(frames), 200)):
            at = chance.randrange(len(frame))
            yield frame[:at]
            yield frame[:at] + bytes([chance.randrange(256)]) + frame[at + 1:]


# ZMTP 3.0 as a DEALER without security would speak it
GREETING = b"\xff" + b"\0" * 8 + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + b"\0" * 32


def ready():
    body = b"\x05READY\x0bSocket-Type\x00\x00\x00\x06DEALER"
    return bytes([4, len(body)]) + body


def message(body):
    return b"\2" + len(body).to_bytes(8, "big") + body


if __name__ == "__main__":
    unittest.TestCase.maxDiff = None
    main()
