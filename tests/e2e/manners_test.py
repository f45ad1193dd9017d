"""How the gateway behaves towards clients, proxies and those that are neither: compression, limits by
address, slow senders, request ids, and TLS with a certificate that is renewed."""

import asyncio
import gzip
import json
import re
import signal
import socket
import ssl

import aiohttp
from harness import EndToEnd, main, new_folder
from servers import Authority

# Accept-Encoding, and whether the answer comes in gzip
CODINGS = [("gzip", True), ("br, gzip;q=0.5", True), ("GZIP", True), ("gzip;q=0", False), ("identity", False),
           ("", False), ("deflate", False), ("x-gzip-not", False)]

# X-Forwarded-For as a trusted proxy on 127.0.0.1 (10.0.0.0/8 too) sends it, and who is meant
FORWARDED = [("192.0.2.7", "192.0.2.7"), ("192.0.2.7, 10.1.2.3", "192.0.2.7"), ("6.6.6.6, 192.0.2.7", "192.0.2.7"),
             ("192.0.2.7:4711", "192.0.2.7"), ("2001:db8::7", "2001:db8::7"), ("[2001:db8::7]:443", "2001:db8::7"),
             ("nonsense", "127.0.0.1"), ("192.0.2.7, nonsense", "127.0.0.1"), ("", "127.0.0.1"),
             ("192.0.2.7," + " " * 2000, "127.0.0.1")]


