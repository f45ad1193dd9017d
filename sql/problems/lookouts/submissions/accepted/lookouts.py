import sys


def main():
    numbers = list(map(int, sys.stdin.buffer.read().split()))
    n = numbers[0]
    scale = 1 << 17  # more than there are summits
    taken = [0] + [value * scale - 1 for value in numbers[1 : n + 1]]
    left = [0] * (n + 1)
    neighbours = [[] for _ in range(n + 1)]
    for a, b in zip(numbers[n + 1 :: 2], numbers[n + 2 :: 2]):
        neighbours[a].append(b)
        neighbours[b].append(a)
    parent = [0] * (n + 1)
    order = [1]
    for summit in order:
        for other in neighbours[summit]:
            if other != parent[summit]:
                parent[other] = summit
                order.append(other)
    for summit in reversed(order):
        up = parent[summit]
        taken[up] += left[summit]
        left[up] += max(taken[summit], left[summit])
    best = left[0]
    visitors = -(-best // scale)
    print(visitors, visitors * scale - best)


main()
