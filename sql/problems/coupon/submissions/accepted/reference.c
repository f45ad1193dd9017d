/* Costs from both ends by Dijkstra's algorithm; then each road in turn gets the coupon. */
#include <stdio.h>

#define TOWNS 20001
#define ROADS 50000

static int from[ROADS], to[ROADS], next[2 * ROADS], first[TOWNS];
static long long toll[ROADS], cost[2][TOWNS];
static int heap[TOWNS], place[TOWNS]; /* of towns by cost; where in it a town is, 0: nowhere yet */
static int heap_size;
static const long long FAR = 1000000000000000000;

static void put(const long long *costs, int at, int town)
{
    for (; at > 1 && costs[heap[at / 2]] > costs[town]; at /= 2)
        place[heap[at] = heap[at / 2]] = at;
    place[heap[at] = town] = at;
}

static int take(const long long *costs)
{
    int top = heap[1], last = heap[heap_size--], at = 1;
    for (;;) {
        int child = 2 * at;
        if (child < heap_size && costs[heap[child + 1]] < costs[heap[child]])
            child++;
        if (child > heap_size || costs[heap[child]] >= costs[last])
            break;
        place[heap[at] = heap[child]] = at;
        at = child;
    }
    if (heap_size > 0)
        place[heap[at] = last] = at;
    return top;
}

static void travel(int n, int start, long long *costs)
{
    for (int town = 1; town <= n; town++) {
        costs[town] = FAR;
        place[town] = 0;
    }
    costs[start] = 0;
    heap_size = 0;
    put(costs, ++heap_size, start);
    while (heap_size > 0) {
        int town = take(costs);
        for (int end = first[town]; end; end = next[end - 1]) {
            int road = (end - 1) / 2, other = (end - 1) % 2 ? from[road] : to[road];
            if (costs[town] + toll[road] >= costs[other])
                continue;
            costs[other] = costs[town] + toll[road];
            put(costs, place[other] ? place[other] : ++heap_size, other);
        }
    }
}

int main(void)
{
    int n, m;
    if (scanf("%d %d", &n, &m) != 2)
        return 1;
    for (int i = 0; i < m; i++) {
        if (scanf("%d %d %lld", &from[i], &to[i], &toll[i]) != 3)
            return 1;
        next[2 * i] = first[from[i]];
        first[from[i]] = 2 * i + 1;
        next[2 * i + 1] = first[to[i]];
        first[to[i]] = 2 * i + 2;
    }
    travel(n, 1, cost[0]);
    travel(n, n, cost[1]);
    long long best = FAR;
    for (int i = 0; i < m; i++) {
        long long there = cost[0][from[i]] + toll[i] / 2 + cost[1][to[i]];
        long long back = cost[0][to[i]] + toll[i] / 2 + cost[1][from[i]];
        best = there < best ? there : best;
        best = back < best ? back : best;
    }
    printf("%lld\n", best < FAR ? best : -1);
    return 0;
}
