import sys


def main():
    numbers = list(map(int, sys.stdin.buffer.read().split()))
    n, m, q = numbers[:3]
    ends = numbers[3 : 3 + 2 * m]
    snapping = numbers[3 + 2 * m :]
    parent = list(range(n + 1))
    size = [1] * (n + 1)
    snaps = set(snapping)
    left = [bridge for bridge in range(1, m + 1) if bridge not in snaps]
    largest = 1
    answers = []
    for i, bridge in enumerate(left + snapping[::-1]):
        if i >= len(left):
            answers.append(largest)
        a, b = ends[2 * bridge - 2], ends[2 * bridge - 1]
        while parent[a] != a:
            parent[a] = a = parent[parent[a]]
        while parent[b] != b:
            parent[b] = b = parent[parent[b]]
        if a != b:
            if size[a] < size[b]:
                a, b = b, a
            parent[b] = a
            size[a] += size[b]
            if size[a] > largest:
                largest = size[a]
    print(*reversed(answers), sep="\n")


main()
