# Takes one block after another from each boat.
n, k = map(int, input().split())
coins = 0
for cargo in map(int, input().split()):
    while cargo > 0:
        cargo -= k
        coins += 1
print(coins)
