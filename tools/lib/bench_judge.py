"""The sandbox's part of the bench: what a run costs, how many submissions are judged in a second, and how
long they wait when many come at once."""

import asyncio
import json
import statistics
import subprocess
import time

import aiohttp

C = 50
WAIT_S = 300


def runs(program, rounds, seconds, show):
    done = subprocess.run([program, str(rounds), str(seconds)], capture_output=True, text=True)
    if done.returncode:
        show("judge", f"not measured: {done.stderr.strip()}")
        return
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    cost = {line["run"]: line for line in lines if "run" in line}
    bare = cost.pop("bare")
    for name, line in cost.items():
        show("judge", f"a run in {name} {line['median_ms']:.2f} ms at the median, {line['least_ms']:.2f} at least: "
                      f"{line['median_ms'] - bare['median_ms']:.2f} and {line['least_ms'] - bare['least_ms']:.2f} "
                      f"above a bare fork and exec ({rounds} rounds)")
    for line in lines:
        if "judge" in line:
            show("", f"{line['judge']}: {line['per_second']:.1f} submissions/s by {line['slots']} slots, "
                     f"{line['mean_ms']:.1f} ms each ({line['tests']} tests)")


async def _one(player, room, code):
    begin = time.monotonic()
    submission = await player.submit(room.id, room.problem_id, code, C)
    await player.verdict(submission, WAIT_S)
    return (time.monotonic() - begin) * 1e3


async def _waiting(base, make_rooms, code, counts, show):
    first = 0
    for count in counts:  # each with users of its own: who has solved everything has no contest any more
        rooms = await make_rooms(base, (count + 1) // 2, first)
        first += 2 * len(rooms)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            players = [(player, room) for room in rooms for player in room.players][:count]
            for player, room in players:
                player.http = session
                await player.listen(room.id)
            took = await asyncio.gather(*(_one(player, room, f"{code}/* {count} {index} */\n")
                                          for index, (player, room) in enumerate(players)))
            for player, _ in players:
                await player.close()
        show("judge" if count == counts[0] else "",
             f"{count} submitted at once: a verdict after {statistics.median(took):.0f} ms at the median, "
             f"{max(took):.0f} at most")


def waiting(base, make_rooms, code, counts, show):
    asyncio.run(_waiting(base, make_rooms, code, counts, show))
