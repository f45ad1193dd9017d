# Takes as many jobs as possible, whatever they pay.
import sys

numbers = list(map(int, sys.stdin.read().split()))
rest = numbers[1]
ready, earned = 0, 0
for end, begin, pay in sorted(zip(numbers[3::3], numbers[2::3], numbers[4::3])):
    if begin >= ready:
        earned += pay
        ready = end + rest + 1
print(earned)
