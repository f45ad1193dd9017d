"""One user of CodeComp: every call of the interface, and a live connection that remembers what it saw."""

import asyncio
import json
from typing import NamedTuple

from stomp import WAIT_S, Stomp

FINAL = ("Accepted", "Wrong Answer", "Time Limit Exceeded", "Memory Limit Exceeded",
         "Output Limit Exceeded", "Runtime Error", "Compilation Error", "Judge Error")


class Answer(NamedTuple):
    status: int
    headers: object  # case-insensitive
    text: str

    @property
    def json(self):
        return json.loads(self.text)

    @property
    def error(self):
        return self.json["error"]


class Refused(Exception):
    """An answer that a well-behaved call did not expect."""

    def __init__(self, method, path, answer):
        super().__init__(f"{method} {path}: {answer.status} {answer.text[:300]}")
        self.answer = answer


class Player:
    def __init__(self, http, base, user_id, name=None):
        self.http, self.base, self.user_id = http, base, user_id
        self.name = name or f"user {user_id}"
        self.token = None
        self.stomp = None
        self.states = []        # every RoomState that was pushed, in order
        self.verdicts = {}      # submission id -> the body that was pushed
        self.repeats = []       # ids whose verdict was pushed more than once
        self.progress = {}      # submission id -> (testsRun, testsTotal) of each push before the verdict
        self.late = []          # ids of which such a push came behind the verdict
        self.runs = {}          # run id -> the body that was pushed
        self.changed = asyncio.Condition()
        self.carrier = None     # opens what STOMP runs on, in a WebSocket's place
        self.on_push = None     # called with ("state", "submission" or "run", body)
        self.tasks = []

    async def call(self, method, path, params=None, body=None, headers=None, data=None, token=True):
        headers = dict(headers or {})
        if token and self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None:
            data = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        params = {k: str(v) for k, v in (params or {}).items()}
        async with self.http.request(method, self.base + path, params=params, data=data,
                                     headers=headers, allow_redirects=False) as response:
            return Answer(response.status, response.headers, await response.text())

    async def get(self, path, **params):
        return await self._good("GET", path, params)

    async def post(self, path, **params):
        return await self._good("POST", path, params)

    async def _good(self, method, path, params, body=None):
        answer = await self.call(method, path, params, body)
        if answer.status not in (200, 202):
            raise Refused(method, path, answer)
        return answer

    async def login(self):
        self.token = (await self.post("/auth/login", userId=self.user_id)).json["token"]
        return self

    async def create(self, **options):
        return (await self.post("/rooms/create", **options)).json

    async def join(self, room):
        return (await self.post("/rooms/join", roomId=room["id"], password=room["password"])).text

    async def start(self, room_id):
        return (await self.post("/rooms/start", roomId=room_id)).text

    async def end(self, room_id):
        """The result, asked for until it is there."""
        while True:
            answer = await self.post("/rooms/end", roomId=room_id)
            if answer.status == 200:
                return answer.json

    async def submit(self, room_id, problem_id, code, language_id):
        """The submission's id; durable when this returns."""
        body = {"roomId": room_id, "problemId": problem_id, "code": code, "languageId": language_id}
        answer = (await self._good("POST", "/rooms/submit", None, body)).json
        assert answer["status"] == "PENDING", answer
        return answer["submissionId"]

    async def run(self, room_id, problem_id, code, language_id, input=None):
        """The run's id; durable when this returns. On the samples, or on an input of one's own."""
        body = {"roomId": room_id, "problemId": problem_id, "code": code, "languageId": language_id}
        if input is not None:
            body["input"] = input
        answer = (await self._good("POST", "/rooms/run", None, body)).json
        assert answer["status"] == "PENDING", answer
        return answer["runId"]

    # ---- live --------------------------------------------------------------------------------

    async def listen(self, room_id=None):
        """Subscribes to one's own verdicts and to a room; returns when both are confirmed."""
        self.stomp = Stomp(await self.carrier()) if self.carrier else await Stomp.open(self.http, self.base)
        frame = await self.stomp.connect(self.token)
        assert frame and frame.command == "CONNECTED", frame
        own = await self.stomp.subscribe("/user/queue/submissions")
        self.tasks.append(asyncio.create_task(self._pump(own, self._take_submission)))
        if room_id:
            await self.watch(room_id)

    async def watch(self, room_id):
        room = await self.stomp.subscribe(f"/topic/room/{room_id}")
        self.tasks.append(asyncio.create_task(self._pump(room, self._take_state)))

    async def _pump(self, queue, take):
        while True:
            frame = await queue.get()
            if frame is None:
                return
            async with self.changed:
                take(json.loads(frame.body))
                self.changed.notify_all()

    def _take_state(self, state):
        self.states.append(state)
        if self.on_push:
            self.on_push("state", state)

    def _take_submission(self, submission):
        if "runId" in submission:
            self.runs[submission["runId"]] = submission
            if self.on_push:
                self.on_push("run", submission)
            return
        if submission["status"] == "JUDGING":
            if submission["id"] in self.verdicts:
                self.late.append(submission["id"])
            self.progress.setdefault(submission["id"], []).append((submission["testsRun"], submission["testsTotal"]))
        if submission["status"] in FINAL:
            if submission["id"] in self.verdicts:
                self.repeats.append(submission["id"])
            self.verdicts[submission["id"]] = submission
        if self.on_push:
            self.on_push("submission", submission)

    async def _until(self, ready, what, wait_s):
        try:
            async with self.changed:
                await asyncio.wait_for(self.changed.wait_for(ready), wait_s)
        except asyncio.TimeoutError:
            raise AssertionError(f"{self.name} waited {wait_s} s for {what}; last state: "
                                 f"{self.states[-1:]}, verdicts: {self.verdicts}") from None

    async def state(self, ready, what="a state", wait_s=WAIT_S):
        """The newest pushed state, once `ready` holds for it."""
        await self._until(lambda: self.states and ready(self.states[-1]), what, wait_s)
        return self.states[-1]

    async def verdict(self, submission_id, wait_s=WAIT_S):
        """The pushed submission, once it has its final verdict."""
        await self._until(lambda: submission_id in self.verdicts,
                          f"the verdict of {submission_id}", wait_s)
        return self.verdicts[submission_id]

    async def ran(self, run_id, wait_s=WAIT_S):
        """The pushed run, once it is over."""
        await self._until(lambda: run_id in self.runs, f"the run {run_id}", wait_s)
        return self.runs[run_id]

    async def close(self):
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.tasks = []
        if self.stomp:
            await self.stomp.close()
            self.stomp = None
