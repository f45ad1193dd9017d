/* Timetables dense and sparse; guests before, between, at and after the departures. */
#include "sql/problems/generate.h"

/* values: departures, guests, largest step of the timetable, latest guest */
static void s_night(const int64_t *values)
{
    int64_t minute = 0, last = 0;
    printf("%ld %ld\n", (long)values[0], (long)values[1]);
    for (int64_t i = 0; i < values[0]; i++) {
        last = minute += between(1, values[2]);
        printf("%ld%c", (long)minute, i + 1 < values[0] ? ' ' : '\n');
    }
    for (int64_t i = 0; i < values[1]; i++)
        printf("%ld%c",
               (long)between(values[3] < 0 ? last + values[3] : 0,
                             values[3] < 0 ? last + 1 : values[3]),
               i + 1 < values[1] ? ' ' : '\n');
}

const struct generated_test generated_tests[] = {
    {"10-small", s_night, {10, 30, 9, 60}},
    {"11-every-minute", s_night, {1000, 1000, 1, 1100}},
    {"12-few-buses", s_night, {3, 5000, 300000000, 1000000000}},
    {"13-few-guests", s_night, {20000, 5, 40000, 1000000000}},
    {"20-large", s_night, {100000, 100000, 9999, 600000000}},
    {"21-near-the-last", s_night, {100000, 100000, 9999, -5000}},
    {"22-dense", s_night, {100000, 100000, 2, 160000}},
    {NULL, NULL, {0}},
};
