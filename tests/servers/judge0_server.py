#!/usr/bin/env python3
"""A stand-in for a Judge0 1.13.1 server, which is not in Debian: its HTTP contract as read from its
sources (submissions_controller.rb, submission.rb, isolate_job.rb, config.rb, health_controller.rb),
with real compilers and programs run by judge0_worker in CodeComp's own sandbox. Kept in memory only.

    judge0_server.py --port N --worker PATH [--workers N] [--token T] [--first-slot N] [--set KEY=JSON]…

--set changes what /config_info says and the server holds to ("max_queue_size=2").

Scripted results. A source with a line that has the marker

    judge0-stand-in: {"add": 3}

is not run. The JSON object behind the marker, up to the end of the line, says the result: "add": stdout
is the number in stdin plus this; or "stdout", "stderr", "compile_output": texts; "status" (3), "exit_code",
"memory" (KB), "time" ("0.001"); "after_ms": how long it takes. So a fault suite has verdicts at the speed of
messages: {"add": n} is Accepted where n is the right addend and else Wrong Answer, {"status": 5},
{"status": 6, "compile_output": "no"}, {"status": 11, "exit_code": 139}, {"status": 13} and so on.

Misbehaviour. PUT /stand-in {"how": …, "times": N, "where": …} makes the next N requests (absent: all) to
"post" (POST /submissions/batch), "get" (GET /submissions/batch), "info" (everything else) or "any" (the
default) go wrong; DELETE /stand-in ends it, GET /stand-in tells what was seen. `how`:

    error      500 with an HTML page            queue-full  503 as when the queue is full
    maintenance 503, and /config_info says so   refuse      422 for every submission
    unauthorized 401, empty                     forbidden   403, empty
    too-many   429                              garbage     200 with something that is not JSON
    truncated  200 with half of the JSON        types       200 with values of wrong types
    flood      200 with an answer without end   trickle     200, a byte at a time
    cut        the connection ends in the middle of the answer
    lost-answer  what is asked is done, and the connection ends without an answer
    silent     no answer, ever
    mixed-tokens  tokens of a batch in another order
    mixed-results results of a batch in another order, which a client must bear
    lose       submissions are forgotten        foreign     results are those of other submissions
    stuck      new submissions stay In Queue until this ends
    processing new submissions stay in Processing until this ends
    internal   new submissions end with status 13
    recompile  all but the first submission with a source end with status 6
    no-workers /workers has none
"""

import argparse
import asyncio
import base64
import json
import re
import sys
import time
import uuid

import aiohttp
from aiohttp import web

VERSION = "1.13.1"
LANGUAGES = {43: ("Plain Text", False), 46: ("Bash (5.0.0)", False), 50: ("C (GCC 9.2.0)", True),
             54: ("C++ (GCC 9.2.0)", True), 62: ("Java (OpenJDK 13.0.1)", True),
             63: ("JavaScript (Node.js 12.14.0)", False), 71: ("Python (3.8.1)", False)}
STATUSES = ["In Queue", "Processing", "Accepted", "Wrong Answer", "Time Limit Exceeded",
            "Compilation Error", "Runtime Error (SIGSEGV)", "Runtime Error (SIGXFSZ)",
            "Runtime Error (SIGFPE)", "Runtime Error (SIGABRT)", "Runtime Error (NZEC)",
            "Runtime Error (Other)", "Internal Error", "Exec Format Error"]
CONFIG = {
    "maintenance_mode": False, "enable_wait_result": True, "enable_compiler_options": True,
    "allowed_languages_for_compile_options": [], "enable_command_line_arguments": True,
    "enable_submission_delete": False, "enable_callbacks": True, "callbacks_max_tries": 3,
    "callbacks_timeout": 5.0, "enable_additional_files": True, "max_queue_size": 100,
    "cpu_time_limit": 5.0, "max_cpu_time_limit": 15.0, "cpu_extra_time": 1.0,
    "max_cpu_extra_time": 5.0, "wall_time_limit": 10.0, "max_wall_time_limit": 20.0,
    "memory_limit": 128000, "max_memory_limit": 512000, "stack_limit": 64000,
    "max_stack_limit": 128000, "max_processes_and_or_threads": 60,
    "max_max_processes_and_or_threads": 120, "enable_per_process_and_thread_time_limit": False,
    "allow_enable_per_process_and_thread_time_limit": True,
    "enable_per_process_and_thread_memory_limit": False,
    "allow_enable_per_process_and_thread_memory_limit": True, "max_file_size": 1024,
    "max_max_file_size": 4096, "number_of_runs": 1, "max_number_of_runs": 20,
    "redirect_stderr_to_stdout": False, "max_extract_size": 10240,
    "enable_batched_submissions": True, "max_submission_batch_size": 20,
    "submission_cache_duration": 1.0, "use_docs_as_homepage": False, "allow_enable_network": True,
    "enable_network": False, "disable_implicit_base64_encoding": False}
