"""A page on another site, in headless Chromium, logs in by a certified provider on a third one, plays a
duel and gets its pushes: cookies, redirects and cross-origin access as browsers really enforce them.

The page and the provider are on localhost, the gateway on 127.0.0.1: for a browser those are two sites."""

from aiohttp import web
import browser_test
from browser_test import HERE, EndToEnd, install
from harness import ADDENDS, PYTHON, free_ports, main, right
from oidc_test import OidcProvider
from provider import CLIENT_ID, CLIENT_SECRET


class Login(EndToEnd):
    node = browser_test.BrowserTest.node

    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.modules = install()
        port, = free_ports(1)
        api = f"http://127.0.0.1:{port}"
        provider = await OidcProvider().start(api + "/login/oauth2/code/google")
        self.addAsyncCleanup(provider.stop)
        self.front = await self.serve_front()
        await self.serve("--listen", f"127.0.0.1:{port}", "--frontend", self.front,
                         "--oauth-issuer", provider.issuer,
                         env={"CODECOMP_OAUTH_CLIENT_ID": CLIENT_ID, "CODECOMP_OAUTH_CLIENT_SECRET": CLIENT_SECRET})
        self.api = api

    async def serve_front(self):
        async def front(_request):
            return web.FileResponse(HERE / "front.html")
        app = web.Application()
        app.router.add_static("/modules", self.modules)
        app.router.add_get("/front.html", front)
        app.router.add_get("/oauth-success", front)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.addAsyncCleanup(runner.cleanup)
        return f"http://localhost:{site._server.sockets[0].getsockname()[1]}"

    async def test_two_people_log_in_and_play(self):
        plan = {"front": self.front, "api": self.api, "people": ["ada", "ben"], "languageId": PYTHON,
                "solutions": {title: right(title) for title in ADDENDS}}
        seen, = await self.node("login.js", plan)
        for who, email in (("host", "ada@example.org"), ("guest", "ben@example.org")):
            self.assertEqual(seen[who]["landed"], self.front + "/oauth-success")
            self.assertEqual(seen[who]["login"]["email"], email)
            self.assertEqual(seen[who]["cookies"],
                             [{"name": "codecomp-login", "httpOnly": True, "sameSite": "Lax"}])
            self.assertEqual(seen[who]["statuses"][-2:], ["ACTIVE", "FINISHED"])
        self.assertEqual(seen["guest"]["verdicts"].count("Accepted"), 3)
        self.assertEqual(seen["host"]["verdicts"], [])
        self.assertEqual(seen["result"], {"winnerUserId": int(seen["guest"]["login"]["userId"]), "result": "WIN"})


if __name__ == "__main__":
    main()
