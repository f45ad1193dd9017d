/* What the columns of the earlier backend's database may hold, and what is read of it. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

#include "actors/store/takeover_value.h"

#define NONE INT64_MIN

struct row {
    const char *text; /* as the database gives it */
    int64_t value;    /* NONE: no value */
};

static void s_check(const struct row *rows, size_t count, bool (*read)(struct slice, int64_t *))
{
    for (size_t i = 0; i < count; i++) {
        int64_t value = NONE;
        bool good = read(slice_of(rows[i].text), &value);
        if (good != (rows[i].value != NONE) || (good && value != rows[i].value))
            fail_msg("\"%s\": %s %lld", rows[i].text, good ? "read as" : "not read,",
                     (long long)value);
    }
}
#define CHECK(read, ...)                       \
    s_check((const struct row[]){__VA_ARGS__}, \
            sizeof((const struct row[]){__VA_ARGS__}) / sizeof(struct row), read)

static void s_numbers(void **state)
{
    (void)state;
    CHECK(takeover_number, {"0", 0}, {"-7", -7}, {" 12\t", 12}, {"5.0", 5}, {"5.000", 5},
          {"9223372036854775807", INT64_MAX}, {"9223372036854775808", NONE}, {"", NONE},
          {"  ", NONE}, {"5.5", NONE}, {"5.", NONE}, {"1e6", NONE}, {"x", NONE}, {"12x", NONE},
          {"00000000000000000000000000000000000000000000000000000000000000001", NONE});
}

static void s_times(void **state)
{
    (void)state;
    CHECK(takeover_time, {"1700000000000", 1700000000000}, {"0", 0}, {"-1", NONE},
          {"9223372036854775807", NONE}, {"4102444800000", TAKEOVER_TIME_MAX_MS},
          {"4102444800001", NONE}, {"1970-01-01", 0}, {"2023-11-14 22:13:20", 1700000000000},
          {"2023-11-14T22:13:20Z", 1700000000000}, {"2023-11-14 22:13:20.5", 1700000000500},
          {"2023-11-14 22:13:20.123456789", 1700000000123},
          {"2023-11-14 23:13:20+01", 1700000000000}, {"2023-11-14 23:43:20 +0130", 1700000000000},
          {"2023-11-14 17:43:20-04:30", 1700000000000}, {"2023-11-14 22:13:20 UTC", 1700000000000},
          {"2023-13-14 22:13:20", NONE}, {"2023-11-32", NONE}, {"2023-11", NONE},
          {"2023-11-14x22:13:20", NONE}, {"2023-11-14 22:13", NONE},
          {"2023-11-14 22:13:20 CET", NONE}, {"2023-11-14 22:13:20+1:x", NONE},
          {"1969-12-31 23:59:59", NONE}, {"3000-01-01", NONE}, {"yesterday", NONE}, {"", NONE});
}

static void s_flags(void **state)
{
    (void)state;
    CHECK(takeover_flag, {"true", 1}, {"F", 0}, {"t", 1}, {"Yes", 1}, {"n", 0}, {"on", 1},
          {"OFF", 0}, {" 1 ", 1}, {"0", 0}, {"2", NONE}, {"", NONE}, {"maybe", NONE});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(s_numbers),
        cmocka_unit_test(s_times),
        cmocka_unit_test(s_flags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