LIMITS = {"number_of_runs": 1, "cpu_time_limit": 0, "cpu_extra_time": 0, "wall_time_limit": 1,
          "memory_limit": 2048, "stack_limit": 0, "max_processes_and_or_threads": 1,
          "max_file_size": 0}  # with the least value; the most is max_… of the configuration
ENCODED = ("source_code", "stdin", "expected_output", "stdout", "stderr", "compile_output", "message")
DEFAULT_FIELDS = "token,time,memory,stdout,stderr,compile_output,message,status"
FIELDS = {*ENCODED, *LIMITS, "token", "time", "memory", "status", "status_id", "language_id",
          "language", "exit_code", "exit_signal", "wall_time", "created_at", "finished_at",
          "started_at", "compiler_options", "command_line_arguments", "callback_url",
          "redirect_stderr_to_stdout", "enable_network", "additional_files",
          "enable_per_process_and_thread_time_limit", "enable_per_process_and_thread_memory_limit"}
MARKER = re.compile(rb"judge0-stand-in: (\{.*)")
PAGE = "<!DOCTYPE html>\n<html><head><title>We're sorry, but something went wrong (500)</title></head></html>"


def encode(data):
    """As Ruby does: a newline after every 60 characters and at the end."""
    text = base64.b64encode(data).decode()
    return "".join(text[i:i + 60] + "\n" for i in range(0, len(text), 60))


def decode(text):
    return base64.b64decode(text) if text is not None else None  # what is no base64 is skipped


class Submission:
    def __init__(self, given, encoded, config):
        take = decode if encoded else lambda text: None if text is None else text.encode()
        self.values = {key: given.get(key) for key in FIELDS if key in given}
        for key in ("source_code", "stdin", "expected_output"):
            self.values[key] = take(given.get(key))
        for key in LIMITS:
            default = config["max_processes_and_or_threads" if key == "max_processes_and_or_threads"
                             else key]
            if self.values.get(key) is None:
                self.values[key] = default
        self.values |= {"status_id": 1, "token": str(uuid.uuid4())}
        self.encoded_source = base64.b64encode(self.values["source_code"] or b"").decode()

    @property
    def token(self):
        return self.values["token"]

    @property
    def status(self):
        return self.values["status_id"]

    def errors(self, config):
        found = {}
        language = LANGUAGES.get(self.values.get("language_id"))
        if not (self.values["source_code"] or b"").strip():
            found["source_code"] = ["can't be blank"]
        if not language:
            found["language_id"] = [f"language with id {self.values.get('language_id')} doesn't exist"]
        for key, least in LIMITS.items():
            most = config[f"max_{key}"]
            if not isinstance(self.values[key], (int, float)):
                found[key] = ["is not a number"]
            elif self.values[key] < least:
                found[key] = [f"must be greater than or equal to {least}"]
            elif self.values[key] > most:
                found[key] = [f"must be less than or equal to {most}"]
        if self.values.get("compiler_options"):
            allowed = config["allowed_languages_for_compile_options"]
            if not config["enable_compiler_options"]:
                found["compiler_options"] = ["setting compiler options is not allowed"]
            elif language and not language[1]:
                found["compiler_options"] = ["setting compiler options is only allowed for compiled languages"]
            elif allowed and language and not language[0].startswith(tuple(a + " " for a in allowed)):
                found["compiler_options"] = [f"setting compiler options is only allowed for {allowed}"]
        if self.values.get("callback_url") and not config["enable_callbacks"]:
            found["callback_url"] = ["setting callback is not allowed"]
        return found

    def show(self, fields, encoded):
        """UnicodeDecodeError where a text is not UTF-8 and is not to be encoded."""
        shown = {}
        for field in fields:
            value = self.values.get(field)
            if field == "status":
                value = {"id": self.status, "description": STATUSES[self.status - 1]}
            elif field == "language":
                value = {"id": self.values["language_id"], "name": LANGUAGES[self.values["language_id"]][0]}
            elif isinstance(value, bytes):
                value = encode(value) if encoded else value.decode()
            shown[field] = value
        return shown


