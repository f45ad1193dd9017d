"""Problem packages from their folders to a duel: what is taken, what is refused and why, what a kill -9
leaves, and what contestants see of it."""

import os
import pathlib
import pty
import re
import resource
import signal
import subprocess
import sys
import unittest
import zipfile

import packages
from harness import BINARY, C, PYTHON, WAIT_S, EndToEnd, main, new_folder, run


def broken(name, path, content):
    """One package with one file in another way; None: without it."""
    files = dict(packages.all_packages()[name])
    if content is None:
        del files[path]
    else:
        files[path] = content(files[path]) if callable(content) else content
    return packages.write_one(new_folder() / name, files)


BROKEN = (  # package, file, its content, where it is refused, with which words
    ("legacy-mean", "problem.yaml", "validator_flags: float_tolerance near\n", "problem.yaml:1", "near"),
    ("legacy-mean", "problem_statement/dot.png", None, "problem_statement/problem.en.tex:3", "dot is missing"),
    ("legacy-mean", "problem_statement/dot.png", b"<script>", "problem_statement/dot.png", "no picture"),
    ("legacy-pair", "output_validators/pair/build", "#!/bin/sh\n", "output_validators/pair/build", "build or run script"),
    ("legacy-guess", "problem.yaml", "name: A\nvalidation: custom multipass\n", "problem.yaml:2", "multipass"),
    ("draft-mean", "data/secret/two/1.yaml", "output_validator_args: []\nargs: [fast]\n", "data/secret/two/1.yaml:2",
     "arguments"),
    ("draft-pair", "data/secret/1.ans", None, "data/secret/1.in", "no answer"),
    ("draft-guess", "output_validator/guess.cpp", None, "problem.yaml:4", "needs a validator"),
    ("draft-guess", "problem.yaml", lambda text: text.replace("interactive", "scoring"), "problem.yaml:4", "scoring"),
    ("polygon-pair", "problem.xml", lambda text: text.replace("<names>", "<names"), "problem.xml:3", "not XML"),
    ("polygon-pair", "problem.xml",
     lambda text: '<!DOCTYPE x [<!ENTITY a "&b;&b;">]>\n' + text.split("\n", 1)[1], "problem.xml:1", "document type"),
    ("polygon-pair", "tests/02.a", None, "tests/02.a", "full package"),
    ("polygon-pair", "problem.xml", lambda text: text.replace('group="1"', 'points="5"'), "problem.xml:12", "scoring"),
    ("polygon-pair", "problem.xml", lambda text: text.replace('input-file=""', 'input-file="in.txt"'), "problem.xml:4",
     "stdin"),
    ("polygon-guess", "files/interactor.cpp", None, "files/interactor.cpp", "is missing"),
    ("polygon-words", "problem.xml", lambda text: text.replace('"Words"', '"&#27;[2J"'), "problem.xml", "not XML"),
    ("draft-pair", "problem.yaml", 'name: "\\e[2J"\nproblem_format_version: draft\n', "", "control characters"),
    ("polygon-pair", "statement-sections/english/dot.png", None, "statement-sections/english", "dot.png is missing"),
    ("polygon-words", "problem.xml", lambda text: text.replace("wcmp", "rcmp6"), "problem.xml:19", "source"),
)


