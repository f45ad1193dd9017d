# Counts leading zeros as digits: 007 has two equal neighbours.
from functools import lru_cache

a, b, m = map(int, input().split())


def up_to(limit):
    digits = list(map(int, str(limit)))

    @lru_cache(None)
    def count(i, before, total, smaller):
        if i == len(digits):
            return int(total % m == 0)
        return sum(
            count(i + 1, d, (total + d) % m, smaller or d < digits[i])
            for d in range(10 if smaller else digits[i] + 1)
            if d != before
        )

    return count(0, -1, 0, False)


print(up_to(b) - up_to(a - 1))