class Manners(EndToEnd):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.raw = aiohttp.ClientSession(auto_decompress=False)
        self.addAsyncCleanup(self.raw.close)

    async def get(self, server, path, method="GET", **headers):
        async with self.raw.request(method, server.base + path, headers=headers) as answer:
            return answer, await answer.read()

    async def test_large_answers_shrink_for_who_wants_it(self):
        server = await self.serve()
        player = await self.player(server, 1)
        bearer = {"Authorization": f"Bearer {player.token}"}
        plain, text = await self.get(server, "/metrics", **{"Accept-Encoding": "identity"})
        self.assertGreater(len(text), 1400)
        for coding, shrinks in CODINGS:
            answer, body = await self.get(server, "/metrics", **{"Accept-Encoding": coding})
            self.assertEqual(answer.headers.get("Content-Encoding"), "gzip" if shrinks else None, coding)
            self.assertEqual(int(answer.headers["Content-Length"]), len(body))
            self.assertIn("Accept-Encoding", ",".join(answer.headers.getall("Vary")))
            if shrinks:
                self.assertLess(len(body), len(text) / 2)
                body = gzip.decompress(body)
            self.assertEqual(body.split()[:2], text.split()[:2])
        head, body = await self.get(server, "/metrics", "HEAD", **{"Accept-Encoding": "gzip"})
        self.assertEqual((head.headers["Content-Encoding"], body), ("gzip", b""))
        small, body = await self.get(server, "/users/me", **bearer, **{"Accept-Encoding": "gzip"})
        self.assertNotIn("Content-Encoding", small.headers)
        self.assertEqual(json.loads(body)["id"], 1)

    async def test_a_request_is_found_in_the_log_by_its_id(self):
        server = await self.serve("--log-level", "debug", "--trusted-proxies", "127.0.0.1")
        answer, _ = await self.get(server, "/healthz", **{"X-Request-Id": "from-the-client.1"})
        self.assertEqual(answer.headers["X-Request-Id"], "from-the-client.1")
        await server.line('event=request id=from-the-client.1 client=127.0.0.1 user=0 status=200 path="/healthz"')
        answer, _ = await self.get(server, "/nothing", **{"X-Request-Id": "two words"})
        self.assertRegex(answer.headers["X-Request-Id"], "^[0-9a-f]{16}$")
        await server.line(f"event=request id={answer.headers['X-Request-Id']} .* status=401")

    async def test_who_asks_is_believed_of_trusted_proxies_only(self):
        server = await self.serve("--log-level", "debug", "--trusted-proxies", "10.0.0.0/8, 127.0.0.1")
        for number, (forwarded, client) in enumerate(FORWARDED):
            await self.get(server, "/healthz", **{"X-Request-Id": f"r{number}", "X-Forwarded-For": forwarded})
            await server.line(f"id=r{number} client={client} ")
        server = await self.serve("--log-level", "debug", "--trusted-proxies", "10.0.0.0/8")
        await self.get(server, "/healthz", **{"X-Request-Id": "alone", "X-Forwarded-For": "192.0.2.7"})
        await server.line("id=alone client=127.0.0.1 ")

    async def test_requests_of_an_address_are_limited(self):
        server = await self.serve("--trusted-proxies", "127.0.0.1", "--address-requests", "2")
        async def ask(client):
            answer, text = await self.get(server, "/healthz", **{"X-Forwarded-For": client})
            if answer.status == 429:
                self.assertEqual(json.loads(text), {"error": "Too many requests. Please slow down."})
                self.assertEqual(answer.headers["Retry-After"], "1")
            return answer.status
        first = [await ask("192.0.2.1") for _ in range(40)]
        self.assertEqual(first[:10], [200] * 10)
        self.assertIn(429, first)
        self.assertEqual(await ask("192.0.2.2"), 200)
        self.assertEqual([await ask(f"2001:db8::{n}") for n in range(1, 11)], [200] * 10)
        self.assertIn(429, [await ask(f"2001:db8::1:{n}") for n in range(30)])  # one /64
        self.assertEqual(await ask("2001:db8:0:1::1"), 200)
        self.assertEqual(await ask("unknown"), 200)  # the proxy itself
        _, metrics = await self.get(server, "/metrics", **{"X-Forwarded-For": "192.0.2.3",
                                                            "Accept-Encoding": "identity"})
        self.assertRegex(metrics.decode(), r"codecomp_http_limited [1-9]")

    async def test_connections_of_an_address_are_limited(self):
        server = await self.serve("--address-connections", "3")
        loop = asyncio.get_running_loop()
        request = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"

        async def connect():
            one = socket.socket()
            self.addCleanup(one.close)
            one.setblocking(False)
            await loop.sock_connect(one, server.address)
            try:
                await loop.sock_sendall(one, request)
                return one, await loop.sock_recv(one, 4096)
            except ConnectionError:
                return one, b""
        few = [await connect() for _ in range(3)]
        self.assertTrue(all(b"200 OK" in answer for _, answer in few))
        self.assertEqual((await connect())[1], b"")
        few[0][0].close()
        while not (await connect())[1]:  # until it has noticed
            pass

    async def test_web_sockets_count_for_their_client(self):
        server = await self.serve("--trusted-proxies", "127.0.0.1", "--address-connections", "2")

        async def connect(client, server=server):
            """None: too many."""
            try:
                return await self.http.ws_connect(server.base + "/ws", headers={"X-Forwarded-For": client})
            except aiohttp.WSServerHandshakeError as refused:
                self.assertEqual((refused.status, refused.headers["Retry-After"]), (429, "1"))
        first = await connect("192.0.2.1")
        self.assertTrue(first and await connect("192.0.2.1"))
        self.assertIsNone(await connect("192.0.2.1"))
        self.assertTrue(await connect("192.0.2.2"))
        self.assertTrue(all([await connect("127.0.0.1") for _ in range(3)]))  # the proxy itself
        await first.close()
        while not await connect("192.0.2.1"):  # until it has noticed
            pass
        server = await self.serve("--address-requests", "1")
        self.assertIn(None, [await connect("", server) for _ in range(20)])

    async def test_the_cookie_of_sockjs_reaches_pages_of_other_sites(self):
        server = await self.serve("--sockjs-cookie", "--trusted-proxies", "127.0.0.1")
        for proto, more in (("https", "; SameSite=None; Secure"), ("http", "")):
            async with self.raw.post(server.base + f"/ws/0/{proto}/xhr", headers={"X-Forwarded-Proto": proto}) as answer:
                self.assertEqual(answer.headers["Set-Cookie"], "JSESSIONID=dummy; path=/" + more)

    async def test_a_body_is_called_for(self):
        server = await self.serve()
        for path, body, status in ((b"/auth/login", b"userId=1", b"200"), (b"/ws/0/a/xhr_send", b'["x"]', b"404")):
            reader, writer = await asyncio.open_connection(*server.address)
            for _ in range(2):  # and the connection goes on
                writer.write(b"POST " + path + b" HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: %d\r\n"
                             b"Content-Type: application/x-www-form-urlencoded\r\n\r\n" % len(body))
                self.assertEqual(await reader.readuntil(b"\r\n\r\n"), b"HTTP/1.1 100 Continue\r\n\r\n")
                writer.write(body)
                head = await reader.readuntil(b"\r\n\r\n")
                self.assertEqual(head.split()[1], status)
                await reader.readexactly(int(re.search(rb"content-length: (\d+)", head)[1]))
            writer.close()

    async def test_a_body_that_comes_too_slowly_is_not_waited_for(self):
        server = await self.serve()

        async def stall(head, trickle=False):
            reader, writer = await asyncio.open_connection(*server.address)
            writer.write(f"POST {head} HTTP/1.1\r\nHost: x\r\n".encode() + b"Content-Length: 1000\r\n\r\nuser")
            answer = asyncio.create_task(reader.read())
            while trickle and not (await asyncio.wait({answer}, timeout=1))[0]:
                writer.write(b"x")
            answer = await answer
            self.assertTrue(answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n"), answer)
            self.assertTrue(answer.endswith(b'{"error":"Request came too slowly"}'), answer)
            self.assertIn(b"connection: close", answer)
            writer.close()
        form = "/auth/login HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nX: "
        await asyncio.gather(stall(form), stall(form, True), stall("/ws/0/a/xhr_send"), stall("/ws/0/a/xhr_send", True))

    async def test_tls(self):
        folder = new_folder()
        authority = Authority(folder)
        cert, key = authority.certify("IP:127.0.0.1", "first")
        server = await self.serve("--tls-cert", cert, "--tls-key", key)
        context = ssl.create_default_context(cafile=authority.file)
        context.set_alpn_protocols(["h2", "http/1.1"])
        base = server.base.replace("http:", "https:")

        async def served():
            """The common name, the protocol, and that it works."""
            reader, writer = await asyncio.open_connection(*server.address, ssl=context)
            tls = writer.get_extra_info("ssl_object")
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            self.assertIn(b'{"status":"UP"}', await reader.read())
            writer.close()
            return dict(pair[0] for pair in tls.getpeercert()["subject"])["commonName"], tls.selected_alpn_protocol()
        self.assertEqual(await served(), ("first", "http/1.1"))
        async with self.http.post(base + "/auth/login?userId=1", ssl=context) as answer:
            token = (await answer.json())["token"]
        async with self.http.ws_connect(base + "/ws", ssl=context, protocols=("v12.stomp",)) as old:
            await old.send_str(f"CONNECT\naccept-version:1.2\nhost:x\nAuthorization:Bearer {token}\n\n\0")
            self.assertIn("CONNECTED", (await old.receive()).data)
            before = cert.read_bytes(), key.read_bytes()
            authority.certify("IP:127.0.0.1", "second")
            server.process.send_signal(signal.SIGHUP)
            await server.line("event=certificate-loaded")
            self.assertEqual((await served())[0], "second")
            key.write_bytes(before[1])  # which belongs to another
            server.process.send_signal(signal.SIGHUP)
            await server.line("event=certificate-not-loaded .*key values mismatch")
            self.assertEqual((await served())[0], "second")
            await old.send_str("SUBSCRIBE\nid:1\ndestination:/user/queue/submissions\nreceipt:r\n\n\0")
            self.assertIn("RECEIPT", (await old.receive()).data)
        reader, writer = await asyncio.open_connection(*server.address)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            self.assertNotIn(b"200", await reader.read())
        except ConnectionError:
            pass
        writer.close()
        for bad in (folder / "none.pem", key):
            with self.assertRaisesRegex(AssertionError, "--tls-cert"):
                await self.serve("--tls-cert", bad, "--tls-key", key)


if __name__ == "__main__":
    main()
