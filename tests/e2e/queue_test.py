"""Judges that share a queue, on a real RabbitMQ, with real kills: whatever dies, each submission that
was acknowledged to its user has one verdict, and the queue is empty when all is judged."""

import asyncio
import os
import pathlib
import shutil
import unittest

import pika

from harness import (BINARY, PYTHON, EndToEnd, Process, Server, check_database, free_ports, main, new_data, right, run,
                     slow, submit_patiently, wrong)
from servers import Proxy, RabbitMQ

SCRIPTED = os.environ.get("CODECOMP_SCRIPTED", str(pathlib.Path(BINARY).parent / "tests" / "codecomp_scripted"))
SECRET = {"CODECOMP_JWT_SECRET": "0123456789abcdef0123456789abcdef"}
CORE = "gateway,auth,room,scoring,scheduler,fanout,store"
QUEUE, DEAD = "judge-queue", "judge-dlq"
DEAD_LETTERS = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": DEAD}


class Broker:
    """Somebody else's client: what the earlier backend does, and what an operator looks at."""

    def __init__(self, url):
        self.connection = pika.BlockingConnection(pika.URLParameters(url + ("" if "/" in url[8:] else "/%2f")))
        self.channel = self.connection.channel()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def declare(self, queue, arguments=None):
        return self.channel.queue_declare(queue, durable=True, arguments=arguments)

    def publish(self, body, queue=QUEUE, **properties):
        self.channel.basic_publish("", queue, body.encode(), pika.BasicProperties(**properties))

    def depth(self, queue):
        return self.channel.queue_declare(queue, passive=True).method.message_count

    def take(self, queue):
        """All bodies, out of the queue."""
        bodies = []
        while True:
            method, properties, body = self.channel.basic_get(queue, auto_ack=True)
            if method is None:
                return bodies
            bodies.append((body.decode(), properties))


class Judges:
    """A core, and judges in processes of their own, each with its runner slots, around one queue. One user gets all
    but one of them."""

    def __init__(self, test, url, judges=2, slots=3):
        self.test, self.data = test, new_data()
        core, stream, *places = (f"tcp://127.0.0.1:{port}" for port in free_ports(2 + judges))
        lines = ["topology"]
        for actor in CORE.split(",")[1:]:
            lines.append(f"    {actor} = \"{core}\"")
            if actor == "fanout":
                lines.append(f"        stream = \"{stream}\"")
        lines.append("    judge")
        lines += [f"        {shard} = \"{place}\"" for shard, place in enumerate(places)]
        self.topology = self.data.parent / "topology.zpl"
        self.topology.write_text("\n".join(lines) + "\n")
        shared = ("--topology", self.topology, "--queue", url, "--runner-slots", slots, "--submit-limit", "16/1s")
        self.gateway = test.own(Server(*shared, "--actors", CORE, data=self.data, env=SECRET))
        self.judges = []
        for shard in range(judges):
            folder = self.data.parent / f"judge-{shard}"
            folder.mkdir()
            self.judges.append(test.own(Process(folder, [
                "--data", self.data, *shared, "--actors", f"judge/{shard},runner",
                "--journal", self.data.parent / f"journal-{shard}"], env=SECRET)))

    async def start(self):
        await self.gateway.start()
        await asyncio.gather(*(judge.start() for judge in self.judges))
        return await self.ready()

    async def ready(self):
        while True:
            async with self.test.http.get(self.gateway.base + "/readyz") as answer:
                if answer.status == 200:
                    return self
            await asyncio.sleep(0.05)

    async def stop(self):
        for process in (*self.judges, self.gateway):
            if process.running:
                self.test.assertEqual(await process.stop(), 0)


