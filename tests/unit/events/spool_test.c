/* The spool by hand, and against a plain list. */
#include "actors/fanout/spool.h"
#include "proto/prng.h"
#include "tests/unit/gateway/cmocka_all.h"

static bool s_room(struct spool *spool, int64_t room_id, int64_t version)
{
    char json[32];
    snprintf(json, sizeof json, "%d.%d", (int)room_id, (int)version);
    return spool_room(spool, room_id, version, slice_of(json));
}

static void s_expect(struct spool *spool, bool user, const char *json)
{
    const struct spool_item *item = spool_send(spool);
    assert_non_null(item);
    assert_int_equal(item->user, user);
    assert_int_equal(item->length, strlen(json));
    assert_memory_equal(item->json, json, item->length);
}

static void the_newest_of_a_room_keeps_its_place(void **state)
{
    (void)state;
    struct spool *spool = spool_new(10, 1000);
    assert_true(s_room(spool, 1, 1) && s_room(spool, 2, 1) && s_room(spool, 1, 3));
    assert_true(s_room(spool, 1, 2)); /* older: dropped */
    assert_true(spool_verdict(spool, 1, slice_of("a")) && spool_verdict(spool, 1, slice_of("b")));
    assert_int_equal(spool_count(spool), 4);
    s_expect(spool, false, "1.3");
    s_expect(spool, false, "2.1");
    s_expect(spool, true, "a");
    s_expect(spool, true, "b");
    assert_null(spool_send(spool));
    assert_int_equal(spool_sent(spool), 4);
    for (int i = 0; i < 4; i++)
        spool_done(spool);
    assert_int_equal(spool_count(spool), 0);
    spool_destroy(&spool);
    assert_null(spool);
    spool_destroy(&spool);
}

static void what_was_not_answered_is_said_again(void **state)
{
    (void)state;
    struct spool *spool = spool_new(10, 1000);
    for (int64_t room = 1; room <= 4; room++)
        s_room(spool, room, 1);
    for (int i = 0; i < 3; i++)
        spool_send(spool);
    s_room(spool, 2, 2); /* newer than what is under way */
    spool_done(spool);   /* room 1 */
    spool_again(spool);
    assert_int_equal(spool_sent(spool), 0);
    s_expect(spool, false, "3.1");
    s_expect(spool, false, "4.1");
    s_expect(spool, false, "2.2");
    assert_null(spool_send(spool));
    spool_again(spool);
    s_room(spool, 3, 5);
    s_expect(spool, false, "3.5");
    spool_destroy(&spool);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    struct spool *spool = spool_new(2, 9);
    assert_true(s_room(spool, 1, 1) && s_room(spool, 2, 1));
    assert_false(s_room(spool, 3, 1));
    assert_true(s_room(spool, 1, 2));
    assert_true(s_room(spool, 1, 123)); /* 5 + 3 bytes */
    assert_false(s_room(spool, 2, 1234));
    assert_false(spool_verdict(spool, 1, slice_of("")));
    spool_send(spool);
    spool_done(spool);
    assert_false(spool_verdict(spool, 1, slice_of("1234567"))); /* 3 + 7 */
    assert_true(spool_verdict(spool, 1, slice_of("123456")));
    s_expect(spool, false, "2.1");
    spool_destroy(&spool);
}

/* At any time: what is sent first is the oldest, a room waits at most once with its newest version,
 * and after the line is empty each room's newest version was sent last. */
static void any_order_ends_with_the_newest(void **state)
{
    (void)state;
    enum { ROOMS = 12 };
    struct prng chance = {1};
    struct spool *spool = spool_new(ROOMS * 3, 10000);
    int64_t told[ROOMS] = {0}, said[ROOMS] = {0};
    for (int step = 0; step < 100000; step++) {
        int64_t room = (int64_t)(prng_next(&chance) % ROOMS);
        switch (prng_next(&chance) % 8) {
        case 0:
        case 1:
        case 2:
            if (s_room(spool, room, told[room] + 1))
                told[room]++;
            break;
        case 3:
        case 4:
        case 5: {
            const struct spool_item *item = spool_send(spool);
            if (item)
                said[item->id] = item->version;
            break;
        }
        case 6:
            if (spool_sent(spool))
                spool_done(spool);
            break;
        case 7:
            if (prng_next(&chance) % 50 == 0)
                spool_again(spool);
            break;
        }
        assert_true(spool_count(spool) - spool_sent(spool) <= ROOMS);
    }
    spool_again(spool);
    for (const struct spool_item *item; (item = spool_send(spool));)
        said[item->id] = item->version;
    assert_memory_equal(said, told, sizeof said);
    while (spool_sent(spool))
        spool_done(spool);
    assert_int_equal(spool_count(spool), 0);
    spool_destroy(&spool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_of_a_room_keeps_its_place),
        cmocka_unit_test(what_was_not_answered_is_said_again),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(any_order_ends_with_the_newest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
