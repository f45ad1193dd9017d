/* Time runs backwards: bridges are built again, and groups only grow together. */
#include <stdio.h>

static int from[100001], to[100001], snapping[100000], answers[100000];
static char snaps[100001];
static int parent[100001], size[100001], largest = 1;

static int find(int island)
{
    while (parent[island] != island)
        island = parent[island] = parent[parent[island]];
    return island;
}

static void build(int bridge)
{
    int a = find(from[bridge]), b = find(to[bridge]);
    if (a == b)
        return;
    if (size[a] < size[b]) {
        int kept = a;
        a = b;
        b = kept;
    }
    parent[b] = a;
    size[a] += size[b];
    largest = size[a] > largest ? size[a] : largest;
}

int main(void)
{
    int n, m, q;
    if (scanf("%d %d %d", &n, &m, &q) != 3)
        return 1;
    for (int i = 1; i <= m; i++)
        if (scanf("%d %d", &from[i], &to[i]) != 2)
            return 1;
    for (int i = 0; i < q; i++) {
        if (scanf("%d", &snapping[i]) != 1)
            return 1;
        snaps[snapping[i]] = 1;
    }
    for (int i = 1; i <= n; i++) {
        parent[i] = i;
        size[i] = 1;
    }
    for (int i = 1; i <= m; i++)
        if (!snaps[i])
            build(i);
    for (int i = q - 1; i >= 0; i--) {
        answers[i] = largest;
        build(snapping[i]);
    }
    for (int i = 0; i < q; i++)
        printf("%d\n", answers[i]);
    return 0;
}
