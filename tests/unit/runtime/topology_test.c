/* Topology files: what they place where, and what is said of those that don't fit. */
#include "tests/unit/gateway/cmocka_all.h"

#include "actors/runtime/topology.h"
#include "tests/unit/runtime/scratch.h"

static struct topology s_topology;
static char s_error[1024];

/* The lines of a file that places everybody, but for those of `without`; `more` at its end. */
static const char *s_file(const struct scratch *scratch, const char *without, const char *more)
{
    static const char *const actors[] = {"auth",      "room",   "scoring", "judge",
                                         "scheduler", "fanout", "store"};
    char text[4096] = "topology\n";
    for (size_t i = 0; i < sizeof actors / sizeof actors[0]; i++) {
        size_t length = strlen(text);
        if (strstr(without, actors[i]))
            continue;
        snprintf(text + length, sizeof text - length, "    %s = \"tcp://10.0.0.%d:5601\"\n%s",
                 actors[i], strcmp(actors[i], "store") == 0 ? 6 : 5,
                 strcmp(actors[i], "fanout") == 0 ? "        stream = \"tcp://10.0.0.5:5602\"\n"
                                                  : "");
    }
    strncat(text, more, sizeof text - strlen(text) - 1);
    return scratch_write(scratch, "duels.zpl", text);
}

static bool s_load(const char *path)
{
    return topology_load(&s_topology, path, s_error, sizeof s_error);
}

static const char *s_address(uint8_t kind, uint8_t shard)
{
    return s_topology.endpoints[s_topology.place[kind][shard]].connect;
}

static void without_a_file_all_are_in_one_process(void **state)
{
    (void)state;
    topology_default(&s_topology);
    assert_int_equal(s_topology.endpoint_count, 2);
    for (uint8_t kind = 1; kind < ACTOR_KINDS; kind++) {
        bool placed = kind != ACTOR_gateway && kind != ACTOR_runner && kind != ACTOR_queue;
        assert_int_equal(s_topology.shards[kind], placed);
        if (placed)
            assert_false(topology_is_tcp(s_address(kind, 0)));
    }
    assert_string_not_equal(s_address(ACTOR_store, 0), s_address(ACTOR_room, 0));
    assert_string_equal(s_address(ACTOR_judge, 0), s_address(ACTOR_room, 0));
}

static void actors_at_one_address_share_an_endpoint(void **state)
{
    assert_true(s_load(s_file(*state, "", "")));
    assert_int_equal(s_topology.endpoint_count, 2);
    assert_string_equal(s_address(ACTOR_auth, 0), "tcp://10.0.0.5:5601");
    assert_int_equal(s_topology.place[ACTOR_auth][0], s_topology.place[ACTOR_fanout][0]);
    assert_string_equal(s_address(ACTOR_store, 0), "tcp://10.0.0.6:5601");
    assert_string_equal(s_topology.stream.connect, "tcp://10.0.0.5:5602");
    assert_string_equal(s_topology.stream.bind, "tcp://10.0.0.5:5602");
}

static void partitions_fall_to_shards_in_turn(void **state)
{
    assert_true(s_load(s_file(*state, "room",
                              "    room\n"
                              "        0 = \"tcp://10.0.0.5:5601\"\n"
                              "        1 = \"tcp://10.0.0.7:5601\"\n"
                              "        2 = \"tcp://10.0.0.8:5601\"\n")));
    assert_int_equal(s_topology.shards[ACTOR_room], 3);
    assert_int_equal(s_topology.shards[ACTOR_scoring], 1);
    for (int64_t room_id = 1; room_id < 200; room_id++) {
        assert_int_equal(topology_shard(&s_topology, ACTOR_room, room_id), room_id % 64 % 3);
        assert_int_equal(topology_shard(&s_topology, ACTOR_scoring, room_id), 0);
    }
    assert_string_equal(s_address(ACTOR_room, 1), "tcp://10.0.0.7:5601");
}

static void a_bind_of_its_own_is_kept(void **state)
{
    assert_true(s_load(s_file(*state, "store",
                              "    store = \"tcp://store.example:5601\"\n"
                              "        bind = \"tcp://0.0.0.0:5601\"\n")));
    const struct topology_endpoint *store = &s_topology.endpoints[s_topology.place[ACTOR_store][0]];
    assert_string_equal(store->connect, "tcp://store.example:5601");
    assert_string_equal(store->bind, "tcp://0.0.0.0:5601");
}

