from functools import lru_cache

a, b, m = map(int, input().split())


@lru_cache(None)
def ends(length, before, wanted):
    """Ends of a number: so many digits after `before`, their sum is `wanted` modulo m."""
    if length == 0:
        return int(wanted == 0)
    return sum(ends(length - 1, d, (wanted - d) % m) for d in range(10) if d != before)


def up_to(limit):
    digits = list(map(int, str(limit)))
    count = sum(
        ends(length - 1, d, -d % m) for length in range(1, len(digits)) for d in range(1, 10)
    )
    before, total = 0, 0  # a number does not begin with 0
    for i, digit in enumerate(digits):
        for d in range(digit):
            if d != before:
                count += ends(len(digits) - i - 1, d, -(total + d) % m)
        if digit == before:
            return count
        before = digit
        total += digit
    return count + (total % m == 0)


print(up_to(b) - (up_to(a - 1) if a > 1 else 0))
