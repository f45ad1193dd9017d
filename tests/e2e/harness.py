"""What the end-to-end tests stand on: servers of their own, on free ports and fresh folders, small
problems that are judged quickly. databases.py has what a database must keep.

Everything waits for events (a line of the log, a push, an answer), bounded by WAIT_S. All files live
in one temporary folder, which is removed when everything passed and else named.
"""

import asyncio
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = str(ROOT / "tools" / "lib"), str(ROOT / "tests")

import aiohttp  # noqa: E402
import engines  # noqa: E402
from databases import Sqlite, check_database  # noqa: E402,F401
from documents import Witness, problems  # noqa: E402
from player import FINAL, Answer, Player, Refused  # noqa: E402,F401
from stomp import Stomp  # noqa: E402,F401

BINARY = os.environ.get("CODECOMP_BINARY", str(ROOT / "build" / "codecomp"))
DUELS = int(os.environ.get("CODECOMP_E2E_DUELS", "200"))  # fewer under sanitizers
WAIT_S = 120  # for anything that must come, on a slow machine under sanitizers
C, CPP, PYTHON = 50, 54, 71
FAST = ("--submit-limit", "16/1s")  # the highest that it takes

FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="codecomp-e2e-"))
WITNESS = Witness()
Stomp.on_message = WITNESS.heard
BAD_LINE = re.compile(rb"AddressSanitizer|ThreadSanitizer|LeakSanitizer|runtime error:|check failed")

# ---- problems -----------------------------------------------------------------------------------

ADDENDS = {f"Add {n}": n for n in range(1, 7)}


def _write_packages(folder):
    levels = ("easy", "medium", "hard")
    for title, addend in ADDENDS.items():
        package = folder / f"add{addend}"
        for part, inputs in (("sample", (1,)), ("secret", (20, 300))):
            (package / "data" / part).mkdir(parents=True)
            for number in inputs:
                (package / "data" / part / f"{number}.in").write_text(f"{number}\n")
                (package / "data" / part / f"{number}.ans").write_text(f"{number + addend}\n")
        (package / "statement").mkdir()
        (package / "statement" / "problem.en.md").write_text(f"Print the number read plus {addend}.\n")
        (package / "problem.yaml").write_text(
            f"problem_format_version: 2023-07-draft\ntype: pass-fail\nname: {title}\n"
            f"uuid: 00000000-0000-4000-8000-{addend:012}\n"
            f"limits:\n  time_limit: 5\n  memory: 256\n  output: 16\ndifficulty: {levels[addend % 3]}\n")


def right(title):
    return f"print(int(input()) + {ADDENDS[title]})\n"


def wrong(title):
    return f"print(int(input()) - {ADDENDS[title]})\n"


def slow(title):
    """Right, after a while: so that a kill comes in the middle of judging."""
    return f"import time\ntime.sleep(0.5)\n{right(title)}"


def right_c(title):
    return (f'#include <stdio.h>\nint main(void) {{ int n; scanf("%d", &n); '
            f'printf("%d\\n", n + {ADDENDS[title]}); return 0; }}\n')


_template = None


def template():
    """A data folder with the problems, made once and copied for each server."""
    global _template
    if _template is None:
        _write_packages(FOLDER / "packages")
        folder = FOLDER / "template"
        import_packages("--data", str(folder))
        _template = folder
    return _template


def import_packages(*where):
    run("import", "--skip-solutions", *where, str(FOLDER / "packages"))


_folders = None


def folders():
    """The engines, once somebody needs them; main() ends them."""
    global _folders
    if _folders is None:
        template()
        _folders = engines.Folders(lambda url: import_packages("--database", url))
    return _folders


def _environment(words):
    """What sends a command with this --data to its engines, if it is to use any."""
    words = [str(word) for word in words]
    data = words[words.index("--data") + 1] if engines.ON and "--data" in words else None
    if data is None or data == str(FOLDER / "template"):
        return {}
    return folders().of(data)[0]


