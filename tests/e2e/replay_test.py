"""A recorded duel replays byte for byte; a journal with one thing changed in it is caught at the message
that the change made another; a journal is readable as JSON lines."""

import json
import re
import shutil
import stat
import unittest

import journals
from harness import C, PYTHON, EndToEnd, main, new_data, right, run, wrong

CORES = {"auth", "room", "scoring", "judge", "scheduler", "fanout"}


class Replay(EndToEnd):
    async def record(self, end="stop"):
        """The folder of a recorded duel."""
        data = new_data()
        folder = data.parent / "journal"
        server = await self.serve("--journal", folder, data=data)
        host, guest, room_id, titles = await self.contest(server)
        title, problem_id = next(iter(titles.items()))
        for player, code, language in ((host, wrong(title), PYTHON), (guest, right(title), PYTHON),
                                       (host, "int main(", C), (host, right(title), PYTHON)):
            await player.verdict(await player.submit(room_id, problem_id, code, language))
            await player.ran(await player.run(room_id, problem_id, code, language))
        await host.end(room_id)
        await host.get("/rooms/profile")
        if end == "stop":
            self.assertEqual(await server.stop(), 0)
        else:
            await server.kill()
        return folder

    def journal(self, folder, actor):
        path, = folder.glob(f"{actor}-*.journal")
        return path

    def log(self, path):
        return [json.loads(line) for line in run("log", str(path)).stdout.splitlines()]

    async def test_a_whole_duel_replays_byte_for_byte(self):
        folder = await self.record()
        self.assertEqual({path.name.split("-")[0] for path in folder.iterdir()}, CORES)
        for path in folder.iterdir():
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        done = run("replay", str(folder))
        self.assertRegex(done.stdout + done.stderr, r"\d")

        lines = self.log(folder)
        kinds = {line.get("kind") for line in lines}
        self.assertLessEqual({"room_create", "room_join", "room_start", "room_submit", "verdict_report", "room_run", "run_found",
                              "room_end", "room_settled", "store_run", "store_done"}, kinds)
        secret = (folder.parent / "data").rglob("*secret*")
        text = b"".join(path.read_bytes() for path in folder.iterdir())
        for path in secret:
            self.assertNotIn(path.read_bytes().strip(), text, f"{path.name} is in a journal")

    async def test_after_a_kill_what_was_recorded_replays(self):
        folder = await self.record(end="kill")
        run("replay", str(folder))
        path = self.journal(folder, "room")
        whole = path.read_bytes()
        path.write_bytes(whole[:-5])
        done = run("replay", str(folder))
        self.assertIn("torn", done.stdout + done.stderr)
        damaged = bytearray(whole)
        damaged[len(whole) // 2] ^= 1
        path.write_bytes(damaged)
        done = run("replay", str(folder), code=None)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("damaged", done.stdout + done.stderr)

    async def test_a_changed_verdict_is_caught_at_the_right_message(self):
        path = self.journal(await self.record(), "scoring")
        report = next(line for line in self.log(path)
                      if line.get("kind") == "verdict_report" and line["message"]["verdict"] == "Accepted")
        self.falsify_verdict(path, report)
        self.caught_after(path, report["number"])

    def falsify_verdict(self, path, report):
        """Makes that Accepted a Wrong Answer: the byte whose change does that and nothing else."""
        records = journals.read(path)
        index = report["number"] - 1
        original = records[index].bytes
        for at in (at for at in range(len(original)) if original[at] == 2):
            records[index] = records[index]._replace(bytes=original[:at] + b"\x03" + original[at + 1:])
            journals.write(path, records)
            changed = self.log(path)[index]
            wanted = {**report, "message": {**report["message"], "verdict": "Wrong Answer"}}
            if changed == wanted:
                return
        self.fail("no byte of the record is its verdict")

    async def test_a_changed_byte_of_an_input_is_caught_at_the_right_message(self):
        path = self.journal(await self.record(), "room")
        records = journals.read(path)
        index = next(i for i, record in enumerate(records)
                     if record.direction == b"I" and b"print(int(input())" in record.bytes)
        records[index] = records[index]._replace(bytes=records[index].bytes.replace(b"print(int", b"print(inT"))
        journals.write(path, records)
        self.caught_after(path, records[index].number)

    def caught_after(self, path, number):
        """Replay stops at the first output behind that input, before the next input but one."""
        copy = path.parent.parent / "falsified"
        copy.mkdir()
        shutil.copy(path, copy)
        done = run("replay", str(copy), code=None)
        told = done.stdout + done.stderr
        self.assertNotEqual(done.returncode, 0, told)
        found = re.search(r"record (\d+)", told)
        self.assertTrue(found, told)
        outputs = [record.number for record in journals.read(path)
                   if record.number > number and record.direction == b"O"]
        self.assertEqual(int(found.group(1)), outputs[0], told)


if __name__ == "__main__":
    unittest.TestCase.maxDiff = None
    main()
