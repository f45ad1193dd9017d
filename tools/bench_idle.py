"""Idle clients for tools/bench.py: many connections at which nothing happens but heart-beats (bench_idle.c). What a
client costs the server is its resident memory, and its processor time, divided by their number."""

import asyncio
import contextlib
import os
import pathlib
import subprocess
import sys
import time

from player import Player

ROOMS = 100  # that they watch
KINDS = {"websocket": "WebSockets", "sockjs_websocket": "SockJS WebSockets", "xhr_streaming": "SockJS XHR streams",
         "xhr": "SockJS XHR polls"}


async def make_rooms(server):
    import aiohttp
    async with aiohttp.ClientSession() as session:
        rooms = []
        for number in range(ROOMS):
            host = await Player(session, server.base, 800_000 + number).login()
            rooms.append(str((await host.create())["id"]))
        return rooms


@contextlib.contextmanager
def clients(program, server, kind, count, rooms):
    """A process in which all are connected; its standard output ends with how many were lost."""
    process = subprocess.Popen([program, str(server.port), kind, str(count), *rooms], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    try:
        if process.stdout.readline() != "ready\n":
            sys.exit(f"tools/bench: {kind}: the clients did not get ready")
        yield process
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def measure(program, server, kind, count, seconds):
    """(KiB a client, per cent of a processor, connections lost)"""
    rooms = asyncio.run(make_rooms(server))
    time.sleep(1)
    before_mb = server.resident_mb()
    with clients(program, server, kind, count, rooms) as process:
        time.sleep(2)
        used, begin = processor_s(server.process.pid), time.monotonic()
        time.sleep(seconds)
        share = (processor_s(server.process.pid) - used) / (time.monotonic() - begin)
        memory = (server.resident_mb() - before_mb) * 1024 / count
        process.stdin.close()
        lost = int(process.stdout.readline())
    return memory, share * 100, lost


def processor_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run(program, serving, imported, packages, count, seconds, show):
    for number, (kind, name) in enumerate(KINDS.items()):
        with serving(imported(f"idle-{kind}", packages), "--actors",
                     "gateway,auth,room,scoring,judge,scheduler,fanout,store") as server:
            memory, share, lost = measure(program, server, kind, count, seconds)
        show("" if number else "idle", f"{count:,} {name}: {memory:.1f} KiB each, {share:.1f} % of a processor with "
                                       f"heart-beats every 10 s, {lost} lost")
