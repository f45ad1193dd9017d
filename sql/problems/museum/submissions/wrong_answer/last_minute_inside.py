# Counts visitors at the minute when they have left already.
import sys

numbers = list(map(int, sys.stdin.read().split()))
events = sorted([(a, 1) for a in numbers[1::2]] + [(b + 1, -1) for b in numbers[2::2]])
inside = most = minutes = before = 0
for now, change in events:
    if now != before:
        if inside > most:
            most, minutes = inside, 0
        if inside == most:
            minutes += now - before
        before = now
    inside += change
print(most, minutes)
