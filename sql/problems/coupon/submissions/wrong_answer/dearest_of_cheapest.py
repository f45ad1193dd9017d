# Uses the coupon on the dearest road of the way that is cheapest without it.
import sys
from heapq import heappop, heappush

numbers = list(map(int, sys.stdin.buffer.read().split()))
n = numbers[0]
roads = [[] for _ in range(n + 1)]
for a, b, toll in zip(numbers[2::3], numbers[3::3], numbers[4::3]):
    roads[a].append((b, toll))
    roads[b].append((a, toll))
seen = set()
queue = [(0, 1, 0)]
answer = -1
while queue:
    cost, town, dearest = heappop(queue)
    if town == n:
        answer = cost - dearest + dearest // 2
        break
    if town not in seen:
        seen.add(town)
        for other, toll in roads[town]:
            if other not in seen:
                heappush(queue, (cost + toll, other, max(dearest, toll)))
print(answer)
