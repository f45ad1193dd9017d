"""A SockJS client (sockjs-protocol 0.3.3) over each of its transports, with the interface of aiohttp's
WebSocket, so that tools/lib/stomp.py runs on it. Strict: a frame that is not exactly as the protocol has
it fails the test."""

import asyncio
import json
import re
import urllib.parse
import uuid
from typing import NamedTuple

import aiohttp

TRANSPORTS = ("websocket", "xhr", "xhr_streaming", "eventsource", "htmlfile", "jsonp")
POLLING = ("xhr", "jsonp")
CALLBACK = "_jp.abc"


class Message(NamedTuple):
    type: aiohttp.WSMsgType
    data: str


def _jsonp(text):
    found = re.fullmatch(rf"{re.escape(CALLBACK)}\((\".*\")\);\r\n", text, re.S)
    assert found, text
    return json.loads(found.group(1))


class Stream:
    """Frames of a streaming response, one by one; None at its end."""

    def __init__(self, transport, response):
        self.transport, self.response, self.buffer, self.begun = transport, response, "", False

    async def _until(self, mark):
        while mark not in self.buffer:
            piece = await self.response.content.readany()
            if not piece:
                assert not self.buffer, self.buffer
                return None
            self.buffer += piece.decode()
        text, _, self.buffer = self.buffer.partition(mark)
        return text

    async def begin(self):
        self.begun = True
        if self.transport == "xhr_streaming":
            prelude = await self._until("\n")
            assert prelude == "h" * 2048, prelude
        elif self.transport == "eventsource":
            assert await self._until("\r\n") == ""
        else:
            prelude = await self._until("\r\n\r\n")
            assert len(prelude) >= 1024 and f"var c = parent.{CALLBACK};" in prelude, prelude

    async def next(self):
        if not self.begun:
            await self.begin()
        if self.transport == "xhr_streaming":
            return await self._until("\n")
        if self.transport == "eventsource":
            text = await self._until("\r\n\r\n")
            if text is not None:
                assert text.startswith("data: "), text
                text = urllib.parse.unquote(text[6:])
            return text
        text = await self._until("</script>\r\n")
        if text is not None:
            assert text.startswith("<script>\np(") and text.endswith(");\n"), text
            text = json.loads(text[len("<script>\np("):-len(");\n")])
        return text


class SockJS:
    """One session. Iterating gives messages until the server closes it."""

    def __init__(self, http, base, transport, session=None, headers=None):
        self.http, self.transport = http, transport
        self.url = f"{base}/ws/000/{session or uuid.uuid4()}"
        self.headers = headers or {}
        self.protocol = None
        self.close_code = None
        self.frames = asyncio.Queue()
        self.reading = None
        self.web_socket = None
        self.responses = 0      # how many streams or polls it took

    @classmethod
    async def open(cls, http, base, transport, **options):
        self = cls(http, base, transport, **options)
        if transport == "websocket":
            self.web_socket = await http.ws_connect(self.url + "/websocket", headers=self.headers, max_msg_size=0)
        self.reading = asyncio.create_task(self._read())
        frame = await self.frames.get()
        assert frame == "o", frame
        return self

    def receiver(self):
        method = "POST" if self.transport in ("xhr", "xhr_streaming") else "GET"
        params = {"c": CALLBACK} if self.transport in ("jsonp", "htmlfile") else {}
        self.responses += 1
        return self.http.request(method, f"{self.url}/{self.transport}", params=params, headers=self.headers)

    async def _read_socket(self):
        async for message in self.web_socket:
            assert message.type == aiohttp.WSMsgType.TEXT, message
            self.frames.put_nowait(message.data)

    async def _poll(self):
        async with self.receiver() as response:
            text = await response.text()
            assert response.status == 200, (response.status, text)
        if self.transport == "jsonp":
            return _jsonp(text)
        assert text.endswith("\n"), text
        return text[:-1]

    async def _stream(self):
        """True: the session goes on."""
        async with self.receiver() as response:
            assert response.status == 200, response
            stream = Stream(self.transport, response)
            while True:
                frame = await stream.next()
                if frame is None:
                    return True
                self.frames.put_nowait(frame)
                if frame.startswith("c"):
                    assert await stream.next() is None
                    return False

    async def _read(self):
        try:
            if self.transport == "websocket":
                await self._read_socket()
            elif self.transport in POLLING:
                frame = ""
                while not frame.startswith("c"):
                    frame = await self._poll()
                    self.frames.put_nowait(frame)
            else:
                while await self._stream():
                    pass
        finally:
            self.frames.put_nowait(None)

    async def frame(self):
        """The next one; None: the connection has ended."""
        return await self.frames.get()

    async def __aiter__(self):
        while True:
            frame = await self.frame()
            if frame is None or frame.startswith("c"):
                if frame:
                    self.close_code = json.loads(frame[1:])[0]
                return
            if frame == "h":
                continue
            assert frame.startswith("a"), frame
            for text in json.loads(frame[1:]):
                yield Message(aiohttp.WSMsgType.TEXT, text)

    async def send_str(self, text):
        await self.send_payload(json.dumps([text]))

    async def send_payload(self, payload):
        """What stands for the messages, as it is."""
        if self.transport == "websocket":
            await self.web_socket.send_str(payload)
        elif self.transport == "jsonp":
            async with self.http.post(self.url + "/jsonp_send", data={"d": payload}, headers=self.headers) as response:
                assert (response.status, await response.text()) == (200, "ok"), response
        else:
            headers = {**self.headers, "Content-Type": "text/plain"}
            async with self.http.post(self.url + "/xhr_send", data=payload.encode(), headers=headers) as response:
                assert response.status == 204, (response.status, await response.text())

    async def close(self):
        self.reading.cancel()
        await asyncio.gather(self.reading, return_exceptions=True)
        if self.web_socket:
            await self.web_socket.close()
