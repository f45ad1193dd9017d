"""Clients that mean no good, on raw sockets: heads and bodies that trickle, frames without end, connections
half closed, subscriptions by the thousand, and readers that never read. Whatever they do, a duel goes on
beside them and the server's memory stays where it was."""

import asyncio
import json
import pathlib
import re
import socket
import uuid

from harness import FAST, PYTHON, WAIT_S, EndToEnd, Stomp, main, right, submit_patiently
from sockjs import SockJS

CONNECT = "CONNECT\naccept-version:1.2\nhost:x\n\n\0"
UPGRADE = ("GET {} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n")
GROWTH_MB = 64  # that all of them together may cost


def masked(text, opcode=0x81):
    data = text.encode() if isinstance(text, str) else text
    size = len(data)
    length = bytes([0x80 | size]) if size < 126 else bytes([0xfe]) + size.to_bytes(2, "big") if size < 65536 else \
        bytes([0xff]) + size.to_bytes(8, "big")
    return bytes([opcode]) + length + b"\0\0\0\0" + data


class Hostile(EndToEnd):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.server = await self.serve(*FAST)

    async def open(self, data=b"", small=False):
        """A raw connection that has sent that; `small`: it takes next to nothing."""
        one = socket.socket()
        if small:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        one.setblocking(False)
        await asyncio.get_running_loop().sock_connect(one, self.server.address)
        reader, writer = await asyncio.open_connection(sock=one, limit=2048 if small else 65536)
        if small:
            reader._transport.pause_reading()
        self.addCleanup(writer.transport.abort)
        writer.write(data if isinstance(data, bytes) else data.encode())
        return reader, writer

    async def web_socket(self, path="/ws", **options):
        reader, writer = await self.open(UPGRADE.format(path), **options)
        if not options.get("small"):
            await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), WAIT_S)
        return reader, writer

    async def ended(self, reader):
        """Reads until the server closes."""
        try:
            while await asyncio.wait_for(reader.read(65536), WAIT_S):
                pass
        except ConnectionError:
            pass

    async def trickle(self, request):
        """A byte a second, in the head of a second request too, until the server has had enough."""
        reader, writer = await self.open(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + request[:1])
        ended = asyncio.create_task(self.ended(reader))
        for byte in request[1:] + b"x" * 10 * WAIT_S:
            if (await asyncio.wait({ended}, timeout=1))[0]:
                return
            writer.write(bytes([byte]))
        self.fail(f"{request} may trickle for ever")

    def resident_mb(self):
        text = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) / 1024

    async def metric(self, name):
        async with self.http.get(self.server.base + "/metrics") as response:
            return int(float(re.search(rf"^codecomp_{name} (\S+)$", await response.text(), re.M).group(1)))

    async def duel(self, host_id):
        """A whole one, live."""
        host, guest, room_id, titles = await self.contest(self.server, host_id, host_id + 1)
        for title, problem_id in titles.items():
            number = await submit_patiently(guest, room_id, problem_id, right(title), PYTHON)
            self.assertEqual((await guest.verdict(number))["status"], "Accepted")
        self.assertEqual((await host.end(room_id))["winnerUserId"], guest.user_id)
        await host.state(lambda state: state["status"] == "FINISHED", "the end")

    async def test_who_trickles_is_cut_off_and_delays_nobody(self):
        requests = (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ",                     # a head without an end
                    b"POST /ws/0/a/xhr_send HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n[",
                    b"POST /rooms/submit HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5",
                    b"")                                                                  # says nothing at all
        slow = [await self.open(request) for request in requests for _ in range(100)]
        trickling = [asyncio.create_task(self.trickle(request)) for request in requests for _ in range(10)]
        await self.duel(1)
        await asyncio.gather(*(self.ended(reader) for reader, _ in slow), *trickling)

    async def sent_too_much(self, path, data):
        """Ends, a while after the server's word if that is not answered."""
        reader, writer = await self.web_socket(path)
        writer.write(data)
        await self.ended(reader)

    async def test_frames_too_large_end_the_connection(self):
        before = self.resident_mb()
        for path, data in (("/ws", masked(CONNECT) + masked("A" * 300_000)),
                           ("/ws/0/a/websocket", masked("[" + '"' + "x" * 300_000)),
                           ("/ws", bytes([0x81, 0xff]) + (1 << 62).to_bytes(8, "big") + b"\0\0\0\0" + b"y" * 300_000),
                           ("/ws/0/b/websocket", bytes([0x01, 0xff]) + (1 << 40).to_bytes(8, "big") + b"\0" * 300_000)):
            await asyncio.gather(*(self.sent_too_much(path, data) for _ in range(20)))
        for head in ("POST /ws/0/a/xhr_send HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n",
                     "POST /ws/0/a/xhr_send HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n"):
            reader, _ = await self.open(head + "x" * 300_000)
            self.assertIn(b" 413 ", await asyncio.wait_for(reader.readline(), WAIT_S))
        self.assertLess(self.resident_mb() - before, GROWTH_MB)

    async def test_ten_thousand_subscriptions_on_a_connection_end_it(self):
        player = await self.player(self.server, 1)
        room = await player.create()
        for sockjs in (False, True):
            frames = [CONNECT] + [f"SUBSCRIBE\nid:{i}\ndestination:/topic/room/{room['id']}\n\n\0"
                                  for i in range(10_000)]
            for count in (100, 10_000):  # of those who send so much more, most are reset before they read
                reader, writer = await self.web_socket("/ws/0/a/websocket" if sockjs else "/ws")
                for i in range(0, count, 50):
                    texts = frames[i:i + 50]
                    writer.write(masked(json.dumps(texts) if sockjs else "".join(texts)))
                if count == 100:
                    data = await asyncio.wait_for(reader.read(), WAIT_S)
                    self.assertIn(b"Too many subscriptions", data)
                else:
                    await self.ended(reader)
        while await self.metric("subscriptions_open"):
            await asyncio.sleep(0.05)

    async def test_storms_of_subscriptions_starve_nobody(self):
        player = await self.player(self.server, 901)
        room = await player.create()
        storm = "".join(f"SUBSCRIBE\nid:{i}\ndestination:/topic/room/{room['id']}\n\n\0UNSUBSCRIBE\nid:{i}\n\n\0"
                        for i in range(50))
        stopped = asyncio.Event()

        async def rage():
            """Comes again whenever it is thrown out."""
            while not stopped.is_set():
                reader, writer = await self.web_socket()
                reading = asyncio.create_task(self.ended(reader))
                writer.write(masked(CONNECT))
                try:
                    while not stopped.is_set() and not reading.done():
                        writer.write(masked(storm))
                        await writer.drain()
                        await asyncio.sleep(0.01)
                except ConnectionError:
                    pass
                writer.close()
                await reading
        storms = [asyncio.create_task(rage()) for _ in range(4)]
        before = self.resident_mb()
        await self.duel(1)
        stopped.set()
        await asyncio.gather(*storms)
        self.assertLess(self.resident_mb() - before, GROWTH_MB)
        while await self.metric("subscriptions_open") > 4:  # the duel's players'
            await asyncio.sleep(0.05)

    async def test_half_closed_connections_are_let_go(self):
        for path in ("/ws", "/ws/websocket", "/ws/0/a/websocket"):
            reader, writer = await self.web_socket(path)
            writer.write(masked(json.dumps([CONNECT]) if "/0/" in path else CONNECT))
            await asyncio.wait_for(reader.read(1), WAIT_S)
            writer.write_eof()
            await self.ended(reader)
        for transport in ("xhr", "xhr_streaming"):
            url = f"/ws/0/{uuid.uuid4()}/"
            async with self.http.post(self.server.base + url + "xhr") as response:
                self.assertEqual(await response.text(), "o\n")
            reader, writer = await self.open(f"POST {url}{transport} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
            while not await self.metric("sockjs_receivers_open"):
                await asyncio.sleep(0.02)
            writer.write_eof()
            await self.ended(reader)
        reader, writer = await self.open("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        writer.write_eof()  # who has asked gets his answer
        self.assertIn(b" 200 ", await asyncio.wait_for(reader.read(), WAIT_S))
        while await self.metric("sockets_open") or await self.metric("sockjs_sessions_open"):
            await asyncio.sleep(0.05)

    async def test_who_never_reads_is_dropped_on_every_transport(self):
        host, guest, room = await self.players_in_room(self.server, 1, 2, problemCount=3)
        subscribe = CONNECT + "".join(f"SUBSCRIBE\nid:{i}\ndestination:/topic/room/{room['id']}\n\n\0"
                                      for i in range(60))
        for path in ("/ws", f"/ws/0/{uuid.uuid4()}/websocket"):
            _, writer = await self.web_socket(path, small=True)
            writer.write(masked(json.dumps([subscribe]) if "/0/" in path else subscribe))
        for transport in ("xhr_streaming", "eventsource", "htmlfile"):
            url = f"/ws/0/{uuid.uuid4()}"
            method = "POST" if transport == "xhr_streaming" else "GET"
            await self.open(f"{method} {url}/{transport}?c=x HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", small=True)
            while not await self.sends(url, subscribe):
                await asyncio.sleep(0.02)  # the session is not there yet
        await host.start(room["id"])
        problems = (await host.get("/rooms/problems", roomId=room["id"])).json
        before, numbers = self.resident_mb(), []
        # A stream ends when it is long enough; then it is the session that nobody receives.
        while await self.metric("laggards_dropped") < 2 or await self.metric("sockjs_sessions_open"):
            self.assertLess(len(numbers), 2000)
            for _ in range(5):
                numbers.append(await submit_patiently(host, room["id"], problems[0]["id"], "int main(", 50))
        await host.verdict(numbers[-1], 10 * WAIT_S)
        last = await guest.state(lambda state: state["version"] >= host.states[-1]["version"], "the newest")
        self.assertLessEqual(host.states[-1]["version"], last["version"])
        self.assertLess(self.resident_mb() - before, GROWTH_MB)

    async def sends(self, url, text):
        async with self.http.post(self.server.base + url + "/xhr_send", data=json.dumps([text])) as response:
            return response.status == 204

    async def test_sessions_that_nobody_receives_are_bounded(self):
        before = self.resident_mb()
        turns = asyncio.Semaphore(64)

        async def one():
            async with turns:
                async with self.http.post(f"{self.server.base}/ws/0/{uuid.uuid4()}/xhr") as response:
                    return response.status
        statuses = await asyncio.gather(*(one() for _ in range(3000)))
        self.assertEqual(set(statuses), {200})
        self.assertLess(self.resident_mb() - before, GROWTH_MB)
        while await self.metric("sockjs_sessions_open"):
            await asyncio.sleep(0.1)
        client = await SockJS.open(self.http, self.server.base, "xhr")
        stomp = Stomp(client)
        self.assertEqual((await stomp.connect()).command, "CONNECTED")
        await stomp.close()


if __name__ == "__main__":
    main()
