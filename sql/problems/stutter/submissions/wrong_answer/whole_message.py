# Counts a letter over the whole message, not within its run.
from collections import Counter

k = int(input())
message = input()
seen = Counter()
cleaned = []
for letter in message:
    seen[letter] += 1
    if seen[letter] <= k:
        cleaned.append(letter)
print("".join(cleaned))
print(len(message) - len(cleaned))
