/* A thread for each slot takes the next solution until there is none. A slot lives and dies with
 * its thread, as sandbox.h wants it. What is shared is read-only, or a counter. It decides nothing:
 * whoever asked looks at the list. */
#include "actors/solutions.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "actors/runner/machine.h"
#include "actors/runner/judging.h"
#include "proto/check.h"
#include "proto/limits.h"

#define S_SLOTS_MAX 4

struct s_slot {
    struct solutions *owner;     /* borrowed */
    unsigned number;             /* of it */
    struct sandbox *sandbox;     /* owned by the thread */
    struct buffer source;        /* of the solution being judged */
    struct buffer input, answer; /* of the test being run */
    struct slice arguments;      /* of it */
    struct package_error *error; /* of the run under way */
    bool failed;                 /* the package could not be read; error is filled */
    uint32_t done;               /* tests of the solution under way */
    pthread_t thread;            /* while solutions run */
};

struct solutions {
    struct languages languages;       /* of this machine */
    struct s_slot slots[S_SLOTS_MAX]; /* slot_count of them */
    unsigned slot_count;              /* at least 1 */
    /* of the run under way: */
    const struct package *package;    /* borrowed */
    struct checker_programs programs; /* of it */
    struct solution *list;            /* borrowed */
    atomic_size_t next;               /* the next solution for whichever slot is free */
    atomic_size_t tests_done;         /* of all of them */
    atomic_bool stop;                 /* a slot has failed */
};

/* ---- one solution ---------------------------------------------------------------------------- */

static bool s_next_test(void *context, uint32_t index, struct slice *input, struct slice *expected)
{
    struct s_slot *slot = context;
    const struct package *package = slot->owner->package;
    const struct package_test *test = &package->tests[index];
    if (!package_read(package, &test->input, &slot->input, slot->error) ||
        !package_read(package, &test->answer, &slot->answer, slot->error)) {
        slot->failed = true;
        return false;
    }
    slot->arguments = slice_of(test->arguments);
    *input = buffer_slice(&slot->input);
    *expected = buffer_slice(&slot->answer);
    return true;
}

static struct slice s_arguments(void *context)
{
    return ((struct s_slot *)context)->arguments;
}

static bool s_progress(void *context, uint32_t done, uint32_t total)
{
    struct s_slot *slot = context;
    (void)total;
    if (done > slot->done) {
        atomic_fetch_add(&slot->owner->tests_done, done - slot->done);
        slot->done = done;
    }
    return !atomic_load(&slot->owner->stop);
}

static void s_judge(struct s_slot *slot, struct solution *solution)
{
    const struct solutions *owner = slot->owner;
    const struct package *package = owner->package;
    struct judging_outcome outcome = {.verdict = VERDICT_JUDGE_ERROR};
    if (!package_read(package, &solution->submission->source, &slot->source, slot->error)) {
        slot->failed = true;
        return;
    }
    const struct judging_task task = {
        .languages = &owner->languages,
        .language_id = solution->submission->language_id,
        .code = buffer_slice(&slot->source),
        .time_limit_ms = package->time_limit_ms,
        .memory_limit_mb = package->memory_limit_mb,
        .output_limit_bytes = (uint64_t)package->output_limit_bytes,
        .test_count = (uint32_t)package->tests_count,
        .next_test = s_next_test,
        .mode = package->judging,
        .programs = &owner->programs,
        .arguments = s_arguments,
        .progress = s_progress,
        .context = slot,
    };
    judging_run(slot->sandbox, &task, &outcome);
    solution->verdict = outcome.verdict;
    solution->agrees = solution->submission->expected >> outcome.verdict & 1;
    solution->tests_run = outcome.tests_run;
    solution->failed_test = outcome.failed_test;
    solution->time_ms = outcome.time_ms;
    solution->memory_kb = outcome.memory_kb;
    if (outcome.verdict == VERDICT_JUDGE_ERROR)
        snprintf(solution->why, sizeof solution->why, "%s", outcome.reason);
    else if (outcome.verdict == VERDICT_COMPILATION_ERROR)
        snprintf(solution->why, sizeof solution->why, "%.*s",
                 (int)strcspn(outcome.compile_output, "\n"), outcome.compile_output);
}

static bool s_open_slot(struct s_slot *slot)
{
    struct buffer why;
    buffer_init(&why, 512);
    slot->sandbox = sandbox_new(SANDBOX_ISOLATED, slot->number, NULL, &why);
    if (!slot->sandbox)
        slot->failed = !package_refuse(slot->error, "", 0, "no slot to run solutions in: %.*s",
                                       (int)why.length, why.data ? why.data : "");
    buffer_fini(&why);
    return slot->sandbox != NULL;
}

static void *s_work(void *context)
{
    struct s_slot *slot = context;
    struct solutions *self = slot->owner;
    size_t tests = self->package->tests_count;
    if (!s_open_slot(slot))
        atomic_store(&self->stop, true);
    while (!atomic_load(&self->stop)) {
        size_t i = atomic_fetch_add(&self->next, 1);
        if (i >= self->package->submissions_count)
            break;
        slot->done = 0;
        if (!self->list[i].skipped)
            s_judge(slot, &self->list[i]);
        atomic_fetch_add(&self->tests_done, tests - slot->done);
        if (slot->failed)
            atomic_store(&self->stop, true);
    }
    sandbox_destroy(&slot->sandbox);
    return NULL;
}

