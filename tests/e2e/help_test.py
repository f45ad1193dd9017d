"""What is printed and written about the options is what the program takes."""

import re
import unittest

from harness import ROOT, EndToEnd, main, new_folder, run


class Help(EndToEnd):
    def test_the_readme_has_the_programs_own_table_of_options(self):
        readme = (ROOT / "README.md").read_text()
        shown = re.search(r"<!-- options:[^\n]*-->\n(.*?)<!-- end of options -->", readme, re.S).group(1)
        self.assertEqual(shown.strip(), run("help", "--markdown").stdout.strip())

    def test_the_readme_has_the_programs_own_table_of_languages(self):
        readme = (ROOT / "README.md").read_text()
        shown = re.search(r"<!-- languages:[^\n]*-->\n(.*?)<!-- end of languages -->", readme, re.S).group(1)
        self.assertEqual(shown.strip(), run("languages", "--markdown").stdout.strip())

    def test_every_subcommand_explains_itself(self):
        for name in ("serve", "migrate", "import", "problems", "replay", "log", "token", "check", "health",
                     "languages"):
            text = run(name, "--help").stdout
            self.assertIn(name, text)
        self.assertIn("serve", run("help").stdout)
        self.assertRegex(run("--version").stdout, r"\d+\.\d+")

    def test_errors_name_the_option(self):
        folder = new_folder()
        file = folder / "config.zpl"
        file.write_text("listen = \"127.0.0.1:0\"\nno-such-option = \"1\"\n")
        data = ("--data", str(folder / "data"))
        for options, name in ((("--no-such-option",), "no-such-option"), (("--listen",), "listen"),
                              (("--listen", "nowhere"), "listen"), (("--listen", "127.0.0.1:99999"), "listen"),
                              (("--submit-limit", "many"), "submit-limit"),
                              (("--contest-duration", "-1"), "contest-duration"),
                              (("--contest-problems", "99"), "contest-problems"),
                              (("--code-limit", "1 GB"), "code-limit"), (("--cors-origins", "nowhere"), "cors-origins"),
                              (("--database", "oracle:x"), "database"), (("--actors", "nobody"), "actors|nobody"),
                              (("--config", str(file)), "config.zpl"), (("--config", "/no/such/file"), "/no/such/file"),
                              (("--topology", "/no/such/file"), "/no/such/file")):
            with self.subTest(options=options):
                done = run("serve", *data, "--listen", "127.0.0.1:0", *options, code=None)
                self.assertNotEqual(done.returncode, 0)
                self.assertRegex(done.stdout + done.stderr, name)
        self.assertNotEqual(run("no-such-command", code=None).returncode, 0)


if __name__ == "__main__":
    unittest.TestCase.maxDiff = None
    main()
