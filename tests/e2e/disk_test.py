"""The disk is full: nothing is acknowledged that is not kept, everything that can goes on, and when there is
room again, so does the rest, without anybody's help. As root, who may mount a small disk."""

import os
import shutil
import subprocess
import unittest

from harness import C, PYTHON, EndToEnd, Refused, check_database, main, new_data, right, right_c, submit_patiently

DISK_BYTES = 24 * 1024 * 1024
DISK_FILES = 2000


@unittest.skipIf(os.getuid() != 0, "only root may mount a small disk")
class Disk(EndToEnd):
    def small_disk(self):
        """A data folder with the problems on a disk of its own."""
        data = new_data()
        kept = data.with_name("kept")
        data.rename(kept)
        data.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},nr_inodes={DISK_FILES},mode=0700", "tmpfs",
                        data], check=True)
        self.addCleanup(subprocess.run, ["umount", data], check=True)
        shutil.copytree(kept, data, dirs_exist_ok=True)
        return data

    def fill(self, data):
        """Neither a byte nor a file has room any more."""
        fill = data / "fill"
        fill.mkdir()
        with open(fill / "bytes", "wb", buffering=0) as file:
            for piece in (65536, 4096, 1):
                try:
                    while file.write(bytes(piece)):
                        pass
                except OSError:
                    continue
        with self.assertRaises(OSError):
            for number in range(DISK_FILES):
                (fill / str(number)).mkdir()
        return fill

    async def test_a_full_disk(self):
        data = self.small_disk()
        server = await self.serve("--runner-slots", "1", "--submit-limit", "16/1s", data=data)
        host, guest, room_id, problems = await self.contest(server)
        one, two, three = problems
        acknowledged = [await host.submit(room_id, problems[one], right(one), PYTHON)]
        self.assertEqual((await host.verdict(acknowledged[0]))["status"], "Accepted")

        acknowledged.append(await host.submit(room_id, problems[two], "import time\ntime.sleep(1)\n" + right(two), PYTHON))
        acknowledged.append(await host.submit(room_id, problems[three], right(three), PYTHON))
        fill = self.fill(data)  # before their verdicts are there, and before anybody judged the last one's problem
        refused, padding = 0, "#" * 60000
        while refused < 3:
            try:
                acknowledged.append(await host.submit(room_id, problems[two], right(two) + padding, PYTHON))
            except Refused as refusal:
                self.assertIn(refusal.answer.status, (429, 500), refusal.answer.text)
                refused += refusal.answer.status == 500
        self.assertEqual((await guest.get("/rooms/leaderboard", roomId=room_id)).status, 200)  # reads go on
        await server.line("event=test-not-kept ")
        await server.line("event=store-silent ")
        shutil.rmtree(fill)

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
