/* Who gets an idle slot: nobody all of several, a rejudging never the last one, and nobody waits
 * who need not. */
#include "actors/judge/judge.h"

#include "actors/runtime/log.h"
#include "tests/unit/judge/world.h"

#define ANN 1
#define BOB 2

static struct world s_world;

static int s_setup(void **state)
{
    world_init(&s_world);
    world_start(&s_world);
    *state = &s_world;
    return 0;
}

static int s_teardown(void **state)
{
    world_fini(*state);
    return 0;
}

static int64_t s_enqueue(struct world *world, enum judging_kind kind, int64_t user,
                         int64_t language)
{
    int64_t id = world_trial(world, kind, user, language);
    actor_harness_give(world->harness, (struct envelope){.kind = MSG_judge_enqueue},
                       &(struct msg_judge_enqueue){id, language, user, (uint8_t)kind});
    world_run(world);
    return id;
}

static void s_assert_job(const struct world *world, uint64_t node, int64_t id)
{
    assert_non_null(world_job(world, node));
    assert_int_equal(world_job(world, node)->submission_id, id);
}

/* ---- the rule -------------------------------------------------------------------------------- */

static void test_the_rule(void **state)
{
    (void)state;
    static const struct {
        uint32_t slots, idle;
        bool has_one;
        bool live, rejudge; /* may a submission or run have one; may a rejudging */
    } rows[] = {
        {0, 0, false, false, false},                             /* nobody can */
        {1, 0, false, false, false}, {1, 0, true, false, false}, /* the only one is at work */
        {1, 1, false, true, true},   {1, 1, true, true, true},   /* there is nothing to keep free */
        {2, 0, true, false, false},  {2, 1, false, true, false}, /* the last one */
        {2, 1, true, false, false},  {2, 2, false, true, true},   {2, 2, true, true, true},
        {64, 1, false, true, false}, {64, 1, true, false, false}, {64, 2, true, true, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t slots = rows[i].slots, idle = rows[i].idle;
        bool has_one = rows[i].has_one;
        assert_int_equal(judge_share_allows(JUDGING_SUBMISSION, slots, idle, has_one),
                         rows[i].live);
        assert_int_equal(judge_share_allows(JUDGING_RUN, slots, idle, has_one), rows[i].live);
        assert_int_equal(judge_share_allows(JUDGING_REJUDGE, slots, idle, has_one),
                         rows[i].rejudge);
    }
}

/* ---- in the judge ---------------------------------------------------------------------------- */

static void test_a_burst_leaves_a_slot_to_the_other_player(void **state)
{
    struct world *world = *state;
    int64_t ann[3];
    world_ready(world, 1, PYTHON);
    world_ready(world, 2, PYTHON);
    for (int i = 0; i < 3; i++)
        ann[i] = s_enqueue(world, JUDGING_SUBMISSION, ANN, PYTHON);
    s_assert_job(world, 1, ann[0]);
    assert_null(world_job(world, 2));
    int64_t bob = s_enqueue(world, JUDGING_SUBMISSION, BOB, PYTHON);
    s_assert_job(world, 2, bob);
    world_outcome(world, 2, bob, 1, VERDICT_ACCEPTED);
    world_ready(world, 2, PYTHON);
    s_assert_job(world, 2, bob); /* the last one again: nothing new */
    world->deaf = true;          /* a verdict that is being reported has no slot */
    world_outcome(world, 1, ann[0], 1, VERDICT_ACCEPTED);
    s_assert_job(world, 2, ann[1]); /* she has none any more: at once */
    world_ready(world, 1, PYTHON);
    s_assert_job(world, 1, ann[0]);
    world_outcome(world, 2, ann[1], 1, VERDICT_ACCEPTED);
    s_assert_job(world, 1, ann[2]);
}

static void test_a_run_counts_like_a_submission(void **state)
{
    struct world *world = *state;
    world_ready(world, 1, PYTHON);
    world_ready(world, 2, PYTHON);
    int64_t run = s_enqueue(world, JUDGING_RUN, ANN, PYTHON);
    s_enqueue(world, JUDGING_SUBMISSION, ANN, PYTHON);
    s_assert_job(world, 1, run);
    assert_null(world_job(world, 2));
    int64_t bob = s_enqueue(world, JUDGING_RUN, BOB, PYTHON);
    s_assert_job(world, 2, bob); /* though her submission is before it */
}

static void test_each_language_has_slots_of_its_own(void **state)
{
    struct world *world = *state;
    world_ready(world, 1, PYTHON);
    world_ready(world, 2, PYTHON);
    world_ready(world, 3, CPP);
    s_enqueue(world, JUDGING_SUBMISSION, ANN, PYTHON);
    int64_t only = s_enqueue(world, JUDGING_SUBMISSION, ANN, CPP);
    s_assert_job(world, 3, only); /* the only one is nobody's */
    s_enqueue(world, JUDGING_SUBMISSION, ANN, PYTHON);
    assert_null(world_job(world, 2));
}

static void test_rejudgings_leave_a_slot_free(void **state)
{
    struct world *world = *state;
    int64_t ids[3];
    for (int i = 0; i < 3; i++)
        ids[i] = s_enqueue(world, JUDGING_REJUDGE, 10 + i, PYTHON);
    world_ready(world, 1, PYTHON);
    s_assert_job(world, 1, ids[0]); /* of one there is nothing to keep free */
    world_ready(world, 2, PYTHON);
    world_ready(world, 3, PYTHON);
    s_assert_job(world, 2, ids[1]);
    assert_null(world_job(world, 3));
    int64_t bob = s_enqueue(world, JUDGING_RUN, BOB, PYTHON);
    s_assert_job(world, 3, bob);
    world_outcome(world, 1, ids[0], 1, VERDICT_ACCEPTED);
    world_ready(world, 1, PYTHON);
    s_assert_job(world, 1, ids[0]); /* the last one */
    world_outcome(world, 2, ids[1], 1, VERDICT_ACCEPTED);
    world_ready(world, 2, PYTHON);
    s_assert_job(world, 1, ids[2]);
}

static void test_a_slot_that_is_gone_holds_nobody_back(void **state)
{
    struct world *world = *state;
    world_ready(world, 1, PYTHON);
    world_ready(world, 2, PYTHON);
    int64_t first = s_enqueue(world, JUDGING_SUBMISSION, ANN, PYTHON);
    s_enqueue(world, JUDGING_SUBMISSION, ANN, PYTHON);
    s_assert_job(world, 1, first);
    assert_null(world_job(world, 2));
    for (int i = 0; i < 5; i++) { /* the first is silent, the second there */
        world_wait(world, 5000);
        world_ready(world, 2, PYTHON);
    }
    assert_non_null(world_job(world, 2));
}

/* ---- simulated time -------------------------------------------------------------------------- */

#define STEP_MS 1000
#define SLOTS_MAX 8
#define BURST 30

/* A slot and what it is at. */
struct machine {
    int64_t id;      /* of the submission; 0: idle */
    int64_t fence;   /* of its lease */
    int64_t until_s; /* when it is over */
};

struct play {
    struct world *world;                /* borrowed */
    struct machine machines[SLOTS_MAX]; /* count of them; nodes from 1 */
    uint32_t count;                     /* how many */
    int64_t begun_s[WORLD_SUBMISSIONS]; /* by submission; -1: not yet */
    int64_t now_s;                      /* since the beginning */
    uint64_t chance;                    /* for s_random */
};

static uint32_t s_random(struct play *self, uint32_t below)
{
    self->chance = self->chance * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(self->chance >> 33) % below;
}

/* Takes what was sent to the slots; jobs take from 1 s to 2 minutes and more. */
static void s_collect(struct play *self)
{
    for (uint32_t i = 0; i < self->count; i++) {
        const struct msg_judge_job *job = world_job(self->world, i + 1);
        if (!job)
            continue;
        assert_int_equal(self->machines[i].id, 0); /* one at a time */
        self->machines[i].id = job->submission_id;
        self->machines[i].fence = job->fence;
        self->machines[i].until_s = self->now_s + 1 + s_random(self, s_random(self, 2) ? 5 : 140);
        self->begun_s[job->submission_id - FIRST] = self->now_s;
    }
    world_forget(self->world);
}

static bool s_has_one(const struct play *self, int64_t user)
{
    for (uint32_t i = 0; i < self->count; i++)
        if (self->machines[i].id && world_row(self->world, self->machines[i].id)->user == user)
            return true;
    return false;
}

/* While a slot is idle nobody waits who has none; of rejudgings: while two are. And nobody has
 * them all. */
static void s_assert_shared(struct play *self)
{
    uint32_t idle = 0, rejudged = 0;
    for (uint32_t i = 0; i < self->count; i++) {
        idle += self->machines[i].id == 0;
        rejudged += self->machines[i].id &&
                    world_row(self->world, self->machines[i].id)->kind == JUDGING_REJUDGE;
    }
    assert_true(self->count == 1 || rejudged < self->count);
    for (uint32_t i = 0; i < self->world->count; i++) {
        const struct world_submission *row = &self->world->submissions[i];
        if (self->begun_s[i] >= 0 || row->final) /* judged, or given up: a run after five minutes */
            continue;
        uint32_t kept =
            self->count > 1 && (row->kind == JUDGING_REJUDGE || s_has_one(self, row->user));
        assert_true(idle <= kept);
    }
    for (uint32_t i = 0, his = 0; self->count > 1 && i < self->count; i++) {
        int64_t user =
            self->machines[0].id ? world_row(self->world, self->machines[0].id)->user : 0;
        his += self->machines[i].id && world_row(self->world, self->machines[i].id)->user == user;
        assert_true(his < self->count);
    }
}

static void s_step(struct play *self)
{
    for (uint32_t i = 0; i < self->count; i++) {
        struct machine *machine = &self->machines[i];
        if (machine->id && machine->until_s <= self->now_s) {
            world_outcome(self->world, i + 1, machine->id, machine->fence, VERDICT_ACCEPTED);
            machine->id = 0;
            s_collect(self);
        } else if (machine->id)
            world_progress(self->world, i + 1, machine->id, machine->fence);
        if (!machine->id)
            world_ready(self->world, i + 1, PYTHON);
        s_collect(self);
    }
    s_assert_shared(self);
    world_wait(self->world, STEP_MS);
    self->now_s += STEP_MS / 1000;
    s_collect(self);
}

static int64_t s_send(struct play *self, enum judging_kind kind, int64_t user)
{
    self->begun_s[self->world->count] = -1;
    int64_t id = s_enqueue(self->world, kind, user, PYTHON);
    s_collect(self);
    return id;
}

static bool s_all_judged(const struct play *self)
{
    for (uint32_t i = 0; i < self->world->count; i++)
        if (!self->world->submissions[i].final)
            return false;
    return true;
}

static struct play s_play(struct world *world, uint32_t slots, uint64_t seed)
{
    struct play play = {.world = world, .count = slots, .chance = seed};
    for (uint32_t i = 0; i < slots; i++)
        world_ready(world, i + 1, PYTHON);
    s_collect(&play);
    return play;
}

static void s_play_to_the_end(struct play *self)
{
    for (int i = 0; !s_all_judged(self); i++) {
        assert_true(i < 100000);
        s_step(self);
    }
}

/* Ann sends burst after burst of jobs long and short, by themselves longer than any lease; whatever
 * Bob sends then begins in the same second. */
static void test_a_burst_does_not_delay_the_other_player(void **state)
{
    struct world *world = *state;
    for (uint32_t slots = 2; slots <= SLOTS_MAX; slots++) {
        struct play play = s_play(world, slots, slots);
        for (int i = 0; i < BURST; i++)
            s_send(&play, i % 3 ? JUDGING_SUBMISSION : JUDGING_RUN, ANN);
        for (int i = 0; i < 5; i++) {
            int64_t bob = s_send(&play, JUDGING_SUBMISSION, BOB);
            assert_int_equal(play.begun_s[bob - FIRST], play.now_s);
            while (!world_row(world, bob)->final)
                s_step(&play);
            for (uint32_t wait = s_random(&play, 100); wait > 0; wait--)
                s_step(&play);
        }
        s_play_to_the_end(&play);
        s_teardown(state);
        s_setup(state);
    }
}

/* Many users with bursts of all kinds, on any number of slots: it goes on whenever it can, to the
 * end. */
static void test_nothing_stalls(void **state)
{
    struct world *world = *state;
    for (uint32_t seed = 1; seed <= 12; seed++) {
        struct play play = s_play(world, 1 + seed % SLOTS_MAX, seed);
        for (int i = 0; i < 60; i++) {
            static const enum judging_kind kinds[] = {JUDGING_SUBMISSION, JUDGING_RUN,
                                                      JUDGING_REJUDGE};
            enum judging_kind kind = kinds[s_random(&play, 3)];
            int64_t user = 1 + s_random(&play, 4);
            for (uint32_t burst = s_random(&play, 5); burst > 0; burst--)
                s_send(&play, kind, user);
            for (uint32_t wait = s_random(&play, 30); wait > 0; wait--)
                s_step(&play);
        }
        s_play_to_the_end(&play);
        s_teardown(state);
        s_setup(state);
    }
}

int main(void)
{
    log_set_level(LOG_LEVEL_NONE);
#define TEST(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_rule),
        TEST(test_a_burst_leaves_a_slot_to_the_other_player),
        TEST(test_a_run_counts_like_a_submission),
        TEST(test_each_language_has_slots_of_its_own),
        TEST(test_rejudgings_leave_a_slot_free),
        TEST(test_a_slot_that_is_gone_holds_nobody_back),
        TEST(test_a_burst_does_not_delay_the_other_player),
        TEST(test_nothing_stalls),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
