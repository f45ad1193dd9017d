"""SockJS 0.3.x after sockjs-protocol 0.3.3's own suite, with STOMP in the place of its echo service: what a
RECEIPT repeats is the echo. Then STOMP over each transport, in public and in private rooms."""

import asyncio
import json
import re
import urllib.parse
import uuid

import aiohttp
from harness import PYTHON, WAIT_S, EndToEnd, Stomp, main, right
from sockjs import POLLING, TRANSPORTS, SockJS, Stream

ORIGIN = "https://front.example"
NOT_CACHED = "no-store, no-cache, must-revalidate, max-age=0"
CONNECT = '["CONNECT\\naccept-version:1.1\\nheart-beat:0,0\\n\\n\\u0000"]'
# What a server must escape, and what clients do.
SERVER_KILLERS = "".join(chr(i) for i in [*range(0x200c, 0x2010), *range(0x2028, 0x2030), *range(0x2060, 0x2070),
                                          *range(0xfff0, 0x10000)])
CLIENT_KILLERS = "".join(chr(i) for i in [*range(0x7f, 0xa0), 0xad, *range(0x600, 0x605), 0x70f, 0x17b4,
                                          *range(0x2000, 0x2100), 0xfeff, *range(0xf900, 0xfa0e), 0x1f600])
IFRAME = re.compile("""<!DOCTYPE html>
<html>
<head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
  <script>
    document.domain = document.domain;
    _sockjs_onload = function\\(\\){SockJS.bootstrap_iframe\\(\\);};
  </script>
  <script src="([^"]*)"></script>
</head>
<body>
  <h2>Don't panic!</h2>
  <p>This is a SockJS hidden iframe. It's used for cross domain magic.</p>
</body>
</html>
""")


def echo(text, receipt=None):
    """A payload whose answer repeats that text."""
    return json.dumps([f"SEND\ndestination:/app/echo\nreceipt:{receipt or text}\n\n\0"])


class SockJsTest(EndToEnd):
    options = ("--cors-origins", ORIGIN)

    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.server = await self.serve(*self.options)
        self.base = self.server.base + "/ws"

    async def request(self, method, path, data=None, headers=None):
        """(response, body); the path as it stands."""
        url = aiohttp.client.URL(self.base + path, encoded=True)
        async with self.http.request(method, url, data=data, headers=headers, skip_auto_headers=("Content-Type",),
                                     allow_redirects=False) as response:
            return response, await response.text()

    async def post(self, path, data=b"", headers=None):
        return await self.request("POST", path, data, headers)

    def session(self):
        return f"/000/{uuid.uuid4()}"

    async def opened(self):
        """A session's path, connected; its CONNECTED taken."""
        url = self.session()
        self.assertEqual((await self.post(url + "/xhr"))[1], "o\n")
        self.assertEqual((await self.post(url + "/xhr_send", CONNECT))[0].status, 204)
        self.assertRegex((await self.post(url + "/xhr"))[1], r'^a\["CONNECTED\\n.*"\]\n$')
        return url

    async def raw(self, request):
        reader, writer = await asyncio.open_connection(*self.server.address)
        self.addCleanup(writer.close)
        writer.write(request.encode())
        return reader, writer

    async def head(self, reader):
        return (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), WAIT_S)).decode().lower()

    async def chunk(self, reader):
        size = int(await asyncio.wait_for(reader.readline(), WAIT_S), 16)
        data = await asyncio.wait_for(reader.readexactly(size + 2), WAIT_S)
        return data[:-2].decode()

    def cors(self, response, origin=ORIGIN):
        self.assertEqual(response.headers.get("Access-Control-Allow-Origin"), origin)
        self.assertEqual(response.headers.get("Access-Control-Allow-Credentials"), "true" if origin else None)
        self.assertIn("Origin", response.headers["Vary"])

    def content_type(self, response, expected):
        self.assertEqual(response.headers["Content-Type"].replace(" ", ""), expected)

    def not_cached(self, response):
        self.assertEqual(response.headers["Cache-Control"], NOT_CACHED)
        self.assertNotIn("Expires", response.headers)
        self.assertNotIn("Last-Modified", response.headers)
        self.assertNotIn("Set-Cookie", response.headers)

    def cached(self, response):
        self.assertRegex(response.headers["Cache-Control"], r"public.*max-age=[1-9][0-9]{6}")
        self.assertIn("Expires", response.headers)
        self.assertNotIn("Last-Modified", response.headers)


