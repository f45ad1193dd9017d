"""Problem packages of our own making, three of each format, small and whole: with a validator, an
interactor, groups, floats, pictures. `write(folder)` puts all of them there; each is a dictionary from
path to content, so that a test may break one."""

import base64

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle cx="4" cy="4" r="4"/></svg>\n'

# ---- three problems --------------------------------------------------------------------------------------

# The mean of n numbers: judged by comparison with a tolerance.
MEAN = """import sys
numbers = [float(word) for word in sys.stdin.read().split()[1:]]
print("%.{digits}f" % (sum(numbers) / len(numbers) {more}))
"""
MEAN_RIGHT = MEAN.format(digits=7, more="")
MEAN_WRONG = MEAN.format(digits=7, more="+ 0.5")
MEAN_TESTS = {"sample/1": ("3\n1 2 4\n", "2.3333333333\n"), "secret/one/1": ("1\n5\n", "5.0\n"),
              "secret/two/1": ("2\n0.5 0.25\n", "0.375\n")}

# Two numbers that make n: a program looks at the output.
PAIR_RIGHT = "n = int(input())\nprint(n - 1, 1)\n"
PAIR_WRONG = "n = int(input())\nprint(n, 1)\n"
PAIR_C = '#include <stdio.h>\nint main(void) { int n; scanf("%d", &n); printf("%d 0\\n", n); return 0; }\n'
PAIR_TESTS = {"sample/1": ("5\n", "2 3\n"), "secret/1": ("7\n", "3 4\n"), "secret/small/1": ("0\n", "0 0\n")}
PAIR_HEADER = "#define RIGHT 42\n#define WRONG 43\n"
PAIR_VALIDATOR = r"""#include <stdio.h>
#include <string.h>
#include "codes.h"
int main(int argc, char **argv)
{
    FILE *in = fopen(argv[1], "r");
    int n, a, b, c, small = argc > 4 && strcmp(argv[4], "small") == 0;
    if (!in || fscanf(in, "%d", &n) != 1)
        return 1;
    if (scanf("%d %d", &a, &b) != 2 || scanf("%d", &c) == 1)
        return WRONG;
    return a + b == n && (!small || (a >= 0 && b >= 0)) ? RIGHT : WRONG;
}
"""
PAIR_VALIDATOR_PY = """import sys
n = int(open(sys.argv[1]).read())
words = sys.stdin.read().split()
try:
    good = len(words) == 2 and int(words[0]) + int(words[1]) == n
except ValueError:
    good = False
sys.exit(42 if good else 43)
"""

# A number is guessed: a program answers "less" or "more".
GUESS_RIGHT = """low, high = 1, 1000
while True:
    middle = (low + high) // 2
    print("guess", middle, flush=True)
    word = input()
    if word == "yes":
        break
    if word == "less":
        high = middle - 1
    else:
        low = middle + 1
"""
GUESS_WRONG = GUESS_RIGHT.replace("low + high) // 2", "low)")
GUESS_TESTS = {"sample/1": ("500\n", "\n"), "secret/1": ("1\n", "\n"), "secret/2": ("777\n", "\n")}
GUESS_VALIDATOR = r"""#include <cstdio>
#include <cstring>
int main(int argc, char **argv)
{
    FILE *in = fopen(argv[1], "r");
    int n, guess;
    if (argc < 4 || !in || fscanf(in, "%d", &n) != 1)
        return 1;
    for (int i = 0; i < 20; i++) {
        if (scanf(" guess %d", &guess) != 1)
            return 43;
        puts(guess == n ? "yes" : n < guess ? "less" : "more");
        fflush(stdout);
        if (guess == n)
            return 42;
    }
    return 43;
}
"""

# What our checkers for Polygon use of a testlib.h: a header of our own with its way of being called.
TESTLIB = r"""#include <cstdio>
#include <cstdlib>
struct Stream {
    FILE *file;
    int readInt() { int n; if (fscanf(file, "%d", &n) != 1) exit(2); return n; }
} inf, ouf, ans;
static FILE *tout;
static inline void registerTestlibCmd(int, char **argv)
{
    inf.file = fopen(argv[1], "r"), ouf.file = fopen(argv[2], "r"), ans.file = fopen(argv[3], "r");
}
static inline void registerInteraction(int, char **argv)
{
    inf.file = fopen(argv[1], "r"), tout = fopen(argv[2], "w"), ouf.file = stdin;
}
static inline void quit(int code) { if (tout) fclose(tout); exit(code); }
"""
PAIR_CHECKER = """#include "testlib.h"
int main(int argc, char **argv)
{
    registerTestlibCmd(argc, argv);
    int n = inf.readInt(), a = ouf.readInt(), b = ouf.readInt();
    quit(a + b == n ? 0 : 1);
}
"""
GUESS_INTERACTOR = r"""#include "testlib.h"
int main(int argc, char **argv)
{
    registerInteraction(argc, argv);
    int n = inf.readInt(), guess = 0;
    for (int i = 1; i <= 1000; i++) {
        if (scanf(" guess %d", &guess) != 1)
            quit(1);
        puts(guess == n ? "yes" : n < guess ? "less" : "more");
        fflush(stdout);
        if (guess == n) {
            fprintf(tout, "%d\n", i);
            quit(0);
        }
    }
    quit(1);
}
"""
GUESS_CHECKER = """#include "testlib.h"
int main(int argc, char **argv)
{
    registerTestlibCmd(argc, argv);
    quit(ouf.readInt() <= 12 ? 0 : 1);
}
"""


