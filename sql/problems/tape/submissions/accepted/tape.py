from bisect import bisect_right

n, k = map(int, input().split())
marks = sorted(map(int, input().split()))


def enough(length):
    if k * 20 > n:  # many short strips: walking is faster than searching
        strips, end = 0, -1
        for mark in marks:
            if mark > end:
                strips += 1
                end = mark + length
        return strips <= k
    i = 0
    for _ in range(k):
        i = bisect_right(marks, marks[i] + length, i)
        if i == n:
            return True
    return False


low, high = 0, marks[-1] - marks[0]
while low < high:
    middle = (low + high) // 2
    if enough(middle):
        high = middle
    else:
        low = middle + 1
print(low)