class Urls(SockJsTest):
    async def test_greeting(self):
        for path in ("", "/"):
            response, body = await self.request("GET", path)
            self.assertEqual((response.status, body), (200, "Welcome to SockJS!\n"))
            self.content_type(response, "text/plain;charset=UTF-8")
        response, body = await self.request("HEAD", "")
        self.assertEqual((response.status, response.headers["Content-Length"], body), (200, "19", ""))
        for path in ("/a", "/a.html", "/a/a", "/a/a/", "/a/", "/a/b/c/xhr", "/a./a/xhr", "/a/a./xhr",
                     f"/a/{'x' * 129}/xhr", "/a/a/xhrs"):
            for method in ("GET", "POST"):
                response, _ = await self.request(method, path)
                self.assertEqual(response.status, 404, path)

    async def test_iframe(self):
        for path in ("/iframe.html", "/iframe-a.html", "/iframe-.html", "/iframe-0.1.2abc-dirty.2144.html",
                     "/iframe-1.6.1.html?t=qweqweq123"):
            response, body = await self.request("GET", path)
            self.assertEqual(response.status, 200, path)
            self.content_type(response, "text/html;charset=UTF-8")
            self.cached(response)
            self.assertRegex(IFRAME.fullmatch(body).group(1), "^/ws/")
        for path in ("/iframe.htm", "/iframe", "/IFRAME.HTML", "/iframe.HTML", "/iframe.xml", "/iframe-/.html"):
            self.assertEqual((await self.request("GET", path))[0].status, 404, path)
        for tag in (response.headers["ETag"], f'"x", {response.headers["ETag"]}'):
            response, body = await self.request("GET", "/iframe.html", headers={"If-None-Match": tag})
            self.assertEqual((response.status, body), (304, ""))
            self.assertNotIn("Content-Type", response.headers)
        self.assertEqual((await self.request("GET", "/iframe.html", headers={"If-None-Match": '"x"'}))[0].status, 200)

    async def test_info(self):
        entropy = set()
        for _ in range(3):
            response, body = await self.request("GET", "/info?t=1", headers={"Origin": ORIGIN})
            self.assertEqual(response.status, 200)
            self.content_type(response, "application/json;charset=UTF-8")
            self.not_cached(response)
            self.cors(response)
            info = json.loads(body)
            self.assertEqual((info["websocket"], info["origins"], info["cookie_needed"]), (True, ["*:*"], False))
            self.assertTrue(0 <= info["entropy"] < 2**32)
            entropy.add(info["entropy"])
        self.assertEqual(len(entropy), 3)

    async def test_preflights_are_cacheable(self):
        for path, methods in (("/info", "OPTIONS, GET"), ("/abc/abc/xhr", "OPTIONS, POST"),
                              ("/abc/abc/xhr_send", "OPTIONS, POST"), ("/abc/abc/xhr_streaming", "OPTIONS, POST"),
                              ("/abc/abc/eventsource", "OPTIONS, GET"), ("/abc/abc/jsonp_send", "OPTIONS, POST")):
            for origin in (ORIGIN, "https://else.example", "null"):
                response, body = await self.request("OPTIONS", path, headers={
                    "Origin": origin, "Access-Control-Request-Headers": "a, b, c"})
                self.assertEqual((response.status, body), (204, ""))
                self.cached(response)
                self.assertGreater(int(response.headers["Access-Control-Max-Age"]), 1000000)
                self.assertEqual(response.headers["Access-Control-Allow-Methods"], methods)
                self.assertEqual(response.headers["Access-Control-Allow-Headers"], "a, b, c")
                self.cors(response, origin if origin == ORIGIN else None)

    async def test_other_methods(self):
        for path, methods, allow in (("/info", ("POST", "PUT"), "GET"), ("/0/0/websocket", ("POST", "PUT"), "GET"),
                                     ("/0/0/eventsource", ("POST", "HEAD"), "GET"), ("/0/0/xhr", ("GET",), "POST"),
                                     ("/0/0/xhr_send", ("GET", "DELETE"), "POST"), ("/websocket", ("POST",), "GET")):
            for method in methods:
                response, body = await self.request(method, path)
                self.assertEqual((response.status, body), (405, ""), (method, path))
                self.assertNotIn("Content-Type", response.headers)
                self.assertIn(allow, response.headers["Allow"])

    async def test_upgrades_that_are_none(self):
        for path in ("/0/0/websocket", "/websocket"):
            response, body = await self.request("GET", path)
            self.assertEqual(response.status, 400)
            self.assertIn('Can "Upgrade" only to "WebSocket".', body)
        reader, _ = await self.raw("GET /ws/0/0/websocket HTTP/1.1\r\nHost: x\r\nUpgrade: WebSocket\r\n"
                                   "Connection: close\r\n\r\n")
        self.assertIn(" 400 ", await self.head(reader))
        self.assertIn("must be", json.loads(await asyncio.wait_for(reader.read(), WAIT_S))["error"])
        reader, _ = await self.raw("GET /ws/0/0/websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                                   "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                   "Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\r\n")
        head = await self.head(reader)
        self.assertIn(" 101 ", head)
        self.assertIn("sec-websocket-accept: hsmrc0smlyukagmm5oppg2hagwk=", head)
        self.assertNotIn("content-length", head)