def tests(given):
    files = {}
    for name, (given_in, given_out) in given.items():
        files[f"data/{name}.in"], files[f"data/{name}.ans"] = given_in, given_out
    return files


def solutions(**folders):
    return {f"submissions/{folder}/{name}": code for folder, given in folders.items() for name, code in given.items()}


# ---- ICPC/Kattis, legacy -----------------------------------------------------------------------------------

def legacy():
    return {
        "legacy-mean": {
            "problem.yaml": "validator_flags: float_tolerance 1e-5\nlimits:\n  memory: 128\n",
            ".timelimit": "1\n",
            "problem_statement/problem.en.tex":
                "\\problemname{The Mean}\nGiven are $n$ numbers $a_1, \\ldots, a_n$.\n"
                "\\includegraphics[width=3cm]{dot}\n\\section*{Input}\n\\begin{itemize}\n\\item $n \\leq 10$\n"
                "\\item the \\textbf{numbers}\n\\end{itemize}\n\\[ \\sum_i a_i \\]\n",
            "problem_statement/problem.sv.tex": "\\problemname{Medelv\\\"arde}\n",
            "problem_statement/dot.png": PNG,
            **tests(MEAN_TESTS),
            "data/secret/two/testdata.yaml": "on_reject: break\noutput_validator_flags: float_absolute_tolerance 1e-4\n",
            **solutions(accepted={"mean.py": MEAN_RIGHT}, wrong_answer={"half.py": MEAN_WRONG}),
        },
        "legacy-pair": {
            "problem.yaml": "name: A Pair\nvalidation: custom\n",
            "problem_statement/problem.md": "Two numbers that make $n$. ![a dot](dot.svg)\n",
            "problem_statement/dot.svg": SVG,
            "domjudge-problem.ini": "timelimit='1'\n",
            **tests(PAIR_TESTS),
            "data/secret/small/testdata.yaml": "output_validator_flags: small\n",
            "output_validators/pair/validate.c": PAIR_VALIDATOR,
            "output_validators/pair/codes.h": PAIR_HEADER,
            **solutions(accepted={"pair.c": PAIR_C}, wrong_answer={"pair.py": PAIR_RIGHT, "more.py": PAIR_WRONG}),
        },
        "legacy-guess": {
            "problem.yaml": "name: A Guess\nvalidation: custom interactive\nlimits: {time_limit: 2}\n",
            "problem_statement/problem.en.md": "Guess it.\n",
            **tests(GUESS_TESTS),
            "data/sample/1.interaction": ">guess 500\n<yes\n",
            "output_validators/guess.cpp": GUESS_VALIDATOR,
            **solutions(accepted={"guess.py": GUESS_RIGHT}, wrong_answer={"linear.py": GUESS_WRONG}),
        },
    }


# ---- ICPC/Kattis, 2023-07-draft ------------------------------------------------------------------------------

def draft():
    version = "problem_format_version: 2023-07-draft\nuuid: 7b7a0d2e-0000-4000-8000-000000000000\n"
    pair = {name: test for name, test in PAIR_TESTS.items() if "small" not in name}
    return {
        "draft-mean": {
            "problem.yaml": version + "name: {en: The Other Mean, sv: Medel}\nlimits: {time_limit: 1, memory: 128}\n",
            "statement/problem.en.md": "Their mean: $\\frac{1}{n}\\sum a_i$\n\n![dot](figures/dot.png)\n",
            "statement/problem.sv.md": "Medel\n",
            "statement/figures/dot.png": PNG,
            **tests(MEAN_TESTS),
            "data/test_group.yaml": "output_validator_args: [float_tolerance, 1e-5]\n",
            "data/secret/two/1.yaml": "output_validator_args: [float_relative_tolerance, 1e-4]\ndescription: small\n",
            **solutions(accepted={"mean.py": MEAN_RIGHT}, wrong_answer={"half.py": MEAN_WRONG}),
        },
        "draft-pair": {
            "problem.yaml": version + "name: Another Pair\ntype: pass-fail\n",
            "statement/problem.en.md": "Two numbers that make $n$.\n",
            **tests(pair),
            "output_validator/validate.py": PAIR_VALIDATOR_PY,
            **solutions(accepted={"pair.py": PAIR_RIGHT, "pair.c": PAIR_C}, wrong_answer={"more.py": PAIR_WRONG}),
        },
        "draft-guess": {
            "problem.yaml": version + "name: Another Guess\ntype: [pass-fail, interactive]\n",
            "statement/problem.en.tex": "Guess it: \\texttt{guess 7}.\n",
            **tests(GUESS_TESTS),
            "data/sample/1.interaction": ">guess 500\n<yes\n",
            "output_validator/guess.cpp": GUESS_VALIDATOR,
            **solutions(accepted={"guess.py": GUESS_RIGHT}, wrong_answer={"linear.py": GUESS_WRONG}),
        },
    }


