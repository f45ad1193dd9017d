import sys

numbers = list(map(int, sys.stdin.read().split()))
# goings sort before comings of the same minute: 2 t before 2 t + 1
events = sorted([2 * a + 1 for a in numbers[1::2]] + [2 * b for b in numbers[2::2]])
inside = most = minutes = before = 0
for event in events:
    now = event >> 1
    if now != before:
        if inside > most:
            most, minutes = inside, 0
        if inside == most:
            minutes += now - before
        before = now
    inside += 1 if event & 1 else -1
print(most, minutes)
