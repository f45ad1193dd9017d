/* From the leaves to summit 1: the best with a lookout on a summit, and the best without. */
#include <stdio.h>

#define SUMMITS 100001

struct result {
    long long visitors;
    int lookouts;
};

static struct result with[SUMMITS], without[SUMMITS];
static int first[SUMMITS], next[2 * SUMMITS], other[2 * SUMMITS], parent[SUMMITS], order[SUMMITS];

static struct result better(struct result a, struct result b)
{
    if (a.visitors != b.visitors)
        return a.visitors > b.visitors ? a : b;
    return a.lookouts < b.lookouts ? a : b;
}

static void add(struct result *sum, struct result more)
{
    sum->visitors += more.visitors;
    sum->lookouts += more.lookouts;
}

int main(void)
{
    int n, a, b, paths = 0, count = 0;
    if (scanf("%d", &n) != 1)
        return 1;
    for (int i = 1; i <= n; i++) {
        if (scanf("%lld", &with[i].visitors) != 1)
            return 1;
        with[i].lookouts = 1;
    }
    while (scanf("%d %d", &a, &b) == 2) {
        other[++paths] = b;
        next[paths] = first[a];
        first[a] = paths;
        other[++paths] = a;
        next[paths] = first[b];
        first[b] = paths;
    }
    order[count++] = 1;
    for (int i = 0; i < count; i++)
        for (int path = first[order[i]]; path; path = next[path])
            if (other[path] != parent[order[i]]) {
                parent[other[path]] = order[i];
                order[count++] = other[path];
            }
    for (int i = n - 1; i > 0; i--) {
        int summit = order[i], up = parent[summit];
        add(&with[up], without[summit]);
        add(&without[up], better(with[summit], without[summit]));
    }
    struct result best = better(with[1], without[1]);
    printf("%lld %d\n", best.visitors, best.lookouts);
    return 0;
}
