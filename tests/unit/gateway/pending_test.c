/* Waiting requests: late answers find nobody, deadlines come in order. */
#include "tests/unit/gateway/cmocka_all.h"

#include "gateway/pending.h"
#include "proto/prng.h"

static int s_owners[64];

static void an_answer_finds_its_request_once(void **state)
{
    (void)state;
    struct pending *pending = pending_new(2);
    assert_int_equal(pending_due_ms(pending), INT64_MAX);
    struct pending_handle a = pending_add(pending, &s_owners[0], 100);
    struct pending_handle b = pending_add(pending, &s_owners[1], 50);
    assert_int_equal(pending_count(pending), 2);
    assert_int_equal(pending_add(pending, &s_owners[2], 10).slot, 0); /* full */
    assert_int_equal(pending_due_ms(pending), 50);
    assert_ptr_equal(pending_owner(pending, a), &s_owners[0]);
    assert_ptr_equal(pending_take(pending, a), &s_owners[0]);
    assert_null(pending_take(pending, a));
    struct pending_handle c = pending_add(pending, &s_owners[2], 10);
    assert_int_equal(c.slot, a.slot);
    assert_null(pending_take(pending, a)); /* the slot has another now */
    assert_null(pending_expire(pending, 9));
    assert_ptr_equal(pending_expire(pending, 10), &s_owners[2]);
    assert_null(pending_take(pending, c));
    assert_ptr_equal(pending_expire(pending, 1000), &s_owners[1]);
    assert_null(pending_expire(pending, 1000));
    assert_null(pending_take(pending, b));
    pending_destroy(&pending);
    pending_destroy(&pending);
}

static void handles_from_outside_are_harmless(void **state)
{
    (void)state;
    struct pending *pending = pending_new(2);
    pending_add(pending, &s_owners[0], 1);
    static const struct pending_handle wrong[] = {
        {0, 0}, {0, 1}, {1, 0}, {1, 2}, {2, 0}, {2, 1}, {3, 1}, {UINT32_MAX, UINT32_MAX},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_null(pending_take(pending, wrong[i]));
    assert_int_equal(pending_count(pending), 1);
    pending_destroy(&pending);
}

static void deadlines_come_in_order(void **state)
{
    (void)state;
    struct prng prng = {7};
    struct pending *pending = pending_new(64);
    struct pending_handle handles[64];
    int64_t deadlines[64] = {0};
    bool waits[64] = {false};
    for (int turn = 0; turn < 20000; turn++) {
        size_t i = prng_below(&prng, 64);
        if (waits[i]) {
            assert_ptr_equal(pending_take(pending, handles[i]), &s_owners[i]);
            waits[i] = false;
        } else {
            deadlines[i] = (int64_t)prng_below(&prng, 1000);
            handles[i] = pending_add(pending, &s_owners[i], deadlines[i]);
            waits[i] = true;
        }
        int64_t earliest = INT64_MAX;
        for (i = 0; i < 64; i++)
            if (waits[i] && deadlines[i] < earliest)
                earliest = deadlines[i];
        assert_int_equal(pending_due_ms(pending), earliest);
    }
    int64_t last = 0;
    while (pending_count(pending)) {
        int64_t due = pending_due_ms(pending);
        assert_true(due >= last);
        last = due;
        int *owner = pending_expire(pending, 1000);
        assert_int_equal(deadlines[owner - s_owners], due);
    }
    pending_destroy(&pending);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_finds_its_request_once),
        cmocka_unit_test(handles_from_outside_are_harmless),
        cmocka_unit_test(deadlines_come_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
