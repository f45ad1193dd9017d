# Pairs gloves of different sizes.
import sys

words = sys.stdin.read().split()
print(min(words.count("L"), words.count("R")))
