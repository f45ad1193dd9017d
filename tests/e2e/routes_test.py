"""Every route with every refusal of the contract, in both formats, and everything that a browser, a
careless client or an attacker may send in place of a request."""

import asyncio
import json
import re
import unittest

from documents import problems
from harness import C, FAST, PYTHON, ROOT, WAIT_S, EndToEnd, Player, main, right

NOBODY = 999_999_999_999  # an id that no room, user or submission has
GET, POST = "GET", "POST"

# Who asks is a user of the fixture: host and guest of the running contest, an outsider, the host of
# a waiting room. {room} and the like are filled in from it.
# user, method, path, parameters, status, text, problem status, problem type
REFUSALS = [
    ("outsider", POST, "/rooms/join", {"roomId": "{nobody}", "password": "x"}, 400, "Room not found", 404, "room-not-found"),
    ("outsider", POST, "/rooms/join", {"roomId": "{waiting}", "password": "wrong"}, 200, "Wrong Password", 403, "wrong-password"),
    ("outsider", POST, "/rooms/join", {"roomId": "{room}", "password": "{password}"}, 200, "Room is full", 409, "room-full"),
    ("waiter", POST, "/rooms/join", {"roomId": "{waiting}", "password": "{waiting_password}"}, 200, "User already in this room", 409, "already-in-room"),
    ("host", POST, "/rooms/join", {"roomId": "{waiting}", "password": "{waiting_password}"}, 200, "User already in another active room", 409, "in-another-room"),
    ("host", POST, "/rooms/create", {}, 400, "User already in another active room", 409, "in-another-room"),
    ("host", POST, "/rooms/start", {"roomId": "{nobody}"}, 400, "Room not found", 404, "room-not-found"),
    ("guest", POST, "/rooms/start", {"roomId": "{room}"}, 400, "Only host can start the contest", 403, "only-host"),
    ("host", POST, "/rooms/start", {"roomId": "{room}"}, 400, "Room already started or finished", 409, "room-closed"),
    ("waiter", POST, "/rooms/start", {"roomId": "{waiting}"}, 400, "Need exactly 2 players to start", 409, "need-two-players"),
    ("host", POST, "/rooms/end", {"roomId": "{nobody}"}, 400, "Room not found", 404, "room-not-found"),
    ("guest", POST, "/rooms/end", {"roomId": "{room}"}, 400, "Only host can end the contest", 403, "only-host"),
    ("outsider", POST, "/rooms/end", {"roomId": "{room}"}, 400, "Only host can end the contest", 403, "only-host"),
    ("waiter", POST, "/rooms/end", {"roomId": "{waiting}"}, 400, "Contest not active", 409, "contest-not-active"),
    ("host", POST, "/rooms/leave", {"roomId": "{room}"}, 400, "Cannot leave a running contest", 409, "contest-running"),
    ("outsider", POST, "/rooms/leave", {"roomId": "{waiting}"}, 400, "User not in room", 403, "not-in-room"),
    ("outsider", POST, "/rooms/leave", {"roomId": "{nobody}"}, 400, "Room not found", 404, "room-not-found"),
    ("host", GET, "/rooms/leaderboard", {"roomId": "{nobody}"}, 400, "Room not found", 404, "room-not-found"),
    ("host", GET, "/rooms/{nobody}/leaderboard", {}, 400, "Room not found", 404, "room-not-found"),
    ("host", GET, "/rooms/state", {"roomId": "{nobody}"}, 400, "Room not found", 404, "room-not-found"),
    ("host", GET, "/rooms/problems", {"roomId": "{nobody}"}, 400, "Room not found", 404, "room-not-found"),
    ("outsider", GET, "/rooms/current", {}, 404, "No open room", 404, "no-open-room"),
    ("outsider", GET, "/submissions/{submission}", {}, 403, "Not your submission", 403, "not-yours"),
    ("outsider", GET, "/submissions/{nobody}", {}, 404, "Submission not found", 404, "no-such-submission"),
    ("outsider", GET, "/users/{nobody}", {}, 404, "User not found", 404, "no-such-user"),
    ("outsider", GET, "/no/such/route", {}, 404, "Not found", 404, "not-found"),
    ("outsider", "DELETE", "/rooms/state", {}, 405, "Method not allowed", 405, "method-not-allowed"),
    ("outsider", GET, "/rooms/create", {}, 405, "Method not allowed", 405, "method-not-allowed"),
]

