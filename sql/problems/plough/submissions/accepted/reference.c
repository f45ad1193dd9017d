/* Breadth first over squares and whether the blade is still good. */
#include <stdio.h>

static char yard[300][301];
static int moves[2][300][300]; /* by broken blade; 0 is not reached, else moves + 1 */
static int queue[2 * 300 * 300];

int main(void)
{
    static const int steps[4][2] = {{0, 1}, {1, 0}, {0, -1}, {-1, 0}};
    int h, w, head = 0, tail = 0;
    if (scanf("%d %d", &h, &w) != 2)
        return 1;
    for (int i = 0; i < h; i++) {
        if (scanf("%300s", yard[i]) != 1)
            return 1;
        for (int j = 0; j < w; j++)
            if (yard[i][j] == 'S') {
                moves[0][i][j] = 1;
                queue[tail++] = i * w + j;
            }
    }
    while (head < tail) {
        int at = queue[head++], broken = at / (h * w), i = at / w % h, j = at % w;
        if (yard[i][j] == 'G') {
            printf("%d\n", moves[broken][i][j] - 1);
            return 0;
        }
        for (int step = 0; step < 4; step++) {
            int y = i + steps[step][0], x = j + steps[step][1];
            if (y < 0 || y >= h || x < 0 || x >= w)
                continue;
            int then = broken + (yard[y][x] == '#');
            if (then > 1 || moves[then][y][x])
                continue;
            moves[then][y][x] = moves[broken][i][j] + 1;
            queue[tail++] = (then * h + y) * w + x;
        }
    }
    puts("stuck");
    return 0;
}
