# Counts a group by recursion: too deep when the islands lie in a line.
import sys

numbers = list(map(int, sys.stdin.read().split()))
n, m, q = numbers[:3]
neighbours = [set() for _ in range(n + 1)]
bridges = list(zip(numbers[3 : 3 + 2 * m : 2], numbers[4 : 3 + 2 * m : 2]))
for number, (a, b) in enumerate(bridges):
    neighbours[a].add((b, number))
    neighbours[b].add((a, number))


def walk(island, seen):
    seen.add(island)
    return 1 + sum(walk(other, seen) for other, _ in neighbours[island] if other not in seen)


for number in numbers[3 + 2 * m :]:
    a, b = bridges[number - 1]
    neighbours[a].discard((b, number - 1))
    neighbours[b].discard((a, number - 1))
    seen = set()
    print(max(walk(island, seen) for island in range(1, n + 1) if island not in seen))
