from itertools import groupby

k = int(input())
message = input()
cleaned = "".join(letter * min(k, len(list(run))) for letter, run in groupby(message))
print(cleaned)
print(len(message) - len(cleaned))
