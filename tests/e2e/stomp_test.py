"""STOMP over WebSocket as its three versions have it: negotiation, heart-beats, receipts, errors that
close, snapshots, and clients that do not read or send garbage."""

import asyncio
import json
import socket
import unittest

import aiohttp
from harness import FAST, PYTHON, WAIT_S, EndToEnd, Stomp, main, right, submit_patiently


class Protocol(EndToEnd):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.server = await self.serve()

    async def open(self, *arguments, **options):
        return await Stomp.open(self.http, self.server.base, *arguments, **options)

    async def connected(self, token=None, **options):
        stomp = await self.open()
        frame = await stomp.connect(token, **options)
        self.assertEqual(frame.command, "CONNECTED", frame)
        return stomp

    async def fails(self, stomp, pattern):
        """ERROR with that message, then the end."""
        frame = await stomp.next_control()
        self.assertEqual(frame.command, "ERROR", frame)
        self.assertRegex(frame.headers["message"], pattern)
        await stomp.close_code()
        await stomp.close()

    async def test_the_highest_common_version_is_taken(self):
        for offered, expected in ((None, "1.0"), ("1.0", "1.0"), ("1.1", "1.1"), ("1.0,1.1", "1.1"),
                                  ("1.2,1.1,1.0", "1.2"), ("1.1,1.2,2.7", "1.2")):
            for command in ("CONNECT", "STOMP"):
                stomp = await self.open(path="/ws/websocket", protocols=())
                frame = await stomp.connect(versions=offered, command=command)
                self.assertEqual((frame.command, frame.headers["version"]), ("CONNECTED", expected), offered)
                await stomp.close()
        stomp = await self.open()
        frame = await stomp.connect(versions="2.0")
        self.assertEqual((frame.command, frame.headers["version"]), ("ERROR", "1.0,1.1,1.2"))
        await stomp.close_code()
        await stomp.close()

    async def test_subprotocols_and_both_endpoints(self):
        for path in ("/ws", "/ws/websocket"):
            for protocols, expected in ((("v12.stomp", "v11.stomp", "v10.stomp"), "v12.stomp"),
                                        (("v10.stomp",), "v10.stomp"), ((), None)):
                stomp = await self.open(path=path, protocols=protocols)
                self.assertEqual(stomp.socket.protocol, expected)
                await stomp.close()
        with self.assertRaises(aiohttp.ClientError):
            await self.open(path="/rooms/create")

    async def test_origins_are_kept_to_on_the_socket_too(self):
        server = await self.serve("--cors-origins", "https://one.example")
        stomp = await Stomp.open(self.http, server.base, headers={"Origin": "https://one.example"})
        await stomp.close()
        with self.assertRaises(aiohttp.ClientError):
            await Stomp.open(self.http, server.base, headers={"Origin": "https://two.example"})

    async def test_tokens(self):
        player = await self.player(self.server, 1)
        stomp = await self.open()
        frame = await stomp.connect("no.such.token")
        self.assertEqual((frame.command, frame.headers["message"]), ("ERROR", "Invalid token"))
        await stomp.close_code()
        await stomp.close()
        stomp = await self.connected()
        await stomp.subscribe("/user/queue/submissions", receipt=False)
        await self.fails(stomp, "token")
        stomp = await self.connected(player.token)
        await stomp.subscribe("/user/queue/submissions")
        await stomp.close()

    async def test_heart_beats_go_both_ways_and_silence_ends(self):
        stomp = await self.open()
        frame = await stomp.connect(heart_beat="1000,1000")
        sends, wants = (int(number) for number in frame.headers["heart-beat"].split(","))
        self.assertGreater(sends, 0)
        self.assertGreater(wants, 0)
        await asyncio.wait_for(stomp.beat.wait(), WAIT_S)
        await self.fails(stomp, "(?i)heart-beat|silent|time")  # we never sent one

    async def test_receipts_come_in_order_and_after_the_deed(self):
        player = await self.player(self.server, 1)
        room = await player.create()
        stomp = await self.connected()
        for command, headers in (("SUBSCRIBE", {"id": "a", "destination": f"/topic/room/{room['id']}"}),
                                 ("SEND", {"destination": "/app/anything"}),
                                 ("ACK", {"id": "x"}), ("NACK", {"id": "x"}),
                                 ("UNSUBSCRIBE", {"id": "a"}), ("UNSUBSCRIBE", {"id": "a"})):
            frame = await stomp.send(command, headers, receipt=True)
            self.assertEqual(frame.headers["receipt-id"], f"r{stomp.number}", command)
        await stomp.send("DISCONNECT", receipt=True)
        self.assertEqual(await stomp.close_code(), 1000)
        await stomp.close()

    async def test_errors_end_the_session(self):
        for command, headers, pattern in (
                ("SEND", {"destination": "/topic/room/1"}, "/app/"),
                ("SEND", {"destination": "/user/queue/submissions"}, "/app/"),
                ("SEND", {}, "destination"),
                ("SUBSCRIBE", {"id": "a"}, "destination"),
                ("SUBSCRIBE", {"destination": "/topic/room/1"}, "id"),
                ("SUBSCRIBE", {"id": "a", "destination": "/topic/room/0x1"}, "destination"),
                ("SUBSCRIBE", {"id": "a", "destination": "/topic/room/-1"}, "destination"),
                ("SUBSCRIBE", {"id": "a", "destination": "/topic/room/99999999999999999999"}, "destination"),
                ("SUBSCRIBE", {"id": "a", "destination": "/queue/else"}, "destination"),
                ("SUBSCRIBE", {"id": "a", "destination": "/topic/room/999999999"}, "Room not found"),
                ("BEGIN", {"transaction": "t"}, "ransaction"),
                ("CONNECT", {"accept-version": "1.2", "host": "x"}, "onnected"),
                ("NONSENSE", {}, ".")):
            with self.subTest(command=command, headers=headers):
                stomp = await self.connected()
                await stomp.send(command, headers)
                await self.fails(stomp, pattern)
        stomp = await self.open()
        await stomp.send("SUBSCRIBE", {"id": "a", "destination": "/topic/room/1"})
        await self.fails(stomp, "CONNECT")

    async def test_an_error_repeats_the_receipt_that_was_asked_for(self):
        stomp = await self.connected()
        await stomp.socket.send_str("SEND\ndestination:/topic/room/1\nreceipt:r-1\n\n\0")
        frame = await stomp.next_control()
        self.assertEqual((frame.command, frame.headers["receipt-id"]), ("ERROR", "r-1"))
        await stomp.close()

    async def test_frames_may_come_in_pieces_many_at_once_and_as_bytes(self):
        player = await self.player(self.server, 1)
        room = await player.create()
        stomp = await self.open()
        text = (f"CONNECT\naccept-version:1.1,1.0\nheart-beat:10000,10000\n\n\0\n\nSUBSCRIBE\nid:sub-0\n"
                f"destination:/topic/room/{room['id']}\n\n\0")
        queue = stomp.subscriptions["sub-0"] = asyncio.Queue()
        for i in range(0, len(text), 7):
            await stomp.socket.send_str(text[i:i + 7])
        self.assertEqual((await stomp.next_control()).command, "CONNECTED")
        self.assertEqual(json.loads((await asyncio.wait_for(queue.get(), WAIT_S)).body)["roomId"], room["id"])
        padding = "x" * 20_000
        await stomp.socket.send_bytes(f"SEND\ndestination:/app/a\nreceipt:large\ncontent-length:{len(padding)}\n\n"
                                      f"{padding}\0".encode())
        stomp.receipts["large"] = asyncio.get_running_loop().create_future()
        await asyncio.wait_for(stomp.receipts["large"], WAIT_S)
        await stomp.close()

    async def test_garbage_on_the_socket_ends_it_and_nothing_else(self):
        other = await self.connected()
        for data in (b"\0" * 100, b"\xff\xfe\xfd", b"CONNECT\n" + b"a:b\n" * 5000 + b"\n\0",
                     b"CONNECT\nnocolon\n\n\0", b"CONNECT\naccept-version:1.2\nhost:a\\tb\n\n\0SUBSCRIBE\nid:\\q\n\n\0",
                     b"A" * 300_000, b"SEND\ncontent-length:-1\n\n\0", b"SEND\ncontent-length:99999999999\n\n\0"):
            with self.subTest(data=data[:30]):
                stomp = await self.open()
                await stomp.socket.send_bytes(data)
                await stomp.close_code()
                await stomp.close()
        for data in (bytes([0xC1, 0x80 | 10]) + b"x" * 14, bytes([0x83, 0x80]) + b"abcd", b"\xff" * 200,
                     bytes([0x81, 0xFF]) + b"\x7f" * 8 + b"abcd", bytes([0x88, 0x85]) + b"\0" * 9,
                     bytes([0x81, 0x03]) + b"abc"):
            with self.subTest(frame=data[:4]):
                await self.raw_frames(data)
        await other.send("SEND", {"destination": "/app/x"}, receipt=True)
        await other.close()

    async def raw_frames(self, data):
        """Bytes below WebSocket; returns when the server has closed."""
        reader, writer = await asyncio.open_connection(*self.server.address)
        writer.write(b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n")
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), WAIT_S)
        self.assertTrue(head.startswith(b"HTTP/1.1 101 "), head)
        writer.write(data)
        writer.write_eof()
        try:
            await asyncio.wait_for(reader.read(), WAIT_S)
        except ConnectionError:
            pass
        writer.close()


