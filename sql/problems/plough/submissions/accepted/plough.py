import sys


def main():
    words = sys.stdin.read().split()
    h, w = int(words[0]), int(words[1])
    width = w + 2
    yard = "@" * width + "".join("@" + row + "@" for row in words[2:]) + "@" * width
    gate = yard.index("G")
    seen = [bytearray(len(yard)), bytearray(len(yard))]  # by the state of the blade
    now, moves = [(yard.index("S"), 0)], 0
    while now:
        then = []
        for at, broken in now:
            if at == gate:
                return moves
            for place in (at + 1, at - 1, at + width, at - width):
                square = yard[place]
                if square == "@" or (square == "#" and broken):
                    continue
                state = 1 if square == "#" else broken
                if not seen[state][place]:
                    seen[state][place] = 1
                    then.append((place, state))
        now = then
        moves += 1
    return "stuck"


print(main())
