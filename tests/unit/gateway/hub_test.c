/* The hub against a plain list of subscriptions, and the packets that go through it. */
#include "tests/unit/gateway/cmocka_all.h"

#include "gateway/hub.h"
#include "gateway/packet.h"
#include "proto/prng.h"

static struct destination s_room(int64_t id)
{
    return (struct destination){DESTINATION_ROOM, id};
}

static int s_count(struct hub *hub, struct destination destination)
{
    int count = 0;
    for (uint32_t at = hub_first(hub, destination); at; at = hub_next(hub, at))
        count++;
    return count;
}

static void first_and_last_are_told(void **state)
{
    (void)state;
    struct hub *hub = hub_new();
    bool first, last;
    uint32_t a = hub_subscribe(hub, s_room(5), 1, 0, &first);
    assert_true(a && first);
    uint32_t b = hub_subscribe(hub, s_room(5), 2, 3, &first);
    assert_true(b && !first);
    struct destination queue = {DESTINATION_USER, 5}; /* the same id is another destination */
    uint32_t c = hub_subscribe(hub, queue, 2, 4, &first);
    assert_true(c && first);
    assert_int_equal(hub_entries(hub), 3);
    assert_int_equal(hub_topics(hub), 2);
    assert_int_equal(s_count(hub, s_room(5)), 2);
    assert_int_equal(hub_entry(hub, b)->connection, 2);
    assert_int_equal(hub_entry(hub, b)->slot, 3);
    assert_int_equal(hub_unsubscribe(hub, a, &last).id, 5);
    assert_false(last);
    assert_int_equal(hub_unsubscribe(hub, b, &last).kind, DESTINATION_ROOM);
    assert_true(last);
    assert_int_equal(hub_first(hub, s_room(5)), 0);
    assert_int_equal(hub_unsubscribe(hub, c, &last).kind, DESTINATION_USER);
    assert_int_equal(hub_entries(hub) + hub_topics(hub), 0);
    hub_destroy(&hub);
    assert_null(hub);
    hub_destroy(&hub);
}

#define LIVE_MAX 600

static void many_come_and_go_in_any_order(void **state)
{
    (void)state;
    struct {
        uint32_t handle;
        int64_t room;
        uint32_t connection;
    } live[LIVE_MAX];
    size_t count = 0;
    struct prng prng = {20240817};
    struct hub *hub = hub_new();
    for (uint32_t turn = 1; turn <= 20000; turn++) {
        bool flag;
        int64_t room = (int64_t)prng_below(&prng, 50) + 1;
        if (count < LIVE_MAX && prng_below(&prng, 100) < (turn < 10000 ? 60u : 40u)) {
            live[count].handle = hub_subscribe(hub, s_room(room), turn, 0, &flag);
            live[count].room = room;
            live[count].connection = turn;
            count++;
        } else if (count) {
            size_t i = prng_below(&prng, count);
            assert_int_equal(hub_entry(hub, live[i].handle)->connection, live[i].connection);
            assert_int_equal(hub_unsubscribe(hub, live[i].handle, &flag).id, live[i].room);
            live[i] = live[--count];
        }
        int expected = 0;
        for (size_t i = 0; i < count; i++)
            expected += live[i].room == room;
        assert_int_equal(s_count(hub, s_room(room)), expected);
        assert_int_equal(hub_entries(hub), count);
    }
    hub_destroy(&hub);
}

static void a_full_hub_refuses(void **state)
{
    (void)state;
    struct hub *hub = hub_new();
    bool flag;
    for (uint32_t i = 0; i < HUB_ENTRIES_MAX; i++)
        assert_true(hub_subscribe(hub, s_room(i % 100000 + 1), i, 0, &flag));
    assert_false(hub_subscribe(hub, s_room(1), 1, 0, &flag));
    hub_unsubscribe(hub, 17, &flag);
    assert_true(hub_subscribe(hub, s_room(1), 1, 0, &flag));
    hub_destroy(&hub);
}

/* ---- packets -------------------------------------------------------------------------------- */

static void a_packet_is_shared_and_has_room_in_front(void **state)
{
    (void)state;
    struct packet *packet = packet_new(16, slice_of("hello"));
    memset(packet_data(packet) - 16, 0xee, 16);
    assert_memory_equal(packet_data(packet), "hello", 5);
    struct packet *again = packet_share(packet);
    packet_drop(&packet);
    assert_null(packet);
    assert_memory_equal(packet_data(again), "hello", 5);
    packet_drop(&again);
    packet_drop(&again);
}

static void a_backlog_keeps_the_order_and_the_bounds(void **state)
{
    (void)state;
    struct backlog backlog = {0};
    assert_null(backlog_first(&backlog));
    int in = 0, out = 0;
    for (int turn = 0; turn < 300; turn++) {
        for (int i = 0; i < turn % 11; i++) {
            char text[16];
            snprintf(text, sizeof text, "%d", in);
            struct packet *packet = packet_new(0, slice_of(text));
            in += backlog_push(&backlog, packet);
            packet_drop(&packet);
        }
        for (int i = 0; i < turn % 13 && backlog.count; i++) {
            char text[16];
            snprintf(text, sizeof text, "%d", out++);
            struct packet *first = backlog_first(&backlog);
            assert_true(slice_is(slice_from(packet_data(first), first->length), text));
            backlog_pop(&backlog);
        }
    }
    while (backlog.count < BACKLOG_MAX_PACKETS) {
        struct packet *packet = packet_new(0, slice_of("x"));
        assert_true(backlog_push(&backlog, packet));
        packet_drop(&packet);
    }
    struct packet *packet = packet_new(0, slice_of("x"));
    assert_false(backlog_push(&backlog, packet));
    assert_int_equal(packet->references, 1);
    backlog_pop(&backlog);
    assert_true(backlog_push(&backlog, packet));
    packet_drop(&packet);
    backlog_fini(&backlog);
    assert_int_equal(backlog.bytes, 0);
}

static void a_backlog_counts_bytes(void **state)
{
    (void)state;
    struct backlog backlog = {0};
    char *text = calloc(1, BACKLOG_MAX_BYTES);
    struct packet *half = packet_new(0, slice_from(text, BACKLOG_MAX_BYTES / 2));
    struct packet *one = packet_new(0, slice_from(text, 1));
    assert_true(backlog_push(&backlog, half));
    assert_true(backlog_push(&backlog, half));
    assert_false(backlog_push(&backlog, one));
    backlog_pop(&backlog);
    assert_true(backlog_push(&backlog, one));
    backlog_fini(&backlog);
    packet_drop(&half);
    packet_drop(&one);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_and_last_are_told),
        cmocka_unit_test(many_come_and_go_in_any_order),
        cmocka_unit_test(a_full_hub_refuses),
        cmocka_unit_test(a_packet_is_shared_and_has_room_in_front),
        cmocka_unit_test(a_backlog_keeps_the_order_and_the_bounds),
        cmocka_unit_test(a_backlog_counts_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