class Sessions(SockJsTest):
    async def test_a_simple_session(self):
        url = self.session()
        response, body = await self.post(url + "/xhr", headers={"Origin": ORIGIN})
        self.assertEqual((response.status, body), (200, "o\n"))
        self.content_type(response, "application/javascript;charset=UTF-8")
        self.cors(response)
        self.not_cached(response)
        response, body = await self.post(url + "/xhr_send", CONNECT, headers={"Origin": ORIGIN})
        self.assertEqual((response.status, body), (204, ""))
        self.content_type(response, "text/plain;charset=UTF-8")
        self.cors(response)
        self.not_cached(response)
        response, body = await self.post(url + "/xhr")
        self.assertEqual((response.status, body[:14]), (200, 'a["CONNECTED\\n'))
        self.assertEqual((await self.post("/000/bad_session/xhr_send", '["a"]'))[0].status, 404)
        # the server's id is for load balancers
        await self.post(url + "/xhr_send", echo("x"))
        other = url.replace("/000/", "/999/")
        self.assertIn("receipt-id:x", (await self.post(other + "/xhr"))[1])

    async def test_any_id_will_do(self):
        for part in ("/a/a", "/_/_", "/1/1", "/abcdefgh_i-j%20/abcdefg_i-j%20"):
            self.assertEqual((await self.post(part + "/xhr"))[1], "o\n")

    async def test_messages_that_wait_come_together(self):
        url = await self.opened()
        for content_type in ("text/plain", "T", "application/json", "application/xml", "text/xml; charset=utf-8"):
            response, _ = await self.post(url + "/xhr_send", echo("a"), {"Content-Type": content_type})
            self.assertEqual(response.status, 204)
        body = (await self.post(url + "/xhr"))[1]
        self.assertEqual(len(json.loads(body[1:])), 5)

    async def test_broken_payloads(self):
        url = await self.opened()
        for payload, sentence in (('["x', "Broken JSON encoding."), ("", "Payload expected."),
                                  ("[1]", "Broken JSON encoding."), ("{}", "Broken JSON encoding.")):
            response, body = await self.post(url + "/xhr_send", payload)
            self.assertEqual(response.status, 500)
            self.assertIn(sentence, body)
        for payload, sentence in (("d=%5B%22x", "Broken JSON encoding."), ("", "Payload expected."),
                                  ("d=", "Payload expected."), ("p=p", "Payload expected.")):
            response, body = await self.post(url + "/jsonp_send", payload,
                                             {"Content-Type": "application/x-www-form-urlencoded"})
            self.assertEqual(response.status, 500)
            self.assertIn(sentence, body)
        self.assertEqual((await self.post(url + "/xhr_send", echo("b")))[0].status, 204)
        self.assertIn("receipt-id:b", (await self.post(url + "/xhr"))[1])
        response, _ = await self.post(url + "/xhr_send", b'["' + b"x" * 300_000 + b'"]')
        self.assertEqual(response.status, 413)

    async def test_one_receiver_at_a_time(self):
        url = await self.opened()
        first = asyncio.create_task(self.post(url + "/xhr"))
        await self.until_gauge("sockjs_receivers_open", 1)
        response, body = await self.post(url + "/xhr")
        self.assertEqual((response.status, body), (200, 'c[2010,"Another connection still open"]\n'))
        async with self.http.post(self.base + url + "/xhr_streaming") as streaming:
            stream = Stream("xhr_streaming", streaming)
            self.assertEqual(await stream.next(), 'c[2010,"Another connection still open"]')
            self.assertIsNone(await stream.next())
        await self.post(url + "/xhr_send", echo("still"))
        self.assertIn("receipt-id:still", (await first)[1])

    async def test_a_receiver_that_breaks_off_ends_the_session(self):
        for transport in ("xhr", "xhr_streaming"):
            url = await self.opened()
            reader, writer = await self.raw(f"POST /ws{url}/{transport} HTTP/1.1\r\nHost: x\r\n"
                                            "Content-Length: 0\r\n\r\n")
            await self.until_gauge("sockjs_receivers_open", 1)
            writer.close()
            await self.until_gauge("sockjs_receivers_open", 0)
            self.assertEqual((await self.post(url + "/xhr"))[1], 'c[1002,"Connection interrupted"]\n')
        # also when something was sent ahead
        url = await self.opened()
        request = f"POST /ws{url}/xhr HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
        reader, writer = await self.raw(request + request)
        await self.until_gauge("sockjs_receivers_open", 1)
        writer.close()
        await self.until_gauge("sockjs_receivers_open", 0)
        self.assertEqual((await self.post(url + "/xhr"))[1], 'c[1002,"Connection interrupted"]\n')

    async def test_a_closed_session_says_so_until_it_is_forgotten(self):
        url = await self.opened()
        await self.post(url + "/xhr_send", '["DISCONNECT\\nreceipt:bye\\n\\n\\u0000"]')
        self.assertIn("receipt-id:bye", (await self.post(url + "/xhr"))[1])
        for _ in range(3):
            self.assertEqual((await self.post(url + "/xhr"))[1], 'c[3000,"Go away!"]\n')
        self.assertEqual((await self.post(url + "/xhr_send", '["\\n"]'))[0].status, 204)
        body = 'c[3000,"Go away!"]\n'
        while body == 'c[3000,"Go away!"]\n':  # asking does not keep it
            body = (await self.post(url + "/xhr"))[1]
        self.assertEqual(body, "o\n")

    async def test_a_session_that_nobody_receives_is_forgotten(self):
        url = await self.opened()
        await self.until_gauge("sockjs_sessions_open", 0)
        self.assertEqual((await self.post(url + "/xhr_send", echo("a")))[0].status, 404)

    async def test_silence_is_filled(self):
        async def first_beat(transport):
            client = await SockJS.open(self.http, self.server.base, transport)
            await client.send_payload(CONNECT)
            self.assertTrue((await client.frame()).startswith('a["CONNECTED'))
            self.assertEqual(await asyncio.wait_for(client.frame(), WAIT_S), "h", transport)
            await client.send_payload(echo("after"))
            self.assertIn("receipt-id:after", await client.frame())
            await client.close()
        await asyncio.gather(*map(first_beat, TRANSPORTS))

    async def until_gauge(self, name, value):
        while (await self.metric(self.server, name)) != value:
            await asyncio.sleep(0.02)

    async def metric(self, server, name):
        async with self.http.get(server.base + "/metrics") as response:
            return int(float(re.search(rf"^codecomp_{name} (\S+)$", await response.text(), re.M).group(1)))


