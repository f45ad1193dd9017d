"""Problems whose own programs judge, in duels: output validators, interactors with and without a checker,
tolerances; what is fetched once and survives kill -9; and runners that cannot run such programs."""

import os
import pathlib

import packages
from harness import BINARY, PYTHON, EndToEnd, main, new_folder, run, submit_patiently

SCRIPTED = os.environ.get("CODECOMP_SCRIPTED", str(pathlib.Path(BINARY).parent / "tests" / "codecomp_scripted"))
NAMES = ("legacy-mean", "legacy-pair", "draft-guess", "polygon-guess")
FAST = ("--submit-limit", "16/1s", "--contest-problems", str(len(NAMES)))
PAIR_RIGHT = "print(int(input()), 0)\n"  # none below 0, as one of its groups wants
CODE = {  # title: right, wrong
    "mean": (packages.MEAN_RIGHT, packages.MEAN_WRONG),
    "pair": (PAIR_RIGHT, packages.PAIR_WRONG),
    "guess": (packages.GUESS_RIGHT, packages.GUESS_WRONG),
}


class Checkers(EndToEnd):
    def setUp(self):
        folder = new_folder()
        for name in NAMES:
            packages.write_one(folder / name, packages.all_packages()[name])
        self.data = new_folder() / "data"
        run("import", "--data", str(self.data), "--skip-solutions", str(folder))

    def kinds(self, ids):
        """{problem id: which of the three problems it is}, by their names."""
        listed = run("problems", "--data", str(self.data), "list").stdout
        words = {int(line.split()[0]): line.split()[1] for line in listed.splitlines()
                 if line.split() and line.split()[0].isdigit()}
        return {number: words[number].split("-")[1] for number in ids}

    async def judged(self, player, room_id, problem_id, code):
        return await player.verdict(await submit_patiently(player, room_id, problem_id, code, PYTHON))

    async def test_they_decide_duels(self):
        server = await self.serve(*FAST, data=self.data)
        host, guest, room_id, titles = await self.contest(server)
        kinds = self.kinds(titles.values())
        self.assertEqual(sorted(kinds.values()), ["guess", "guess", "mean", "pair"])
        for problem_id, kind in kinds.items():
            with self.subTest(problem=kind):
                right, wrong = CODE[kind]
                self.assertEqual((await self.judged(guest, room_id, problem_id, wrong))["status"], "Wrong Answer")
                verdict = await self.judged(host, room_id, problem_id, right)
                self.assertEqual((verdict["status"], verdict["failedTest"]), ("Accepted", None))
                self.assertEqual(verdict["testsRun"], verdict["testsTotal"])
        pair = next(number for number, kind in kinds.items() if kind == "pair")
        shown = await host.ran(await host.run(room_id, pair, PAIR_RIGHT, PYTHON))
        self.assertEqual(shown["status"], "Accepted")
        self.assertNotEqual(shown["tests"][0]["output"], shown["tests"][0]["expected"])

    async def test_what_was_fetched_is_whole_or_fetched_again(self):
        server = await self.serve(*FAST, data=self.data)
        host, guest, room_id, titles = await self.contest(server)
        kinds = self.kinds(titles.values())
        (pair,) = (number for number, kind in kinds.items() if kind == "pair")
        self.assertEqual((await self.judged(host, room_id, pair, packages.PAIR_WRONG))["status"], "Wrong Answer")
        await server.kill()
        whole = [folder for folder in (self.data / "tests").iterdir() if (folder / "0.in").exists()]
        self.assertEqual(len(whole), 1)
        (whole[0] / "1.ans").unlink()
        server = await self.serve(*FAST, data=self.data)
        host = await self.player(server, host.user_id)
        await host.listen(room_id)
        self.assertEqual((await self.judged(host, room_id, pair, PAIR_RIGHT))["status"], "Accepted")
        self.assertTrue((whole[0] / "1.ans").exists())

    async def test_a_runner_without_them_leaves_such_problems_alone(self):
        server = await self.serve(*FAST, data=self.data, binary=SCRIPTED)
        host, guest, room_id, titles = await self.contest(server)
        kinds = self.kinds(titles.values())
        (pair,) = (number for number, kind in kinds.items() if kind == "pair")
        (mean,) = (number for number, kind in kinds.items() if kind == "mean")
        waits = await submit_patiently(host, room_id, pair, PAIR_RIGHT, PYTHON)
        await server.line("event=no-checkers .*no runner")
        verdict = await guest.verdict(await submit_patiently(guest, room_id, mean,
                                                             "verdict Wrong Answer, takes 1 ms", PYTHON))
        self.assertEqual(verdict["status"], "Wrong Answer")
        self.assertIn((await host.get(f"/submissions/{waits}")).json["status"], ("PENDING", "JUDGING"))
        await server.stop()
        server = await self.serve(*FAST, data=self.data)
        host = await self.player(server, host.user_id)
        await host.listen(room_id)
        self.assertEqual((await host.verdict(waits))["status"], "Accepted")


if __name__ == "__main__":
    main()
