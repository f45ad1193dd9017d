# Tells the size before the bridge snaps.
import sys

numbers = list(map(int, sys.stdin.buffer.read().split()))
n, m, q = numbers[:3]
ends = numbers[3 : 3 + 2 * m]
snapping = numbers[3 + 2 * m :]
parent = list(range(n + 1))
size = [1] * (n + 1)
snaps = set(snapping)
largest = 1
answers = []


def find(island):
    while parent[island] != island:
        parent[island] = island = parent[parent[island]]
    return island


for bridge in [i for i in range(1, m + 1) if i not in snaps] + snapping[::-1]:
    a, b = find(ends[2 * bridge - 2]), find(ends[2 * bridge - 1])
    if a != b:
        if size[a] < size[b]:
            a, b = b, a
        parent[b] = a
        size[a] += size[b]
        largest = max(largest, size[a])
    if bridge in snaps:
        answers.append(largest)
print(*reversed(answers), sep="\n")
