# Forgets that there may be no bus any more.
from bisect import bisect_left

input()
departures = list(map(int, input().split()))
for guest in map(int, input().split()):
    print(departures[bisect_left(departures, guest)] - guest)
