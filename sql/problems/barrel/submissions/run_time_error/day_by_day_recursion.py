# One call for each day: too deep for a long season.
import sys

numbers = list(map(int, sys.stdin.read().split()))


def season(day, level):
    if day > numbers[0]:
        return 0, 0
    filled = level + numbers[2 * day]
    rest = min(filled, numbers[1]) - numbers[2 * day + 1]
    lost, fetched = season(day + 1, max(0, rest))
    return lost + max(0, filled - numbers[1]), fetched + max(0, -rest)


print(*season(1, 0))