# body of a submit (changes to a good one), status, text, problem status, problem type
SUBMITS = [
    ("host", {"roomId": NOBODY}, 400, "Room not found", 404, "room-not-found"),
    ("waiter", {"roomId": "{waiting}"}, 400, "Contest not active", 409, "contest-not-active"),
    ("outsider", {}, 400, "User not in room", 403, "not-in-room"),
    ("host", {"problemId": NOBODY}, 400, "Invalid problem", 422, "invalid-problem"),
    ("guest", {"languageId": 9999}, 400, "Unknown language", 422, "unknown-language"),
]

# method, path, parameters that are missing or malformed, and the one the sentence must name
MALFORMED = [
    (POST, "/rooms/join", {"password": "x"}, "roomId"),
    (POST, "/rooms/join", {"roomId": 1}, "password"),
    (POST, "/rooms/join", {"roomId": "one", "password": "x"}, "roomId"),
    (POST, "/rooms/join", {"roomId": "", "password": "x"}, "roomId"),
    (POST, "/rooms/join", {"roomId": 1, "password": "p" * 65}, "password"),
    (POST, "/rooms/start", {}, "roomId"),
    (POST, "/rooms/start", {"roomId": -1}, "roomId"),
    (POST, "/rooms/start", {"roomId": 0}, "roomId"),
    (POST, "/rooms/start", {"roomId": 9007199254740992}, "roomId"),
    (POST, "/rooms/start", {"roomId": "9" * 400}, "roomId"),
    (POST, "/rooms/start", {"roomId": "1e3"}, "roomId"),
    (POST, "/rooms/start", {"roomId": "1.5"}, "roomId"),
    (POST, "/rooms/start", {"roomId": "0x10"}, "roomId"),
    (POST, "/rooms/start", {"roomId": " 1"}, "roomId"),
    (POST, "/rooms/end", {}, "roomId"),
    (POST, "/rooms/leave", {}, "roomId"),
    (POST, "/rooms/create", {"duration": 1}, "duration"),
    (POST, "/rooms/create", {"duration": 18000001}, "duration"),
    (POST, "/rooms/create", {"problemCount": 0}, "problemCount"),
    (POST, "/rooms/create", {"problemCount": 9}, "problemCount"),
    (POST, "/rooms/create", {"difficulty": "impossible"}, "difficulty"),
    (POST, "/rooms/create", {"visibility": "secret"}, "visibility"),
    (POST, "/rooms/create", {"password": "p" * 65}, "password"),
    (GET, "/rooms/leaderboard", {}, "roomId"),
    (GET, "/rooms/state", {"roomId": "-9223372036854775808"}, "roomId"),
    (GET, "/rooms/state", {"roomId": "-9223372036854775809"}, "roomId"),
    (GET, "/rooms/problems", {}, "roomId"),
    (GET, "/rooms/abc/leaderboard", {}, "roomId"),
    (GET, "/rooms/submissions", {}, "roomId"),
    (GET, "/rooms/submissions", {"roomId": 1, "limit": 501}, "limit"),
    (GET, "/rooms/submissions", {"roomId": 1, "limit": 0}, "limit"),
    (GET, "/rooms/submissions", {"roomId": 1, "before": -1}, "before"),
    (GET, "/users/abc", {}, "userId"),
    (GET, "/users/-1", {}, "userId"),
    (GET, "/users/0/history", {}, "userId"),
    (GET, "/submissions/abc", {}, "id"),
    (POST, "/auth/login", {}, "userId"),
    (POST, "/auth/login", {"userId": "-5"}, "userId"),
]

