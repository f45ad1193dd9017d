from bisect import bisect_left

input()
departures = list(map(int, input().split()))
for guest in map(int, input().split()):
    i = bisect_left(departures, guest)
    print(departures[i] - guest if i < len(departures) else -1)
