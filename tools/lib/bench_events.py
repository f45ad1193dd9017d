"""From a commit to browsers at two gateways: the second one hears of it by fan-out's stream over tcp, or by
Redis. Both installations run side by side and take turns."""

import asyncio
import contextlib
import pathlib
import statistics
import sys
import time

import aiohttp
from player import Player

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests"))

from servers import Redis  # noqa: E402
from servers.server import free_ports  # noqa: E402

CORE = ("auth", "room", "scoring", "judge", "scheduler", "fanout")
WAIT_S = 30


def topology(folder, stream_over_tcp):
    core, store, stream = (f"tcp://127.0.0.1:{port}" for port in free_ports(3))
    lines = ["topology"] + [f'    {actor} = "{core}"' for actor in CORE]
    lines += [f'        stream = "{stream if stream_over_tcp else "inproc://stream"}"', f'    store = "{store}"']
    path = folder / "topology.zpl"
    path.write_text("\n".join(lines) + "\n")
    return path


class Way:
    """One installation, a room in it, and a browser at each of its gateways."""

    def __init__(self, name, near, far):
        self.name, self.gateways = name, (near, far)
        self.near_ms, self.far_ms = [], []

    async def begin(self, session):
        self.host, self.guest = (Player(session, self.gateways[0].base, user) for user in (1, 2))
        self.watchers = [Player(session, gateway.base, 3 + i) for i, gateway in enumerate(self.gateways)]
        for player in (self.host, self.guest, *self.watchers):
            await player.login()
        self.room = await self.host.create()
        for player in self.watchers:
            player.came = {}
            player.on_push = lambda what, state, came=player.came: came.setdefault(state["version"], time.monotonic())
            await player.listen(self.room["id"])
            await player.state(lambda state: True, wait_s=WAIT_S)
        self.inside = False

    async def move(self, counts):
        """The guest comes or goes: one commit."""
        before = self.watchers[0].states[-1]["version"]
        begin = time.monotonic()
        if self.inside:
            await self.guest.post("/rooms/leave", roomId=self.room["id"])
        else:
            await self.guest.join(self.room)
        self.inside = not self.inside
        newest = [await player.state(lambda state: state["version"] > before, wait_s=WAIT_S)
                  for player in self.watchers]
        version = min(state["version"] for state in newest)
        if counts:
            for figures, player in ((self.near_ms, self.watchers[0]), (self.far_ms, self.watchers[1])):
                figures.append((player.came[version] - begin) * 1e3)

    async def end(self):
        for player in self.watchers:
            await player.close()

    def figures(self):
        hops = [far - near for near, far in zip(self.near_ms, self.far_ms)]
        return (f"by {self.name}: p50 {percentile(self.far_ms, 50):.2f} ms, p99 {percentile(self.far_ms, 99):.2f} ms "
                f"from the command, its commit included; {percentile(hops, 50):+.2f} ms, p99 "
                f"{percentile(hops, 99):+.2f} ms beside the gateway with fan-out "
                f"(p99 {percentile(self.near_ms, 99):.2f} ms)")


def percentile(values, percent):
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


async def _measure(ways, moves):
    async with aiohttp.ClientSession() as session:
        for way in ways:
            await way.begin(session)
        for index in range(-4, moves):  # the first ones fill caches
            for way in ways:
                await way.move(index >= 0)
        for way in ways:
            await way.end()


def run(serving, imported, packages, moves, show):
    with contextlib.ExitStack() as stack:
        redis = stack.enter_context(Redis())
        ways = []
        for name, url in (("the stream over tcp", "local:"), ("Redis", redis.url)):
            gateways = []
            for place, actors in (("near", ",".join(("gateway", "store", *CORE))), ("far", "gateway")):
                data = imported(f"events-{len(ways)}-{place}", packages)
                if place == "near":
                    shared = ("--topology", topology(data.parent, url == "local:"), "--events", url)
                gateways.append(stack.enter_context(serving(data, "--actors", actors, *shared)))
            ways.append(Way(name, *gateways))
        asyncio.run(_measure(ways, moves))
    for index, way in enumerate(ways):
        show("events" if index == 0 else "", way.figures() + (f" ({moves} states)" if index == 0 else ""))
