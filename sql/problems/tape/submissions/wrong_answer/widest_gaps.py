# Leaves out the k - 1 widest gaps: the least tape in all, not the shortest strip.
n, k = map(int, input().split())
marks = sorted(map(int, input().split()))
gaps = sorted(range(1, n), key=lambda i: marks[i] - marks[i - 1], reverse=True)[: k - 1]
begin, length = marks[0], 0
for i in sorted(gaps):
    length = max(length, marks[i - 1] - begin)
    begin = marks[i]
print(max(length, marks[-1] - begin))
