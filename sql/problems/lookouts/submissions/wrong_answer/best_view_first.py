# Builds on the summit with the most visitors that is still allowed, again and again.
import sys

numbers = list(map(int, sys.stdin.buffer.read().split()))
n = numbers[0]
neighbours = [[] for _ in range(n + 1)]
for a, b in zip(numbers[n + 1 :: 2], numbers[n + 2 :: 2]):
    neighbours[a].append(b)
    neighbours[b].append(a)
forbidden = [False] * (n + 1)
visitors = lookouts = 0
for summit in sorted(range(1, n + 1), key=lambda i: -numbers[i]):
    if numbers[summit] > 0 and not forbidden[summit]:
        visitors += numbers[summit]
        lookouts += 1
        for other in neighbours[summit]:
            forbidden[other] = True
print(visitors, lookouts)
