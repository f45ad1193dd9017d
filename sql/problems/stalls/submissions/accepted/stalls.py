from collections import defaultdict

n = int(input())
street = input().split()
missing = len(set(street))
count = defaultdict(int)
best = n
begin = 0
for end, kind in enumerate(street):
    count[kind] += 1
    missing -= count[kind] == 1
    while missing == 0:
        best = min(best, end - begin + 1)
        count[street[begin]] -= 1
        missing += count[street[begin]] == 0
        begin += 1
print(best)
