# Believes that a stretch without repetitions exists.
input()
print(len(set(input().split())))
