# Takes the water before it rains.
import sys

numbers = list(map(int, sys.stdin.read().split()))
size = numbers[1]
level = lost = fetched = 0
for rain, need in zip(numbers[2::2], numbers[3::2]):
    taken = min(need, level)
    fetched += need - taken
    level += rain - taken
    if level > size:
        lost += level - size
        level = size
print(lost, fetched)
