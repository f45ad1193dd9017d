#!/usr/bin/python3 -B
"""Measures a built CodeComp and prints figures; asserts nothing on time. tools/bench builds and calls it.

  leaderboard   GET /rooms/leaderboard next to a bare libwebsockets handler (bench_bare.c) that answers a
                body of the same size in one write: wrk, the same connections, alternating rounds
  submissions   durable submissions through the gateway, many users in many rooms at once and no runner,
                next to single-row inserts, one transaction each, into a copy of the same database with
                the same settings: alternating rounds
  verdict       from submit to the verdict's pushes at both players, next to compiling and running the same
                program on the same tests: in the runner's sandbox with nothing around it, and with plain
                processes outside of any; alternating
  fan-out       one RoomState to all WebSocket subscribers of a room (bench_sockets.c)
  postgres      with --database: durable submissions on PostgreSQL next to pgbench (bench_postgres.py)
  events        from a command to browsers at two gateways, the second one reached by fan-out's stream over
                tcp or by Redis: both side by side, in turns
  queue         messages published, confirmed, delivered and acknowledged on one RabbitMQ by our edge and by a
                bare loop of rabbitmq-c (bench_queue.c): alternating rounds
  judge         what a run costs in the sandbox and in bubblewrap above a bare fork and exec; submissions
                judged in a second; from submit to verdict when one, ten or a hundred come at once
  idle          ten thousand clients at which nothing happens, on each way to be connected: memory of each,
                and the server's processor time (bench_idle.py)
  memory        resident memory when idle, and with many active rooms
  start-up      from exec to the log's `listening`, and to the first 200 on HTTP, on existing databases

The load shares the machine with the server, so ratios tell more than rates.
"""

import argparse
import asyncio
import contextlib
import http.client
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools" / "lib"))

import aiohttp  # noqa: E402
import bench_events  # noqa: E402
import bench_idle  # noqa: E402
import bench_judge  # noqa: E402
import bench_postgres  # noqa: E402
import bench_queue  # noqa: E402
from player import Player  # noqa: E402

C = 50
PROBLEM = "toll"           # that the verdicts are for
ACTORS = "gateway,auth,room,scoring,judge,scheduler,fanout,store"  # all but the runner
SECRET = "bench-bench-bench-bench-bench-bench"
CODE = "/* " + "x" * 1000 + " */\nint main(void) { return 0; }\n"  # an ordinary submission's size
WAIT_S = 30                # for anything that must come
TOGETHER = 64              # requests at once while preparing
PARTS = ("startup", "memory", "leaderboard", "submissions", "postgres", "fanout", "events", "idle", "queue", "verdict",
         "judge")


def median(values):
    return statistics.median(values)


