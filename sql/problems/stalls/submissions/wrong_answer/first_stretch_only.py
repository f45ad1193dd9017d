# Takes the shortest beginning of the street that has everything, cuts its front, and stops there.
from collections import Counter

n = int(input())
street = input().split()
missing = set(street)
end = 0
while missing:
    missing.discard(street[end])
    end += 1
count = Counter(street[:end])
begin = 0
while count[street[begin]] > 1:
    count[street[begin]] -= 1
    begin += 1
print(end - begin)