def run(*arguments, code=0, under=()):
    """A subcommand to its end, started by the command `under`; what it printed."""
    done = subprocess.run([*under, BINARY, *arguments], capture_output=True, text=True, timeout=WAIT_S,
                          stdin=subprocess.DEVNULL, env={**os.environ, **_environment(arguments)})
    assert code is None or done.returncode == code, \
        f"{arguments}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done


async def submit_patiently(player, *submission):
    """At whatever rate the limit gives."""
    while True:
        try:
            return await player.submit(*submission)
        except Refused as refused:
            if refused.answer.error != "Too many submissions. Please slow down.":
                raise
            await asyncio.sleep(0.05)


# ---- servers --------------------------------------------------------------------------------------

class Process:
    """One `codecomp serve`, and its log."""

    def __init__(self, folder, options, env=None, binary=BINARY):
        self.folder, self.options, self.binary = folder, [str(option) for option in options], binary
        self.env = {**os.environ, **_environment(options), **(env or {})}
        self.lines = []
        self.logged = asyncio.Condition()
        self.process = self.reading = None

    async def start(self, until="event=(listening|ready) "):
        self.process = await asyncio.create_subprocess_exec(
            self.binary, "serve", *self.options, env=self.env, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, limit=1 << 20)
        self.reading = asyncio.create_task(self._read())
        self.first = len(self.lines)
        return await self.line(until)

    async def _read(self):
        with open(self.folder / "log", "ab") as log:
            async for line in self.process.stdout:
                log.write(line)
                log.flush()
                async with self.logged:
                    self.lines.append(line.decode(errors="replace").rstrip())
                    self.logged.notify_all()
        async with self.logged:
            self.lines.append("event=ended-here")
            self.logged.notify_all()

    def _find(self, pattern):
        return next((line for line in self.lines[self.first:] if re.search(pattern, line)), None)

    async def line(self, pattern, wait_s=WAIT_S):
        """The first line of this run's log that matches; fails when the process ends without it."""
        def ready():
            return self._find(pattern) or self._find("^event=ended-here$")
        async with self.logged:
            await asyncio.wait_for(self.logged.wait_for(ready), wait_s)
        found = self._find(pattern)
        assert found, f"the server ended before {pattern}:\n" + "\n".join(self.lines[-30:])
        return found

    @property
    def running(self):
        return self.process is not None and self.process.returncode is None

    async def kill(self):
        """kill -9."""
        self.process.kill()
        await self._ended()

    async def stop(self, wait_s=WAIT_S):
        """SIGTERM; the exit code. Who does not end in time is killed."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return await self._ended(wait_s)
        except asyncio.TimeoutError:
            await self.kill()
            return f"still running {wait_s} s after SIGTERM"

    async def _ended(self, wait_s=WAIT_S):
        code = await asyncio.wait_for(self.process.wait(), wait_s)
        await self.reading
        return code


class Server(Process):
    """A whole installation in one process."""

    def __init__(self, *options, data=None, env=None, binary=BINARY):
        data = data or new_data()
        listen = () if "--listen" in options else ("--listen", "127.0.0.1:0")
        super().__init__(data.parent, [*listen, "--data", data, "--dev-login", *options], env, binary)
        self.data = data
        self.base = None

    async def start(self, until="event=listening "):
        line = await super().start(until)
        self.base = "http://" + re.search(r"address=\"?([0-9.]+:[0-9]+)", line).group(1)
        return self

    @property
    def database(self):
        """To look at, and to change while no server runs: databases.py."""
        return folders().of(self.data)[1] if engines.ON else Sqlite(self.data / "codecomp.db")

    @property
    def address(self):
        host, port = self.base.removeprefix("http://").split(":")
        return host, int(port)


_servers = 0


def new_folder():
    global _servers
    _servers += 1
    folder = FOLDER / f"server-{_servers}"
    folder.mkdir()
    return folder


def new_data():
    data = new_folder() / "data"
    shutil.copytree(template(), data)
    return data


def free_ports(count):
    """Ports that nobody listens on now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


