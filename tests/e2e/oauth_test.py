"""Logins by a provider: how they go, and everybody who tries to cheat, the provider among them."""

import asyncio
import re
from urllib.parse import parse_qs, urlencode, urlsplit

from aiohttp import web
from harness import EndToEnd, main, new_folder, run
from provider import (CLIENT_ID, CLIENT_SECRET, KEY, OTHER_KEY, Browser, Key, Provider, by_hmac, hang,
                      landed)

FRONTEND = "https://front.example"
FAILED = "User not authenticated via OAuth2"
WEAK = Key("weak", 1024)


def changed(url, **members):
    """The same address with other parameters; None: without."""
    parts = urlsplit(url)
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    query.update(members)
    return parts._replace(query=urlencode({k: v for k, v in query.items() if v is not None})).geturl()


async def _redirect(_request):
    raise web.HTTPFound("/userinfo")


async def _huge(_request):
    return web.Response(body=b'{"access_token":"' + b"x" * (1 << 20) + b'"}')


def _answers(status, body="{}"):
    async def answer(_request):
        return web.Response(status=status, text=body, content_type="application/json")
    return answer


# what the provider does, and what the log says of it; each refuses the login
LIES = [
    ("claims", {"iss": "https://accounts.google.com"}, "another issuer"),
    ("claims", {"iss": None}, "another issuer"),
    ("claims", {"aud": "somebody-else"}, "for somebody else"),
    ("claims", {"aud": []}, "for somebody else"),
    ("claims", {"aud": None}, "for somebody else"),
    ("claims", {"aud": [CLIENT_ID, "somebody-else"]}, "for somebody else"),
    ("claims", {"azp": "somebody-else"}, "for somebody else"),
    ("claims", {"exp": 1_700_000_000}, "expired"),
    ("claims", {"exp": None}, "expired"),
    ("claims", {"exp": "never"}, "expired"),
    ("claims", {"iat": 4_000_000_000}, "of the future"),
    ("claims", {"nbf": 4_000_000_000}, "of the future"),
    ("claims", {"nonce": "another"}, "another nonce"),
    ("claims", {"nonce": None}, "another nonce"),
    ("claims", {"nonce": ["x"]}, "another nonce"),
    ("claims", {"sub": None}, "names nobody"),
    ("claims", {"sub": "x" * 256}, "names nobody"),
    ("header", {"alg": "none"}, "not signed"),
    ("header", {"alg": "HS256"}, "not signed"),
    ("header", {"alg": "ES256"}, "not signed"),
    ("header", {"alg": "rs256"}, "not signed"),
    ("header", {"alg": None}, "not signed"),
    ("header", {"kid": "unknown"}, "not signed"),
    ("header", {"crit": ["exp"]}, "header"),
    ("key", OTHER_KEY, "not signed"),
    ("key", WEAK, "not signed"),
    ("signature", lambda content: b"", "not signed"),
    ("signature", lambda content: KEY.sign(content + b"x"), "not signed"),
    ("tokens", {"id_token": None}, "no ID token"),
    ("tokens", {"id_token": "a.b"}, "is none"),
    ("tokens", {"id_token": "a.b.c.d"}, "is none"),
    ("tokens", {"id_token": "e30.e30.!!!"}, "header"),
    ("userinfo", {"email_verified": False}, "has not verified"),
    ("userinfo", {"email_verified": None}, "has not verified"),
    ("userinfo", {"email_verified": "yes"}, "has not verified"),
    ("userinfo", {"email": None}, "has not verified"),
    ("userinfo", {"email": "no address"}, "has not verified"),
    ("userinfo", {"email": "a" * 400 + "@example.org"}, "has not verified"),
    ("userinfo", {"sub": "somebody else"}, "somebody else"),
    ("userinfo", {"sub": None}, "somebody else"),
    ("/token", _answers(400, '{"error":"invalid_grant"}'), "status 400 invalid_grant"),
]

# likewise, but it's not a refusal: who tries again may get in
BREAKS = [
    ("/token", _answers(500), "token endpoint: status 500"),
    ("/token", _answers(401, '{"error":"invalid_client"}'), "status 401 invalid_client"),
    ("/token", _answers(200, "<html>"), "can't be read"),
    ("/token", _answers(200, "[]"), "can't be read"),
    ("/token", _answers(200, '{"access_token":"a\\r\\nX: y"}'), "can't be read"),
    ("/token", _redirect, "status 302"),
    ("/token", _huge, "too large"),
    ("/userinfo", _answers(503), "userinfo: status 503"),
    ("/userinfo", _redirect, "status 302"),
    ("/userinfo", _huge, "too large"),
]


