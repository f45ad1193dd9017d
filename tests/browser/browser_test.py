"""Clients that others wrote, as they are: sockjs-client, stompjs and @stomp/stompjs, in Node.js and in
headless Chromium, on another origin and on ours, over every transport, each playing a duel in whose middle
all connections are cut. The packages are installed by npm, from package-lock.json, into a folder of the
build, once."""

import asyncio
import itertools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "e2e"), str(HERE.parent / "servers")]

from aiohttp import web  # noqa: E402
from harness import ADDENDS, PYTHON, EndToEnd, main, right  # noqa: E402
from proxy import Proxy  # noqa: E402

FOLDER = pathlib.Path(os.environ.get("CODECOMP_NPM", tempfile.gettempdir() + "/codecomp-npm"))
CLIENTS = os.environ.get("CODECOMP_STOMP_CLIENTS", "stompjs,@stomp/stompjs").split(",")
IN_NODE = ("websocket", "xhr-streaming", "eventsource", "xhr-polling", "none")
ELSEWHERE = ("websocket", "xhr-streaming", "eventsource", "iframe-eventsource", "iframe-htmlfile", "xhr-polling",
             "iframe-xhr-polling", "jsonp-polling", "none")
HERE_ONLY = ("htmlfile", "xhr-streaming", "eventsource", "xhr-polling", "jsonp-polling")
LIMIT_S = 600


def install():
    """The packages of the lock file, unless they are there."""
    lock = (HERE / "package-lock.json").read_bytes()
    mark = FOLDER / "installed"
    if not mark.exists() or mark.read_bytes() != lock:
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, FOLDER)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"], cwd=FOLDER,
                       check=True, stdin=subprocess.DEVNULL, timeout=LIMIT_S)
        mark.write_bytes(lock)
    return FOLDER / "node_modules"


class BrowserTest(EndToEnd):
    @classmethod
    def setUpClass(cls):
        cls.modules = install()

    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.users = itertools.count(1)
        await self.serve_pages()
        self.server = await self.serve("--cors-origins", self.pages, *self.options)
        self.proxy = Proxy(self.server.address[1])
        self.proxy.__enter__()
        self.addCleanup(self.proxy.close)
        self.api = f"http://127.0.0.1:{self.proxy.port}"

    options = ()

    async def serve_pages(self):
        """Another origin: the page, its scripts, and a word to cut all connections."""
        async def cut(_):
            await asyncio.get_running_loop().run_in_executor(None, self.proxy.cut)
            return web.Response(status=204)
        app = web.Application()
        app.router.add_post("/cut", cut)
        app.router.add_static("/modules", self.modules)
        for name in ("page.html", "play.js"):
            app.router.add_get("/" + name, self.page)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.addAsyncCleanup(runner.cleanup)
        self.pages = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"

    async def page(self, request):
        return web.FileResponse(HERE / request.path[1:])

    def game(self, client, transport, **more):
        return {"api": self.api, "control": self.pages, "client": client, "transport": transport,
                "users": [next(self.users), next(self.users)], "languageId": PYTHON,
                "solutions": {title: right(title) for title in ADDENDS}, **more}

    async def node(self, script, argument):
        """What it printed, line by line."""
        environment = {**os.environ, "NODE_PATH": str(self.modules)}
        process = await asyncio.create_subprocess_exec(
            "node", str(HERE / script), json.dumps(argument), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=environment, start_new_session=True)
        try:
            out, error = await asyncio.wait_for(process.communicate(), LIMIT_S)
        finally:
            if process.returncode is None:
                os.killpg(process.pid, 9)
                await process.wait()
        self.assertEqual(process.returncode, 0, error.decode()[-3000:])
        return [json.loads(line) for line in out.splitlines()]

    def played(self, game, result, transport=None):
        self.assertEqual(result["transports"], [transport or game["transport"]])
        self.assertGreaterEqual(min(result["connections"]), 2, game)

    async def chromium(self, games):
        results = await self.node("chromium.js", games)
        self.assertEqual(len(results), len(games))
        return zip(games, results)


class InNode(BrowserTest):
    async def test_duels_over_every_transport(self):
        for client in CLIENTS:
            games = [self.game(client, transport) for transport in IN_NODE]
            for game in games:
                self.played(game, (await self.node("node.js", game))[0])


class InChromium(BrowserTest):
    async def test_duels_of_a_page_on_another_origin_over_every_transport(self):
        page = self.pages + "/page.html"
        for client in CLIENTS:
            for game, result in await self.chromium([self.game(client, t, page=page) for t in ELSEWHERE]):
                self.played(game, result)

    async def test_duels_of_a_page_on_our_origin(self):
        page = self.api + "/test/page.html"
        for client in CLIENTS:
            for game, result in await self.chromium([self.game(client, t, page=page) for t in HERE_ONLY]):
                self.played(game, result)

    async def test_without_websocket_it_streams(self):
        page = self.pages + "/page.html"
        games = [self.game(client, "any", page=page, withoutWebSocket=True) for client in CLIENTS]
        for game, result in await self.chromium(games):
            self.assertFalse(result["hasWebSocket"])
            self.played(game, result, "xhr-streaming")


class WithTheirScript(BrowserTest):
    async def serve_pages(self):
        await super().serve_pages()
        self.options = ("--sockjs-client", self.pages + "/modules/sockjs-client/dist/sockjs.min.js")

    async def test_the_iframes_script_may_be_theirs(self):
        page = self.pages + "/page.html"
        games = [self.game(CLIENTS[0], transport, page=page)
                 for transport in ("iframe-eventsource", "iframe-htmlfile", "iframe-xhr-polling")]
        for game, result in await self.chromium(games):
            self.played(game, result)


if __name__ == "__main__":
    main()
