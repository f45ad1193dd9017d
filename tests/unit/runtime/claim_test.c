/* Claims on partitions, against a real store: who may take what from whom. */
#include "tests/unit/gateway/cmocka_all.h"

#include <sys/wait.h>
#include <unistd.h>

#include "actors/claim.h"
#include "actors/runtime/clock.h"
#include "actors/runtime/host.h"
#include "actors/store/store.h"
#include "tests/unit/runtime/scratch.h"

#define WAIT_MS 10000

struct claiming {
    struct scratch *scratch;      /* the database's folder */
    struct topology topology;     /* all in one process; rooms in two shards */
    struct host *store;           /* the only host that runs */
    struct query *query;          /* who claims */
    uint64_t hosted[ACTOR_KINDS]; /* both shards of room */
    char error[512];              /* why a claim was refused */
};

static int s_setup(void **state)
{
    struct claiming *self = calloc(1, sizeof *self);
    scratch_new((void **)&self->scratch);
    topology_default(&self->topology);
    self->topology.shards[ACTOR_room] = 2;
    self->topology.place[ACTOR_room][1] = self->topology.place[ACTOR_room][0];
    self->hosted[ACTOR_room] = 3;
    struct store_context context = {"sqlite:claims.db", self->scratch->folder};
    struct host_actor actor = {&store_class, {.shards = 1}, &context};
    struct host_options options = {.topology = &self->topology,
                                   .endpoint = self->topology.place[ACTOR_store][0],
                                   .actors = &actor,
                                   .actor_count = 1};
    self->store = host_new(&options, self->error, sizeof self->error);
    self->query = self->store ? query_new(&self->topology, self->error, sizeof self->error) : NULL;
    if (!self->query)
        fail_msg("%s", self->error);
    *state = self;
    return 0;
}

static int s_teardown(void **state)
{
    struct claiming *self = *state;
    query_destroy(&self->query);
    host_destroy(&self->store);
    scratch_destroy((void **)&self->scratch);
    free(self);
    return 0;
}

static struct claim *s_claim(struct claiming *self, int64_t wait_ms)
{
    self->error[0] = '\0';
    return claim_new(self->query, &self->topology, self->hosted, wait_ms, self->error,
                     sizeof self->error);
}

/* Another process takes a shard of rooms, and renewed it then. */
static void s_other_takes(struct claiming *self, const char *process, int shard, int64_t renewed_ms)
{
    struct commit commit;
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_claim_take);
    commit_text(&commit, slice_of("room"));
    commit_i64(&commit, shard);
    commit_i64(&commit, 2);
    commit_text(&commit, slice_of(process));
    commit_i64(&commit, renewed_ms);
    commit_i64(&commit, 0);
    const struct msg_store_done *done = query_run(self->query, &commit, WAIT_MS);
    assert_non_null(done);
    assert_int_equal(done->results.items[0].changed, 32);
}

static void s_release(struct claiming *self, const char *process)
{
    struct commit commit;
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_claims_release);
    commit_text(&commit, slice_of(process));
    assert_non_null(query_run(self->query, &commit, WAIT_MS));
}

/* Who holds a shard of rooms; "" when nobody does. */
static const char *s_holder(struct claiming *self, int shard)
{
    static char text[300];
    struct commit commit;
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_claim_holder);
    commit_text(&commit, slice_of("room"));
    commit_i64(&commit, shard);
    commit_i64(&commit, 2);
    commit_text(&commit, slice_of("nobody"));
    const struct msg_store_done *done = query_run(self->query, &commit, WAIT_MS);
    assert_non_null(done);
    struct slice process = result_text(&done->results.items[0], 0, 0);
    snprintf(text, sizeof text, "%.*s", (int)process.length, process.data);
    return text;
}

/* A neighbour of ours, on this machine: our own name with another number and start. */
static const char *s_neighbour(struct claiming *self, long pid, unsigned long long start_time)
{
    static char text[300];
    struct claim *claim = s_claim(self, WAIT_MS);
    assert_non_null(claim);
    snprintf(text, sizeof text, "%s", s_holder(self, 0));
    claim_destroy(&claim);
    *strrchr(text, ' ') = '\0';
    *strrchr(text, ' ') = '\0';
    size_t length = strlen(text);
    snprintf(text + length, sizeof text - length, " %ld %llu", pid, start_time);
    return text;
}

static unsigned long long s_start_time(long pid)
{
    char path[64], stat[1024] = "";
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    assert_non_null(fgets(stat, sizeof stat, file));
    fclose(file);
    char *at = strrchr(stat, ')');
    for (int field = 2; field < 22; field++)
        at = strchr(at + 1, ' ');
    return strtoull(at, NULL, 10);
}

static void what_is_free_is_taken_renewed_and_given_back(void **state)
{
    struct claiming *self = *state;
    struct claim *claim = s_claim(self, WAIT_MS);
    assert_non_null(claim);
    assert_string_not_equal(s_holder(self, 0), "");
    assert_string_not_equal(s_holder(self, 1), "");
    assert_true(claim_renew(claim));
    assert_true(claim_renew(claim));
    claim_destroy(&claim);
    assert_string_equal(s_holder(self, 0), "");
    assert_string_equal(s_holder(self, 1), "");
}

