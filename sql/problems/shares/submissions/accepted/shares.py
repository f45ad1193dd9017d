from collections import Counter
from itertools import accumulate

n, k = map(int, input().split())
sums = Counter(total % k for total in accumulate(map(int, input().split()), initial=0))
print(sum(count * (count - 1) // 2 for count in sums.values()))