class Transports(SockJsTest):
    options = ("--cors-origins", ORIGIN, "--sockjs-response-limit", "4096")

    async def test_headers_of_each(self):
        for method, transport, content_type in (("POST", "xhr", "application/javascript"),
                                                ("POST", "xhr_streaming", "application/javascript"),
                                                ("GET", "eventsource", "text/event-stream"),
                                                ("GET", "htmlfile", "text/html"),
                                                ("GET", "jsonp", "application/javascript")):
            url = f"{self.base}{self.session()}/{transport}?c=%63all"
            async with self.http.request(method, url, headers={"Origin": ORIGIN}) as response:
                self.assertEqual(response.status, 200)
                self.content_type(response, content_type + ";charset=UTF-8")
                self.not_cached(response)
                self.cors(response)
                self.assertEqual("Content-Length" in response.headers, transport in POLLING)
                first = await response.content.readany()
                if transport == "jsonp":
                    self.assertEqual(first, b'call("o");\r\n')

    async def test_callbacks_are_needed_and_looked_at(self):
        for transport in ("htmlfile", "jsonp"):
            for query in ("", "?c=", "?x=y"):
                response, body = await self.request("GET", f"/a/a/{transport}{query}")
                self.assertEqual((response.status, body), (500, '"callback" parameter required'))
            for name in ("alert(1)", "<script>", "a;b", "a b", "x" * 64, "é"):
                response, body = await self.request("GET", f"/a/a/{transport}?c={urllib.parse.quote(name)}")
                self.assertEqual((response.status, body), (500, 'invalid "callback" parameter'))

    async def test_streams_begin_anew_when_they_are_long(self):
        for transport in ("xhr_streaming", "eventsource", "htmlfile"):
            client = await SockJS.open(self.http, self.server.base, transport)
            await client.send_payload(CONNECT)
            self.assertTrue((await client.frame()).startswith('a["CONNECTED'))
            for i in range(60):
                text = f"{i}-" + "x" * 256
                await client.send_payload(echo(text))
                self.assertIn(f"receipt-id:{text}", await client.frame())
            self.assertGreaterEqual(client.responses, 4)
            await client.close()

    async def test_a_connection_goes_on_after_a_stream(self):
        url = await self.opened()
        reader, writer = await self.raw(f"POST /ws{url}/xhr_streaming HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        head = await self.head(reader)
        self.assertIn("transfer-encoding: chunked", head)
        self.assertNotIn("content-length", head)
        self.assertEqual(await self.chunk(reader), "h" * 2048 + "\n")
        await self.post(url + "/xhr_send", echo("y" * 5000))
        self.assertIn("y" * 5000, await self.chunk(reader))
        self.assertEqual(await self.chunk(reader), "")
        writer.write(f"POST /ws{url}/xhr HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode())
        await self.post(url + "/xhr_send", echo("again"))
        head = await self.head(reader)
        length = int(re.search(r"content-length: (\d+)", head).group(1))
        self.assertIn(b"receipt-id:again", await asyncio.wait_for(reader.readexactly(length), WAIT_S))

    async def test_http_1_0_has_no_chunks(self):
        url = self.session()
        reader, _ = await self.raw(f"POST /ws{url}/xhr_streaming HTTP/1.0\r\nContent-Length: 0\r\n\r\n")
        head = await self.head(reader)
        self.assertNotIn("transfer-encoding", head)
        self.assertNotIn("content-length", head)
        self.assertEqual(await asyncio.wait_for(reader.readexactly(2051), WAIT_S), b"h" * 2048 + b"\no\n")
        await self.post(url + "/xhr_send", '["DISCONNECT\\n\\n\\u0000"]')  # before CONNECT
        rest = await asyncio.wait_for(reader.read(), WAIT_S)
        self.assertRegex(rest, rb'^a\["ERROR\\n.*\nc\[3000,"Go away!"\]\n$')

    async def test_what_browsers_mangle_is_escaped(self):
        for transport in TRANSPORTS:
            client = await SockJS.open(self.http, self.server.base, transport)
            await client.send_payload(CONNECT)
            await client.frame()
            for text in (SERVER_KILLERS, CLIENT_KILLERS, "100% </script> &amp; ' \" + %41"):
                for payload in (echo(text), json.dumps(json.loads(echo(text)), ensure_ascii=False)):
                    await client.send_payload(payload)
                    frame = await client.frame()
                    self.assertIn(f"receipt-id:{text}\n", json.loads(frame[1:])[0], transport)
                    for letter in set(text) & set(SERVER_KILLERS):
                        self.assertIn(f"\\u{ord(letter):04x}", frame)
            await client.close()

    async def test_websocket_frames(self):
        url = self.base + self.session() + "/websocket"
        one, two = await self.http.ws_connect(url), await self.http.ws_connect(url)  # ids may be used twice
        for socket in (one, two):
            self.assertEqual(await socket.receive_str(), "o")
            await socket.send_str("")  # ignored
            await socket.send_str(CONNECT)
            self.assertTrue((await socket.receive_str()).startswith('a["CONNECTED'))
        text = "z" * 50_000
        await one.send_str(echo("a", "a")[:-1] + "," + json.dumps("SEND\ndestination:/app/x\n\n" + text + "\0") + "]")
        self.assertIn("receipt-id:a", await one.receive_str())
        await one.send_str(json.dumps("SEND\ndestination:/app/x\nreceipt:single\n\n\0"))  # no array
        self.assertIn("receipt-id:single", await one.receive_str())
        await one.send_str('["a')  # broken
        self.assertEqual((await one.receive()).type, aiohttp.WSMsgType.CLOSE)
        await two.send_str('["DISCONNECT\\nreceipt:r\\n\\n\\u0000"]')
        self.assertIn("receipt-id:r", await two.receive_str())
        self.assertEqual(await two.receive_str(), 'c[3000,"Go away!"]')
        self.assertEqual((await two.receive()).type, aiohttp.WSMsgType.CLOSE)
        big = await self.http.ws_connect(url)
        await big.receive_str()
        await big.send_str("[" + '"' + "x" * 300_000 + '"]')
        self.assertEqual((await big.receive()).data, 1009)

    async def test_the_raw_websocket_has_no_frames(self):
        socket = await self.http.ws_connect(self.base + "/websocket")
        await socket.send_str("CONNECT\naccept-version:1.1\n\n\0")
        self.assertTrue((await socket.receive_str()).startswith("CONNECTED\n"))
        await socket.close()


class Cookies(SockJsTest):
    options = ("--sockjs-cookie",)

    async def test_jsessionid(self):
        response, body = await self.request("GET", "/info")
        self.assertEqual((json.loads(body)["cookie_needed"], "Set-Cookie" in response.headers), (True, False))
        for method, transport in (("POST", "xhr"), ("POST", "xhr_streaming"), ("GET", "eventsource"),
                                  ("GET", "htmlfile"), ("GET", "jsonp")):
            for sent, expected in ((None, "dummy"), ("JSESSIONID=abcdef", "abcdef"), ("a=b; JSESSIONID=x; c=d", "x"),
                                   ("XJSESSIONID=y", "dummy")):
                url = f"{self.base}{self.session()}/{transport}?c=x"
                async with self.http.request(method, url, headers={"Cookie": sent} if sent else {}) as response:
                    name, path = response.headers["Set-Cookie"].split(";")
                    self.assertEqual((name, path.strip().lower()), (f"JSESSIONID={expected}", "path=/"))


class Stomping(EndToEnd):
    async def test_a_duel_over_each_transport(self):
        server = await self.serve("--sockjs-response-limit", "4096")
        for i, transport in enumerate(TRANSPORTS):
            host, guest = await self.player(server, 2 * i + 1), await self.player(server, 2 * i + 2)
            room = await host.create()
            for player in (host, guest):
                player.carrier = lambda: SockJS.open(self.http, server.base, transport)
            await host.listen(room["id"])
            await guest.join(room)
            await guest.listen(room["id"])
            await host.start(room["id"])
            problems = (await guest.get("/rooms/problems", roomId=room["id"])).json
            for problem in problems:
                number = await guest.submit(room["id"], problem["id"], right(problem["title"]), PYTHON)
                self.assertEqual((await guest.verdict(number))["status"], "Accepted", transport)
            self.assertEqual((await host.end(room["id"]))["winnerUserId"], guest.user_id)
            for player in (host, guest):
                await player.state(lambda state: state["status"] == "FINISHED", "the end")
                versions = [state["version"] for state in player.states]
                self.assertEqual(versions, sorted(set(versions)))
                self.assertFalse(player.repeats)
            self.assertFalse(host.verdicts)
            for player in (host, guest):
                await player.close()

    async def test_a_private_room_is_its_participants_over_each_transport(self):
        server = await self.serve()
        host, guest = await self.player(server, 1), await self.player(server, 2)
        stranger = await self.player(server, 3)
        room = await host.create(visibility="private")
        await guest.join(room)
        for transport in (*TRANSPORTS, None):
            for token, may in ((host.token, True), (guest.token, True), (stranger.token, False), (None, False)):
                if transport:
                    stomp = Stomp(await SockJS.open(self.http, server.base, transport))
                else:
                    stomp = await Stomp.open(self.http, server.base)
                await stomp.connect(token)
                queue = await stomp.subscribe(f"/topic/room/{room['id']}", receipt=False)
                if may:
                    frame = await asyncio.wait_for(queue.get(), WAIT_S)
                    self.assertEqual(json.loads(frame.body)["roomId"], room["id"])
                else:
                    frame = await stomp.next_control()
                    self.assertEqual((frame.command, frame.headers["message"]), ("ERROR", "This room is private"))
                    self.assertEqual(await stomp.close_code(), 3000 if transport else 1008)
                    self.assertTrue(queue.empty() or queue.get_nowait() is None)
                await stomp.close()
        for path in ("/rooms/state", "/rooms/leaderboard", "/rooms/problems", "/rooms/submissions"):
            for player, may in ((host, True), (stranger, False)):
                answer = await player.call("GET", path, {"roomId": room["id"]})
                if path == "/rooms/problems" and may:
                    continue  # not before the start
                self.assertEqual(answer.status == 200, may or path == "/rooms/submissions", (path, answer.text))
        answer = await stranger.call("GET", f"/rooms/{room['id']}/leaderboard")
        self.assertEqual((answer.status, answer.error), (403, "This room is private"))

    async def test_a_stop_says_so(self):
        server = await self.serve()
        clients = []
        for transport in TRANSPORTS:
            client = await SockJS.open(self.http, server.base, transport)
            await client.send_payload(CONNECT)
            self.assertTrue((await client.frame()).startswith('a["CONNECTED'))
            clients.append(client)
        last = [asyncio.create_task(client.frame()) for client in clients]
        receivers = f"codecomp_sockjs_receivers_open {len(TRANSPORTS) - 1}\n"  # all but the WebSocket
        while True:  # until those that poll have a poll open: afterwards there is nobody to ask
            async with self.http.get(server.base + "/metrics") as answer:
                if receivers in await answer.text():
                    break
        stopping = asyncio.create_task(server.stop())
        for client, frame in zip(clients, last):
            self.assertEqual(await asyncio.wait_for(frame, WAIT_S), 'c[1001,"Going away"]', client.transport)
            await client.close()
        self.assertEqual(await stopping, 0)


if __name__ == "__main__":
    main()