class Packages(EndToEnd):
    def setUp(self):
        self.data = ("--data", str(new_folder() / "data"))

    def test_three_of_each_format_are_taken_with_their_solutions(self):
        folder = packages.write(new_folder())
        done = run("import", *self.data, str(folder))
        self.assertIn("9 added, 0 changed, 0 unchanged, 0 refused", done.stdout)
        self.assertEqual(len(re.findall(r"^  ok Accepted +Accepted ", done.stdout, re.M)), 11, done.stdout)
        self.assertEqual(len(re.findall(r"^  ok Wrong Answer.* Wrong Answer +test \d", done.stdout, re.M)), 10, done.stdout)
        done = run("import", *self.data, str(folder))
        self.assertIn("0 added, 0 changed, 9 unchanged, 0 refused", done.stdout)
        self.assertNotIn("expected", done.stdout)
        listed = run("problems", *self.data, "list").stdout
        judged = dict(re.findall(r"^ +\d+  (\S+) +\w+ +(\w+) +[23] ", listed, re.M))
        self.assertEqual({name: how for name, how in judged.items() if how != "tokens"},
                         {f"{form}-{name}": how for form in ("legacy", "draft", "polygon")
                          for name, how in (("pair", "validator"), ("guess", "interactive"))}, listed)
        shown = run("problems", *self.data, "show", "polygon-guess").stdout
        for words in ("called as testlib has it", "checker    check.cpp", "checker    testlib.h",
                      "interactor interactor.cpp", "## Interaction", "`guess 7`", "## Sample interaction 1", "guess 500"):
            self.assertIn(words, shown)
        self.assertNotIn("exmp", shown)
        self.assertIn("## Sample interaction", run("problems", *self.data, "show", "legacy-guess").stdout)
        shown = run("problems", *self.data, "show", "legacy-mean").stdout
        for words in ("The Mean (legacy-mean", "$a_1, \\ldots, a_n$", "- $n \\leq 10$", "**numbers**",
                      "$$ \\sum_i a_i $$", "](/problems/files/"):
            self.assertIn(words, shown)

    def test_what_is_broken_is_refused_with_its_line(self):
        for name, path, content, where, words in BROKEN:
            with self.subTest(package=name, where=where):
                folder = broken(name, path, content)
                done = run("import", *self.data, str(folder), code=1)
                line = next(line for line in done.stdout.splitlines() if "refused: " in line)
                self.assertRegex(line, re.escape(f"{folder}{'/' if where else ''}{where}") + r"(:\d+)?: ")
                self.assertIn(words, line)
                self.assertTrue(line.isprintable(), line)
        self.assertEqual(len(run("problems", *self.data, "list").stdout.splitlines()), 1)

    def test_solutions_that_disagree_keep_a_package_out(self):
        folder = broken("draft-pair", "submissions/accepted/pair.py", packages.PAIR_WRONG)
        done = run("import", *self.data, str(folder), code=1)
        self.assertRegex(done.stdout, r"!! Accepted +Wrong Answer +test 1 ")
        self.assertIn(f"{folder}/submissions/accepted/pair.py: got Wrong Answer, its author expects Accepted", done.stdout)
        terminal, ours = pty.openpty()
        done = subprocess.run([BINARY, "import", *self.data, "--force", str(folder)], stdout=subprocess.PIPE,
                              stderr=ours, text=True, timeout=WAIT_S, check=True)
        os.close(ours)
        self.assertIn("1 added", done.stdout)
        self.assertRegex(os.read(terminal, 65536).decode(), r"(?s)solutions, test \d+ of 6 .*: test 2 of 2 ")
        os.close(terminal)
        self.assertIn("1 unchanged", run("import", *self.data, str(folder)).stdout)

    def test_archives_are_taken(self):
        folder = new_folder()
        self.zip(folder / "draft-pair.zip", packages.draft()["draft-pair"], "draft-pair/")
        self.zip(folder / "polygon-words-3$linux.zip", packages.polygon()["polygon-words"])
        self.assertIn("2 added", run("import", *self.data, str(folder)).stdout)
        self.assertIn("1 unchanged", run("import", *self.data, str(folder / "draft-pair.zip")).stdout)
        listed = run("problems", *self.data, "list").stdout
        self.assertEqual(re.findall(r"^ +\d+  (\S+)", listed, re.M), ["draft-pair", "polygon-words"])

    def test_hostile_archives_leave_nothing_outside(self):
        folder, good = new_folder(), packages.draft()["draft-pair"]
        temporary = folder / "tmp"
        temporary.mkdir()
        link = zipfile.ZipInfo("data/link.in")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        for number, (names, words) in enumerate((
                ({"../outside": "x"}, "leads out"), ({"/tmp/outside": "x"}, "leads out"),
                ({"a/../../outside": "x"}, "leads out"), ({"a\\b": "x"}, "leads out"), ({link: "/etc/passwd"}, "is a link"),
                ({"problem.yaml/x": "x"}, "Not a directory"))):
            with self.subTest(names=names):
                path = folder / f"hostile{number}.zip"
                self.zip(path, {**good, **names})
                done = subprocess.run([BINARY, "import", *self.data, str(path)], capture_output=True, text=True,
                                      env={**os.environ, "TMPDIR": str(temporary)}, timeout=WAIT_S)
                self.assertEqual(done.returncode, 1)
                self.assertIn(f"refused: {path}: ", done.stdout)
                self.assertIn(words, done.stdout)
                self.assertEqual(list(temporary.iterdir()), [])
        whole = folder / "cut.zip"
        self.zip(whole, good)
        for length in (0, 10, 100, whole.stat().st_size - 30):
            (folder / "short.zip").write_bytes(whole.read_bytes()[:length])
            self.assertIn("refused: ", run("import", *self.data, str(folder / "short.zip"), code=1).stdout)
        self.assertEqual(sorted(path.name for path in folder.iterdir() if path.suffix != ".zip"), ["tmp"])

    @staticmethod
    def zip(path, files, prefix=""):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name if isinstance(name, zipfile.ZipInfo) else prefix + name, content)

    def test_problems_are_retired_and_come_back(self):
        packages.write(folder := new_folder(), {"draft-pair": packages.draft()["draft-pair"]})
        run("import", *self.data, "--skip-solutions", str(folder))
        self.assertIn("draft-pair: retired", run("problems", *self.data, "retire", "1").stdout)
        self.assertIn(" retired ", run("problems", *self.data, "list").stdout)
        self.assertIn("no problem of that name is in use", run("problems", *self.data, "retire", "1", code=1).stderr)
        self.assertIn("draft-pair: in use", run("problems", *self.data, "restore", "draft-pair").stdout)
        self.assertIn("there is no problem 7", run("problems", *self.data, "show", "7", code=1).stderr)
        for words in ((), ("list", "1"), ("show",), ("sell", "1")):
            self.assertEqual(run("problems", *self.data, *words, code=None).returncode, 2)

    def test_a_kill_leaves_the_old_or_the_new(self):
        folder = new_folder() / "large"
        files = dict(packages.draft()["draft-mean"])
        packages.write_one(folder, files)
        run("import", *self.data, "--skip-solutions", str(folder))
        old = self.content("large")
        for i in range(60):
            files[f"data/secret/z{i}.in"], files[f"data/secret/z{i}.ans"] = "1\n5\n" + " " * 400_000, "5\n"
        packages.write_one(folder, files)
        command = [BINARY, "import", *self.data, "--skip-solutions", str(folder)]
        killed = 0
        for delay in (0.02, 0.1, 0.2, 0.3, 0.4):
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            try:
                process.wait(delay)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                killed += process.wait() == -signal.SIGKILL
                now = self.content("large")
                self.assertIn(now[1], (3, 63))
                self.assertEqual(now[0] == old[0], now[1] == 3)
        self.assertGreater(killed, 0)
        run(*command[1:])
        self.assertEqual(self.content("large")[1], 63)

    def content(self, name):
        shown = run("problems", *self.data, "show", name).stdout
        return re.search(r"content +(\w+)", shown).group(1), int(re.search(r"tests +(\d+),", shown).group(1))

    async def test_contestants_see_and_solve_it(self):
        packages.write(folder := new_folder(), {"legacy-pair": packages.legacy()["legacy-pair"]})
        run("import", *self.data, "--skip-solutions", str(folder))
        server = await self.serve("--contest-problems", "1", data=pathlib.Path(self.data[1]))
        host, guest, room_id, titles = await self.contest(server)
        self.assertEqual(list(titles), ["A Pair"])
        row = (await host.get("/rooms/problems", roomId=room_id)).json[0]
        address = re.search(r"!\[a dot\]\((/problems/files/[0-9a-f]{32}\.svg)\)", row["description"]).group(1)
        async with self.http.get(server.base + address) as answer:
            self.assertEqual((answer.status, await answer.text()), (200, packages.SVG))
            self.assertEqual(answer.headers["Content-Type"], "image/svg+xml")
            self.assertIn("immutable", answer.headers["Cache-Control"])
            self.assertIn("sandbox", answer.headers["Content-Security-Policy"])
            self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        async with self.http.get(server.base + "/problems/files/" + "0" * 32 + ".svg") as answer:
            self.assertEqual(answer.status, 404)
        for player, code, language, verdict in ((host, packages.PAIR_WRONG, PYTHON, "Wrong Answer"),
                                                (host, packages.PAIR_RIGHT, PYTHON, "Wrong Answer"),
                                                (guest, packages.PAIR_C, C, "Accepted")):
            number = await player.submit(room_id, row["id"], code, language)
            found = await player.verdict(number)
            self.assertEqual(found["status"], verdict, found)
        self.assertEqual((await host.end(room_id))["winnerUserId"], guest.user_id)


class Large(unittest.TestCase):
    def test_200_mb_of_tests_go_in_within_bounded_memory(self):
        folder = new_folder() / "large"
        files = {"problem.yaml": "name: Large\nlimits: {time_limit: 10}\n", "problem_statement/problem.md": "Add.\n"}
        packages.write_one(folder, files)
        (folder / "data/secret").mkdir(parents=True)
        (folder / "submissions/accepted").mkdir(parents=True)
        (folder / "submissions/accepted/last.py").write_text(
            "import sys\nlast = 0\nfor line in sys.stdin:\n    last = line\nprint(last, end='')\n")
        block = "1234567\n" * 1024
        for i in range(20):
            (folder / f"data/secret/{i:02}.in").write_text(block * 1280)  # 10 MiB
            (folder / f"data/secret/{i:02}.ans").write_text("1234567\n")
        done = subprocess.run([BINARY, "import", "--data", str(folder.parent / "data"), str(folder)],
                              capture_output=True, text=True, timeout=WAIT_S * 4)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("1 added", done.stdout)
        largest_kb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        print(f"largest process: {largest_kb // 1024} MiB", file=sys.stderr)
        self.assertLess(largest_kb, 160 * 1024)


if __name__ == "__main__":
    main()