/* ---- the problem's programs ------------------------------------------------------------------ */

/* A checker's or interactor's files, in memory while the solutions run. */
struct s_program {
    struct buffer contents[PACKAGE_CHECKER_FILES_MAX];    /* owned */
    struct sandbox_file files[PACKAGE_CHECKER_FILES_MAX]; /* borrow from it */
    unsigned count;                                       /* how many */
};

static bool s_load(const struct package *package, enum package_kind kind, struct s_program *out,
                   struct package_error *error)
{
    for (size_t i = 0; i < package->extras_count; i++) {
        const struct package_extra *extra = &package->extras[i];
        if (extra->kind != kind)
            continue;
        struct buffer *content = &out->contents[out->count];
        buffer_init(content, PACKAGE_FILE_MAX_BYTES);
        out->files[out->count] = (struct sandbox_file){.path = slice_of(extra->name)};
        out->count++;
        if (!package_read(package, &extra->file, content, error))
            return false;
        out->files[out->count - 1].content = buffer_slice(content);
    }
    return true;
}

static void s_unload(struct s_program *program)
{
    for (unsigned i = 0; i < program->count; i++)
        buffer_fini(&program->contents[i]);
}

/* ---- all of them ----------------------------------------------------------------------------- */

static void s_prepare(struct solutions *self, struct package_error *error)
{
    for (size_t i = 0; i < self->package->submissions_count; i++) {
        const struct package_submission *submission = &self->package->submissions[i];
        self->list[i] = (struct solution){
            .submission = submission,
            .verdict = VERDICT_PENDING,
            .skipped = !languages_find(&self->languages, submission->language_id, NULL)};
    }
    atomic_store(&self->next, 0);
    atomic_store(&self->tests_done, 0);
    atomic_store(&self->stop, false);
    for (unsigned i = 0; i < self->slot_count; i++) {
        self->slots[i].failed = false;
        self->slots[i].error = i ? calloc(1, sizeof *error) : error;
        check(self->slots[i].error);
    }
}

/* The first slot's error is the caller's; another's is copied there. */
static bool s_finish(struct solutions *self, struct package_error *error)
{
    bool good = true;
    for (unsigned i = 0; i < self->slot_count; i++) {
        if (self->slots[i].failed && good) {
            *error = *self->slots[i].error;
            good = false;
        }
        if (i)
            free(self->slots[i].error);
    }
    return good;
}

static void s_run(struct solutions *self, solutions_progress_fn progress, void *user)
{
    size_t total = self->package->submissions_count * self->package->tests_count;
    for (unsigned i = 0; i < self->slot_count; i++)
        check(pthread_create(&self->slots[i].thread, NULL, s_work, &self->slots[i]) == 0);
    while (progress && atomic_load(&self->tests_done) < total && !atomic_load(&self->stop)) {
        progress(user, atomic_load(&self->tests_done), total);
        usleep(100 * 1000);
    }
    for (unsigned i = 0; i < self->slot_count; i++)
        pthread_join(self->slots[i].thread, NULL);
}

bool solutions_run(struct solutions *self, const struct package *package, struct solution *list,
                   solutions_progress_fn progress, void *user, struct package_error *error)
{
    struct s_program *programs = calloc(2, sizeof *programs);
    check(programs);
    self->package = package;
    self->list = list;
    bool good = s_load(package, PACKAGE_CHECKER, &programs[0], error) &&
                s_load(package, PACKAGE_INTERACTOR, &programs[1], error);
    if (good) {
        self->programs =
            (struct checker_programs){.protocol = package->protocol,
                                      .checker = {programs[0].files, programs[0].count},
                                      .interactor = {programs[1].files, programs[1].count}};
        s_prepare(self, error);
        s_run(self, progress, user);
        good = s_finish(self, error);
    }
    s_unload(&programs[0]);
    s_unload(&programs[1]);
    free(programs);
    return good;
}

struct solutions *solutions_new(struct buffer *why)
{
    struct sandbox *sandbox = sandbox_new(SANDBOX_ISOLATED, 0, NULL, why);
    if (!sandbox)
        return NULL;
    struct solutions *self = calloc(1, sizeof *self);
    check(self);
    struct machine machine;
    machine_look(&machine);
    unsigned slots = machine_slots(&machine);
    self->slot_count = slots < S_SLOTS_MAX ? slots : S_SLOTS_MAX;
    languages_detect(&self->languages, sandbox);
    sandbox_destroy(&sandbox);
    for (unsigned i = 0; i < self->slot_count; i++) {
        struct s_slot *slot = &self->slots[i];
        slot->owner = self;
        slot->number = i;
        buffer_init(&slot->source, TEST_FILE_MAX_BYTES);
        buffer_init(&slot->input, TEST_FILE_MAX_BYTES);
        buffer_init(&slot->answer, TEST_FILE_MAX_BYTES);
    }
    return self;
}

void solutions_destroy(struct solutions **self_p)
{
    struct solutions *self = *self_p;
    if (!self)
        return;
    for (unsigned i = 0; i < self->slot_count; i++) {
        buffer_fini(&self->slots[i].source);
        buffer_fini(&self->slots[i].input);
        buffer_fini(&self->slots[i].answer);
    }
    free(self);
    *self_p = NULL;
}
