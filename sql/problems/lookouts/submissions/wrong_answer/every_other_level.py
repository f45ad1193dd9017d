# Takes all summits of even or all of odd distance from summit 1.
import sys

numbers = list(map(int, sys.stdin.buffer.read().split()))
n = numbers[0]
neighbours = [[] for _ in range(n + 1)]
for a, b in zip(numbers[n + 1 :: 2], numbers[n + 2 :: 2]):
    neighbours[a].append(b)
    neighbours[b].append(a)
level = [-1] * (n + 1)
level[1] = 0
order = [1]
totals = [[0, 0], [0, 0]]
for summit in order:
    if numbers[summit] > 0:
        totals[level[summit]][0] += numbers[summit]
        totals[level[summit]][1] -= 1
    for other in neighbours[summit]:
        if level[other] < 0:
            level[other] = 1 - level[summit]
            order.append(other)
best = max(totals)
print(best[0], -best[1])
