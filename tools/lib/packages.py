"""The sample solutions of the problem packages in sql/problems, found by a problem's title."""

import pathlib
import re

PROBLEMS = pathlib.Path(__file__).resolve().parents[2] / "sql" / "problems"
LANGUAGES = {".c": 50, ".cpp": 54, ".go": 60, ".java": 62, ".js": 63, ".py": 71, ".rs": 73}


def package(title):
    for manifest in PROBLEMS.glob("*/problem.yaml"):
        name = re.search(r"^name: *(.+?) *$", manifest.read_text(), re.M)
        if name and name.group(1) == title:
            return manifest.parent
    raise LookupError(f"no package in {PROBLEMS} has the title {title!r}")


def solution(title, folder, language_id=None):
    """(code, language id) of the first submission in that folder, in that language if one is named."""
    for path in sorted((package(title) / "submissions" / folder).iterdir()):
        if language_id in (None, LANGUAGES.get(path.suffix)):
            return path.read_text(), LANGUAGES[path.suffix]
    raise LookupError(f"{title}: nothing in {folder} for language {language_id}")
