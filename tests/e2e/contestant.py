"""A user behind a bad network: does what a browser with a good client does. Asks again what was not
answered, at the next gateway; opens its socket again and again; never takes silence for an answer."""

import asyncio
import json
import random

import aiohttp
from harness import FINAL, Answer, Refused, Stomp

REQUEST_S = 30    # for one answer
PATIENCE_S = 150  # for a command, with all its repetitions
LATER = (500, 502, 503, 504)  # not done, or nobody knows
NOT_ANSWERED = (aiohttp.ClientError, ConnectionError, asyncio.TimeoutError, OSError)


class Contestant:
    def __init__(self, http, bases, user_id):
        self.http, self.bases, self.user_id = http, list(bases), user_id
        self.chance = random.Random(user_id)
        self.at = user_id  # which gateway
        self.token = None
        self.states = {}        # room -> newest RoomState that was pushed
        self.verdicts = {}      # submission -> status, pushed or read
        self.rooms = set()      # watched
        self.changed = asyncio.Condition()
        self.connection = None  # the Stomp of now
        self.connecting = None  # a task
        self.pumps = set()      # tasks of the connection
        self.unanswered = 0     # requests that came to nothing
        self.reconnects = -1

    @property
    def base(self):
        return self.bases[self.at % len(self.bases)]

    # ---- requests ------------------------------------------------------------------------------

    async def once(self, method, path, params=None, body=None):
        """The answer, or None: nobody knows whether it was done."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            async with self.http.request(
                    method, self.base + path, params={k: str(v) for k, v in (params or {}).items()},
                    json=body, headers=headers, allow_redirects=False,
                    timeout=aiohttp.ClientTimeout(total=REQUEST_S)) as response:
                answer = Answer(response.status, response.headers, await response.text())
        except NOT_ANSWERED:
            answer = None
        if answer is not None and answer.status not in LATER:
            return answer
        self.unanswered += 1
        self.at += 1
        await asyncio.sleep(self.chance.uniform(0.1, 0.5))
        return None

    async def insist(self, method, path, **params):
        """The answer to a command that may be repeated."""
        until = asyncio.get_running_loop().time() + PATIENCE_S
        while (answer := await self.once(method, path, params)) is None:
            if asyncio.get_running_loop().time() > until:
                raise AssertionError(f"user {self.user_id}: {method} {path} was not answered in {PATIENCE_S} s")
        return answer

    async def good(self, method, path, also=(), **params):
        """Its text; `also`: refusals that mean that an earlier try had been done."""
        answer = await self.insist(method, path, **params)
        if answer.status in (200, 202) or answer.text in also or \
                (answer.status == 400 and answer.error in also):
            return answer
        raise Refused(method, path, answer)

    async def login(self):
        self.token = (await self.good("POST", "/auth/login", userId=self.user_id)).json["token"]
        return self

    async def create(self, **options):
        return (await self.good("POST", "/rooms/create", **options)).json

    async def join(self, room):
        answer = await self.good("POST", "/rooms/join", roomId=room["id"], password=room["password"])
        assert answer.text in ("Joined successfully", "User already in this room"), answer.text

    async def start(self, room_id):
        await self.good("POST", "/rooms/start", ("Room already started or finished",), roomId=room_id)

    async def end(self, room_id):
        until = asyncio.get_running_loop().time() + PATIENCE_S
        while (answer := await self.good("POST", "/rooms/end", roomId=room_id)).status == 202:
            assert asyncio.get_running_loop().time() < until, f"room {room_id} does not settle"
        return answer.json

    async def submit(self, room_id, problem_id, code, language_id):
        """The submission's id: acknowledged. One that got no answer may be there or not; it is sent
        again, as another."""
        body = {"roomId": room_id, "problemId": problem_id, "code": code, "languageId": language_id}
        until = asyncio.get_running_loop().time() + PATIENCE_S
        while asyncio.get_running_loop().time() < until:
            answer = await self.once("POST", "/rooms/submit", None, body)
            if answer is not None and answer.status == 200:
                return answer.json["submissionId"]
            if answer is not None and answer.error != "Too many submissions. Please slow down.":
                raise Refused("POST", "/rooms/submit", answer)
            await asyncio.sleep(0.1)
        raise AssertionError(f"user {self.user_id}: a submission was not taken in {PATIENCE_S} s")

    # ---- live ----------------------------------------------------------------------------------

    async def listen(self):
        self.connecting = asyncio.create_task(self._stay_connected())

    async def watch(self, room_id):
        self.rooms.add(room_id)
        if self.connection is not None:
            try:
                await self._subscribe(self.connection, room_id)
            except NOT_ANSWERED:
                pass  # the next connection will

    async def unwatch(self, room_id):
        self.rooms.discard(room_id)
        self.states.pop(room_id, None)
        if self.connection is not None:
            try:
                await self.connection.send("UNSUBSCRIBE", {"id": f"room-{room_id}"})
            except NOT_ANSWERED:
                pass

    async def _stay_connected(self):
        while True:
            stomp = None
            try:
                stomp = await asyncio.wait_for(Stomp.open(self.http, self.base), REQUEST_S)
                frame = await stomp.connect(self.token)
                assert frame and frame.command == "CONNECTED", frame
                self.reconnects += 1
                own = await stomp.subscribe("/user/queue/submissions")
                self.pumps = {asyncio.create_task(self._pump(own, self._take_verdict))}
                for room_id in list(self.rooms):
                    await self._subscribe(stomp, room_id)
                self.connection = stomp
                await stomp.ended.wait()
            except (*NOT_ANSWERED, AssertionError):
                self.at += 1
            finally:
                self.connection = None
                for pump in self.pumps:
                    pump.cancel()
                if stomp is not None:
                    await stomp.close()
            await asyncio.sleep(self.chance.uniform(0.1, 0.5))

    async def _subscribe(self, stomp, room_id):
        queue = await stomp.subscribe(f"/topic/room/{room_id}", name=f"room-{room_id}")
        self.pumps.add(asyncio.create_task(self._pump(queue, self._take_state)))

    async def _pump(self, queue, take):
        while (frame := await queue.get()) is not None:
            async with self.changed:
                take(json.loads(frame.body))
                self.changed.notify_all()

    def _take_state(self, state):
        last = self.states.get(state["roomId"])
        if state["roomId"] in self.rooms and (last is None or last["version"] < state["version"]):
            self.states[state["roomId"]] = state

    def _take_verdict(self, submission):
        if submission["status"] in FINAL:
            self.verdicts[submission["id"]] = submission["status"]

    async def finished(self, room_id):
        """The room's last state, by push alone: it must come over whatever socket there is."""
        def there():
            state = self.states.get(room_id)
            return state is not None and state["status"] == "FINISHED"
        async with self.changed:
            try:
                await asyncio.wait_for(self.changed.wait_for(there), PATIENCE_S)
            except asyncio.TimeoutError:
                raise AssertionError(f"user {self.user_id} was not told of the end of room {room_id}: "
                                     f"{self.states.get(room_id)}") from None
        return self.states[room_id]

    async def verdict(self, submission_id):
        """Pushed, or read when no push has come for a while."""
        until = asyncio.get_running_loop().time() + PATIENCE_S
        while asyncio.get_running_loop().time() < until:
            async with self.changed:
                try:
                    await asyncio.wait_for(self.changed.wait_for(lambda: submission_id in self.verdicts), 2)
                    return self.verdicts[submission_id]
                except asyncio.TimeoutError:
                    pass
            answer = await self.insist("GET", f"/submissions/{submission_id}")
            assert answer.status == 200, f"submission {submission_id}: {answer.text}"
            if answer.json["status"] in FINAL:
                self.verdicts[submission_id] = answer.json["status"]
        raise AssertionError(f"submission {submission_id} had no verdict in {PATIENCE_S} s")

    async def close(self):
        if self.connecting is not None:
            self.connecting.cancel()
            await asyncio.gather(self.connecting, return_exceptions=True)
            self.connecting = None
