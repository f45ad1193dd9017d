# A started block costs a coin too.
n, k = map(int, input().split())
print(sum(cargo // k for cargo in map(int, input().split())))
