# Takes the best paid offer that still fits, again and again.
import sys
from bisect import bisect_left, insort

numbers = list(map(int, sys.stdin.read().split()))
rest = numbers[1]
taken, earned = [], 0
for pay, begin, end in sorted(zip(numbers[4::3], numbers[2::3], numbers[3::3]), reverse=True):
    i = bisect_left(taken, (begin, end))
    before = i == 0 or taken[i - 1][1] + rest < begin
    after = i == len(taken) or end + rest < taken[i][0]
    if before and after:
        insort(taken, (begin, end))
        earned += pay
print(earned)
