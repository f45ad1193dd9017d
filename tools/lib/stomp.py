"""A STOMP client over WebSocket (aiohttp), for the duel script and the end-to-end tests.

Every frame goes to who waits for it: messages to the queue of their subscription, receipts to whoever
asked for one, all else (CONNECTED, ERROR) to `control`. When the connection ends, each queue gets None.
"""

import asyncio
from typing import NamedTuple

import aiohttp

SUBPROTOCOLS = ("v12.stomp", "v11.stomp", "v10.stomp")
WAIT_S = 60  # for anything that must come


class Frame(NamedTuple):
    command: str
    headers: dict
    body: str


def _escape(text):
    for plain, escaped in (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), (":", "\\c")):
        text = text.replace(plain, escaped)
    return text


def _unescape(text):
    out, escapes = [], {"n": "\n", "r": "\r", "c": ":", "\\": "\\"}
    letters = iter(text)
    for letter in letters:
        out.append(escapes[next(letters)] if letter == "\\" else letter)
    return "".join(out)


def encode(command, headers, body="", escape=True):
    """One frame as text. CONNECT is never escaped."""
    change = _escape if escape and command not in ("CONNECT", "CONNECTED") else str
    lines = [command] + [f"{change(str(k))}:{change(str(v))}" for k, v in headers.items()]
    return "\n".join(lines) + "\n\n" + body + "\0"


def decode(text):
    """(frames, beats): everything in one WebSocket message; the server never splits a frame."""
    frames, beats = [], 0
    while text:
        if text[0] == "\n":
            beats, text = beats + 1, text[1:]
            continue
        head, _, rest = text.partition("\n\n")
        command, *lines = head.split("\n")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            if command != "CONNECTED":
                name, value = _unescape(name), _unescape(value)
            headers.setdefault(name, value)
        if "content-length" in headers:
            size, raw = int(headers["content-length"]), rest.encode()
            body, text = raw[:size].decode(), raw[size:].decode()
            assert text[:1] == "\0", "no NUL where content-length says"
            text = text[1:]
        else:
            body, _, text = rest.partition("\0")
        frames.append(Frame(command, headers, body))
    return frames, beats


class Stomp:
    """One connection. Stomp.open, then connect, subscribe, …; close at the end."""

    on_message = None  # called with every MESSAGE frame of every connection

    def __init__(self, socket):
        self.socket = socket
        self.control = asyncio.Queue()
        self.subscriptions = {}
        self.receipts = {}
        self.beats = 0
        self.beat = asyncio.Event()
        self.ended = asyncio.Event()
        self.number = 0
        self.reading = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, http, base, path="/ws", protocols=SUBPROTOCOLS, headers=None):
        return cls(await http.ws_connect(base + path, protocols=protocols, headers=headers,
                                         max_msg_size=0, autoping=True))

    async def _read(self):
        try:
            async for message in self.socket:
                if message.type != aiohttp.WSMsgType.TEXT:
                    break
                frames, beats = decode(message.data)
                if beats:
                    self.beats += beats
                    self.beat.set()
                for frame in frames:
                    self._take(frame)
        finally:
            self.ended.set()
            for queue in [self.control, *self.subscriptions.values()]:
                queue.put_nowait(None)
            for receipt in self.receipts.values():
                if not receipt.done():
                    receipt.set_exception(ConnectionError("closed before the receipt"))
                    receipt.exception()  # nobody may be waiting

    def _take(self, frame):
        if frame.command == "MESSAGE":
            if Stomp.on_message:
                Stomp.on_message(frame)
            queue = self.subscriptions.get(frame.headers["subscription"])
            if queue:
                queue.put_nowait(frame)
        elif frame.command == "RECEIPT":
            receipt = self.receipts.get(frame.headers["receipt-id"])
            if receipt and not receipt.done():
                receipt.set_result(frame)
        else:
            self.control.put_nowait(frame)

    async def send(self, command, headers=None, body="", receipt=False, escape=True):
        """Sends a frame; with `receipt` returns when the server has confirmed it."""
        headers = dict(headers or {})
        if receipt:
            self.number += 1
            headers["receipt"] = f"r{self.number}"
            self.receipts[headers["receipt"]] = asyncio.get_running_loop().create_future()
        await self.socket.send_str(encode(command, headers, body, escape))
        if receipt:
            return await asyncio.wait_for(self.receipts[headers["receipt"]], WAIT_S)
        return None

    async def connect(self, token=None, versions="1.0,1.1,1.2", heart_beat="0,0", host="localhost",
                      command="CONNECT"):
        """The CONNECTED frame, or the ERROR that came in its place."""
        headers = {"host": host, "heart-beat": heart_beat}
        if versions:
            headers["accept-version"] = versions
        if token:
            headers["Authorization"] = f"Bearer {token}"
        await self.send(command, headers)
        return await self.next_control()

    async def next_control(self, wait_s=WAIT_S):
        return await asyncio.wait_for(self.control.get(), wait_s)

    async def subscribe(self, destination, name=None, headers=None, receipt=True):
        """The queue of what comes."""
        self.number += 1
        name = name or f"s{self.number}"
        queue = self.subscriptions[name] = asyncio.Queue()
        await self.send("SUBSCRIBE", {"id": name, "destination": destination, **(headers or {})},
                        receipt=receipt)
        return queue

    async def close_code(self, wait_s=WAIT_S):
        """Waits until the server has closed."""
        await asyncio.wait_for(self.ended.wait(), wait_s)
        return self.socket.close_code

    async def close(self):
        self.reading.cancel()
        await asyncio.gather(self.reading, return_exceptions=True)
        await self.socket.close()