class Judge0:
    def __init__(self, arguments):
        self.arguments = arguments
        self.config = CONFIG | dict((key, json.loads(value)) for key, _, value
                                    in (word.partition("=") for word in arguments.set))
        self.submissions, self.shown = {}, {}
        self.queue = asyncio.Queue()
        self.held = []  # by "stuck" and "processing"
        self.how, self.where, self.times = None, "any", None
        self.seen = {"posts": 0, "gets": 0, "infos": 0, "submissions": 0, "callbacks": 0,
                     "connections": 0, "wrong": 0}
        self.sources = set()

    # ---- misbehaving

    def goes_wrong(self, where, *hows):
        """Whether this request is one of those that go wrong in one of these ways."""
        if self.how not in hows or self.where not in (where, "any") or self.times == 0:
            return False
        if self.times is not None:
            self.times -= 1
        self.seen["wrong"] += 1
        return True

    async def control(self, request):
        if request.method == "PUT":
            wanted = await request.json()
            self.how, self.times = wanted["how"], wanted.get("times")
            self.where = wanted.get("where", "any")
        elif request.method == "DELETE":
            self.how = None
            for submission in self.held:
                submission.values["status_id"] = 1
                self.queue.put_nowait(submission)
            self.held.clear()
        return web.json_response(self.seen)

    async def misbehave(self, request, where):
        """An answer that is wrong from the start; None: it is the handler's turn."""
        if self.goes_wrong(where, "error"):
            return web.Response(status=500, text=PAGE, content_type="text/html")
        if self.goes_wrong(where, "unauthorized"):
            return web.Response(status=401)
        if self.goes_wrong(where, "forbidden"):
            return web.Response(status=403)
        if self.goes_wrong(where, "too-many"):
            return web.json_response({"message": "Too many requests"}, status=429)
        if self.goes_wrong(where, "garbage"):
            return web.Response(text="<html>Please log in</html>", content_type="text/html")
        if self.goes_wrong(where, "silent"):
            await asyncio.sleep(3600)
        if self.goes_wrong(where, "flood"):
            return await self.stream(request, b'{"submissions":[' + b"0," * 32768, 0, 10 ** 6)
        if self.goes_wrong(where, "trickle"):
            return await self.stream(request, b" ", 0.2, 10 ** 6)
        return None

    async def stream(self, request, piece, pause_s, count):
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(count):
            await response.write(piece)
            await asyncio.sleep(pause_s)
        return response

    async def spoil(self, request, where, response):
        """A right answer that goes wrong on its way."""
        if self.goes_wrong(where, "truncated"):
            response.text = response.text[:len(response.text) // 2]
        elif self.goes_wrong(where, "types"):
            response.text = re.sub(r'"(status_id|stack_limit)": ?\d+', r'"\1": "three"', response.text)
            response.text = re.sub(r'"token": ?"[^"]*"', '"token": 7', response.text)
        elif self.goes_wrong(where, "cut"):
            half = web.StreamResponse(headers={"Content-Length": str(len(response.body) + 10)})
            await half.prepare(request)
            await half.write(response.body[:len(response.body) // 2])
            request.transport.close()
            return half
        elif self.goes_wrong(where, "lost-answer"):
            request.transport.abort()
        return response

    # ---- routes

    @web.middleware
    async def around(self, request, handler):
        if request.path == "/stand-in":
            return await self.control(request)
        batch = request.path == "/submissions/batch"
        where = "info" if not batch else "post" if request.method == "POST" else "get"
        self.seen[where + "s"] += 1
        token = self.arguments.token
        if token and token not in (request.headers.get("X-Auth-Token"), request.query.get("X-Auth-Token")):
            return web.Response(status=401)
        response = await self.misbehave(request, where)
        if response is not None:
            return response
        try:
            response = await handler(request)
        except web.HTTPNotFound:
            return web.Response(status=404, text=PAGE, content_type="text/html")
        return await self.spoil(request, where, response)

    def encoded(self, request):
        given = request.query.get("base64_encoded")
        return given == "true" if self.config["disable_implicit_base64_encoding"] else given != "false"

    @staticmethod
    def fields(request):
        wanted = request.query.get("fields", DEFAULT_FIELDS)
        fields = sorted(FIELDS) if wanted == "*" else wanted.split(",")
        wrong = [field for field in fields if field not in FIELDS]
        return fields, wrong and web.json_response(
            {"error": f"invalid fields: [{', '.join(wrong)}]"}, status=400)

    def refuse_batch(self, count):
        most = self.config["max_submission_batch_size"]
        if not self.config["enable_batched_submissions"]:
            error = "batched submissions are not allowed"
        elif count > most:
            error = f"number of submissions in a batch should be less than or equal to {most}"
        elif count == 0:
            error = "there should be at least one submission in a batch"
        else:
            return None
        return web.json_response({"error": error}, status=400)

    def queue_is_full(self, count):
        waiting = sum(submission.status == 1 for submission in self.submissions.values())
        return waiting + count > self.config["max_queue_size"]

    def add(self, given, encoded):
        submission = Submission(given, encoded, self.config)
        errors = submission.errors(self.config)
        if errors:
            return errors
        self.submissions[submission.token] = submission
        self.seen["submissions"] += 1
        if self.goes_wrong("post", "stuck"):
            self.held.append(submission)
        elif self.goes_wrong("post", "processing"):
            submission.values["status_id"] = 2
            self.held.append(submission)
        else:
            self.queue.put_nowait(submission)
        return {"token": submission.token}

    @staticmethod
    async def document(request):
        try:
            return json.loads(await request.read())
        except ValueError:
            return None

    async def batch_create(self, request):
        document = await self.document(request)
        if document is None:
            return web.Response(status=400, content_type="text/html")
        given = document.get("submissions") or []
        if self.goes_wrong("post", "maintenance"):
            return web.json_response({"error": "Judge0 is currently in maintenance."}, status=503)
        refused = self.refuse_batch(len(given))
        if refused:
            return refused
        if self.goes_wrong("post", "queue-full") or self.queue_is_full(len(given)):
            return web.json_response({"error": "queue is full"}, status=503)
        if self.goes_wrong("post", "refuse"):
            return web.json_response([{"language_id": ["language with id 1 doesn't exist"]}] * len(given),
                                     status=422)
        rows = [self.add(one, self.encoded(request)) for one in given]
        if self.goes_wrong("post", "mixed-tokens"):
            rows.reverse()
        return web.json_response(rows, status=201 if any("token" in row for row in rows) else 422)

    async def batch_show(self, request):
        tokens = (request.headers.get("tokens") or request.query.get("tokens", "")).strip()
        tokens = tokens.split(",") if tokens else []
        refused = self.refuse_batch(len(tokens))
        fields, wrong = self.fields(request)
        if refused or wrong:
            return refused or wrong
        if self.goes_wrong("get", "lose"):
            for token in tokens:
                self.submissions.pop(token, None)
        try:
            rows = [self.submissions[token].show(fields, self.encoded(request))
                    if token in self.submissions else None for token in tokens]
        except UnicodeDecodeError:
            return self.not_utf8("some attributes for one or more submissions")
        if self.goes_wrong("get", "mixed-results"):
            rows.reverse()
        if self.goes_wrong("get", "foreign"):
            for row in rows:
                row["token"] = str(uuid.uuid4())
        return web.json_response({"submissions": rows})

    @staticmethod
    def not_utf8(what):
        return web.json_response({"error": f"{what} cannot be converted to UTF-8, use "
                                           "base64_encoded=true query parameter"}, status=400)

    async def create(self, request):
        document = await self.document(request)
        if document is None:
            return web.Response(status=400, content_type="text/html")
        if self.config["maintenance_mode"]:
            return web.json_response({"error": "Judge0 is currently in maintenance."}, status=503)
        if self.queue_is_full(1):
            return web.json_response({"error": "queue is full"}, status=503)
        row = self.add(document, self.encoded(request))
        return web.json_response(row, status=201 if "token" in row else 422)

    async def show(self, request):
        """Cached for a second."""
        token = request.match_info["token"]
        fields, wrong = self.fields(request)
        if wrong:
            return wrong
        until, values = self.shown.get(token, (0, None))
        if until < time.monotonic():
            if token not in self.submissions:
                raise web.HTTPNotFound
            values = dict(self.submissions[token].values)
            self.shown[token] = time.monotonic() + self.config["submission_cache_duration"], values
        copy = object.__new__(Submission)
        copy.values = values
        try:
            return web.json_response(copy.show(fields, self.encoded(request)))
        except UnicodeDecodeError:
            return self.not_utf8("some attributes for this submission")

    async def languages(self, _):
        return web.json_response([{"id": number, "name": name} for number, (name, _) in LANGUAGES.items()])

    async def statuses(self, _):
        return web.json_response([{"id": i + 1, "description": text} for i, text in enumerate(STATUSES)])

    async def config_info(self, _):
        return web.json_response(self.config | {"maintenance_mode": self.how == "maintenance"
                                                or self.config["maintenance_mode"]})

    async def workers(self, _):
        count = 0 if self.how == "no-workers" else self.arguments.workers
        working = sum(submission.status == 2 for submission in self.submissions.values())
        return web.json_response([{"queue": "default", "size": self.queue.qsize(), "available": count,
                                   "idle": max(count - working, 0), "working": working, "paused": 0}])

    async def about(self, _):
        return web.json_response({"version": VERSION, "homepage": "https://judge0.com",
                                  "source_code": "https://github.com/judge0/judge0", "maintainer": ""})

    async def version(self, _):
        return web.Response(text=VERSION)

    async def authenticate(self, _):
        return web.Response(status=200)

    # ---- working

    async def script(self, submission, wanted):
        await asyncio.sleep(wanted.get("after_ms", 0) / 1000)
        result = {"status_id": wanted.get("status", 3), "time": wanted.get("time", "0.001"),
                  "memory": wanted.get("memory", 1000), "exit_code": wanted.get("exit_code", 0)}
        if "add" in wanted:
            result["stdout"] = f"{int(submission.values['stdin']) + wanted['add']}\n".encode()
        for key in ("stdout", "stderr", "compile_output", "message"):
            if key in wanted:
                result[key] = wanted[key].encode()
        return result

    async def perform(self, process, submission):
        again = submission.encoded_source in self.sources
        self.sources.add(submission.encoded_source)
        if self.goes_wrong("post", "internal"):
            return {"status_id": 13, "message": b"No such file or directory @ rb_sysopen - /box/main.c"}
        if again and self.goes_wrong("post", "recompile"):
            return {"status_id": 6, "compile_output": b"Compilation time limit exceeded."}
        marked = MARKER.search(submission.values["source_code"])
        if marked:
            return await self.script(submission, json.loads(marked.group(1)))
        wanted = {key: submission.values.get(key) for key in (*LIMITS, "language_id", "compiler_options")}
        wanted["source_code"] = submission.encoded_source
        wanted["stdin"] = base64.b64encode(submission.values["stdin"] or b"").decode()
        process.stdin.write(json.dumps(wanted).encode() + b"\n")
        await process.stdin.drain()
        result = json.loads(await process.stdout.readline())
        for key in ENCODED:
            if key in result:
                result[key] = base64.b64decode(result[key])
        return result

    async def call_back(self, submission):
        url = submission.values.get("callback_url")
        if not url:
            return
        body = json.dumps(submission.show(DEFAULT_FIELDS.split(","), True)).encode()
        timeout = aiohttp.ClientTimeout(total=self.config["callbacks_timeout"])
        for _ in range(self.config["callbacks_max_tries"]):
            try:
                async with aiohttp.ClientSession(timeout=timeout) as session:
                    async with session.put(url, data=body, headers={"Content-Type": "application/json"}):
                        self.seen["callbacks"] += 1
                        return
            except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
                pass

    async def work(self, slot):
        process = await asyncio.create_subprocess_exec(
            self.arguments.worker, str(slot), stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, limit=1 << 28)
        if await process.stdout.readline() != b"ready\n":
            print("a worker could not start", flush=True)
            sys.exit(1)
        while True:
            submission = await self.queue.get()
            submission.values["status_id"] = 2
            result = await self.perform(process, submission)
            submission.values |= result
            await self.call_back(submission)

    async def run(self):
        app = web.Application(client_max_size=1 << 28, middlewares=[self.around])
        app.add_routes([
            web.post("/submissions/batch", self.batch_create), web.get("/submissions/batch", self.batch_show),
            web.post("/submissions", self.create), web.get("/submissions/{token}", self.show),
            web.get("/languages", self.languages), web.get("/statuses", self.statuses),
            web.get("/config_info", self.config_info), web.get("/workers", self.workers),
            web.get("/about", self.about), web.get("/version", self.version),
            web.post("/authenticate", self.authenticate), web.route("*", "/stand-in", self.control)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        tasks = [asyncio.create_task(self.work(self.arguments.first_slot + i))
                 for i in range(self.arguments.workers)]
        await web.TCPSite(runner, "127.0.0.1", self.arguments.port).start()
        print("stand-in for Judge0 is ready", flush=True)
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--worker", required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--first-slot", type=int, default=200)
    parser.add_argument("--token", default="")
    parser.add_argument("--set", action="append", default=[])
    asyncio.run(Judge0(parser.parse_args()).run())


if __name__ == "__main__":
    main()