# ---- tests ----------------------------------------------------------------------------------------

class EndToEnd(unittest.IsolatedAsyncioTestCase):
    """Ends every process it started, gracefully where that is still possible, and reads their logs."""

    async def asyncSetUp(self):
        asyncio.get_running_loop().set_debug(False)  # which unittest turns on, and which is slow
        self.processes = []
        self.players = []
        self.http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), trace_configs=[WITNESS.trace()],
                                          timeout=aiohttp.ClientTimeout(total=WAIT_S))
        self.addAsyncCleanup(self._end)

    async def _end(self):
        for player in self.players:
            await player.close()
        await self.http.close()
        codes = []
        for process in self.processes:
            if process.running:
                codes.append(await process.stop())
        for process in self.processes:
            log = (process.folder / "log").read_bytes()
            bad = BAD_LINE.search(log)
            self.assertIsNone(bad, bad and log[max(0, bad.start() - 500):bad.end() + 3000].decode(errors="replace"))
        self.assertEqual(codes, [0] * len(codes), "exit codes after SIGTERM")

    def own(self, process):
        self.processes.append(process)
        return process

    async def serve(self, *options, **more):
        return await self.own(Server(*options, **more)).start()

    async def player(self, server, user_id):
        player = Player(self.http, getattr(server, "base", server), user_id)
        self.players.append(player)
        return await player.login()

    async def players_in_room(self, server, host_id=1, guest_id=2, **options):
        """Host, guest, room: joined and live, not started."""
        host, guest = await self.player(server, host_id), await self.player(server, guest_id)
        room = await host.create(**options)
        await host.listen(room["id"])
        self.assertEqual(await guest.join(room), "Joined successfully")
        await guest.listen(room["id"])
        return host, guest, room

    async def contest(self, server, host_id=1, guest_id=2, **options):
        """Host, guest, room id, {title: problem id}: started."""
        host, guest, room = await self.players_in_room(server, host_id, guest_id, **options)
        self.assertEqual(await host.start(room["id"]), "Contest started")
        problems = (await guest.get("/rooms/problems", roomId=room["id"])).json
        return host, guest, room["id"], {row["title"]: row["id"] for row in problems}

    def refused(self, answer, status, text=None):
        self.assertEqual(answer.status, status, answer.text)
        self.assertEqual(answer.headers["Content-Type"].split(";")[0], "application/json")
        self.assertEqual(list(answer.json), ["error"], answer.text)
        if text is not None:
            self.assertEqual(answer.error, text)


async def _documents():
    server = await Server(data=template()).start()
    async with aiohttp.ClientSession() as http:
        async def document(name):
            async with http.get(f"{server.base}/{name}.json") as answer:
                return await answer.json()
        documents = await document("openapi"), await document("asyncapi")
    assert await server.stop() == 0
    return documents


def _undescribed():
    """What was answered or pushed in all these tests and is not as the interface's documents say."""
    if "CODECOMP_STANDARDS" not in os.environ or not (WITNESS.answers or WITNESS.pushes):
        return []
    found = problems(*asyncio.run(_documents()), WITNESS.answers.values(), WITNESS.pushes.values())
    print(f"{len(found)} of {len(WITNESS.answers)} answers and {len(WITNESS.pushes)} pushes are not as documented",
          *found[:20], sep="\n", file=sys.stderr)
    return found


def main():
    """unittest's main, and whether what was seen is documented; removes the temporary folder when all passed."""
    program = unittest.main(exit=False, verbosity=2, module="__main__")
    undescribed = _undescribed()
    if _folders is not None:
        _folders.engines.close()
    passed = program.result.wasSuccessful() and not undescribed
    if passed:
        shutil.rmtree(FOLDER)
    else:
        print(f"logs and data are in {FOLDER}", file=sys.stderr)
        for log in sorted(FOLDER.glob("server-*/**/log")):
            print(f"--- the end of {log}", file=sys.stderr)
            print(log.read_bytes()[-6000:].decode(errors="replace"), file=sys.stderr)
    sys.exit(not passed)
