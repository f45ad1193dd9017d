import sys
from collections import Counter

words = sys.stdin.read().split()
gloves = Counter(zip(words[1::2], words[2::2]))
print(sum(min(count, gloves[("R", size)]) for (side, size), count in list(gloves.items()) if side == "L"))
