import sys

numbers = list(map(int, sys.stdin.read().split()))
size = numbers[1]
level = lost = fetched = 0
for rain, need in zip(numbers[2::2], numbers[3::2]):
    level += rain
    if level > size:
        lost += level - size
        level = size
    level -= need
    if level < 0:
        fetched -= level
        level = 0
print(lost, fetched)
