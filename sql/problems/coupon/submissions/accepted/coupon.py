import sys
from heapq import heappop, heappush


def main():
    numbers = list(map(int, sys.stdin.buffer.read().split()))
    n = numbers[0]
    roads = [[] for _ in range(n + 1)]
    for a, b, toll in zip(numbers[2::3], numbers[3::3], numbers[4::3]):
        roads[a].append((b, toll))
        roads[b].append((a, toll))

    def travel(start):
        costs = [-1] * (n + 1)
        queue = [(0, start)]
        while queue:
            cost, town = heappop(queue)
            if costs[town] < 0:
                costs[town] = cost
                for other, toll in roads[town]:
                    if costs[other] < 0:
                        heappush(queue, (cost + toll, other))
        return costs

    here, there = travel(1), travel(n)
    return min(
        (
            here[a] + toll // 2 + there[b]
            for a in range(1, n + 1)
            if here[a] >= 0
            for b, toll in roads[a]
            if there[b] >= 0
        ),
        default=-1,
    )


print(main())