# ---- Polygon ---------------------------------------------------------------------------------------------

def problem_xml(name, title, assets, given, groups=""):
    count = len(given)
    rows = "".join(f'<test method="manual"{" sample=%strue%s" % (chr(34), chr(34)) if test.startswith("sample") else ""}'
                   f'{groups}/>\n' for test in given)
    return f"""<?xml version="1.0" encoding="utf-8" standalone="no"?>
<problem revision="3" short-name="{name}">
<names><name language="russian" value="Имя"/><name language="english" value="{title}"/></names>
<judging cpu-name="x" cpu-speed="1" input-file="" output-file="">
<testset name="tests">
<time-limit>1000</time-limit>
<memory-limit>134217728</memory-limit>
<test-count>{count}</test-count>
<input-path-pattern>tests/%02d</input-path-pattern>
<answer-path-pattern>tests/%02d.a</answer-path-pattern>
<tests>
{rows}</tests>
</testset>
</judging>
<files><resources><file path="files/olymp.sty"/><file path="files/testlib.h" type="h.g++"/></resources></files>
<assets>
{assets}
</assets>
</problem>
"""


def polygon_tests(given):
    files = {}
    for number, (given_in, given_out) in enumerate(given.values(), 1):
        files[f"tests/{number:02}"], files[f"tests/{number:02}.a"] = given_in, given_out
    return files


def polygon_solutions(**tags):
    rows, files = "", {}
    for tag, given in tags.items():
        for name, code in given.items():
            rows += f'<solution tag="{tag.replace("_", "-")}"><source path="solutions/{name}" type="x"/></solution>\n'
            files[f"solutions/{name}"] = code
    return f"<solutions>\n{rows}</solutions>", files


def polygon():
    checker = '<checker {0}type="testlib"><source path="files/check.cpp" type="cpp.g++17"/></checker>\n'
    packages = {}
    rows, files = polygon_solutions(main={"pair.py": PAIR_RIGHT, "pair.c": PAIR_C}, wrong_answer={"more.py": PAIR_WRONG})
    packages["polygon-pair"] = {
        "problem.xml": problem_xml("polygon-pair", "A Polygon Pair", checker.format("") + rows, PAIR_TESTS,
                                   ' group="1"'),
        "difficulty": "easy\n",
        "files/check.cpp": PAIR_CHECKER, "files/testlib.h": TESTLIB, "files/olymp.sty": "%\n",
        "statement-sections/english/legend.tex":
            "Two numbers $a$ and $b$ that make $n$~--- \\t{any}.\n\n\\includegraphics{dot.png}\n",
        "statement-sections/english/input.tex": "One number.\n",
        "statement-sections/english/output.tex": "Two.\n",
        "statement-sections/english/dot.png": PNG,
        **polygon_tests(PAIR_TESTS), **files}
    rows, files = polygon_solutions(main={"guess.py": GUESS_RIGHT}, wrong_answer={"linear.py": GUESS_WRONG})
    interactor = '<interactor><source path="files/interactor.cpp" type="cpp.g++17"/></interactor>\n'
    packages["polygon-guess"] = {
        "problem.xml": problem_xml("polygon-guess", "A Polygon Guess", checker.format("") + interactor + rows, GUESS_TESTS),
        "files/check.cpp": GUESS_CHECKER, "files/interactor.cpp": GUESS_INTERACTOR, "files/testlib.h": TESTLIB,
        "files/olymp.sty": "%\n",
        "statements/english/problem.tex":
            "\\begin{problem}{A Polygon Guess}{standard input}{standard output}{1 second}{256 megabytes}\n"
            "Guess it.\n\\Interaction\nSay \\texttt{guess 7}.\n\\Example\n\\begin{example}\n\\exmp{1}{2}%\n"
            "\\end{example}\n\\end{problem}\n",
        "statement-sections/english/example.01": "yes\n", "statement-sections/english/example.01.a": "guess 500\n",
        **polygon_tests(GUESS_TESTS), **files}
    words = {"sample/1": ("5\n", "5\n"), "secret/1": ("a B\n", "a B\n")}
    rows, files = polygon_solutions(main={"cat.py": "print(input())\n"},
                                    wrong_answer={"lower.py": "print(input().lower())\n"})
    packages["polygon-words"] = {
        "problem.xml": problem_xml("polygon-words", "Words", '<checker name="std::wcmp.cpp" type="testlib"/>\n' + rows,
                                   words),
        "files/testlib.h": TESTLIB, "files/olymp.sty": "%\n",
        "statement-sections/english/legend.tex": "Write what you read.\n",
        **polygon_tests(words), **files}
    return packages


def all_packages():
    return {**legacy(), **draft(), **polygon()}


def write_one(folder, files):
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def write(folder, packages=None):
    for name, files in (packages or all_packages()).items():
        write_one(folder / name, files)
    return folder