static void only_hosted_shards_are_claimed(void **state)
{
    struct claiming *self = *state;
    self->hosted[ACTOR_room] = 2;
    s_other_takes(self, "elsewhere boot ns 1 1", 0, clock_now_ms());
    struct claim *claim = s_claim(self, WAIT_MS);
    assert_non_null(claim);
    assert_string_equal(s_holder(self, 0), "elsewhere boot ns 1 1");
    assert_true(claim_renew(claim));
    claim_destroy(&claim);

    memset(self->hosted, 0, sizeof self->hosted); /* a gateway's process claims nothing */
    claim = s_claim(self, WAIT_MS);
    assert_non_null(claim);
    assert_true(claim_renew(claim));
    claim_destroy(&claim);
}

static void a_living_neighbour_keeps_what_it_has(void **state)
{
    struct claiming *self = *state;
    char process[300];
    snprintf(process, sizeof process, "%s", s_neighbour(self, getppid(), s_start_time(getppid())));
    s_other_takes(self, process, 1, clock_now_ms());
    assert_null(s_claim(self, WAIT_MS)); /* at once, whatever the wait */
    assert_non_null(strstr(self->error, "room is served by another process already"));
    assert_non_null(strstr(self->error, process));
    assert_string_equal(s_holder(self, 0), ""); /* nothing of ours is left */
    assert_string_equal(s_holder(self, 1), process);
}

static void a_dead_neighbour_is_inherited_from(void **state)
{
    struct claiming *self = *state;
    char process[300];
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    siginfo_t info; /* dead, but not buried: it still has its number and its start */
    assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
    unsigned long long start_time = s_start_time(child);
    snprintf(process, sizeof process, "%s", s_neighbour(self, child, start_time));
    s_other_takes(self, process, 0, clock_now_ms());
    struct claim *claim = s_claim(self, WAIT_MS);
    assert_non_null(claim);
    claim_destroy(&claim);
    waitpid(child, NULL, 0);

    s_other_takes(self, process, 0, clock_now_ms()); /* buried */
    claim = s_claim(self, WAIT_MS);
    assert_non_null(claim);
    claim_destroy(&claim);

    /* its number is another process's now */
    snprintf(process, sizeof process, "%s", s_neighbour(self, getppid(), 1));
    s_other_takes(self, process, 0, clock_now_ms());
    claim = s_claim(self, WAIT_MS);
    assert_non_null(claim);
    claim_destroy(&claim);
}

static void a_stranger_that_has_not_renewed_is_inherited_from(void **state)
{
    struct claiming *self = *state;
    s_other_takes(self, "elsewhere boot ns 1 1", 0, clock_now_ms() - CLAIM_STALE_MS - 1);
    struct claim *claim = s_claim(self, WAIT_MS);
    assert_non_null(claim);
    claim_destroy(&claim);
}

/* It is looked at until it is stale: here half a second before that. */
static void a_stranger_that_falls_silent_is_waited_for(void **state)
{
    struct claiming *self = *state;
    s_other_takes(self, "elsewhere boot ns 1 1", 0, clock_now_ms() - CLAIM_STALE_MS + 500);
    struct claim *claim = s_claim(self, WAIT_MS);
    assert_non_null(claim);
    claim_destroy(&claim);
}

static void a_stranger_of_whom_nothing_is_known_keeps_what_it_has(void **state)
{
    struct claiming *self = *state;
    s_other_takes(self, "elsewhere boot ns 1 1", 0, clock_now_ms() + 3600000);
    assert_null(s_claim(self, 0));
    assert_non_null(strstr(self->error, "elsewhere boot ns 1 1"));
    s_release(self, "elsewhere boot ns 1 1");
    s_other_takes(self, "not of our making", 0, clock_now_ms() + 3600000);
    assert_null(s_claim(self, 0));
}

static void who_is_taken_over_hears_of_it(void **state)
{
    struct claiming *self = *state;
    struct claim *claim = s_claim(self, WAIT_MS);
    char process[300];
    snprintf(process, sizeof process, "%s", s_holder(self, 0));
    s_release(self, process);
    s_other_takes(self, "elsewhere boot ns 1 1", 0, clock_now_ms());
    assert_false(claim_renew(claim));
    claim_destroy(&claim);
    assert_string_equal(s_holder(self, 0), "elsewhere boot ns 1 1");
}

static void without_a_store_it_is_told_after_a_while(void **state)
{
    struct claiming *self = *state;
    host_destroy(&self->store);
    assert_null(s_claim(self, 0));
    assert_non_null(strstr(self->error, "the store at inproc://store does not answer"));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)
    const struct CMUnitTest tests[] = {
        CASE(what_is_free_is_taken_renewed_and_given_back),
        CASE(only_hosted_shards_are_claimed),
        CASE(a_living_neighbour_keeps_what_it_has),
        CASE(a_dead_neighbour_is_inherited_from),
        CASE(a_stranger_that_has_not_renewed_is_inherited_from),
        CASE(a_stranger_that_falls_silent_is_waited_for),
        CASE(a_stranger_of_whom_nothing_is_known_keeps_what_it_has),
        CASE(who_is_taken_over_hears_of_it),
        CASE(without_a_store_it_is_told_after_a_while),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