class OauthTest(EndToEnd):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.provider = await Provider().start()
        self.addAsyncCleanup(self.provider.stop)
        self.browser = self.new_browser()

    def new_browser(self):
        browser = Browser()
        self.addAsyncCleanup(browser.close)
        return browser

    async def serve_logins(self, *options, issuer=None, env=None, frontend=FRONTEND):
        issuer = self.provider.issuer if issuer is None else issuer
        self.server = await self.serve(
            "--frontend", frontend, *(("--oauth-issuer", issuer) if issuer else ()), *options,
            env={"CODECOMP_OAUTH_CLIENT_ID": CLIENT_ID, "CODECOMP_OAUTH_CLIENT_SECRET": CLIENT_SECRET,
                 **(env or {})})
        self.base = self.server.base
        return self.server

    async def me(self, token):
        async with self.http.get(self.base + "/users/me", headers={"Authorization": f"Bearer {token}"}) as answer:
            return answer.status, await answer.json()

    def users(self):
        return self.server.database.rows("SELECT * FROM users ORDER BY id")

    def failed(self, response, text, status=400, error=FAILED):
        self.assertEqual(response.status, status, text)
        self.assertEqual(text, '{"error":"%s"}' % error)
        self.assertNotIn("Location", response.headers)

    # ---- logins that go well

    async def test_a_login_makes_its_user_and_the_next_one_finds_him(self):
        await self.serve_logins()
        parts, told = landed((await self.browser.login(self.base))[0])
        self.assertEqual(f"{parts.scheme}://{parts.netloc}{parts.path}", FRONTEND + "/oauth-success")
        self.assertEqual(set(told), {"token", "userId", "email"})
        self.assertEqual(told["email"], "ada@example.org")
        self.assertEqual(await self.me(told["token"]), (200, {
            "id": int(told["userId"]), "name": "Ada", "email": "ada@example.org"}))
        self.assertEqual(self.users()[0]["provider"], "GOOGLE")
        self.provider.person["name"] = "Ada King, née Byron"
        self.provider.in_token = True  # then userinfo is not needed
        self.provider.asked.clear()
        _, again = landed((await self.new_browser().login(self.base))[0])
        self.assertEqual(again["userId"], told["userId"])
        self.assertEqual((await self.me(again["token"]))[1]["name"], "Ada King, née Byron")
        self.assertEqual(self.provider.asked, ["/authorize", "/token"])
        self.provider.person.update(sub="249", email="ben+x@example.org")
        _, other = landed((await self.browser.login(self.base))[0])
        self.assertNotEqual(other["userId"], told["userId"])
        self.assertEqual(other["email"], "ben+x@example.org")
        self.assertEqual(len(self.users()), 2)

    async def test_what_a_browser_is_given(self):
        await self.serve_logins()
        response, _ = await self.browser.get(self.base + "/oauth2/authorization/google")
        query = parse_qs(urlsplit(response.headers["Location"]).query)
        self.assertEqual(query["redirect_uri"], [self.base + "/login/oauth2/code/google"])
        self.assertEqual(query["code_challenge_method"], ["S256"])
        self.assertEqual(query["scope"], ["openid email profile"])
        self.assertGreaterEqual(len(query["state"][0]), 43)
        self.assertEqual(len(query["nonce"][0]), 43)
        self.assertEqual(len(query["code_challenge"][0]), 43)
        cookie = response.headers["Set-Cookie"]
        self.assertRegex(cookie, r"^codecomp-login=[\w-]{43}; Path=/; Max-Age=600; HttpOnly; SameSite=Lax$")
        self.assertNotIn(re.search("=([^;]*)", cookie)[1], response.headers["Location"])
        response, _ = await self.browser.login(self.base)
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")

    async def test_behind_https_the_cookie_is_the_hosts_alone(self):
        await self.serve_logins("--public-url", "https://duels.example/")
        response, _ = await self.browser.get(self.base + "/oauth2/authorization/google")
        query = parse_qs(urlsplit(response.headers["Location"]).query)
        self.assertEqual(query["redirect_uri"], ["https://duels.example/login/oauth2/code/google"])
        self.assertRegex(response.headers["Set-Cookie"],
                         r"^__Host-codecomp-login=[\w-]{43}; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$")
        response, _ = await self.browser.get(response.headers["Location"])
        back = response.headers["Location"].replace("https://duels.example", self.base)
        cookie = re.search("codecomp-login=([^;]*)", str(response.request_info.headers)) or None
        self.assertIsNone(cookie)  # the provider sees none of it
        self.failed(*await self.browser.get(back, Cookie="codecomp-login=" + "A" * 43))

    async def test_two_tabs_of_a_browser_log_in_side_by_side(self):
        await self.serve_logins(frontend=FRONTEND + "/")
        one, two = [await self.browser.back(self.base) for _ in range(2)]
        self.assertEqual(landed((await self.browser.get(one))[0])[0].path, "/oauth-success")
        self.assertEqual(landed((await self.browser.get(two))[0])[0].path, "/oauth-success")

    async def test_a_provider_of_another_name_with_named_endpoints(self):
        await self.serve_logins(
            "--oauth-provider", "keycloak", "--oauth-authorize-url", self.provider.issuer + "/authorize",
            "--oauth-token-url", self.provider.issuer + "/token",
            "--oauth-userinfo-url", self.provider.issuer + "/userinfo", issuer="")
        back = await self.browser.back(self.base, "keycloak")
        self.assertTrue(back.startswith(self.base + "/login/oauth2/code/keycloak?"), back)
        _, told = landed((await self.browser.get(back))[0])
        self.assertEqual(self.provider.asked, ["/authorize", "/token", "/userinfo"])
        self.assertEqual(self.users()[-1]["provider"], "KEYCLOAK")
        landed((await self.browser.login(self.base))[0])  # the frontend's google means it, too
        self.provider.lie = {"claims": {"nonce": "another"}}
        self.failed(*await self.browser.login(self.base))
        response, text = await self.browser.get(self.base + "/oauth2/authorization/github")
        self.assertEqual(response.status, 404, text)

    async def test_new_keys_are_fetched(self):
        await self.serve_logins()
        landed((await self.browser.login(self.base))[0])
        self.provider.keys = [KEY, OTHER_KEY]
        landed((await self.browser.login(self.base))[0])
        self.provider.keys = [KEY, OTHER_KEY, Key("three")]
        self.failed(*await self.browser.login(self.base))  # not again at once
        self.assertEqual(self.provider.asked.count("/jwks"), 2)

    # ---- who cheats

    async def test_states_that_are_not_this_browsers(self):
        await self.serve_logins()
        back = await self.browser.back(self.base)
        state = parse_qs(urlsplit(back).query)["state"][0]
        stranger = self.new_browser()
        self.failed(*await stranger.get(back))  # without a cookie
        await stranger.away(self.base)
        self.failed(*await stranger.get(back))  # with another one
        for forged in (None, "", "x", state[:-1], state + "x", "A" + state[1:], state[:-4] + "AAAA",
                       "%00" * 66, "A" * 22 + "." + "A" * 43, "x" * 1000):
            self.failed(*await self.browser.get(changed(back, state=forged)))
        for cookie in ("", "x", "A" * 43, "A" * 42 + "!", "A" * 4000):
            self.failed(*await self.new_browser().get(back, Cookie=f"a=b; codecomp-login={cookie}"))
        self.assertEqual(self.provider.asked.count("/token"), 0)
        landed((await self.browser.get(back))[0])  # all that has not used it up
        self.failed(*await self.browser.get(back))  # but this has
        self.failed(*await self.browser.get(changed(back, code="another")))
        self.assertEqual(self.provider.asked.count("/token"), 1)
        self.failed(*await self.browser.get(self.base + "/auth/oauth-success"))
        self.failed(*await self.browser.get(self.base + "/login/oauth2/code/google"))

    async def test_a_code_of_anothers_login_is_of_no_use(self):
        await self.serve_logins()
        thief = self.new_browser()
        for pkce in (True, False):  # with a provider that doesn't look, the nonce gives it away
            self.provider.lie = {} if pkce else {"no_pkce": True}
            stolen = parse_qs(urlsplit(await self.browser.back(self.base)).query)["code"][0]
            self.failed(*await thief.get(changed(await thief.back(self.base), code=stolen)))
            await self.server.line("why=\"token endpoint: status 400 invalid_grant" if pkce else "another nonce")
        self.assertEqual(self.users(), [])

    async def test_a_login_that_the_provider_refuses(self):
        await self.serve_logins()
        back = await self.browser.back(self.base)
        self.failed(*await self.browser.get(changed(back, code=None, error="access_denied")))
        self.failed(*await self.browser.get(back))  # that was its one return
        for members in ({"code": None}, {"code": ""}, {"iss": "https://accounts.google.com"}, {"iss": None}):
            self.failed(*await self.browser.get(changed(await self.browser.back(self.base), **members)))
        self.assertEqual(self.provider.asked.count("/token"), 0)

    async def test_a_provider_that_lies(self):
        await self.serve_logins()
        for what, lie, why in LIES:
            with self.subTest(what=what, why=why, lie=str(lie)):
                self.provider.lie = {what: lie}
                if what == "header" and lie.get("alg") == "none":
                    self.provider.lie["signature"] = lambda content: b""
                if what == "header" and lie.get("alg") == "HS256":
                    self.provider.lie["signature"] = by_hmac(CLIENT_SECRET.encode())
                self.provider.keys = [KEY, WEAK] if lie is WEAK else [KEY]
                self.server.first = len(self.server.lines)
                self.failed(*await self.browser.login(self.base))
                await self.server.line(f"event=login-refused .*{re.escape(why)}")
        self.assertEqual(self.users(), [])

    async def test_a_provider_that_breaks(self):
        await self.serve_logins()
        for what, lie, why in BREAKS:
            with self.subTest(what=what, why=why):
                self.provider.lie = {what: lie}
                self.server.first = len(self.server.lines)
                response, text = await self.browser.login(self.base)
                self.failed(response, text, 503, "Login provider does not answer, try again")
                self.assertTrue(response.headers["Retry-After"])
                await self.server.line(f"event=login-refused .*{re.escape(why)}")
        self.assertEqual(self.users(), [])

    async def test_a_discovery_that_lies(self):
        await self.serve_logins()
        for lie, why in (({"issuer": "https://accounts.google.com"}, "another issuer"),
                         ({"issuer": None}, "another issuer"),
                         ({"token_endpoint": "http://provider.example/token"}, "not https"),
                         ({"jwks_uri": "file:///etc/passwd"}, "not https"),
                         ({"jwks_uri": None}, "lacks an endpoint"),
                         ({"authorization_endpoint": "https://x\r\nSet-Cookie: a=b"}, "not https")):
            self.provider.lie = {"discovery": lie}
            response, text = await self.browser.get(self.base + "/oauth2/authorization/google")
            self.failed(response, text, 503, "Login provider does not answer, try again")
            await self.server.line(f"event=login-refused .*{re.escape(why)}")
        self.provider.lie = {"/.well-known/openid-configuration": _redirect}
        response, text = await self.browser.get(self.base + "/oauth2/authorization/google")
        self.assertEqual(response.status, 503)
        self.provider.lie = {}
        landed((await self.browser.login(self.base))[0])
        self.provider.lie = {"/jwks": _answers(500)}  # they are known

    async def test_a_provider_that_is_down(self):
        await self.serve_logins()
        back = await self.browser.back(self.base)
        await self.provider.runner.cleanup()
        response, text = await self.browser.get(back)
        self.failed(response, text, 503, "Login provider does not answer, try again")
        response, _ = await self.browser.get(self.base + "/oauth2/authorization/google")
        self.assertEqual(response.status, 302)  # where to is known
        await self.server.stop()
        await self.server.start()
        response, text = await self.browser.get(self.server.base + "/oauth2/authorization/google")
        self.failed(response, text, 503, "Login provider does not answer, try again")

    async def test_a_provider_that_hangs_holds_up_nobody_else(self):
        await self.serve_logins()
        self.provider.lie = {"/token": hang}
        backs = [await self.browser.back(self.base) for _ in range(70)]
        waiting = [asyncio.create_task(self.browser.get(back)) for back in backs]
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        self.failed(*done.pop().result(), 503, "Server is busy, try again")  # 64 are enough
        gone = waiting[0]
        gone.cancel()  # a browser that doesn't wait is forgotten
        for _ in range(20):
            async with self.http.get(self.base + "/readyz") as answer:
                self.assertEqual(answer.status, 200)
        results = await asyncio.gather(*waiting[1:])
        texts = {text for _, text in results}
        self.assertEqual(texts, {'{"error":"Server is busy, try again"}',
                                 '{"error":"Login provider does not answer, try again"}'})
        self.provider.lie = {}
        landed((await self.browser.login(self.base))[0])

    async def test_without_a_provider_there_are_no_logins(self):
        server = await self.serve()
        for path in ("/oauth2/authorization/google", "/login/oauth2/code/google?code=x&state=y"):
            response, text = await self.browser.get(server.base + path)
            self.assertEqual((response.status, text), (404, '{"error":"Not found"}'))

    async def test_no_secret_reaches_log_or_journal(self):
        journal = new_folder() / "journal"
        await self.serve_logins("--log-level", "debug", "--journal", journal)
        back = await self.browser.back(self.base)
        _, told = landed((await self.browser.get(back))[0])
        await self.server.line("event=login ")
        query = parse_qs(urlsplit(back).query)
        cookie = next(iter(self.browser.http.cookie_jar)).value
        written = "\n".join(self.server.lines).encode() + b"".join(
            file.read_bytes() for file in journal.rglob("*") if file.is_file())
        self.assertIn(b"ada@example.org", written)
        for secret in (told["token"], cookie, CLIENT_SECRET, query["state"][0], query["code"][0]):
            self.assertNotIn(secret.encode(), written)
        self.assertEqual(await self.server.stop(), 0)
        run("replay", str(journal))


if __name__ == "__main__":
    main()
