"""docker/ is sound as far as that shows without a container engine: the compose file by Compose's own schema
and interpolation, what it names in the program, and the packages that the Dockerfile comes to."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCKER = ROOT / "docker"
BINARY = os.environ.get("CODECOMP_BINARY", str(ROOT / "build" / "codecomp"))
VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)(:?[-?])?")
SECRETS = ("POSTGRES_PASSWORD", "RABBITMQ_PASSWORD", "REDIS_PASSWORD", "JWT_SECRET")


def compose(env_file, *profiles):
    """What docker-compose makes of compose.yml: (exit code, services …, standard error)."""
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    done = subprocess.run(["/usr/bin/docker-compose", "-f", DOCKER / "compose.yml", "--env-file", env_file,
                           *(word for profile in profiles for word in ("--profile", profile)), "config"],
                          capture_output=True, text=True, env=clean, timeout=120, stdin=subprocess.DEVNULL)
    return done.returncode, yaml.safe_load(done.stdout or "{}"), done.stderr


class Compose(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        example = (DOCKER / ".env.example").read_text()
        cls.env = pathlib.Path(cls.folder.name) / "env"
        cls.env.write_text(re.sub(r"^(\w+)=$", r"\1=0123456789abcdef0123456789abcdef", example, flags=re.M))
        code, cls.whole, complaints = compose(cls.env, "samples", "judge0")
        assert code == 0, complaints
        cls.services = cls.whole["services"]

    def own(self):
        return {name: service for name, service in self.services.items() if service["image"].startswith("codecomp")}

    def test_without_its_secrets_it_says_which_file_to_look_at(self):
        for secret in SECRETS:
            with self.subTest(secret=secret):
                env = pathlib.Path(self.folder.name) / "lacking"
                env.write_text(re.sub(f"^{secret}=.*$", f"{secret}=", self.env.read_text(), flags=re.M))
                code, _, complaints = compose(env)
                self.assertNotEqual(code, 0)
                self.assertIn("see .env.example", complaints)

    def test_every_variable_is_in_the_example_and_used(self):
        used = {name for name, _ in VARIABLE.findall((DOCKER / "compose.yml").read_text())}
        told = set(re.findall(r"^(\w+)=", (DOCKER / ".env.example").read_text(), re.M))
        self.assertEqual({name for name in used if not name.endswith("_TAG")}, told)

    def test_only_the_gateway_is_published_and_only_here(self):
        published = {name: service["ports"] for name, service in self.services.items() if "ports" in service}
        self.assertEqual(list(published), ["gateway"])
        self.assertRegex(str(published["gateway"]), r"127\.0\.0\.1:8081:8081")
        inside = {name for name, network in self.whole["networks"].items() if (network or {}).get("internal")}
        self.assertEqual(inside, {"actors", "engines", "judge0"})

    def test_the_judge_reaches_no_engine_and_has_no_secret(self):
        judge = self.services["judge"]
        self.assertEqual(list(judge["networks"]), ["actors"])
        self.assertNotIn("0123456789abcdef", str(judge))
        self.assertNotIn("privileged", judge)

    def test_all_but_the_judge_give_every_right_away(self):
        for name, service in self.own().items():
            with self.subTest(service=name):
                self.assertEqual(service["cap_drop"], ["ALL"])
                self.assertIn("no-new-privileges:true", service["security_opt"])
                if name != "judge":
                    self.assertNotIn("cap_add", service)
                    self.assertTrue(service["read_only"])

    def test_its_options_are_the_programs(self):
        known = {f"CODECOMP_{name.replace('-', '_').upper()}" for name in
                 re.findall(r"^([a-z0-9-]+) = ", self.run_program("check").stdout, re.M)} | {"CODECOMP_JWT_SECRET"}
        for name, service in self.own().items():
            self.assertEqual(set(service["environment"]) - known, set(), name)

    def test_each_process_finds_its_actors(self):
        topology = (DOCKER / "duel.zpl").read_text()
        self.assertEqual(set(re.findall(r"tcp://([a-z]\w*):", topology)) - set(self.services), set())
        for name, service in self.own().items():
            if name in ("samples",):
                continue
            actors = service["environment"].get("CODECOMP_ACTORS", "runner")  # the judge image's own
            with self.subTest(service=name):
                self.run_program("check", str(DOCKER / "duel.zpl"), "--actors", actors)

    def test_the_stop_is_given_more_time_than_the_program_takes(self):
        drain_ms = int(re.search(r"DRAIN_LIMIT_MS (\d+)", (ROOT / "actors" / "serve.c").read_text()).group(1))
        for name, service in self.own().items():
            self.assertGreaterEqual(int(service["stop_grace_period"].removesuffix("s")) * 1000, 2 * drain_ms, name)

    def run_program(self, *arguments):
        done = subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=120,
                              cwd=self.folder.name, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done


class Dockerfile(unittest.TestCase):
    def test_what_it_copies_is_there(self):
        for line in (DOCKER / "Dockerfile").read_text().splitlines():
            if line.startswith("COPY ") and "--from" not in line:
                for source in line.split()[1:-1]:
                    self.assertTrue((ROOT / source).exists(), source)

    def test_the_packages_of_the_runtime_are_known(self):
        listed = subprocess.run([DOCKER / "runtime-packages", BINARY], capture_output=True, text=True, timeout=120)
        self.assertEqual((listed.returncode, listed.stderr), (0, ""))
        packages = listed.stdout.split()
        self.assertIn("libczmq4", packages)
        self.assertFalse([package for package in packages if package.endswith("-dev") or "gcc" in package])

    def test_the_judge_has_every_toolchain_that_is_installed_by_the_list(self):
        self.assertIn("tools/install judge", (DOCKER / "Dockerfile").read_text())
        self.assertIn("tools/install build", (DOCKER / "Dockerfile").read_text())


if __name__ == "__main__":
    unittest.main(verbosity=2)
