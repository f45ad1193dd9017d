# One call for each summit of the way: too deep for a long line of summits.
import sys

numbers = list(map(int, sys.stdin.read().split()))
n = numbers[0]
neighbours = [[] for _ in range(n + 1)]
for a, b in zip(numbers[n + 1 :: 2], numbers[n + 2 :: 2]):
    neighbours[a].append(b)
    neighbours[b].append(a)


def best(summit, up):
    with_it, without = (numbers[summit], -1), (0, 0)
    for other in neighbours[summit]:
        if other != up:
            taken, left = best(other, summit)
            with_it = (with_it[0] + left[0], with_it[1] + left[1])
            more = max(taken, left)
            without = (without[0] + more[0], without[1] + more[1])
    return with_it, without


visitors, lookouts = max(best(1, 0))
print(visitors, -lookouts)
