# Drives around all drifts.
import sys

words = sys.stdin.read().split()
h, w = int(words[0]), int(words[1])
yard = words[2:]
start = next((i, row.index("S")) for i, row in enumerate(yard) if "S" in row)
moves = {start: 0}
queue = [start]
for i, j in queue:
    for y, x in ((i, j + 1), (i + 1, j), (i, j - 1), (i - 1, j)):
        if 0 <= y < h and 0 <= x < w and yard[y][x] != "#" and (y, x) not in moves:
            moves[y, x] = moves[i, j] + 1
            queue.append((y, x))
print(next((count for (i, j), count in moves.items() if yard[i][j] == "G"), "stuck"))
