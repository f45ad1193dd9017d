/* Evenings with chosen positions of the guests. The generator keeps the free seats in a tree, as a
 * solution would, because only it knows which seats can become free. */
#include "sql/problems/generate.h"

#include <string.h>

#define SEATS_MAX 500000

static int64_t s_tree[SEATS_MAX + 1];
static int64_t s_taken[SEATS_MAX];

static void s_add(int64_t seats, int64_t seat, int64_t change)
{
    for (; seat <= seats; seat += seat & -seat)
        s_tree[seat] += change;
}

static int64_t s_find(int64_t seats, int64_t k)
{
    int64_t seat = 0;
    for (int64_t step = 1 << 19; step > 0; step /= 2)
        if (seat + step <= seats && s_tree[seat + step] < k)
            k -= s_tree[seat += step];
    return seat + 1;
}

/* values: seats, events, per cent of guests that leave, where guests sit: 0 anywhere, 1 the first
 * free seats, 2 the last */
static void s_evening(const int64_t *values)
{
    int64_t seats = values[0], taken = 0;
    memset(s_tree, 0, sizeof s_tree);
    for (int64_t seat = 1; seat <= seats; seat++)
        s_add(seats, seat, 1);
    printf("%ld %ld\n", (long)seats, (long)values[1]);
    for (int64_t i = 0; i < values[1]; i++) {
        int64_t free = seats - taken;
        if (free == 0 || (taken > 0 && between(1, 100) <= values[2])) {
            int64_t guest = between(0, taken - 1), seat = s_taken[guest];
            s_taken[guest] = s_taken[--taken];
            s_add(seats, seat, 1);
            printf("F %ld\n", (long)seat);
            continue;
        }
        int64_t near = free < 10 ? free : 10;
        int64_t k = values[3] == 0   ? between(1, free)
                    : values[3] == 1 ? between(1, near)
                                     : between(free - near + 1, free);
        int64_t seat = s_find(seats, k);
        s_taken[taken++] = seat;
        s_add(seats, seat, -1);
        printf("T %ld\n", (long)k);
    }
}

const struct generated_test generated_tests[] = {
    {"10-small", s_evening, {10, 40, 45, 0}},
    {"11-full-house", s_evening, {100, 2000, 10, 0}},
    {"12-one-seat", s_evening, {1, 99, 0, 0}},
    {"20-anywhere", s_evening, {500000, 100000, 30, 0}},
    {"21-front", s_evening, {500000, 100000, 10, 1}},
    {"22-back", s_evening, {499999, 100000, 10, 2}},
    {"23-nobody-leaves", s_evening, {100000, 100000, 0, 0}},
    {"24-come-and-go", s_evening, {65536, 100000, 49, 0}},
    {NULL, NULL, {0}},
};
