"""Tokens, as their bearers and forgers bring them: over HTTP, and in a STOMP CONNECT."""

import base64
import hashlib
import hmac
import json
import time

from harness import EndToEnd, Stomp, main, new_folder

OLD, NEW = "o" * 40, "n" * 40
HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
NOW = int(time.time())
USER, NOBODY = 7, 4711


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(secret=NEW, alg="HS256", header=None, hashed="HS256", **claims):
    claims = {"sub": str(USER), "role": "USER", "iat": NOW, "exp": NOW + 3600, **claims}
    claims = {key: value for key, value in claims.items() if value is not None}
    content = f'{b64(json.dumps({"alg": alg, "typ": "JWT", **(header or {})}).encode())}.{b64(json.dumps(claims).encode())}'
    signature = hmac.new(secret.encode(), content.encode(), HASHES[hashed]).digest() if hashed else b""
    return f"{content}.{b64(signature)}"


GOOD = token()
# what is brought, and whether it is taken
TOKENS = [
    (GOOD, True),
    (token(OLD), True),
    (token(exp=NOW - 5, iat=NOW - 9), True),  # clocks differ
    (token(iat=NOW + 15), True),
    (token("x" * 40), False),
    (token(alg="none", hashed=None), False),
    (token(alg="None", hashed=None), False),
    (token(alg="none"), False),
    (token(alg="HS384", hashed="HS384"), False),
    (token(alg="HS512", hashed="HS512"), False),
    (token(alg="HS384"), False),
    (token(alg="RS256"), False),
    (token(alg=None), False),
    (token(exp=NOW - 60, iat=NOW - 99), False),
    (token(exp=None), False),
    (token(exp=str(NOW + 3600)), False),
    (token(nbf=NOW + 600), False),
    (token(iat=NOW + 600), False),
    (token(sub=None), False),
    (token(sub=USER), False),
    (token(sub="0"), False),
    (token(sub="-7"), False),
    (token(sub="7 or 1=1"), False),
    (token(sub=str(NOBODY)), False),  # signed by us, and gone
    (GOOD[:-2], False),
    (GOOD + "AA", False),
    (GOOD.rsplit(".", 1)[0] + ".", False),
    (GOOD.rsplit(".", 1)[0], False),
    ("." + GOOD, False),
    ("", False),
    ("x" * 5000, False),
]


class TokensTest(EndToEnd):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        secrets = new_folder() / "secrets"
        secrets.write_text(f"{NEW}\n{OLD}\n")
        self.server = await self.serve("--jwt-secret-file", secrets)
        async with self.http.post(self.server.base + f"/auth/login?userId={USER}") as answer:
            self.assertEqual(answer.status, 200)

    async def status(self, header):
        async with self.http.get(self.server.base + "/users/me", headers={"Authorization": header}) as answer:
            text = await answer.text()
            if answer.status == 401:
                self.assertEqual(text, '{"error":"Invalid token"}')
                self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer")
            else:
                self.assertEqual(json.loads(text)["id"], USER)
            return answer.status

    async def test_over_http(self):
        for number, (text, good) in enumerate(TOKENS):
            for _ in range(2):  # the second answer comes from memory
                self.assertEqual(await self.status(f"Bearer {text}"), 200 if good else 401, f"{number}: {text}")
        self.assertEqual(await self.status(f"bearer {GOOD}"), 200)
        for header in (GOOD, f"Basic {GOOD}", f"Bearer{GOOD}", "Bearer", "Bearer "):
            self.assertEqual(await self.status(header), 401, header)

    async def test_in_connect(self):
        for number, (text, good) in enumerate(TOKENS):
            if not text:
                continue  # nobody in particular may connect
            for header in ("Authorization", "passcode"):
                stomp = await Stomp.open(self.http, self.server.base)
                value = f"Bearer {text}" if header == "Authorization" else text
                await stomp.send("CONNECT", {"accept-version": "1.2", "host": "x", header: value})
                answer = await stomp.next_control()
                self.assertEqual(answer.command, "CONNECTED" if good else "ERROR", f"{number}: {text}")
                if not good and len(text) < 1000:
                    self.assertEqual(answer.headers["message"], "Invalid token")
                await stomp.close()


if __name__ == "__main__":
    main()
