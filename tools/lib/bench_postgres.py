"""Durable submissions on PostgreSQL, for tools/bench.py: through the gateway, many users in many rooms, no
runner; next to pgbench, which inserts the same rows one by one, each a transaction, into a table with the
submissions' indexes, checks and foreign keys, with as many clients; alternating rounds."""

import asyncio
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLIENTS = 32
TABLES = """CREATE TABLE bench_rows (LIKE submissions INCLUDING ALL,
 FOREIGN KEY (room_id, user_id) REFERENCES participants (room_id, user_id),
 FOREIGN KEY (room_id, problem_id) REFERENCES room_problems (room_id, problem_id));
ALTER TABLE bench_rows DROP CONSTRAINT bench_rows_room_id_number_key;
CREATE INDEX ON bench_rows (room_id, number);
CREATE TABLE bench_seats AS SELECT CAST(row_number() OVER () AS BIGINT) AS seat, user_id, room_id, problem_id
 FROM participants JOIN room_problems USING (room_id);
ALTER TABLE bench_seats ADD PRIMARY KEY (seat);
ANALYZE bench_seats"""
ROW = """\\set seat random(1, {seats})
\\set number random(1, 20000)
\\set command random(1, 1000000000000000)
INSERT INTO bench_rows (user_id, room_id, problem_id, number, language_id, status, created_ms, command_high,
 command_low, code) SELECT user_id, room_id, problem_id, :number, 50, 'PENDING', 1, :command, :seat, '{code}'
 FROM bench_seats WHERE seat = :seat;
"""


def tool(name):
    """Debian keeps some of PostgreSQL's tools out of the way."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else name


def psql(url, sql):
    done = subprocess.run([tool("psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql], text=True,
                          capture_output=True, env={**os.environ, "PGOPTIONS": "-c client_min_messages=error"},
                          check=False)
    if done.returncode:
        sys.exit(f"tools/bench: psql: {done.stderr}")
    return done.stdout.strip()


@contextlib.contextmanager
def schema(url, folder):
    """A schema of our own in the database of that URL, or of a server that runs as long as we do: the URL
    by which it is used."""
    with contextlib.ExitStack() as stack:
        if not url:
            sys.path.insert(0, str(ROOT / "tests"))
            from servers import Postgres  # pylint: disable=import-outside-toplevel
            folder.chmod(0o755)  # it runs as another user
            tempfile.tempdir = str(folder)
            url = stack.enter_context(Postgres()).url
        name = f"codecomp_bench_{os.getpid()}"
        psql(url, f"CREATE SCHEMA {name}")
        stack.callback(psql, url, f"DROP SCHEMA {name} CASCADE")
        yield f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{name}"


def pgbench(url, script, seconds):
    """Rows/s."""
    done = subprocess.run([tool("pgbench"), "-n", "-M", "prepared", "-f", script, "-c", str(CLIENTS), "-j", "1", "-T",
                           str(seconds), url], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"tools/bench: pgbench: {done.stderr}")
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps"))
    return float(line.split()[2])


def run(bench, serving, make_rooms, code, show):
    """`bench`: a Bench; `serving` (database URL): a server on it."""
    options = bench.options
    with schema(options.database, bench.folder) as url:
        bench.imported("postgres", bench.build / "problems", "--database", url)
        script, requests = bench.folder / "row.sql", bench.folder / "postgres.requests"
        with serving(url) as server:
            rooms = asyncio.run(make_rooms(server.base, options.rooms))
            with open(requests, "w", encoding="utf-8") as file:
                for seat in (0, 1):
                    for room in rooms:
                        body = {"roomId": room.id, "problemId": room.problem_id, "code": code, "languageId": 50}
                        file.write(f"{room.players[seat].token}\t{json.dumps(body)}\n")
            psql(url, TABLES)
            seats = psql(url, "SELECT count(*) FROM bench_seats")
            script.write_text(ROW.format(seats=seats, code=code.replace("\n", " ")), encoding="utf-8")
            ours, single, refused = [], [], 0
            for _ in range(options.rounds):
                single.append(pgbench(url, script, options.seconds))
                before = int(psql(url, "SELECT count(*) FROM submissions"))
                load = bench.wrk(server.base, CLIENTS, requests=requests)
                stored = int(psql(url, "SELECT count(*) FROM submissions")) - before
                ours.append((stored / load.seconds, load.p99_ms))
                refused += load.errors
    rate, p99_ms = (statistics.median(values) for values in zip(*ours))
    inserts = statistics.median(single)
    show("postgresql", f"{rate:,.0f} durable submissions/s, p99 {p99_ms:.1f} ms; pgbench single-row inserts "
                       f"{inserts:,.0f}/s: ratio {rate / inserts:.2f} ({CLIENTS} clients each, {len(rooms)} rooms, "
                       f"{refused} refused)")
