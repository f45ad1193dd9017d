n, k = map(int, input().split())
print(sum(-(-cargo // k) for cargo in map(int, input().split())))
