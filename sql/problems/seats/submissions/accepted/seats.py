import sys


def main():
    words = sys.stdin.buffer.read().split()
    n = int(words[0])
    size = 1
    while size < n:
        size *= 2
    # free[i]: free seats below node i of a complete tree; the leaves are at size …
    free = [0] * size + [1] * n + [0] * (size - n)
    for i in range(size - 1, 0, -1):
        free[i] = free[2 * i] + free[2 * i + 1]
    out = []
    for event, value in zip(words[2::2], map(int, words[3::2])):
        if event == b"T":
            node = 1
            while node < size:
                free[node] -= 1
                node *= 2
                if free[node] < value:
                    value -= free[node]
                    node += 1
            free[node] = 0
            out.append(node - size + 1)
        else:
            node = size + value - 1
            while node:
                free[node] += 1
                node >>= 1
    print(*out, sep="\n")


main()
