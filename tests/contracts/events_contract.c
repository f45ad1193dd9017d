/* What every events driver must do, tried with fan-out, two edges and two gateways. The URL is in
 * CODECOMP_TEST_EVENTS; without it, local:. With the argument `probe` that alone is done. */
#include <signal.h>

#include "tests/unit/events/fixture.h"
#include "tests/unit/gateway/cmocka_all.h"

#define LAST 99 /* a room that is told last: whoever hears it has heard all before */

static struct fixture s_fixture;

static int s_setup(void **state)
{
    (void)state;
    fixture_init(&s_fixture);
    return 0;
}

static int s_teardown(void **state)
{
    (void)state;
    fixture_fini(&s_fixture);
    return 0;
}

static void s_expect(int gateway, enum heard_kind kind, int64_t id, int64_t version)
{
    struct heard heard = fixture_hear_news(&s_fixture, gateway);
    assert_int_equal(heard.kind, kind);
    assert_int_equal(heard.id, id);
    assert_int_equal(heard.version, version);
}

static void every_gateway_hears_each_change_once(void **state)
{
    (void)state;
    fixture_change(&s_fixture, 5, 1);
    for (int i = 0; i < GATEWAYS; i++)
        s_expect(i, HEARD_STATE, 5, 1);
    fixture_change(&s_fixture, 5, 2);
    for (int i = 0; i < GATEWAYS; i++)
        s_expect(i, HEARD_STATE, 5, 2);
    fixture_change(&s_fixture, 5, 1); /* late, and doubled */
    fixture_change(&s_fixture, 5, 2);
    fixture_change(&s_fixture, LAST, 1);
    for (int i = 0; i < GATEWAYS; i++)
        s_expect(i, HEARD_STATE, LAST, 1);
}

static void every_verdict_is_heard_once_and_in_order(void **state)
{
    (void)state;
    enum { VERDICTS = 50 };
    for (int n = 1; n <= VERDICTS; n++)
        fixture_verdict(&s_fixture, 7, n, slice_of("no"));
    fixture_change(&s_fixture, LAST, 2);
    for (int i = 0; i < GATEWAYS; i++) {
        for (int n = 1; n <= VERDICTS; n++)
            s_expect(i, HEARD_VERDICT, 7, n);
        s_expect(i, HEARD_STATE, LAST, 2);
    }
}

/* Versions may be left out when they follow each other fast; the last one never is. */
static void a_room_ends_with_its_newest_version(void **state)
{
    (void)state;
    enum { VERSIONS = 2000 };
    for (int64_t version = 1; version <= VERSIONS; version++)
        fixture_change(&s_fixture, 6, version);
    for (int i = 0; i < GATEWAYS; i++) {
        int64_t before = 0;
        while (before < VERSIONS) {
            struct heard heard = fixture_hear_news(&s_fixture, i);
            assert_int_equal(heard.id, 6);
            assert_true(heard.version > before);
            before = heard.version;
        }
    }
}

static void many_rooms_change_at_once(void **state)
{
    (void)state;
    enum { ROOMS = 3000, FIRST = 1000 };
    static bool seen[ROOMS];
    for (int64_t room = 0; room < ROOMS; room++)
        fixture_change(&s_fixture, FIRST + room, 1);
    for (int i = 0; i < GATEWAYS; i++) {
        memset(seen, 0, sizeof seen);
        for (int count = 0; count < ROOMS; count++) {
            struct heard heard = fixture_hear_news(&s_fixture, i);
            assert_true(heard.id >= FIRST && heard.id < FIRST + ROOMS && !seen[heard.id - FIRST]);
            seen[heard.id - FIRST] = true;
        }
    }
}

/* The longest that there is: every byte of it is escaped. */
static void the_longest_verdict_gets_through(void **state)
{
    (void)state;
    static char output[COMPILE_OUTPUT_MAX_BYTES];
    memset(output, 1, sizeof output);
    fixture_verdict(&s_fixture, 8, 1000, slice_from(output, sizeof output));
    for (int i = 0; i < GATEWAYS; i++)
        s_expect(i, HEARD_VERDICT, 8, 1000);
}

/* What was told before fan-out's process ends is heard elsewhere; afterwards all begins anew. */
static void an_edge_ends_and_begins_again(void **state)
{
    (void)state;
    fixture_change(&s_fixture, 9, 1);
    s_expect(HERE, HEARD_STATE, 9, 1);
    fixture_stop(&s_fixture, HERE);
    s_expect(ELSEWHERE, HEARD_STATE, 9, 1);
    fixture_start(&s_fixture, HERE);
    fixture_settle(&s_fixture);
    fixture_stop(&s_fixture, ELSEWHERE);
    fixture_start(&s_fixture, ELSEWHERE);
    fixture_settle(&s_fixture);
    fixture_change(&s_fixture, 9, 2);
    for (int i = 0; i < GATEWAYS; i++)
        s_expect(i, HEARD_STATE, 9, 2);
}

static void a_good_url_is_ready(void **state)
{
    (void)state;
    char error[512] = "";
    assert_true(events_check(fixture_url(), error, sizeof error));
    assert_string_equal(error, "");
    assert_int_equal(events_probe(fixture_url(), error, sizeof error), EVENTS_READY);
    assert_int_not_equal(error[0], '\0'); /* says what is there */
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (argc > 1 && strcmp(argv[1], "probe") == 0) {
        char error[512] = "ready";
        enum events_state state = events_probe(fixture_url(), error, sizeof error);
        puts(error);
        return state != EVENTS_READY;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_gateway_hears_each_change_once),
        cmocka_unit_test(every_verdict_is_heard_once_and_in_order),
        cmocka_unit_test(a_room_ends_with_its_newest_version),
        cmocka_unit_test(many_rooms_change_at_once),
        cmocka_unit_test(the_longest_verdict_gets_through),
        cmocka_unit_test(an_edge_ends_and_begins_again),
        cmocka_unit_test(a_good_url_is_ready),
    };
    return cmocka_run_group_tests(tests, s_setup, s_teardown);
}
