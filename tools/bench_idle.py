"""Idle clients for tools/bench.py: many connections that log in to STOMP anonymously, subscribe to a room in
which nothing happens, and from then on exchange heart-beats alone, as browsers do. What a client costs the
server is its resident memory, and its processor time, divided by their number. One asyncio loop plays them
all; below HTTP and WebSocket it does just enough to keep such a client going."""

import asyncio
import base64
import json
import os
import pathlib
import struct
import time

from player import Player

BEAT_S = 10         # what clients ask for, both ways
TOGETHER = 64       # that connect at once
ROOMS = 100         # that they watch
SENDERS = 32        # connections that carry what SockJS clients send
KINDS = ("websocket", "sockjs_websocket", "xhr_streaming", "xhr")
SHARE = {"xhr": 0.25}  # of the clients: playing this many that poll takes more than the server does
NAMES = {"websocket": "WebSockets", "sockjs_websocket": "SockJS WebSockets",
         "xhr_streaming": "SockJS XHR streams", "xhr": "SockJS XHR polls"}
BEGUN = {"websocket": b"\r\n\r\n", "sockjs_websocket": b"o", "xhr_streaming": b"o\n\r\n", "xhr": b"o\n"}  # ends so
CONNECT = "CONNECT\naccept-version:1.1\nheart-beat:{0},{0}\n\n\0".format(BEAT_S * 1000)


def masked(text):
    data = text.encode()
    length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack(">H", len(data))
    return b"\x81" + length + b"\0\0\0\0" + data


class Client(asyncio.Protocol):
    """One connection that goes on receiving, whatever comes."""

    def __init__(self, swarm, kind, number):
        self.swarm, self.kind, self.path = swarm, kind, f"/ws/000/{os.urandom(6).hex()}-{number}"
        self.seen = b""
        self.transport = None
        self.begun = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport
        if self.kind in ("websocket", "sockjs_websocket"):
            path = "/ws" if self.kind == "websocket" else self.path + "/websocket"
            key = base64.b64encode(os.urandom(16)).decode()
            transport.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
        else:
            self.receive()

    def receive(self):
        self.transport.write(f"POST {self.path}/{self.kind} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode())

    def data_received(self, data):
        if not self.begun.done():
            self.seen += data
            if self.seen.endswith(BEGUN[self.kind]):
                self.begun.set_result(None)
                self.seen = b""
                if self.kind == "xhr":
                    self.receive()
        elif self.kind == "xhr":
            self.seen += data
            head, mark, body = self.seen.partition(b"\r\n\r\n")
            if mark and len(body) == int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]):
                self.seen = b""
                if body.startswith(b"c"):
                    self.transport.close()
                else:
                    self.receive()

    def connection_lost(self, error):
        self.swarm.lost += 1
        if not self.begun.done():
            self.begun.set_exception(error or ConnectionError("closed"))

    async def say(self, text):
        if self.kind == "websocket":
            self.transport.write(masked(text))
        elif self.kind == "sockjs_websocket":
            self.transport.write(masked(json.dumps([text])))
        else:
            await self.swarm.post(self.path + "/xhr_send", json.dumps([text]))


class Swarm:
    def __init__(self, server, kind):
        self.server, self.kind, self.clients, self.lost = server, kind, [], 0
        self.senders = asyncio.Queue()

    async def post(self, path, body):
        reader, writer = await self.senders.get()
        writer.write(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 204 " in head, head
        self.senders.put_nowait((reader, writer))

    async def open(self, count, rooms):
        loop, turns = asyncio.get_running_loop(), asyncio.Semaphore(TOGETHER)
        for _ in range(SENDERS):
            self.senders.put_nowait(await asyncio.open_connection(self.server.host, self.server.port))

        async def one(number):
            async with turns:
                _, client = await loop.create_connection(lambda: Client(self, self.kind, number), self.server.host,
                                                         self.server.port)
                await client.begun
                await client.say(CONNECT + f"SUBSCRIBE\nid:sub-0\ndestination:/topic/room/{rooms[number % ROOMS]}\n\n\0")
                self.clients.append(client)
        await asyncio.gather(*map(one, range(count)))

    async def beat(self):
        """All clients' heart-beats, for ever, in turns."""
        number, due, before = 0, 0.0, time.monotonic()
        while True:
            now = time.monotonic()
            due += (now - before) / BEAT_S * len(self.clients)
            before = now
            while due >= 1:
                await self.clients[number % len(self.clients)].say("\n")
                number, due = number + 1, due - 1
            await asyncio.sleep(0.01)

    def close(self):
        for client in self.clients:
            client.transport.abort()
        while not self.senders.empty():
            self.senders.get_nowait()[1].close()


async def make_rooms(server):
    import aiohttp
    async with aiohttp.ClientSession() as session:
        rooms = []
        for number in range(ROOMS):
            host = await Player(session, server.base, 800_000 + number).login()
            rooms.append((await host.create())["id"])
        return rooms


async def measure(server, kind, count, seconds):
    """(KiB a client, per cent of a processor, connections lost)"""
    rooms = await make_rooms(server)
    await asyncio.sleep(1)
    before_mb, swarm = server.resident_mb(), Swarm(server, kind)
    beating = asyncio.create_task(swarm.beat())
    await swarm.open(count, rooms)
    await asyncio.sleep(2)
    used, begin, lost = processor_s(server.process.pid), time.monotonic(), swarm.lost
    await asyncio.sleep(seconds)
    share = (processor_s(server.process.pid) - used) / (time.monotonic() - begin)
    memory = (server.resident_mb() - before_mb) * 1024 / count
    lost = swarm.lost - lost
    beating.cancel()
    swarm.close()
    return memory, share * 100, lost


def processor_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run(serving, imported, packages, count, seconds, show):
    for kind in KINDS:
        clients = int(count * SHARE.get(kind, 1))
        with serving(imported(f"idle-{kind}", packages), "--actors",
                     "gateway,auth,room,scoring,judge,scheduler,fanout,store") as server:
            memory, share, lost = asyncio.run(measure(server, kind, clients, seconds))
        show("idle" if kind == KINDS[0] else "", f"{clients:,} {NAMES[kind]}: {memory:.1f} KiB each, {share:.1f} % of a "
                                                 f"processor with heart-beats every {BEAT_S} s, {lost} lost")
