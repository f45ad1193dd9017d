"""Logins by an OpenID provider that others wrote and had certified, with what its pages show a person."""

import asyncio
import os
import pathlib
import re

from yarl import URL

from harness import WAIT_S, EndToEnd, free_ports, main
from provider import CLIENT_ID, CLIENT_SECRET, Browser, landed

STANDARDS = pathlib.Path(os.environ.get("CODECOMP_STANDARDS", "build/tests/standards"))


class OidcProvider:
    """tests/standards/oidc.mjs"""

    async def start(self, *redirect_uris):
        self.process = await asyncio.create_subprocess_exec(
            "node", "oidc.mjs", CLIENT_ID, CLIENT_SECRET, *redirect_uris, cwd=STANDARDS,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL)
        self.issuer = (await asyncio.wait_for(self.process.stdout.readline(), WAIT_S)).decode().strip()
        assert self.issuer, "no provider: was tests/standards installed?"
        return self

    async def stop(self):
        self.process.stdin.close()
        await self.process.wait()


class Person(Browser):
    """Fills in the provider's forms."""

    async def follow(self, response, text, base):
        """Through redirects to a page, or to where the gateway is next."""
        url = response.url
        while response.status in (302, 303):
            location = response.headers["Location"]
            url = url.join(URL(location))
            if str(url).startswith(base) or str(url).startswith("https://front.example"):
                return str(url), None
            response, text = await self.get(str(url))
        assert response.status == 200, f"{response.status} at {url}: {text[:500]}"
        return str(url), text

    async def submit(self, url, text, **fields):
        action = re.search(r'<form[^>]*action="([^"]+)"', text)[1]
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text))
        async with self.http.post(URL(url).join(URL(action)), data={**hidden, **fields},
                                  allow_redirects=False) as response:
            return response, await response.text()

    async def authorize(self, base, name):
        """From the gateway, through login and consent, to the gateway's address to return to."""
        where, page = await self.follow(*await self.get(await self.away(base)), base)
        if page:  # else it remembers us
            where, page = await self.follow(*await self.submit(where, page, login=name, password="any"), base)
        if page:
            where, page = await self.follow(*await self.submit(where, page), base)
        assert not page, page
        return where


class OidcTest(EndToEnd):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        port, = free_ports(1)
        base = f"http://127.0.0.1:{port}"
        self.provider = await OidcProvider().start(base + "/login/oauth2/code/google")
        self.addAsyncCleanup(self.provider.stop)
        self.server = await self.serve(
            "--listen", f"127.0.0.1:{port}", "--frontend", "https://front.example",
            "--oauth-issuer", self.provider.issuer,
            env={"CODECOMP_OAUTH_CLIENT_ID": CLIENT_ID, "CODECOMP_OAUTH_CLIENT_SECRET": CLIENT_SECRET})
        self.base = self.server.base
        self.person = Person()
        self.addAsyncCleanup(self.person.close)

    async def test_a_person_logs_in(self):
        response, _ = await self.person.get(await self.person.authorize(self.base, "ada"))
        _, told = landed(response)
        self.assertEqual(told["email"], "ada@example.org")
        async with self.http.get(self.base + "/users/me",
                                 headers={"Authorization": f"Bearer {told['token']}"}) as answer:
            self.assertEqual(await answer.json(),
                             {"id": int(told["userId"]), "name": "Ada", "email": "ada@example.org"})
        response, _ = await self.person.get(await self.person.authorize(self.base, "ada"))
        self.assertEqual(landed(response)[1]["userId"], told["userId"])

    async def test_who_has_not_verified_the_email_is_refused(self):
        response, text = await self.person.get(await self.person.authorize(self.base, "eve"))
        self.assertEqual((response.status, text), (400, '{"error":"User not authenticated via OAuth2"}'))

    async def test_a_stolen_return_is_of_no_use(self):
        where = await self.person.authorize(self.base, "ada")
        thief = Person()
        self.addAsyncCleanup(thief.close)
        own = await thief.authorize(self.base, "ben")
        stolen = re.sub(r"code=[^&]*", re.search(r"code=[^&]*", where)[0], own)
        for url in (where, stolen):
            response, text = await thief.get(url)
            self.assertEqual((response.status, text), (400, '{"error":"User not authenticated via OAuth2"}'))
        response, _ = await thief.get(await thief.authorize(self.base, "ben"))
        self.assertEqual(landed(response)[1]["email"], "ben@example.org")


if __name__ == "__main__":
    main()