# what stands in a submit's body in place of JSON that is right, and what the sentence must name
BODIES = [
    (b"", "body"),
    (b"{", "body"),
    (b"[]", "body"),
    (b"null", "body"),
    (b"\"text\"", "body"),
    (b"{\"roomId\":1,}", "body"),
    (b"\xff\xfe{}", "body"),
    (b"[" * 5000, "body"),
    (b"{\"roomId\":" + b"[" * 3000 + b"]" * 3000 + b"}", "body|roomId"),
    (b"{}", "roomId"),
    (b"{\"roomId\":\"x\",\"problemId\":1,\"code\":\"\",\"languageId\":50}", "roomId"),
    (b"{\"roomId\":1.5,\"problemId\":1,\"code\":\"\",\"languageId\":50}", "roomId"),
    (b"{\"roomId\":1e400,\"problemId\":1,\"code\":\"\",\"languageId\":50}", "body|roomId"),
    (b"{\"roomId\":true,\"problemId\":1,\"code\":\"\",\"languageId\":50}", "roomId"),
    (b"{\"roomId\":{},\"problemId\":1,\"code\":\"\",\"languageId\":50}", "roomId"),
    (b"{\"roomId\":-7,\"problemId\":1,\"code\":\"\",\"languageId\":50}", "roomId"),
    (b"{\"roomId\":99999999999999999999,\"problemId\":1,\"code\":\"\",\"languageId\":50}", "roomId"),
    (b"{\"roomId\":1,\"problemId\":null,\"code\":\"\",\"languageId\":50}", "problemId"),
    (b"{\"roomId\":1,\"problemId\":1,\"code\":7,\"languageId\":50}", "code"),
    (b"{\"roomId\":1,\"problemId\":1,\"code\":[\"a\"],\"languageId\":50}", "code"),
    (b"{\"roomId\":1,\"problemId\":1,\"languageId\":50}", "code"),
    (b"{\"roomId\":1,\"problemId\":1,\"code\":\"a\\u0000b\",\"languageId\":50}", "code"),
    (b"{\"roomId\":1,\"problemId\":1,\"code\":\"\xff\",\"languageId\":50}", "body|code"),
    (b"{\"roomId\":1,\"problemId\":1,\"code\":\"\xed\xa0\x80\",\"languageId\":50}", "body|code"),
    (b"{\"roomId\":1,\"problemId\":1,\"code\":\"\\ud800\",\"languageId\":50}", "body|code"),
    (b"{\"roomId\":1,\"problemId\":1,\"code\":\"\",\"languageId\":\"C\"}", "languageId"),
    (b"{\"roomId\":1,\"problemId\":1,\"code\":\"\",\"languageId\":-50}", "languageId"),
]