class Shared(EndToEnd):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.broker = await asyncio.to_thread(lambda: RabbitMQ().__enter__())
        self.addAsyncCleanup(asyncio.to_thread, self.broker.close)

    async def metrics(self, server):
        async with self.http.get(server.base + "/metrics") as answer:
            lines = (await answer.text()).splitlines()
        return {line.split()[0].removeprefix("codecomp_"): int(line.split()[1])
                for line in lines if not line.startswith("#")}

    async def empty(self, dead=0):
        """Waits until nothing is in the queue, nor in anybody's hand; the dead letters stay."""
        while True:
            queues = await asyncio.to_thread(self.broker.queues)
            if queues[QUEUE] == 0:
                self.assertEqual(queues[DEAD], dead)
                return

    async def submit_all(self, player, room_id, titles, rounds, code):
        return [await submit_patiently(player, room_id, problem_id, code(title), PYTHON)
                for _ in range(rounds) for title, problem_id in titles.items()]

    async def finish(self, host, room_id, numbers):
        for number in numbers:
            await host.verdict(number)
        result = await host.end(room_id)
        await host.state(lambda state: state["status"] == "FINISHED", "the result")
        return result

    async def test_one_process(self):
        server = await self.serve("--queue", self.broker.url)
        host, guest, room_id, titles = await self.contest(server)
        numbers = await self.submit_all(host, room_id, titles, 1, right)
        numbers += [number for number in await self.submit_all(guest, room_id, titles, 1, wrong)]
        for number in numbers[:3]:
            self.assertEqual((await host.verdict(number))["status"], "Accepted")
        for number in numbers[3:]:
            self.assertEqual((await guest.verdict(number))["status"], "Wrong Answer")
        self.assertEqual((await host.end(room_id))["result"], "WIN")
        await self.empty()
        metrics = await self.metrics(server)
        counted = [metrics["queue_" + name] for name in ("published", "delivered", "put_back", "losses")]
        self.assertEqual(counted, [6, 6, 0, 0])
        self.assertEqual(await server.stop(), 0)
        check_database(server.database, numbers)

    async def test_a_judge_is_killed_in_the_middle(self):
        judges = await Judges(self, self.broker.url).start()
        host, guest, room_id, titles = await self.contest(judges.gateway)
        numbers = await self.submit_all(host, room_id, titles, 4, slow)
        for number in numbers[:2]:
            await host.verdict(number)
        await judges.judges[0].kill()
        await judges.ready()  # the other one will do
        numbers += await self.submit_all(host, room_id, titles, 1, slow)
        self.assertEqual((await self.finish(host, room_id, numbers))["result"], "WIN")
        await judges.judges[0].start()
        host, _, room_id, titles = await self.contest(judges.gateway, 3, 4)
        more = await self.submit_all(host, room_id, titles, 1, right)
        await self.finish(host, room_id, more)
        await self.empty()
        await judges.stop()
        check_database(judges.gateway.database, numbers + more)
        for shard in range(2):
            self.assertIn("equal", run("replay", str(judges.data.parent / f"journal-{shard}")).stdout)

    async def test_the_broker_is_killed_in_the_middle(self):
        judges = await Judges(self, self.broker.url).start()
        host, guest, room_id, titles = await self.contest(judges.gateway)
        numbers = await self.submit_all(host, room_id, titles, 4, slow)
        for number in numbers[:2]:
            await host.verdict(number)
        await asyncio.to_thread(self.broker.kill)
        numbers += await self.submit_all(host, room_id, titles, 1, slow)
        await asyncio.to_thread(self.broker.start)
        await self.finish(host, room_id, numbers)
        await self.empty()
        await judges.stop()
        check_database(judges.gateway.database, numbers)

    async def test_the_broker_stands_still_and_connections_are_cut(self):
        with Proxy(self.broker.port) as proxy:
            url = self.broker.url.replace(f":{self.broker.port}", f":{proxy.port}")
            judges = await Judges(self, url).start()
            host, guest, room_id, titles = await self.contest(judges.gateway)
            numbers = await self.submit_all(host, room_id, titles, 2, slow)
            await host.verdict(numbers[0])
            await asyncio.to_thread(proxy.cut)
            numbers += await self.submit_all(host, room_id, titles, 1, slow)
            await host.verdict(numbers[0])
            await asyncio.to_thread(self.broker.freeze)
            numbers += await self.submit_all(host, room_id, titles, 1, slow)
            await asyncio.sleep(10)  # of standstill, as an operator's snapshot takes
            await asyncio.to_thread(self.broker.thaw)
            await asyncio.to_thread(proxy.refuse)
            numbers += await self.submit_all(host, room_id, titles, 1, slow)
            await asyncio.to_thread(proxy.pass_on)
            await self.finish(host, room_id, numbers)
            await self.empty()
            await judges.stop()
            check_database(judges.gateway.database, numbers)

    async def test_a_broker_that_loses_everything(self):
        """Its disk is gone: what was in the queue comes back from the database."""
        data = new_data()
        server = await self.serve("--queue", self.broker.url, "--actors", CORE + ",judge", data=data)
        host, guest, room_id, titles = await self.contest(server)
        numbers = await self.submit_all(host, room_id, titles, 2, right)
        client = await asyncio.to_thread(Broker, self.broker.url)
        while await asyncio.to_thread(client.depth, QUEUE) < len(numbers):
            await asyncio.sleep(0.05)
        client.connection.close()
        self.assertEqual(await server.stop(), 0)
        await asyncio.to_thread(self.broker.stop)
        shutil.rmtree(self.broker.folder / "mnesia")
        await asyncio.to_thread(self.broker.start)
        server = await self.serve("--queue", self.broker.url, data=data)
        host = await self.player(server, 1)
        await host.listen(room_id)
        self.assertEqual((await self.finish(host, room_id, numbers))["result"], "WIN")
        await self.empty()
        self.assertEqual(await server.stop(), 0)
        check_database(server.database, numbers)

    async def test_a_broker_short_of_memory(self):
        """It takes nothing new, and gives out what it has; afterwards all is judged."""
        server = await self.serve("--queue", self.broker.url)
        host, guest, room_id, titles = await self.contest(server)
        numbers = await self.submit_all(host, room_id, titles, 1, right)
        for number in numbers:
            await host.verdict(number)
        await asyncio.to_thread(self.broker.ctl, "set_vm_memory_high_watermark", "0.00001")
        numbers += await self.submit_all(host, room_id, titles, 2, wrong)
        while (await self.metrics(server))["queue_unconfirmed"] < 6:
            await asyncio.sleep(0.05)
        await asyncio.to_thread(self.broker.ctl, "set_vm_memory_high_watermark", "0.4")
        self.assertEqual((await self.finish(host, room_id, numbers))["result"], "WIN")
        await self.empty()
        self.assertEqual((await self.metrics(server))["queue_losses"], 0)
        self.assertEqual(await server.stop(), 0)
        check_database(server.database, numbers)

    async def own_client(self):
        client = await asyncio.to_thread(Broker, self.broker.url)
        self.addAsyncCleanup(asyncio.to_thread, client.connection.close)
        return client

    def dlq(self, *words, data, code=0):
        return run("dlq", *words, "--queue", self.broker.url, "--data", str(data), code=code).stdout

    async def dead(self, client, count):
        while await asyncio.to_thread(client.depth, DEAD) != count:
            await asyncio.sleep(0.05)

    async def test_dead_letters(self):
        """Judge Errors by a runner that can't but fail; another one comes, and they are retried."""
        server = self.own(Server("--queue", self.broker.url))
        server.binary = SCRIPTED
        await server.start()
        client = await self.own_client()
        host, guest, room_id, titles = await self.contest(server)
        problem_id = next(iter(titles.values()))
        broken = "verdict Judge Error, takes 1 ms"
        first, second = [await host.submit(room_id, problem_id, broken, PYTHON) for _ in range(2)]
        for number in (first, second):
            self.assertEqual((await host.verdict(number))["status"], "Judge Error")
        for body in ("hello", "-5", "99999", '"17"', "9" * 100_000):
            client.publish(body)
        await self.dead(client, 7)
        listed = self.dlq("list", data=server.data)
        self.assertEqual(listed.count("Judge Error            ACTIVE"), 2, listed)
        self.assertEqual(listed.count("no submission's number"), 4, listed)
        self.assertEqual(listed.count("no such submission"), 1, listed)
        self.assertEqual(listed.count("rejected"), 7, listed)
        self.assertEqual(self.dlq("list", data=server.data), listed)  # looking changes nothing
        self.assertIn("left: that is no submission's number", self.dlq("retry", "--all", data=server.data, code=1))
        await self.empty(dead=7)
        for number in (first, second):  # they failed again
            self.assertEqual((await host.get(f"/submissions/{number}")).json["status"], "Judge Error")
        await server.stop()

        server.binary = BINARY
        await server.start()
        host = await self.player(server, 1)
        await host.listen(room_id)
        self.assertIn(f"{first}: will be judged again", self.dlq("retry", str(first), data=server.data))
        self.assertEqual((await host.verdict(first))["status"], "Compilation Error")
        self.assertIn("12345: there is no such dead letter", self.dlq("retry", "12345", data=server.data, code=1))
        self.assertEqual((await host.end(room_id))["result"], "DRAW")
        await host.state(lambda state: state["status"] == "FINISHED", "the result")
        self.assertIn(f"{second}: left: its contest is settled",
                      self.dlq("retry", str(second), data=server.data, code=1))
        client.publish(str(first), DEAD)
        await self.dead(client, 7)
        self.assertIn(f"{first}: left: it has its verdict", self.dlq("retry", str(first), data=server.data, code=1))
        self.assertIn(f"{second}: dropped", self.dlq("drop", str(second), data=server.data))
        self.assertIn("6 dropped, 0 left", self.dlq("drop", "--all", data=server.data))
        await self.empty()
        self.assertEqual(await server.stop(), 0)
        check_database(server.database, [first, second])

    async def test_beside_the_earlier_backend(self):
        """It declares the same queues, puts Jackson's JSON numbers into them, and reads ours."""
        client = await self.own_client()
        client.declare(QUEUE, DEAD_LETTERS)
        client.declare(DEAD)
        data = new_data()
        server = await self.serve("--queue", self.broker.url, "--actors", CORE + ",judge", data=data)
        host, guest, room_id, titles = await self.contest(server)
        title, problem_id = next(iter(titles.items()))
        number = await host.submit(room_id, problem_id, right(title), PYTHON)
        while not await asyncio.to_thread(client.depth, QUEUE):
            await asyncio.sleep(0.05)
        (body, properties), = client.take(QUEUE)  # as it would
        self.assertEqual((body, properties.content_type, properties.delivery_mode),
                         (str(number), "application/json", 2))
        self.assertEqual(await server.stop(), 0)
        client.publish(f" {number}\n", content_type="application/json", content_encoding="UTF-8", delivery_mode=2,
                       headers={"__TypeId__": "java.lang.Long"})
        server = await self.serve("--queue", self.broker.url, data=data)
        host = await self.player(server, 1)
        await host.listen(room_id)
        self.assertEqual((await host.verdict(number))["status"], "Accepted")
        await self.empty()

    async def test_what_must_be_changed_is_told_at_the_start(self):
        url = self.broker.url
        client = await self.own_client()
        client.declare("judge-queue")
        for options, expected in (((url,), "was made with other arguments"),
                                  ((url.replace("codecomp:", "codecomp:no"),), "check user and password"),
                                  ((url + "/elsewhere",), "make the virtual host"),
                                  ((url + "?verify=verify_none",), "belongs to amqps:// only")):
            folder = new_data().parent
            server = self.own(Process(folder, ["--data", folder / "data", "--queue", *options]))
            with self.assertRaises(AssertionError) as ended:
                await server.start()
            self.assertIn(expected, str(ended.exception))
            self.assertNotIn("codecomp:no", str(ended.exception))


if __name__ == "__main__":
    unittest.TestCase.maxDiff = None
    main()
