# Takes the guests as if they came in order of time.
input()
departures = list(map(int, input().split()))
i = 0
for guest in map(int, input().split()):
    while i < len(departures) and departures[i] < guest:
        i += 1
    print(departures[i] - guest if i < len(departures) else -1)
