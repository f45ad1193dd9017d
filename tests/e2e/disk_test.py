"""The disk is full: nothing is acknowledged that is not kept, everything that can goes on, and when there is
room again, so does the rest, without anybody's help. As root, who may mount a small disk."""

import os
import shutil
import subprocess
import unittest

from harness import C, PYTHON, EndToEnd, Refused, check_database, main, new_data, right, right_c, submit_patiently

DISK_BYTES = 24 * 1024 * 1024


@unittest.skipIf(os.getuid() != 0, "only root may mount a small disk")
class Disk(EndToEnd):
    def mount(self, folder, options):
        folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"{options},mode=0700", "tmpfs", folder], check=True)
        self.addCleanup(subprocess.run, ["umount", folder], check=True)

    def small_disk(self):
        """A data folder with the problems on a disk of its own."""
        data = new_data()
        kept = data.with_name("kept")
        data.rename(kept)
        self.mount(data, f"size={DISK_BYTES}")
        shutil.copytree(kept, data, dirs_exist_ok=True)
        return data

    def fill(self, data):
        with open(data / "fill", "wb", buffering=0) as file:
            for piece in (65536, 4096, 1):
                try:
                    while file.write(bytes(piece)):
                        pass
                except OSError:
                    continue
        return data / "fill"

    async def test_a_runner_whose_disk_is_full_judges(self):
        data = new_data()
        self.mount(data / "tests", "nr_inodes=1")  # itself
        server = await self.serve("--submit-limit", "16/1s", data=data)
        host, guest, room_id, problems = await self.contest(server)
        (one, number), *_ = problems.items()
        submission = await host.submit(room_id, number, right(one), PYTHON)
        self.assertEqual((await host.verdict(submission))["status"], "Accepted")
        await server.line("event=test-not-kept ")
        self.assertEqual(await server.stop(), 0)

    async def test_a_full_disk(self):
        data = self.small_disk()
        server = await self.serve("--submit-limit", "16/1s", data=data)
        host, guest, room_id, problems = await self.contest(server)
        one, two, three = problems
        acknowledged = [await host.submit(room_id, problems[one], right(one), PYTHON)]
        self.assertEqual((await host.verdict(acknowledged[0]))["status"], "Accepted")

        acknowledged.append(await host.submit(room_id, problems[two], "import time\ntime.sleep(1)\n" + right(two), PYTHON))
        fill = self.fill(data)  # before its verdict is there
        refused, padding = 0, "#" * 60000
        while refused < 3:
            try:
                acknowledged.append(await host.submit(room_id, problems[two], right(two) + padding, PYTHON))
            except Refused as refusal:
                self.assertIn(refusal.answer.status, (429, 500), refusal.answer.text)
                refused += refusal.answer.status == 500
        self.assertEqual((await guest.get("/rooms/leaderboard", roomId=room_id)).status, 200)  # reads go on
        await server.line("event=store-silent ")
        fill.unlink()

        acknowledged.append(await submit_patiently(guest, room_id, problems[three], right_c(three), C))
        for submission in acknowledged:
            player = guest if submission == acknowledged[-1] else host
            self.assertEqual((await player.verdict(submission))["status"], "Accepted")
        await host.end(room_id)
        self.assertEqual(await server.stop(), 0)
        self.assertEqual([row["id"] for row in server.database.rows("SELECT id FROM submissions ORDER BY id")],
                         acknowledged)
        check_database(server.database)


if __name__ == "__main__":
    main()