class Routes(EndToEnd):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.server = await self.serve(*FAST)
        self.host, self.guest, self.room_id, self.titles = await self.contest(self.server)
        self.outsider, self.waiter = await self.player(self.server, 3), await self.player(self.server, 4)
        waiting = await self.waiter.create()
        title, self.problem_id = next(iter(self.titles.items()))
        self.code = right(title)
        submission = await self.host.submit(self.room_id, self.problem_id, self.code, PYTHON)
        room = (await self.host.get("/rooms/current")).json
        self.assertEqual(room["roomId"], self.room_id)
        self.known = {"nobody": NOBODY, "room": self.room_id, "waiting": waiting["id"],
                      "waiting_password": waiting["password"], "submission": submission, "password": "sesame"}

    async def asyncTearDown(self):
        """Whatever was sent: the server lives, and the contest goes on where it was."""
        state = (await self.host.get("/rooms/state", roomId=self.room_id)).json
        self.assertEqual(state["status"], "ACTIVE")
        await self.host.verdict(self.known["submission"])
        self.assertEqual((await self.host.get("/readyz")).status, 200)

    def fill(self, value):
        if isinstance(value, dict):
            return {name: self.fill(part) for name, part in value.items()}
        if isinstance(value, str) and (whole := re.fullmatch(r"\{(\w+)\}", value)):
            return self.known[whole.group(1)]
        return re.sub(r"\{(\w+)\}", lambda found: str(self.known[found.group(1)]), value) \
            if isinstance(value, str) else value

    async def check_refusal(self, ask, status, text, problem_status, problem_type):
        plain = await ask({})
        if status == 200:
            self.assertEqual((plain.status, plain.text), (200, text))
            self.assertEqual(plain.headers["Content-Type"].split(";")[0], "text/plain")
        else:
            self.refused(plain, status, text)
        document = await ask({"Accept": "application/problem+json"})
        self.assertEqual(document.status, problem_status, document.text)
        self.assertEqual(document.headers["Content-Type"], "application/problem+json")
        self.assertEqual(document.json["type"], f"urn:codecomp:problem:{problem_type}")
        self.assertEqual((document.json["title"], document.json["status"]), (text, problem_status))

    async def test_every_refusal_in_both_formats(self):
        for who, method, path, params, *expected in REFUSALS:
            with self.subTest(who=who, method=method, path=path, expected=expected[1]):
                player = getattr(self, who)
                ask = lambda headers: player.call(method, self.fill(path), self.fill(params), headers=headers)
                await self.check_refusal(ask, *expected)

    async def contest(self, server, *arguments, **options):
        """With a password that the test knows."""
        return await super().contest(server, *arguments, password="sesame", **options)

    async def test_every_refusal_of_a_submit(self):
        for who, change, *expected in SUBMITS:
            with self.subTest(who=who, change=change):
                body = {"roomId": self.room_id, "problemId": self.problem_id, "code": self.code,
                        "languageId": PYTHON, "userId": 1, **self.fill(change)}
                ask = lambda headers: getattr(self, who).call(POST, "/rooms/submit", body=body, headers=headers)
                await self.check_refusal(ask, *expected)

    async def test_malformed_parameters_are_named(self):
        for method, path, params, name in MALFORMED:
            with self.subTest(method=method, path=path, params=params):
                answer = await self.outsider.call(method, path, params)
                self.refused(answer, 400)
                self.assertRegex(answer.error, rf"\b{name}\b")
                document = await self.outsider.call(method, path, params,
                                                    headers={"Accept": "application/problem+json"})
                self.assertEqual((document.status, document.json["type"]),
                                 (400, "urn:codecomp:problem:bad-request"))
                self.assertRegex(document.json["detail"], rf"\b{name}\b")

    async def test_malformed_percent_encoding_and_bytes(self):
        for query, name in (("roomId=1&password=%ff", "password"), ("roomId=1&password=%ed%a0%80", "password")):
            answer = await self.outsider.call(POST, f"/rooms/join", data=query.encode(), headers={
                "Content-Type": "application/x-www-form-urlencoded"})
            self.refused(answer, 400)
            self.assertIn(name, answer.error)
        answer = await self.outsider.call(POST, "/rooms/join", data=b"roomId=1&password=a%00b", headers={
            "Content-Type": "application/x-www-form-urlencoded"})
        self.refused(answer, 400)
        answer = await self.outsider.call(POST, "/rooms/join", data=b"roomId=1&password=%zz", headers={
            "Content-Type": "application/x-www-form-urlencoded"})
        self.refused(answer, 400)

    async def test_parameters_may_come_as_a_form(self):
        password = "a b&c=d%é"
        answer = await self.outsider.call(POST, "/rooms/create", data={"password": password})
        self.assertEqual((answer.status, answer.json["password"]), (200, password))
        self.assertEqual((await self.outsider.post("/rooms/leave", roomId=answer.json["id"])).text, "Left")

    async def test_malformed_bodies_are_refused_with_a_sentence(self):
        for body, name in BODIES:
            with self.subTest(body=body[:60]):
                answer = await self.host.call(POST, "/rooms/submit", data=body,
                                              headers={"Content-Type": "application/json"})
                self.refused(answer, 400)
                self.assertRegex(answer.error, rf"\b({name})\b")

    async def test_code_at_the_limit_is_taken_and_one_byte_more_is_not(self):
        padding = 64 * 1024 - len(self.code) - 1
        code = self.code + "#" + "x" * padding
        body = {"roomId": self.room_id, "problemId": self.problem_id, "code": code, "languageId": PYTHON}
        answer = await self.host.call(POST, "/rooms/submit", body=body)
        self.assertEqual(answer.status, 200, answer.text)
        self.assertEqual((await self.host.verdict(answer.json["submissionId"]))["status"], "Accepted")
        answer = await self.host.call(POST, "/rooms/submit", body={**body, "code": code + "x"})
        self.refused(answer, 400)
        self.assertIn("code", answer.error)
        escaped = {**body, "code": "# é" + "\u00e9" * 30000 + "\n" + self.code}
        self.assertEqual((await self.host.call(POST, "/rooms/submit", body=escaped)).status, 200)

    async def test_bodies_over_the_limit_are_refused_unread(self):
        for size in (1 << 20, 1 << 30):
            head = (f"POST /rooms/submit HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.host.token}\r\n"
                    f"Content-Type: application/json\r\nContent-Length: {size}\r\n\r\n")
            answer = await self.raw(head.encode())
            self.assertTrue(answer.startswith(b"HTTP/1.1 413 "), answer[:200])
        form = b"password=" + b"x" * 100_000
        answer = await self.outsider.call(POST, "/rooms/create", data=form, headers={
            "Content-Type": "application/x-www-form-urlencoded"})
        self.refused(answer, 413)

    async def test_too_many_submissions(self):
        server = await self.serve("--submit-limit", "2/60s")
        host, _, room_id, titles = await self.contest(server)
        problem_id = next(iter(titles.values()))
        body = {"roomId": room_id, "problemId": problem_id, "code": "int main(", "languageId": C}
        for _ in range(2):
            self.assertEqual((await host.call(POST, "/rooms/submit", body=body)).status, 200)
        async def ask(headers):
            return await host.call(POST, "/rooms/submit", body=body, headers=headers)
        await self.check_refusal(ask, 400, "Too many submissions. Please slow down.", 429, "too-many-submissions")
        answer = await ask({"Accept": "application/problem+json"})
        self.assertGreater(int(answer.headers["Retry-After"]), 0)

    async def test_join_passwords_cannot_be_tried_for_ever(self):
        params = {"roomId": self.known["waiting"], "password": "guess"}
        texts = []
        for _ in range(50):
            answer = await self.outsider.call(POST, "/rooms/join", params)
            texts.append(answer.text if answer.status == 200 else answer.error)
            if texts[-1] != "Wrong Password":
                break
        self.assertEqual(texts[-1], "Too many wrong passwords. Please slow down.")
        right_one = {"roomId": self.known["waiting"], "password": self.known["waiting_password"]}
        self.refused(await self.outsider.call(POST, "/rooms/join", right_one), 400,
                     "Too many wrong passwords. Please slow down.")

    async def test_not_enough_problems(self):
        host, guest, room = await self.players_in_room(self.server, 21, 22, problemCount=8)
        async def ask(headers):
            return await host.call(POST, "/rooms/start", {"roomId": room["id"]}, headers=headers)
        await self.check_refusal(ask, 400, "Not enough problems in DB", 409, "not-enough-problems")
        self.assertEqual(guest.states[-1]["status"], "WAITING")

    async def test_before_the_start_lists_are_empty(self):
        for path in ("/rooms/leaderboard", "/rooms/problems", "/rooms/submissions"):
            answer = await self.waiter.call(GET, path, {"roomId": self.known["waiting"]})
            self.assertEqual((answer.status, answer.json), (200, []), path)
        self.assertEqual((await self.outsider.get("/rooms/profile")).json["recentMatches"], [])
        self.assertEqual((await self.outsider.get("/rooms/stats")).json["winRate"], 0)
        self.assertEqual((await self.outsider.get(f"/users/{NOBODY}/history")).json, [])

    async def test_users(self):
        me = (await self.host.get("/users/me")).json
        self.assertEqual((me["id"], set(me)), (1, {"id", "name", "email"}))
        other = (await self.guest.get("/users/1")).json
        self.assertEqual(other, {"id": 1, "name": me["name"]})

    async def test_languages_are_public_and_those_of_this_machine(self):
        nobody, rows = Player(self.http, self.server.base, 0), []
        while not rows:  # until the runner has told of them
            answer = await nobody.call(GET, "/languages")
            self.assertEqual(answer.status, 200)
            rows = answer.json
            await asyncio.sleep(0.02)
        self.assertTrue({50, 54, 71} <= {row["id"] for row in rows}, rows)
        self.assertEqual({frozenset(row) for row in rows}, {frozenset(("id", "name", "version"))})

    async def test_without_a_valid_token_everything_is_401_but_the_public(self):
        nobody = Player(self.http, self.server.base, 0)
        for method, path in ((GET, "/rooms/state"), (POST, "/rooms/create"), (GET, "/users/1"), (GET, "/nothing"),
                             (GET, "/submissions/1"), ("DELETE", "/rooms/state")):
            self.refused(await nobody.call(method, path), 401, "Invalid token")
            document = await nobody.call(method, path, headers={"Accept": "application/problem+json"})
            self.assertEqual((document.status, document.json["type"]), (401, "urn:codecomp:problem:invalid-token"))
        head, body, sign = self.host.token.split(".")
        for token in ("", "x", f"{head}.{body}.", f"{head}.{body}.{sign[:-4]}AAAA", "a" * 5000,
                      "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."):
            answer = await nobody.call(GET, "/users/me", headers={"Authorization": f"Bearer {token}"})
            self.refused(answer, 401, "Invalid token")
        self.refused(await nobody.call(GET, "/users/me", headers={"Authorization": "Basic YTpi"}), 401)
        for path in ("/healthz", "/readyz", "/languages"):
            self.assertEqual((await nobody.call(GET, path)).status, 200, path)
        self.refused(await nobody.call(GET, "/auth/nothing"), 404, "Not found")

    async def test_development_login_is_off_unless_turned_on(self):
        from harness import Server
        server = self.own(Server())
        server.options.remove("--dev-login")
        await server.start()
        nobody = Player(self.http, server.base, 1)
        self.refused(await nobody.call(POST, "/auth/login", {"userId": 1}), 404, "Not found")

    async def test_every_answer_carries_cors(self):
        origin = {"Origin": "https://somewhere.example"}
        nobody = Player(self.http, self.server.base, 0)
        for player, method, path in ((self.host, GET, "/users/me"), (nobody, GET, "/users/me"),
                                     (self.host, GET, "/nothing"), (self.host, "PUT", "/users/me"),
                                     (self.host, GET, "/rooms/state"), (nobody, GET, "/healthz")):
            answer = await player.call(method, path, headers=origin)
            self.assertEqual(answer.headers.get("Access-Control-Allow-Origin"), origin["Origin"], path)
            self.assertEqual(answer.headers["Access-Control-Allow-Credentials"], "true")
            self.assertIn("Origin", answer.headers["Vary"])
        preflight = await nobody.call("OPTIONS", "/rooms/submit", headers={
            **origin, "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, content-type"})
        self.assertIn(preflight.status, (200, 204))
        self.assertIn("POST", preflight.headers["Access-Control-Allow-Methods"])
        self.assertEqual(preflight.headers["Access-Control-Allow-Headers"], "authorization, content-type")
        self.assertEqual(preflight.headers["Vary"],
                         "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
        server = await self.serve("--cors-origins", "https://one.example,https://two.example, https://*.four.example")
        for name, allowed in (("https://two.example", True), ("https://three.example", False), ("null", False),
                              ("https://five.four.example", True), ("https://four.example", False)):
            answer = await Player(self.http, server.base, 0).call(GET, "/healthz", headers={"Origin": name})
            self.assertEqual(answer.headers.get("Access-Control-Allow-Origin"), name if allowed else None)
            self.assertIn("Origin", answer.headers["Vary"])

    async def test_documents_say_what_is_served(self):
        def once(pairs):
            self.assertEqual(len(dict(pairs)), len(pairs), [name for name, _ in pairs])
            return dict(pairs)
        openapi, asyncapi = [json.loads((await self.host.call(GET, f"/{name}.json", token=False)).text,
                                        object_pairs_hook=once) for name in ("openapi", "asyncapi")]
        operations = {about["operationId"]: (method, path) for path, methods in openapi["paths"].items()
                      for method, about in methods.items()}
        table = (ROOT / "gateway" / "routes" / "routes.def").read_text()
        rows = re.findall(r'^ROUTE \((\w+), (\w+), "([^"]+)"', table, re.MULTILINE)
        self.assertEqual(operations, {name: (method.lower(), path) for name, method, path in rows})
        self.assertEqual(openapi["paths"]["/rooms/state"]["get"]["security"], [{"bearer": []}])
        self.assertEqual(openapi["paths"]["/languages"]["get"]["security"], [])
        self.assertEqual({channel["address"] for channel in asyncapi["channels"].values()},
                         {"/topic/room/{roomId}", "/user/queue/submissions"})
        answer = {"method": GET, "path": "/users/me", "status": 200, "type": "application/json", "text": '{"id":1}'}
        pushes = [{"destination": destination, "text": '{"id":1}'}
                  for destination in ("/topic/room/7", "/user/queue/submissions", "/topic/others")]
        self.assertEqual(len(problems(openapi, asyncapi, [answer], pushes)), 4)
        self.assertEqual(len(problems({**openapi, "info": {}}, {**asyncapi, "info": {}})), 2)

    async def test_the_page_asks_no_other_host(self):
        page = await self.host.call(GET, "/docs", token=False)
        self.assertEqual((page.status, page.headers["Content-Type"]), (200, "text/html;charset=utf-8"))
        self.assertIn("default-src 'none'", page.headers["Content-Security-Policy"])
        script = await self.host.call(GET, "/docs.js", token=False)
        self.assertEqual(script.headers["Content-Type"], "text/javascript;charset=utf-8")
        for text in (page.text, script.text):
            self.assertNotRegex(text, r"https?:|//[a-z]|innerHTML|eval")

    async def test_head_options_and_allow(self):
        get = await self.host.call(GET, "/users/me")
        head = await self.host.call("HEAD", "/users/me")
        self.assertEqual((head.status, head.text), (200, ""))
        self.assertEqual(head.headers["Content-Length"], str(len(get.text)))
        answer = await self.host.call("PUT", "/users/me")
        self.assertEqual((answer.status, answer.headers["Allow"]), (405, "GET, HEAD, OPTIONS"))
        answer = await self.host.call("OPTIONS", "/rooms/create")
        self.assertEqual(answer.headers["Allow"], "POST, OPTIONS")
        self.assertEqual((await self.host.call("HEAD", "/rooms/create")).status, 405)

    async def test_media_types(self):
        answer = await self.host.call(POST, "/rooms/submit", data=b"<a/>", headers={"Content-Type": "text/xml"})
        self.refused(answer, 415)
        answer = await self.host.call(GET, "/no", headers={"Accept": "application/problem+json;q=0.1, application/json"})
        self.assertEqual(answer.headers["Content-Type"], "application/json")

    # ---- below HTTP ------------------------------------------------------------------------------

    async def raw(self, data, close=True):
        """What comes back for bytes, up to the end of the connection or of one answer."""
        reader, writer = await asyncio.open_connection(*self.server.address)
        writer.write(data)
        try:
            await writer.drain()
            if not close:
                return reader, writer
            return await asyncio.wait_for(reader.read(65536), WAIT_S)
        except ConnectionError:
            return b""
        finally:
            if close:
                writer.close()

    async def test_garbage_is_answered_or_cut_and_nothing_else(self):
        garbage = [b"\0" * 5000, b"\xff" * 5000, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\r\n" * 4000,
                   b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)),
                   b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n",
                   b"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", b"BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n",
                   b"GET http://elsewhere/ HTTP/1.1\r\nHost: x\r\n\r\n", b"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n",
                   b"GET /" + b"../" * 2000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
                   b"GET / HTTP/1.1\r\n: x\r\nHost\r\n\r\n"]
        for data in garbage:
            with self.subTest(data=data[:40]):
                answer = await self.raw(data + b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                self.assertTrue(answer == b"" or answer.startswith(b"HTTP/1."), answer[:100])

    async def test_oversized_headers(self):
        for name, size in ((b"Cookie", 13_000), (b"X-Long", 100_000), (b"Cookie", 1_000_000)):
            answer = await self.raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + name + b": " + b"a" * size + b"\r\n\r\n")
            self.assertTrue(answer == b"" or answer.startswith(b"HTTP/1.1 431 "), answer[:100])
        answer = await self.host.call(GET, "/users/me", {"padding": "x" * 8000})
        self.assertEqual(answer.status, 200)
        answer = await self.raw(b"GET /users/me?p=" + b"y" * 13_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertTrue(answer == b"" or answer.startswith(b"HTTP/1.1 431 "), answer[:100])

    async def test_lengths_that_lie_end_the_connection(self):
        head = (f"POST /rooms/submit HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.host.token}\r\n"
                "Content-Type: application/json\r\n")
        body = "2;x=y\r\n{\"\r\nb\r\nroomId\": 1}\r\n0\r\nx: y\r\n\r\n"
        chunked = await self.raw((head + "Transfer-Encoding: chunked\r\n\r\n" + body).encode())
        self.assertTrue(chunked.startswith(b"HTTP/1.1 400 "), chunked[:100])
        self.assertIn(b"problemId: missing", chunked)  # so the object was read
        packed = await self.raw((head + "Transfer-Encoding: gzip\r\n\r\n").encode())
        self.assertTrue(packed.startswith(b"HTTP/1.1 411 "), packed[:100])
        for length in ("-1", "+2", "2,2", "99999999999999999999", "0x2", "2 2", ""):
            answer = await self.raw((head + f"Content-Length: {length}\r\n\r\n" + "{}").encode())
            self.assertRegex(answer[:13], rb"^(HTTP/1\.1 (400|413|411))?", length)
            self.assertNotIn(b" 200 ", answer[:20])
        two = await self.raw((head + "Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}"
                              "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").encode())
        self.assertEqual(two.count(b"HTTP/1.1 200"), 0, "a request was smuggled")

    async def test_half_open_connections_cost_nothing(self):
        held = []
        for data in (b"", b"GET /hea", b"POST /rooms/submit HTTP/1.1\r\nHost: x\r\n",
                     (f"POST /rooms/submit HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.host.token}\r\n"
                      "Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"roomId\":").encode()):
            for _ in range(20):
                held.append(await self.raw(data, close=False))
        self.assertEqual((await self.host.get("/healthz")).status, 200)
        for _, writer in held[::2]:
            writer.transport.abort()
        self.assertEqual((await self.host.get("/users/me")).json["id"], 1)
        for _, writer in held[1::2]:
            writer.close()

    async def test_one_connection_for_many_requests(self):
        reader, writer = await asyncio.open_connection(*self.server.address)
        request = (f"GET /users/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.host.token}\r\n\r\n").encode()
        writer.write(request * 5)
        for _ in range(5):
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), WAIT_S)
            self.assertTrue(head.startswith(b"HTTP/1.1 200 "), head)
            length = int(re.search(rb"content-length: (\d+)", head, re.I).group(1))
            self.assertEqual(json.loads(await reader.readexactly(length))["id"], 1)
        writer.close()

    async def test_answers_have_the_contracts_keys(self):
        state = (await self.host.get("/rooms/state", roomId=self.room_id)).json
        self.assertEqual(set(state), {"roomId", "status", "startTime", "duration", "currentUserId", "opponentUserId",
                                      "leaderboard", "myProblems", "opponentProblems", "endTime", "serverTime",
                                      "version", "settling"})
        self.assertEqual(set(state["leaderboard"][0]), {"userId", "solved", "penalty", "lastSolvedTime", "rank"})
        self.assertEqual(set(state["myProblems"][0]), {"id", "userId", "roomId", "problemId", "attempts", "penalty",
                                                       "solved", "solvedAt", "judging"})
        problem = (await self.host.get("/rooms/problems", roomId=self.room_id)).json[0]
        self.assertEqual(set(problem), {"id", "title", "description", "difficulty", "samples", "timeLimitMs",
                                        "memoryLimitMb"})
        self.assertEqual(problem["samples"][0]["input"], "1\n")
        submission = (await self.host.get(f"/submissions/{self.known['submission']}")).json
        self.assertEqual(set(submission), {"id", "userId", "roomId", "problemId", "languageId", "status", "createdAt",
                                           "judgedAt", "testsRun", "testsTotal", "failedTest", "timeMs", "memoryKb",
                                           "compileOutput"})
        room = await self.outsider.create(duration=60000, problemCount=2, difficulty="easy", visibility="private")
        self.assertTrue({"id", "hostUserId", "password", "status", "startTime", "endTime", "duration"} <= set(room))
        self.assertEqual(room["duration"], 60000)
        self.assertTrue(room["password"])


if __name__ == "__main__":
    unittest.TestCase.maxDiff = None
    main()
