import sys
import time


def deep(n):
    return deep(n - 1) if n else 0


words = sys.stdin.read().split()
word, n = words[0], int(words[1])
total = sum(map(int, words[2:]))
if word == "spin":
    while time.process_time() * 1000 < n:
        pass
if word == "sleep":
    time.sleep(n / 1000)
taken = [bytearray(b"\1" * (1 << 20)) for i in range(n)] if word == "take" else []
if word == "deep":
    sys.setrecursionlimit(20000)
    total += deep(n)
if word == "crash":
    raise ValueError("crash")
if word != "quiet":
    print(total)
if word == "pad":
    sys.stdout.write(" " * n)
sys.exit(n if word == "exit" else 0)
