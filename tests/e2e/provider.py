"""An OpenID provider of the test's own, which lies as it is told, and a browser's part of a login.

It checks what a good provider checks (client, code, redirect address, PKCE), unless told not to. RSA is
done by hand, since nothing here needs to be secret.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import random
import secrets
import time
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import aiohttp
from aiohttp import web

from harness import WITNESS

CLIENT_ID, CLIENT_SECRET = "codecomp-test", "s3cret/with:odd+characters"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _is_prime(number, rounds=8):
    if any(number % small == 0 for small in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31)):
        return False
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(rounds):
        x = pow(random.randrange(2, number - 1), odd, number)
        if x in (1, number - 1):
            continue
        for _ in range(twos - 1):
            x = x * x % number
            if x == number - 1:
                break
        else:
            return False
    return True


def _prime(bits):
    while True:
        number = random.getrandbits(bits) | 3 << (bits - 2) | 1
        if _is_prime(number):
            return number


class Key:
    """An RSA key that signs RS256."""

    def __init__(self, kid, bits=2048):
        self.kid, self.bits = kid, bits
        while True:
            p, q = _prime(bits // 2), _prime(bits // 2)
            if (p - 1) % 65537 and (q - 1) % 65537 and p != q:
                break
        self.n, self.d = p * q, pow(65537, -1, (p - 1) * (q - 1))

    def sign(self, content):
        size = self.bits // 8
        info = bytes.fromhex("3031300d060960864801650304020105000420")
        tail = info + hashlib.sha256(content).digest()
        block = b"\0\1" + b"\xff" * (size - len(tail) - 3) + b"\0" + tail
        return pow(int.from_bytes(block, "big"), self.d, self.n).to_bytes(size, "big")

    @property
    def jwk(self):
        return {"kty": "RSA", "kid": self.kid, "use": "sig", "alg": "RS256", "e": "AQAB",
                "n": b64(self.n.to_bytes(self.bits // 8, "big"))}


KEY, OTHER_KEY = Key("one"), Key("two")


def token(claims, header=None, key=KEY, signature=None):
    header = {"alg": "RS256", "kid": key.kid, "typ": "JWT", **(header or {})}
    content = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
    signature = key.sign(content.encode()) if signature is None else signature(content.encode())
    return f"{content}.{b64(signature)}"


def by_hmac(secret):
    return lambda content: hmac.new(secret, content, hashlib.sha256).digest()


class Provider:
    """Who is logged in with it is `person`; `lie` is a dict of what it does otherwise:

    discovery, claims, header, tokens, userinfo   members that are changed; None: left out
    key, signature                                what signs
    any path, "/token"                            a function of the request, whose response is sent
    no_pkce                                       codes are given to whoever has the client's secret
    """

    def __init__(self):
        self.person = {"sub": "248", "email": "ada@example.org", "email_verified": True, "name": "Ada"}
        self.lie = {}
        self.codes = {}
        self.keys = [KEY]
        self.asked = []  # paths, in order
        self.in_token = False  # email and name are in the ID token, too

    async def start(self):
        app = web.Application()
        for method, path, handler in (("GET", "/.well-known/openid-configuration", self._discovery),
                                      ("GET", "/jwks", self._jwks), ("GET", "/authorize", self._authorize),
                                      ("POST", "/token", self._token), ("GET", "/userinfo", self._userinfo)):
            app.router.add_route(method, path, self._maybe_lie(path, handler))
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", 0, shutdown_timeout=0.1)
        await site.start()
        self.issuer = "http://127.0.0.1:%d" % site._server.sockets[0].getsockname()[1]
        return self

    async def stop(self):
        await self.runner.cleanup()

    def _maybe_lie(self, path, handler):
        async def handle(request):
            self.asked.append(path)
            lie = self.lie.get(path)
            return await lie(request) if lie else await handler(request)
        return handle

    def _changed(self, name, members):
        members = {**members, **self.lie.get(name, {})}
        return {key: value for key, value in members.items() if value is not None}

    async def _discovery(self, _request):
        return web.json_response(self._changed("discovery", {
            "issuer": self.issuer, "authorization_endpoint": self.issuer + "/authorize",
            "token_endpoint": self.issuer + "/token", "userinfo_endpoint": self.issuer + "/userinfo",
            "jwks_uri": self.issuer + "/jwks", "response_types_supported": ["code"],
            "authorization_response_iss_parameter_supported": True}))

    async def _jwks(self, _request):
        return web.json_response({"keys": [key.jwk for key in self.keys]})

    async def _authorize(self, request):
        query = request.query
        if query["client_id"] != CLIENT_ID or query["response_type"] != "code" \
                or query["code_challenge_method"] != "S256" or "openid" not in query["scope"].split():
            return web.Response(status=400)
        code = secrets.token_urlsafe(16)
        self.codes[code] = dict(query)
        answer = {"code": code, "state": query["state"], "iss": self.issuer}
        raise web.HTTPFound(query["redirect_uri"] + "?" + urlencode(answer))

    async def _token(self, request):
        form = await request.post()
        basic = aiohttp.BasicAuth.decode(request.headers["Authorization"])
        if (unquote(basic.login), unquote(basic.password)) != (CLIENT_ID, CLIENT_SECRET):
            return web.json_response({"error": "invalid_client"}, status=401)
        code = self.codes.pop(form["code"], None)
        challenge = b64(hashlib.sha256(form["code_verifier"].encode()).digest())
        if not code or code["redirect_uri"] != form["redirect_uri"] or \
                (code["code_challenge"] != challenge and not self.lie.get("no_pkce")):
            return web.json_response({"error": "invalid_grant"}, status=400)
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "exp": now + 300, "iat": now, "nonce": code["nonce"],
                  "sub": self.person["sub"], **(self.person if self.in_token else {})}
        id_token = token(self._changed("claims", claims), self.lie.get("header"), self.lie.get("key", self.keys[-1]),
                         self.lie.get("signature"))
        return web.json_response(self._changed("tokens", {
            "access_token": "access-" + form["code"], "token_type": "Bearer", "id_token": id_token}))

    async def _userinfo(self, request):
        if not request.headers["Authorization"].startswith("Bearer access-"):
            return web.Response(status=401)
        return web.json_response(self._changed("userinfo", self.person))


class Browser:
    """Cookies, and redirects that are followed one at a time."""

    def __init__(self):
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True, quote_cookie=False),
                                          trace_configs=[WITNESS.trace()])

    async def close(self):
        await self.http.close()

    async def get(self, url, **headers):
        async with self.http.get(url, headers=headers, allow_redirects=False) as response:
            return response, await response.text()

    async def away(self, base, name="google"):
        """Where the gateway sends us."""
        response, _ = await self.get(f"{base}/oauth2/authorization/{name}")
        assert response.status == 302, response.status
        return response.headers["Location"]

    async def back(self, base, name="google"):
        """Where the provider sends us back to."""
        response, text = await self.get(await self.away(base, name))
        assert response.status == 302, text
        return response.headers["Location"]

    async def login(self, base, name="google"):
        """Response and text of our return."""
        return await self.get(await self.back(base, name))


def landed(response):
    """What the frontend is told."""
    assert response.status == 302, response.status
    parts = urlsplit(response.headers["Location"])
    return parts, {key: values[0] for key, values in parse_qs(parts.query).items()}


async def hang(_request):
    await asyncio.sleep(3600)