class Pushes(EndToEnd):
    async def test_a_snapshot_comes_at_once_and_again_after_coming_back(self):
        server = await self.serve()
        host, guest, room_id, titles = await self.contest(server)
        versions = []
        for _ in range(3):
            stomp = await Stomp.open(self.http, server.base)
            await stomp.connect(guest.token)
            queue = await stomp.subscribe(f"/topic/room/{room_id}")
            frame = await asyncio.wait_for(queue.get(), WAIT_S)
            self.assertEqual(frame.headers["destination"], f"/topic/room/{room_id}")
            self.assertEqual(frame.headers["content-type"].split(";")[0], "application/json")
            versions.append(json.loads(frame.body)["version"])
            await stomp.close()
            title, problem_id = next(iter(titles.items()))
            await host.verdict(await host.submit(room_id, problem_id, right(title), PYTHON))
        self.assertEqual(versions, sorted(set(versions)))

    async def test_verdicts_go_to_every_connection_of_their_user_and_to_nobody_else(self):
        server = await self.serve()
        host, guest, room_id, titles = await self.contest(server)
        second = await self.player(server, 1)
        await second.listen()
        title, problem_id = next(iter(titles.items()))
        number = await host.submit(room_id, problem_id, right(title), PYTHON)
        for player in (host, second):
            submission = await player.verdict(number)
            self.assertEqual((submission["status"], submission["userId"]), ("Accepted", 1))
        own = await guest.submit(room_id, problem_id, right(title), PYTHON)
        await guest.verdict(own)
        self.assertEqual((set(guest.verdicts), set(host.verdicts)), ({own}, {number}))

    async def test_who_does_not_read_is_dropped_while_all_others_get_everything(self):
        server = await self.serve(*FAST)
        host, guest, room = await self.players_in_room(server, problemCount=3)
        laggard = await asyncio.get_running_loop().run_in_executor(None, self.laggard, server.address, room["id"])
        await host.start(room["id"])
        problems = (await host.get("/rooms/problems", roomId=room["id"])).json
        numbers = []
        async def dropped():
            return (await self.metric(server, "laggards_dropped")) > 0
        while not await dropped():
            self.assertLess(len(numbers), 2000)
            for _ in range(5):  # each is two RoomStates to sixty subscriptions
                numbers.append(await submit_patiently(host, room["id"], problems[0]["id"], "int main(", 50))
        await host.verdict(numbers[-1], 10 * WAIT_S)
        laggard.close()
        guest_last = (await guest.state(lambda state: state["version"] >= host.states[-1]["version"], "the newest"))
        self.assertLessEqual(host.states[-1]["version"], guest_last["version"])

    def laggard(self, address, room_id):
        """Subscribes sixty times with a tiny receive buffer and never reads again. Blocking."""
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        one.connect(address)
        one.sendall(b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n")
        while b"\r\n\r\n" not in one.recv(4096):
            pass
        frames = "CONNECT\naccept-version:1.2\nhost:x\n\n\0" + "".join(
            f"SUBSCRIBE\nid:{i}\ndestination:/topic/room/{room_id}\n\n\0" for i in range(60))
        data = frames.encode()
        one.sendall(bytes([0x81, 0x80 | 126]) + len(data).to_bytes(2, "big") + b"\0\0\0\0" + data)
        return one

    async def metric(self, server, name):
        text = (await self.http.get(server.base + "/metrics"))
        for line in (await text.text()).splitlines():
            if line.startswith(f"codecomp_{name} "):
                return int(float(line.split()[1]))
        return 0


if __name__ == "__main__":
    unittest.TestCase.maxDiff = None
    main()
