"""A compiler and an interpreter that break while the server runs, when both had just worked: nobody gets an error
for it, their languages are set aside, the others go on, and when they are back what waited is judged. The server
has a /usr of its own."""

import asyncio
import shlex
import subprocess

from harness import BINARY, C, FAST, PYTHON, EndToEnd, FOLDER, main, right, right_c, run

C11, PERL = 1011, 85
# Says its version, likes every program, and runs none.
BROKEN_PERL = "#!/bin/sh\ncase $1 in -e) echo 5.36.0 ;; -c) ;; *) exit 1 ;; esac\n"


def wrapper():
    """A program that starts the server with changes to /usr that nobody else sees."""
    folder = FOLDER / "toolchain"
    folder.mkdir()
    script = FOLDER / "codecomp-with-its-own-usr"
    mount = (f"mount -t tmpfs tmpfs {folder} && mkdir {folder}/upper {folder}/work && "
             f"mount -t overlay overlay -o lowerdir=/usr,upperdir={folder}/upper,workdir={folder}/work /usr")
    # after `exec` nothing else of the shell is left: signals reach the server
    script.write_text("#!/bin/sh\nexec unshare -m sh -c "
                      + shlex.quote(f'{mount} && exec "$0" "$@"') + f" {shlex.quote(BINARY)} \"$@\"\n")
    script.chmod(0o755)
    return script


class Toolchain(EndToEnd):
    def in_server(self, *command):
        subprocess.run(["nsenter", "-t", str(self.server.process.pid), "-m", *command], check=True)

    async def languages(self, player):
        return {row["id"] for row in (await player.get("/languages")).json}

    async def test_a_broken_toolchain_costs_nobody_anything(self):
        compiler = subprocess.run(["gcc", "-print-prog-name=cc1"], check=True, capture_output=True,
                                  text=True).stdout.strip()
        self.server = await self.serve("--runner-slots", "1", *FAST, binary=str(wrapper()))
        host, guest, room, problems = await self.contest(self.server)
        one, two, three = problems.items()
        before = await host.submit(room, one[1], right_c(one[0]), C)
        self.assertEqual((await host.verdict(before))["status"], "Accepted")
        mistake = await host.submit(room, two[1], "int main(void) { return", C)  # hello is tried: it works
        self.assertEqual((await host.verdict(mistake))["status"], "Compilation Error")
        before = await guest.submit(room, one[1], f"print <> + {one[0].split()[1]}, \"\\n\";", PERL)
        self.assertEqual((await guest.verdict(before))["status"], "Accepted")

        self.in_server("mv", compiler, compiler + ".away")
        broken = await host.submit(room, two[1], right_c(two[0]), C)
        await self.server.line("event=language-set-aside language=50 ")
        other = await guest.submit(room, two[1], right(two[0]), PYTHON)
        self.assertEqual((await guest.verdict(other))["status"], "Accepted")
        languages = await self.languages(host)
        self.assertIn(PYTHON, languages)
        self.assertNotIn(C, languages)
        self.assertNotIn(broken, host.verdicts)
        self.assertIn(PERL, languages)
        self.in_server("mv", "/usr/bin/perl", "/usr/bin/perl.away")
        self.in_server("sh", "-c", f"printf %s {shlex.quote(BROKEN_PERL)} >/usr/bin/perl && chmod 755 /usr/bin/perl")
        failing = await guest.submit(room, three[1], 'print "hello\\n";', PERL)
        await self.server.line("event=language-set-aside language=85 ")
        self.assertNotIn(failing, guest.verdicts)

        # the same compiler's, and nobody submits in it
        await self.server.line(f"event=language-set-aside language={C11} ")
        while C11 in (languages := await self.languages(host)):
            await asyncio.sleep(0.05)
        self.assertFalse({C, PERL} & languages)
        self.assertIn(PYTHON, languages)

        self.in_server("mv", "/usr/bin/perl.away", "/usr/bin/perl")
        self.in_server("mv", compiler + ".away", compiler)
        self.assertEqual((await host.verdict(broken))["status"], "Accepted")
        await self.server.line("event=language-back language=50 ")
        self.assertEqual((await guest.verdict(failing))["status"], "Wrong Answer")
        mistake = await host.submit(room, three[1], "int main(void) { return", C)
        self.assertEqual((await host.verdict(mistake))["status"], "Compilation Error")

    async def test_the_command_tells_which_work(self):
        done = run("languages", "--test", str(C), str(PYTHON))
        for language in (C, PYTHON):
            self.assertRegex(done.stdout, rf"(?m)^ *{language} .* Accepted +\d+ ms .* ok$")
        self.assertTrue(done.stdout.endswith("2 tested, 0 failed, 0 not installed\n"))
        self.assertEqual(run("languages", "--test", "9999", code=None).returncode, 2)

        perl = FOLDER / "perl"
        perl.write_text(BROKEN_PERL)
        perl.chmod(0o755)
        command = f"mount --bind {perl} /usr/bin/perl && exec {shlex.quote(BINARY)} languages --test {PERL} {PYTHON}"
        done = subprocess.run(["unshare", "-m", "sh", "-c", command], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, rf"(?m)^ *{PERL} .* Runtime Error .* FAILED$")
        self.assertRegex(done.stdout, rf"(?m)^ *{PYTHON} .* ok$")


if __name__ == "__main__":
    main()
