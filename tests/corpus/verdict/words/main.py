import sys
from collections import Counter

mood, *words = sys.stdin.read().split()
count, word = max((count, [-ord(c) for c in word], word) for word, count in Counter(words).items())[::2]
if mood == "crash":
    raise ValueError("crash")
while mood == "slow":
    pass
everything = []
while mood == "greedy":
    everything.append("x" * 1000000)
print(word, count + (mood == "wrong"))
