"""The page at /docs, in headless Chromium: it shows all that is served, and asks nobody else."""

import browser_test
from browser_test import EndToEnd, install
from harness import main


class Docs(EndToEnd):
    node = browser_test.BrowserTest.node

    async def test_it_shows_everything(self):
        self.modules = install()
        server = await self.serve()
        shown, = await self.node("docs.js", server.base + "/docs")
        self.assertEqual((shown["errors"], shown["broken"]), ([], []))
        for url in shown["asked"]:
            self.assertTrue(url.startswith(server.base + "/"), url)
        async with self.http.get(server.base + "/openapi.json") as answer:
            openapi = await answer.json()
        operations = sum(len(methods) for methods in openapi["paths"].values())
        self.assertEqual(len(shown["operations"]), operations + 2)
        self.assertEqual(len([one for one in shown["operations"] if one.startswith("SEND")]), 2)
        self.assertEqual(set(openapi["components"]["schemas"]) - set(shown["schemas"]), set())


if __name__ == "__main__":
    main()
