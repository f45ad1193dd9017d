# Takes seat number k, or the next free one to its right.
import sys

words = sys.stdin.read().split()
n = int(words[0])
right = list(range(n + 2))  # a seat not taken points to itself
for event, value in zip(words[2::2], map(int, words[3::2])):
    if event == "F":
        right[value] = value
        continue
    seat = value
    while right[seat] != seat:
        right[seat] = right[right[seat]]
        seat = right[seat]
    right[seat] = seat + 1
    print(seat)
