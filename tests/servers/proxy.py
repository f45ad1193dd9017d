"""A TCP proxy between a client and a server, which can do what networks do: cut what is open, refuse,
swallow, delay. It runs in a thread of its own; its methods return when what they say has been done."""

import asyncio
import struct
import socket
import threading

CHUNK_BYTES = 65536


class Proxy:
    """with Proxy(port) as proxy: … proxy.port …"""

    def __init__(self, port, host="127.0.0.1"):
        self.target = host, port
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.writers = set()
        self.tasks = set()
        self.flowing = None  # an asyncio.Event: bytes pass while it is set
        self.delay_s = 0
        self.listener = None
        self.port = 0
        self.accepted = 0  # connections so far

    def __enter__(self):
        self.thread.start()
        self._do(self._begin())
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.thread.is_alive():
            self._do(self._finish())
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join()
        if not self.loop.is_closed():
            self.loop.close()

    def cut(self):
        """Ends all connections with a reset; new ones are taken."""
        self._do(self._cut())

    def refuse(self):
        """Cuts all connections and takes no new ones, as a machine without the server."""
        self._do(self._refuse())

    def swallow(self):
        """Takes connections and bytes, passes nothing on, says nothing."""
        self._do(self._flow(False))

    def delay(self, seconds):
        """Each piece that comes is passed on this much later."""
        self.delay_s = seconds

    def pass_on(self):
        """Everything as it should be. What was swallowed comes now, in order."""
        self.delay_s = 0
        self._do(self._flow(True))

    # ---- in the thread

    def _do(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(60)

    async def _begin(self):
        self.flowing = asyncio.Event()
        await self._flow(True)

    async def _finish(self):
        await self._refuse()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _flow(self, on):
        if self.listener is None:
            self.listener = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
            self.port = self.listener.sockets[0].getsockname()[1]
        if on:
            self.flowing.set()
        else:
            self.flowing.clear()

    async def _cut(self):
        reset = struct.pack("ii", 1, 0)
        for writer in list(self.writers):
            if not writer.transport.is_closing():  # else its socket is gone, or about to be
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
            writer.transport.abort()
        self.writers.clear()

    async def _refuse(self):
        if self.listener is not None:
            self.listener.close()
            await self.listener.wait_closed()
            self.listener = None
        await self._cut()

    async def _accept(self, reader, writer):
        self.tasks.add(asyncio.current_task())
        self.accepted += 1
        self.writers.add(writer)
        try:
            await self._connect(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self.tasks.discard(asyncio.current_task())
            self.writers.discard(writer)
            writer.transport.abort()

    async def _connect(self, reader, writer):
        await self.flowing.wait()
        far_reader, far_writer = await asyncio.open_connection(*self.target)
        self.writers.add(far_writer)
        ways = (asyncio.create_task(self._pass(reader, far_writer)),
                asyncio.create_task(self._pass(far_reader, writer)))
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self.writers.discard(far_writer)
            far_writer.transport.abort()

    async def _pass(self, reader, writer):
        while data := await reader.read(CHUNK_BYTES):
            if self.delay_s:
                await asyncio.sleep(self.delay_s)
            await self.flowing.wait()
            writer.write(data)
            await writer.drain()
        writer.write_eof()
