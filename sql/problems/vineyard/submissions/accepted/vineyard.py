import sys
from bisect import bisect_left

numbers = list(map(int, sys.stdin.read().split()))
rest = numbers[1]
offers = sorted(zip(numbers[3::3], numbers[2::3], numbers[4::3]))
ends, best = [], [0]
for end, begin, pay in offers:
    before = bisect_left(ends, begin - rest)
    ends.append(end)
    best.append(max(best[-1], best[before] + pay))
print(best[-1])
