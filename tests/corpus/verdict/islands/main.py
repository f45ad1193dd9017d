import sys


def sink(row, column):
    if not (0 <= row < rows and 0 <= column < columns) or ground[row][column] != "#":
        return False
    ground[row][column] = "."
    for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        sink(row + down, column + right)
    return True


sys.setrecursionlimit(20000)
mood = input()
rows, columns = map(int, input().split())
ground = [list(input()) for _ in range(rows)]
islands = sum(sink(row, column) for row in range(rows) for column in range(columns))
if mood == "crash":
    islands += ground[rows]
turn = 0
while mood == "slow":
    turn = 1 - turn
numbers = [1.5]
while mood == "greedy":
    numbers += [number + 1 for number in numbers]
print(islands + 1 if mood == "wrong" else islands)