def processor_s(pid):
    """Processor time that a process has used."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def show(what, text):
    print(f"{what:<14}{text}", flush=True)


# ---- the server -------------------------------------------------------------------------------------

class Server:
    """One `codecomp serve` on a data folder; times its own start."""

    def __init__(self, binary, data, *options):
        self.arguments = [str(binary), "serve", "--listen", "127.0.0.1:0", "--data", str(data), "--dev-login",
                          *map(str, options)]
        self.log = data.parent / "log"
        self.process = None

    def start(self):
        environment = {**os.environ, "CODECOMP_JWT_SECRET": SECRET}
        begin = time.monotonic()
        self.process = subprocess.Popen(self.arguments, env=environment, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        address = self._address()
        self.listening_ms = (time.monotonic() - begin) * 1e3
        self.host, port = address.split(":")
        self.port = int(port)
        self.base = f"http://{address}"
        self.answering_ms = self._answering(begin)
        threading.Thread(target=self._read_log, daemon=True).start()
        return self

    def _address(self):
        lines = []
        for line in iter(self.process.stdout.readline, b""):
            lines.append(line)
            found = re.search(rb'event=listening .*address="?([0-9.]+:[0-9]+)', line)
            if found:
                return found.group(1).decode()
        sys.exit("tools/bench: the server did not start:\n" + b"".join(lines[-20:]).decode(errors="replace"))

    def _answering(self, begin):
        """When /readyz, which asks every actor, first said 200."""
        while time.monotonic() < begin + WAIT_S:
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection(self.host, self.port, timeout=WAIT_S)
                connection.request("GET", "/readyz")
                status = connection.getresponse().status
                connection.close()
                if status == 200:
                    return (time.monotonic() - begin) * 1e3
        sys.exit("tools/bench: the server does not get ready")

    def _read_log(self):
        with open(self.log, "ab") as log:
            for line in self.process.stdout:
                log.write(line)

    def get(self, path, token=None):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=WAIT_S)
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.status != 200:
            sys.exit(f"tools/bench: GET {path}: {answer.status} {body[:200]}")
        return body

    def resident_mb(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(WAIT_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@contextlib.contextmanager
def serving(*arguments):
    server = Server(*arguments)
    try:
        yield server.start()
    finally:
        server.stop()


class Load(NamedTuple):
    """What wrk saw in one round."""
    count: int      # requests that were answered
    seconds: float
    p99_ms: float
    errors: int     # answers that are no success, and what was not answered

    @property
    def rate(self):
        return self.count / self.seconds


# ---- the bench --------------------------------------------------------------------------------------

class Bench:
    def __init__(self, options, folder):
        self.options = options
        self.build = options.build.resolve()
        self.binary = self.build / "codecomp"
        self.folder = folder
        self.tools = self.build / "tools"

    def imported(self, name, packages, *options):
        """A fresh data folder, or another database, with those problem packages."""
        data = self.folder / name / "data"
        data.mkdir(parents=True)
        done = subprocess.run([self.binary, "import", "--skip-solutions", "--data", data, *options, packages], capture_output=True, text=True,
                              check=False)
        if done.returncode:
            sys.exit(f"tools/bench: import failed:\n{done.stdout}{done.stderr}")
        return data

    def wants(self, *parts):
        return any(part in self.options.only for part in parts)

    # ---- start-up and memory ----

    def startup(self, what, data):
        """Starts and stops the server; prints the median of both times."""
        starts = []
        for _ in range(self.options.starts):
            with serving(self.binary, data) as server:
                starts.append((server.listening_ms, server.answering_ms))
        listening, answering = (median(times) for times in zip(*starts))
        show("start-up", f"{what}: listening after {listening:.0f} ms, ready on HTTP after {answering:.0f} ms "
                         f"(median of {len(starts)})")

    def memory(self, what, server):
        time.sleep(1)  # what is freed late has been
        show("memory", f"{server.resident_mb():.1f} MB resident {what}")

    # ---- leaderboard ----

    def wrk(self, url, connections, headers=(), requests=None):
        """One round."""
        command = ["wrk", "-t1", f"-c{connections}", f"-d{self.options.seconds}s", "--timeout", "10s",
                   "-s", str(ROOT / "tools" / "bench.lua")]
        for header in headers:
            command += ["-H", header]
        command += [url] + (["--", str(requests)] if requests else [])
        done = subprocess.run(command, capture_output=True, text=True, timeout=self.options.seconds + WAIT_S,
                              check=False)
        figures = re.search(r"^figures (\d+) (\d+) (\d+) (\d+)$", done.stdout, re.M)
        if not figures:
            sys.exit(f"tools/bench: wrk failed:\n{done.stdout}{done.stderr}")
        count, duration_us, p99_us, errors = map(int, figures.groups())
        return Load(count, duration_us / 1e6, p99_us / 1e3, errors)

    def leaderboard(self, server, room_id, token):
        path, errors = f"/rooms/leaderboard?roomId={room_id}", 0
        body = server.get(path, token)
        bare = subprocess.Popen([self.tools / "bench_bare", str(len(body))], stdout=subprocess.PIPE, text=True)
        headers = [f"Authorization: Bearer {token}"]
        ours, theirs = [], []
        try:
            bare_base = f"http://127.0.0.1:{int(bare.stdout.readline())}"
            for _ in range(self.options.rounds):
                for rounds, base, pid in ((theirs, bare_base, bare.pid), (ours, server.base, server.process.pid)):
                    before_s = processor_s(pid)
                    load = self.wrk(base + path, self.options.connections, headers)
                    rounds.append((load.rate, load.p99_ms, (processor_s(pid) - before_s) / load.count * 1e6))
                    errors += load.errors
        finally:
            bare.terminate()
            bare.wait()
        rate, p99_ms, cost_us = (median(values) for values in zip(*ours))
        bare_rate, bare_p99_ms, bare_cost_us = (median(values) for values in zip(*theirs))
        show("leaderboard", f"{rate:,.0f} requests/s, p99 {p99_ms:.1f} ms; bare libwebsockets {bare_rate:,.0f}, p99 "
                            f"{bare_p99_ms:.1f} ms: ratio {rate / bare_rate:.2f} ({len(body)} bytes, "
                            f"{self.options.connections} connections, {errors} errors)")
        show("", f"processor time per request: {cost_us:.1f} us, bare {bare_cost_us:.1f} us")

    # ---- submissions ----

    def single_inserts(self, database, rooms):
        """Rows/s, each a transaction, for as long as one round."""
        connection = sqlite3.connect(database, isolation_level=None)
        try:
            for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
                connection.execute(f"PRAGMA {setting}")
            numbers = {room.id: connection.execute("SELECT COALESCE(max(number), 0) FROM submissions "
                                                   "WHERE room_id = ?", (room.id,)).fetchone()[0]
                       for room in rooms}
            count, now_ms, begin = 0, int(time.time() * 1000), time.monotonic()
            while time.monotonic() < begin + self.options.seconds:
                room = rooms[count % len(rooms)]
                numbers[room.id] += 1
                count += 1
                connection.execute(
                    "INSERT INTO submissions (user_id, room_id, problem_id, number, language_id, status, created_ms,"
                    " command_high, command_low, code) VALUES (?, ?, ?, ?, ?, 'PENDING', ?, ?, ?, ?)",
                    (room.players[0].user_id, room.id, room.problem_id, numbers[room.id], C, now_ms,
                     int.from_bytes(os.urandom(6), "big"), count, CODE))
            return count / (time.monotonic() - begin)
        finally:
            connection.close()

    def submissions(self, server, data, rooms):
        requests = self.folder / "submissions"
        with open(requests, "w") as file:
            for seat in (0, 1):
                for room in rooms:
                    body = {"roomId": room.id, "problemId": room.problem_id, "code": CODE, "languageId": C}
                    file.write(f"{room.players[seat].token}\t{json.dumps(body)}\n")
        copy = self.folder / "copy.db"
        source = sqlite3.connect(f"file:{data / 'codecomp.db'}?mode=ro", uri=True)
        with sqlite3.connect(copy) as target:
            source.backup(target)
        target.close()
        stored = lambda: source.execute("SELECT count(*) FROM submissions").fetchone()[0]
        ours, single, errors = [], [], 0
        for _ in range(self.options.rounds):
            single.append(self.single_inserts(copy, rooms))
            before = stored()
            load = self.wrk(server.base, self.options.submitters, requests=requests)
            ours.append(((stored() - before) / load.seconds, load.p99_ms))
            errors += load.errors
        source.close()
        rate, p99_ms = (median(values) for values in zip(*ours))
        show("submissions", f"{rate:,.0f} durable/s, p99 {p99_ms:.1f} ms; single-row inserts "
                            f"{median(single):,.0f}/s: ratio {rate / median(single):.2f} "
                            f"({self.options.submitters} connections, {len(rooms)} rooms, {errors} refused)")

    # ---- fan-out ----

    async def fanout(self, server):
        async with aiohttp.ClientSession() as session:
            host, guest = Player(session, server.base, 900_001), Player(session, server.base, 900_002)
            await host.login()
            await guest.login()
            room = await host.create()
        done = subprocess.run([self.tools / "bench_sockets", str(server.port), str(room["id"]), room["password"],
                               guest.token, str(self.options.sockets), str(self.options.moves)],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"tools/bench: {done.stderr}")
        size, whole_p50, whole_p99, spread_p50, spread_p99 = map(float, done.stdout.split())
        show("fan-out", f"{self.options.sockets:,} sockets, {size:.0f} bytes: p50 {spread_p50:.1f} ms, p99 "
                        f"{spread_p99:.1f} ms from the first one's receipt; from the command, its commit included: "
                        f"p50 {whole_p50:.1f} ms, p99 {whole_p99:.1f} ms ({self.options.moves} states)")

    # ---- verdict ----

    def plain_judging(self, folder, tests):
        """Milliseconds to compile and run without any sandbox."""
        def run(arguments, stdin="/dev/null", stdout="/dev/null"):
            actions = [(os.POSIX_SPAWN_OPEN, 0, stdin, os.O_RDONLY, 0),
                       (os.POSIX_SPAWN_OPEN, 1, stdout, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)]
            child = os.posix_spawn(arguments[0], arguments, os.environ, file_actions=actions)
            assert os.waitpid(child, 0)[1] == 0, arguments
        begin = time.monotonic()
        program = str(folder / "main")
        run(["/usr/bin/gcc", "-std=gnu17", "-O2", "-o", program, str(folder / "main.c"), "-lm"])
        for number in range(1, tests + 1):
            run([program], str(folder / f"{number}.in"), str(folder / "out"))
            assert (folder / "out").stat().st_size
        return (time.monotonic() - begin) * 1e3

    async def submit_to_pushes(self, session, server, index, code):
        """Milliseconds until the submitter has the verdict and both players the state that it makes."""
        players = [Player(session, server.base, 2 * index + seat + 1) for seat in (0, 1)]
        host, guest = players
        for player in players:
            await player.login()
        room = await host.create(problemCount=1)
        await guest.join(room)
        for player in players:
            await player.listen(room["id"])
        await host.start(room["id"])
        problem = (await host.get("/rooms/problems", roomId=room["id"])).json[0]
        solved = lambda state: any(row["solved"] for row in state["leaderboard"])
        begin = time.monotonic()
        submission = await host.submit(room["id"], problem["id"], code, C)
        verdict = await host.verdict(submission, WAIT_S)
        if verdict["status"] != "Accepted":
            sys.exit(f"tools/bench: {verdict}")
        for player in players:
            await player.state(solved, "the verdict", WAIT_S)
        took_ms = (time.monotonic() - begin) * 1e3
        for player in players:
            await player.close()
        return took_ms

    def write_tests(self, data, folder):
        """The problem's program and tests as files, as bench_judging.c takes them; how many tests."""
        folder.mkdir()
        package = self.build / "problems" / PROBLEM
        shutil.copy(package / "submissions" / "accepted" / "reference.c", folder / "main.c")
        database = sqlite3.connect(data / "codecomp.db")
        tests = database.execute("SELECT ordinal, input, output FROM test_cases").fetchall()
        limits = database.execute("SELECT time_limit_ms, memory_limit_mb FROM problems").fetchone()
        database.close()
        for ordinal, given, expected in tests:
            (folder / f"{ordinal}.in").write_bytes(given)
            (folder / f"{ordinal}.ans").write_bytes(expected)
        return len(tests), limits

    async def verdict(self):
        packages = self.folder / "one"
        shutil.copytree(self.build / "problems" / PROBLEM, packages / PROBLEM)
        data = self.imported("verdict", packages)
        folder = self.folder / "judging"
        tests, limits = self.write_tests(data, folder)
        code = (folder / "main.c").read_text()
        whole, bare, plain = [], [], []
        judging = subprocess.Popen([self.tools / "bench_judging", folder, *map(str, limits)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            if judging.stdout.readline() != "ready\n":
                show("verdict", "not measured: this machine can't isolate submissions")
                return
            with serving(self.binary, data) as server:
                async with aiohttp.ClientSession() as session:
                    for index in range(-2, self.options.verdicts):  # the first two fill caches
                        judging.stdin.write("\n")
                        judging.stdin.flush()
                        figures = (float(judging.stdout.readline()), self.plain_judging(folder, tests),
                                   await self.submit_to_pushes(session, server, index + 2,
                                                               f"{code}/* {index} */\n"))  # never compiled before
                        if index >= 0:
                            for values, figure in zip((bare, plain, whole), figures):
                                values.append(figure)
        finally:
            judging.stdin.close()
            judging.wait()
        show("verdict", f"overhead p50 {median(whole) - median(bare):.1f} ms: submit to both pushes p50 "
                        f"{median(whole):.1f}, slowest {max(whole):.1f} ms, minus the same sandbox's "
                        f"bare compile and run {median(bare):.1f} ms (C, {tests} tests, {len(whole)} verdicts)")
        show("", f"without any sandbox gcc and the runs take {median(plain):.1f} ms: "
                 f"{median(whole) - median(plain):.1f} ms in all")

    # ---- all ----

    def run(self):
        data = self.imported("main", self.build / "problems")
        if self.wants("startup"):
            self.startup("with the problems only", data)
        serve = (self.binary, data, "--actors", ACTORS, "--submit-limit", self.options.submit_limit)
        if self.wants("memory"):
            with serving(self.binary, data) as server:
                self.memory("when idle", server)
        if self.wants("startup", "memory", "leaderboard", "submissions", "fanout"):
            with serving(*serve) as server:
                rooms = asyncio.run(make_rooms(server.base, self.options.rooms))
                if self.wants("memory"):
                    self.memory(f"with {len(rooms):,} active rooms, without a runner", server)
            if self.wants("startup"):
                self.startup(f"with {len(rooms):,} active rooms", data)
            with serving(*serve) as server:
                if self.wants("leaderboard"):
                    self.leaderboard(server, rooms[0].id, rooms[0].players[0].token)
                if self.wants("fanout"):
                    asyncio.run(self.fanout(server))
                if self.wants("submissions"):
                    self.submissions(server, data, rooms)
        if self.wants("postgres") and self.options.database is not None:
            bench_postgres.run(self, lambda url: serving(*serve, "--database", url), make_rooms, CODE, show)
        if self.wants("events"):
            bench_events.run(lambda *arguments: serving(self.binary, *arguments), self.imported,
                             self.build / "problems" / PROBLEM, self.options.hops, show)
        if self.wants("queue"):
            bench_queue.run(self.tools / "bench_queue", self.options.messages, self.options.rounds, show)
        if self.wants("idle"):
            bench_idle.run(self.tools / "bench_idle", lambda *arguments: serving(self.binary, *arguments), self.imported,
                           self.build / "problems" / PROBLEM, self.options.idle, self.options.idle_seconds, show)
        if self.wants("verdict"):
            asyncio.run(self.verdict())
        if self.wants("judge"):
            bench_judge.runs(self.tools / "bench_judge", self.options.runs, self.options.seconds, show)
            packages = self.folder / "judge-one"
            shutil.copytree(self.build / "problems" / PROBLEM, packages / PROBLEM)
            code = (packages / PROBLEM / "submissions" / "accepted" / "reference.c").read_text()
            with serving(self.binary, self.imported("judge", packages), "--contest-problems", "1") as server:
                bench_judge.waiting(server.base, make_rooms, code, self.options.waiting, show)


class Room:
    def __init__(self, room_id, problem_id, players):
        self.id, self.problem_id, self.players = room_id, problem_id, players


async def make_rooms(base, count, first=0):
    """Rooms in which two users play, those behind the first ones."""
    turns = asyncio.Semaphore(TOGETHER)

    async def make(session, index):
        async with turns:
            host, guest = (Player(session, base, first + 2 * index + seat) for seat in (1, 2))
            await host.login()
            await guest.login()
            room = await host.create(duration=5 * 3600 * 1000)
            await guest.join(room)
            await host.start(room["id"])
            problems = (await host.get("/rooms/problems", roomId=room["id"])).json
            return Room(room["id"], problems[0]["id"], (host, guest))

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        return await asyncio.gather(*(make(session, index) for index in range(count)))


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build", help="the build folder (build)")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART",
                        help=f"of {', '.join(PARTS)} (all)")
    parser.add_argument("--database", nargs="?", const="", metavar="URL",
                        help="measure PostgreSQL too: in a schema of its own there, or without a URL on a server "
                             "that is started for it")
    parser.add_argument("--brief", action="store_true", help="a few seconds, to see that everything works")
    parser.add_argument("--keep", action="store_true", help="keep databases and logs, and say where")
    options = parser.parse_args()
    brief = options.brief
    options.seconds = 1 if brief else 3         # of a round of load
    options.rounds = 1 if brief else 3
    options.connections = 16 if brief else 64
    options.submitters = 16 if brief else 128
    options.rooms = 200 if brief else 1000
    options.sockets = 50 if brief else 1000
    options.moves = 6 if brief else 100
    options.hops = 20 if brief else 1000
    options.messages = 500 if brief else 20000
    options.verdicts = 2 if brief else 20
    options.runs = 10 if brief else 300
    options.waiting = (1, 4) if brief else (1, 10, 100)
    options.idle = 100 if brief else 10000
    options.idle_seconds = 1 if brief else 12  # more than a heart-beat takes
    options.starts = 1 if brief else 5
    options.submit_limit = "16/1s"  # the highest that a user may have
    return options


def main():
    options = read_options()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # for the server, which inherits it
    # Beside the build and not under /tmp, which may be memory: what is durable there costs nothing.
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=options.build))
    try:
        Bench(options, folder).run()
    finally:
        if options.keep:
            print(f"databases and logs are in {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
