"""An installation in several processes, around one topology file, as an operator would run it."""

import asyncio

from harness import Process, Server, new_data
from servers import free_ports

SECRET = {"CODECOMP_JWT_SECRET": "0123456789abcdef0123456789abcdef"}


class Installation:
    """Processes by name: {"core": "auth,room,…", …}. Each part has an address of its own; what names
    gateway or runner alone needs none; judge/0 is a shard. binaries: {name: program}, for parts with another one."""

    def __init__(self, test, parts, *options, binaries=None, data=None, settings=None):
        self.test, self.data = test, data or new_data()
        ports = iter(free_ports(2 * len(parts) + 2))
        self.addresses = {}
        for name, actors in parts.items():
            if set(actors.split(",")) - {"gateway", "runner"}:
                self.addresses[name] = f"tcp://127.0.0.1:{next(ports)}"
        self.stream = f"tcp://127.0.0.1:{next(ports)}"
        lines = self._topology(parts)
        topology = self.data.parent / "topology.zpl"
        topology.write_text("\n".join(lines) + "\n")
        self.parts = {}
        for name, actors in parts.items():
            shared = ["--topology", topology, "--actors", actors, *options,
                      *(settings or {}).get(name, ())]
            binary = {"binary": binaries[name]} if name in (binaries or {}) else {}
            if "gateway" in actors.split(","):
                part = Server(*shared, "--listen", f"127.0.0.1:{next(ports)}", data=self.data, env=SECRET, **binary)
            else:
                part = Process(self.data.parent, ["--data", self.data, *shared], env=SECRET, **binary)
            self.parts[name] = test.own(part)

    def _topology(self, parts):
        lines, shards = ["topology"], {}
        for name, actors in parts.items():
            for actor in actors.split(","):
                actor, _, shard = actor.partition("/")
                if actor not in ("gateway", "runner"):
                    shards.setdefault(actor, {})[shard] = self.addresses[name]
        for actor, places in shards.items():
            if "" in places:
                lines.append(f"    {actor} = \"{places['']}\"")
            else:
                lines.append(f"    {actor}")
                lines += [f"        {shard} = \"{address}\"" for shard, address in places.items()]
            if actor == "fanout":
                lines.append(f"        stream = \"{self.stream}\"")
        return lines

    @property
    def gateways(self):
        return [part for part in self.parts.values() if isinstance(part, Server)]

    @property
    def gateway(self):
        return self.gateways[0]

    async def start(self):
        await asyncio.gather(*(part.start() for part in self.parts.values()))
        await self.ready()
        return self

    async def ready(self):
        """Until every actor answers each gateway."""
        for gateway in self.gateways:
            while True:
                async with self.test.http.get(gateway.base + "/readyz") as answer:
                    if answer.status == 200:
                        break
                await asyncio.sleep(0.05)

    async def again(self, name):
        """kill -9, and a start."""
        await self.parts[name].kill()
        await self.parts[name].start()

    async def stop(self):
        """The edges first, the store last, as an operator would: in the order of the parts."""
        for name, part in self.parts.items():
            self.test.assertEqual(await part.stop(), 0, name)