static void what_does_not_fit_is_told(void **state)
{
    static const struct {
        const char *without, *more, *says;
    } table[] = {
        {"store", "", "store is missing"},
        {"auth", "", "auth is missing"},
        {"", "    waiter = \"tcp://10.0.0.5:5601\"\n", "there is no actor \"waiter\""},
        {"", "    gateway = \"tcp://10.0.0.5:5601\"\n", "gateway has no address: it connects"},
        {"", "    runner = \"tcp://10.0.0.5:5601\"\n", "runner has no address"},
        {"", "    auth = \"tcp://10.0.0.9:5601\"\n", "auth stands twice"},
        {"store", "    store\n", "store has no address"},
        {"store", "    store = \"\"\n", "store has no address"},
        {"store", "    store = \"10.0.0.6:5601\"\n", "begins with tcp:// or inproc://"},
        {"store", "    store = \"udp://10.0.0.6:5601\"\n", "begins with tcp:// or inproc://"},
        {"store", "    store = \"tcp://10.0.0.6:1\"\n        bind = \"inproc://x\"\n",
         "not of the same kind"},
        {"room", "    room\n", "room has no address"},
        {"room", "    room\n        1 = \"tcp://10.0.0.6:1\"\n", "expected 0, found 1"},
        {"room", "    room\n        0 = \"tcp://10.0.0.6:1\"\n        2 = \"tcp://10.0.0.6:2\"\n",
         "expected 1, found 2"},
        {"room", "    room\n        0 = \"nowhere\"\n", "room/0 = \"nowhere\""},
        {"fanout", "    fanout = \"tcp://10.0.0.5:5601\"\n", "fanout has no stream"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const char *path = s_file(*state, table[i].without, table[i].more);
        assert_false(s_load(path));
        assert_non_null(strstr(s_error, path));
        if (!strstr(s_error, table[i].says))
            fail_msg("\"%s\" is not in: %s", table[i].says, s_error);
    }
}

static void a_file_that_is_none_is_told(void **state)
{
    assert_false(s_load("/no/such/file"));
    assert_non_null(strstr(s_error, "/no/such/file: No such file"));
    assert_false(s_load(scratch_write(*state, "duels.zpl", "topology\n  auth = \"x\"\n")));
    assert_non_null(strstr(s_error, "not ZPL"));
    assert_false(s_load(scratch_write(*state, "duels.zpl", "")));
    assert_false(s_load(scratch_write(*state, "duels.zpl", "listen = \"x\"\n")));
    assert_non_null(strstr(s_error, "no section `topology`"));
}

static void too_many_are_refused(void **state)
{
    static char text[16384];
    snprintf(text, sizeof text, "    room\n");
    for (int i = 0; i < 65; i++) {
        size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, "        %d = \"tcp://10.0.0.5:5601\"\n", i);
    }
    assert_false(s_load(s_file(*state, "room", text)));
    assert_non_null(strstr(s_error, "room has more than 64 shards"));

    snprintf(text, sizeof text, "    room\n");
    for (int i = 0; i < 64; i++) {
        size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, "        %d = \"tcp://10.0.1.%d:1\"\n", i, i);
    }
    assert_false(s_load(s_file(*state, "room", text)));
    assert_non_null(strstr(s_error, "more than 64 different addresses"));

    snprintf(text, sizeof text, "    store = \"tcp://%0*d:1\"\n", 130, 1);
    assert_false(s_load(s_file(*state, "store", text)));
    assert_non_null(strstr(s_error, "longer than 127 bytes"));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, scratch_new, scratch_destroy)
    const struct CMUnitTest tests[] = {
        CASE(without_a_file_all_are_in_one_process),
        CASE(actors_at_one_address_share_an_endpoint),
        CASE(partitions_fall_to_shards_in_turn),
        CASE(a_bind_of_its_own_is_kept),
        CASE(what_does_not_fit_is_told),
        CASE(a_file_that_is_none_is_told),
        CASE(too_many_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
