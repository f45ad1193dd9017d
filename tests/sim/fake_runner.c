/* Holds one job at a time, as a slot does; a second one is ignored, and its lease runs out. */
#include "tests/sim/fake_runner.h"

#include <stdio.h>

#include "proto/check.h"

#define REPEAT_MS 5000 /* between two signs of life */

static void s_say(struct fake_runner *self, uint16_t id, const void *message)
{
    struct envelope envelope = {.to = {.actor = ACTOR_judge},
                                .key = self->judge,
                                .reply = {0, ACTOR_runner, 0, 0, self->generation}};
    sim_send(self->sim, self->place, &envelope, id, message);
}

/* Now and then it goes to another judge, as a slot does whose judge can't be reached. */
static void s_move_on(struct fake_runner *self)
{
    struct msg_runner_leave leave = {0};
    if (self->sim->judges == 1 || !self->sim->faults.kill_every_ms)
        return;
    s_say(self, MSG_runner_leave, &leave);
    self->generation++;
    self->judge = (uint8_t)((self->judge + 1) % self->sim->judges);
}

static void s_say_ready(struct fake_runner *self)
{
    struct rec_language languages[] = {{54, slice_of("C++"), slice_of("1")}};
    struct msg_runner_ready ready = {{1, languages}, 0, false};
    s_say(self, MSG_runner_ready, &ready);
    sim_wake(self->sim, self->place, self->sim->now_ms + REPEAT_MS);
}

static void s_wake_next(struct fake_runner *self)
{
    int64_t sign_ms = self->sim->now_ms + REPEAT_MS;
    sim_wake(self->sim, self->place, sign_ms < self->done_ms ? sign_ms : self->done_ms);
}

static void s_take(void *context, const struct frame *frame)
{
    struct fake_runner *self = context;
    struct arena arena = {0};
    struct codec_error error;
    size_t taken;
    struct msg_judge_job job;
    char code[64];
    unsigned verdict, takes_ms;
    if (frame->envelope.kind != MSG_judge_job || self->job_id ||
        frame->envelope.to.generation != self->generation)
        return; /* refused: it says again that it is ready. A second job: its lease runs out */
    check(codec_decode(&message_judge_job, frame->body, &arena, &job, &taken, &error));
    snprintf(code, sizeof code, "%.*s", (int)job.code.length, job.code.data);
    check(sscanf(code, "verdict %u takes %u", &verdict, &takes_ms) == 2);
    self->job_id = job.submission_id;
    self->kind = job.kind;
    self->fence = job.fence;
    self->verdict = (uint8_t)verdict;
    self->done_ms = self->sim->now_ms + takes_ms;
    s_wake_next(self);
    arena_fini(&arena);
}

/* What a run came to: two samples. */
static void s_add_tests(const struct fake_runner *self, struct msg_judge_outcome *outcome,
                        struct rec_run_test tests[2])
{
    if (self->kind != JUDGING_RUN || self->verdict == VERDICT_COMPILATION_ERROR)
        return;
    for (int i = 0; i < 2; i++)
        tests[i] = (struct rec_run_test){.test = i + 1,
                                         .verdict = self->verdict,
                                         .time_ms = 10,
                                         .memory_kb = 1000,
                                         .exit_code = 0,
                                         .signal = I64_NONE,
                                         .output = slice_of("said"),
                                         .expected = slice_of("awaited"),
                                         .errors = slice_of("")};
    outcome->tests.count = 2;
    outcome->tests.items = tests;
}

static void s_wake(void *context)
{
    struct fake_runner *self = context;
    if (self->job_id == 0) {
        s_move_on(self);
        s_say_ready(self);
        return;
    }
    if (self->sim->now_ms < self->done_ms) {
        struct msg_judge_progress progress = {self->job_id, self->fence, 1, 3, self->kind};
        s_say(self, MSG_judge_progress, &progress);
        s_wake_next(self);
        return;
    }
    struct rec_run_test tests[2];
    bool accepted = self->verdict == VERDICT_ACCEPTED;
    struct msg_judge_outcome outcome = {.submission_id = self->job_id,
                                        .kind = self->kind,
                                        .fence = self->fence,
                                        .verdict = self->verdict,
                                        .tests_run = accepted ? 3 : 2,
                                        .tests_total = 3,
                                        .failed_test = accepted ? I64_NONE : 2,
                                        .time_ms = 10,
                                        .memory_kb = 1000};
    s_add_tests(self, &outcome, tests);
    s_say(self, MSG_judge_outcome, &outcome);
    self->judged++;
    self->job_id = 0;
    s_say_ready(self);
}

static void s_killed(void *context)
{
    struct fake_runner *self = context;
    self->job_id = 0;
}

static const struct sim_outside s_outside = {s_take, s_wake, s_killed};

void fake_runner_init(struct fake_runner *self, struct sim *sim, uint8_t judge, bool may_die)
{
    *self =
        (struct fake_runner){.sim = sim, .generation = 1, .judge = (uint8_t)(judge % sim->judges)};
    self->place = sim_add(sim, ACTOR_runner, &s_outside, self, may_die);
}
