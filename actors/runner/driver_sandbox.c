/* The driver for this machine's own sandbox. Its toolchains are asked for their versions once, by
 * whichever slot comes first, inside the sandbox; the other slots wait for that. What makes
 * compiling faster is prepared once, by the slot that first judged a submission which would have
 * gained by it.
 *
 * That a toolchain says its version does not prove that it works. A language works when a
 * submission in it was accepted, or when its own hello was; until one of them has shown it, any
 * other verdict is doubted, and a slot that has nothing to do tries hello, a while after the start.
 * Later a compile error, a runtime error and a failure of ours may still be the toolchain's fault
 * or the slot's (a compiler that is gone, a full disk): these are always doubted. In doubt hello
 * is tried. When it fails, the submission is tried again elsewhere and the slot does not offer the
 * language until it works. When it works, the toolchain's errors are believed for a while, but
 * a compile error that does not name the source never is: a compiler that works nearly always does
 * that. */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "actors/runner/build.h"
#include "actors/runner/driver.h"
#include "actors/runner/machine.h"
#include "actors/runner/prepared.h"
#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "proto/check.h"

#define TRY_AGAIN_MS 30000 /* between two looks at a language that is set aside */
#define TRUST_MS 60000     /* a hello that worked stands for the errors of that time */
#define FIRST_TRY_MS 30000 /* from the start to the first hello that nobody needs */
#define NEXT_TRY_MS 500    /* between two of them */

struct place {
    unsigned slots;              /* as asked for, or as the machine is good for */
    bool insecure;               /* as given */
    char shared[PATH_MAX];       /* folder that all programs may read */
    struct compile_cache *cache; /* owned; NULL: none */
    pthread_mutex_t mutex;       /* of the next two while they are made */
    bool detected;               /* languages are there */
    struct languages languages;  /* of this machine; read-only once detected */
    pthread_mutex_t preparing;   /* who has it makes what speeds compiling up */
    int64_t detected_ms;         /* when */
    struct {
        _Atomic bool prepared; /* somebody has seen to that */
        _Atomic bool works;    /* this has been seen, in whichever slot */
        _Atomic bool in_hand;  /* a slot tries it without need */
    } known[LANGUAGES_MAX];    /* as the languages */
};

struct slot {
    struct place *place;     /* borrowed */
    struct sandbox *sandbox; /* owned */
    int64_t prepares;        /* for this language before the next job, for all; 0: nothing */
    struct {
        int64_t tried_ms;    /* when its hello was last seen to work, or not to, or, while it is set
                              * aside, was given up; 0: never */
        bool aside;          /* it did not: not offered until it does */
    } trials[LANGUAGES_MAX]; /* as the place's languages */
};

static bool s_takes(const char *url, char *error, size_t error_size)
{
    if (strncmp(url, "sandbox:", strlen("sandbox:")) != 0)
        return false;
    if (url[strlen("sandbox:")] == '\0')
        return true;
    snprintf(error, error_size, "\"%s\": sandbox: takes nothing behind its colon", url);
    return false;
}

/* A program is run to see that one can be. False: `why` says what is missing. */
static bool s_isolates(struct buffer *why)
{
    struct buffer told;
    buffer_init(&told, why->max_bytes);
    bool can = sandbox_check(&told);
    if (can)
        log_sentences(LOG_LEVEL_INFO, "sandbox", told.data, told.length);
    else
        buffer_append(why, told.data, told.length);
    buffer_fini(&told);
    return can;
}

/* As asked for, or as many as the machine is good for; says what that means here. */
static unsigned s_count_slots(unsigned asked)
{
    struct machine machine;
    struct buffer told;
    machine_look(&machine);
    unsigned slots = asked ? asked : machine_slots(&machine);
    buffer_init(&told, 1024);
    machine_warn(&machine, slots, BUILD_MEMORY_MB, &told);
    if (told.length)
        log_sentences(LOG_LEVEL_INFO, "sandbox", told.data, told.length);
    buffer_fini(&told);
    return slots;
}

static void *s_open(const struct place_options *options, struct buffer *why)
{
    if (!options->insecure && !s_isolates(why))
        return NULL;
    struct place *self = calloc(1, sizeof *self);
    check(self);
    self->slots = s_count_slots(options->slots);
    self->insecure = options->insecure;
    snprintf(self->shared, sizeof self->shared, "%s/shared", options->data_folder);
    if (mkdir(self->shared, 0755) < 0 && errno != EEXIST) {
        buffer_printf(why, "%s: %s.\n", self->shared, strerror(errno));
        free(self);
        return NULL;
    }
    if (options->compile_cache_bytes)
        self->cache = compile_cache_new(options->compile_cache_bytes);
    pthread_mutex_init(&self->mutex, NULL);
    pthread_mutex_init(&self->preparing, NULL);
    return self;
}

static void s_close(void *place)
{
    struct place *self = place;
    pthread_mutex_destroy(&self->mutex);
    pthread_mutex_destroy(&self->preparing);
    compile_cache_destroy(&self->cache);
    free(self);
}

static unsigned s_slots(void *place)
{
    const struct place *self = place;
    return self->slots;
}

static void *s_slot_open(void *place, unsigned number, struct buffer *why)
{
    struct slot *self = calloc(1, sizeof *self);
    check(self);
    self->place = place;
    self->sandbox = sandbox_new(self->place->insecure ? SANDBOX_INSECURE : SANDBOX_ISOLATED, number,
                                self->place->shared, why);
    if (self->sandbox)
        return self;
    free(self);
    return NULL;
}

static void s_slot_close(void *slot)
{
    struct slot *self = slot;
    sandbox_destroy(&self->sandbox);
    free(self);
}

/* One at a time: some languages have theirs in common, and the second finds it made. */
static void s_prepare(struct slot *self)
{
    struct buffer why;
    buffer_init(&why, 8192);
    pthread_mutex_lock(&self->place->preparing);
    prepared_make(self->sandbox, &self->place->languages, self->prepares, self->place->shared,
                  &why);
    pthread_mutex_unlock(&self->place->preparing);
    self->prepares = 0;
    if (why.length)
        log_warn("not-prepared", "what=\"%.*s\"", (int)strcspn(why.data, "\n"), why.data);
    buffer_fini(&why);
}

static void s_detect(struct slot *self)
{
    struct place *place = self->place;
    struct languages *languages = &place->languages;
    pthread_mutex_lock(&place->mutex);
    if (!place->detected) {
        languages_detect(languages, self->sandbox);
        for (size_t i = 0; i < languages->count; i++)
            log_info("language", "id=%u name=\"%s\" version=\"%s\"",
                     languages->list[i].language->id, languages->list[i].language->name,
                     languages->list[i].version);
        if (languages->count == 0)
            log_error("no-languages", "what=\"no compiler or interpreter of languages.def works "
                                      "here: install some; README.md lists them\"");
        place->detected_ms = clock_now_ms(); /* written once: others read it without the lock */
        place->detected = true;
    }
    pthread_mutex_unlock(&place->mutex);
}

/* False: the language's hello fails, and the language is set aside in this slot. Cancelled by
 * go_on, it has no result: true, and nothing is changed. */
static bool s_try(struct slot *self, size_t index, bool (*go_on)(void *context), void *context)
{
    static const char event[] = "language-set-aside";
    const struct language *language = self->place->languages.list[index].language;
    struct judging_outcome *outcome = malloc(sizeof *outcome);
    check(outcome);
    bool works = judging_says_hello(self->sandbox, &self->place->languages, language->id, go_on,
                                    context, outcome);
    if (outcome->cancelled) {
        free(outcome);
        return true;
    }
    if (works)
        self->place->known[index].works = true;
    if (!works && !self->trials[index].aside)
        log_error(event, "language=%u name=\"%s\" verdict=\"%s\" reason=\"%s\"", language->id,
                  language->name, word_text(&verdict_words, (uint8_t)outcome->verdict),
                  outcome->reason);
    if (!works && self->place->cache)
        compile_cache_clear(self->place->cache);
    if (works && self->trials[index].aside)
        log_info("language-back", "language=%u name=\"%s\"", language->id, language->name);
    free(outcome);
    self->trials[index].aside = !works;
    self->trials[index].tried_ms = clock_now_ms();
    return works;
}

static bool s_has_time(void *context)
{
    const struct watch *watch = context;
    return watch->go_on(watch->context) && !(watch->wanted && watch->wanted(watch->context));
}

/* Looks again at what is set aside; gives the milliseconds after which to look again, -1: never.
 * There may be no time for it, or it is given up for a job: then it is put off, or the slot would
 * look before it is ready for the next one, too. */
static int64_t s_try_again(struct slot *self, const struct watch *watch)
{
    int64_t again_ms = -1;
    for (size_t i = 0; i < self->place->languages.count; i++) {
        if (self->trials[i].aside && clock_now_ms() - self->trials[i].tried_ms >= TRY_AGAIN_MS) {
            if (s_has_time((void *)watch))
                s_try(self, i, s_has_time, (void *)watch);
            self->trials[i].tried_ms = clock_now_ms();
        }
        if (self->trials[i].aside)
            again_ms = TRY_AGAIN_MS;
    }
    return again_ms;
}

/* Tries one of the languages that nobody has seen to work; gives the milliseconds after which to
 * try the next, -1: all are known, or not to this slot to find out. */
static int64_t s_try_unknown(struct slot *self, const struct watch *watch)
{
    struct place *place = self->place;
    int64_t wait_ms = place->detected_ms + FIRST_TRY_MS - clock_now_ms();
    bool left = false;
    for (size_t i = 0; i < place->languages.count; i++) {
        if (place->known[i].works || self->trials[i].aside)
            continue;
        if (wait_ms > 0)
            return wait_ms;
        left = true;
        if (atomic_exchange(&place->known[i].in_hand, true))
            continue;
        s_try(self, i, s_has_time, (void *)watch);
        place->known[i].in_hand = false;
        break;
    }
    return left ? NEXT_TRY_MS : -1;
}

/* Might the toolchain be to blame for this outcome? */
static bool s_is_doubtful(const struct slot *self, size_t index,
                          const struct judging_outcome *outcome)
{
    const char *source_name = self->place->languages.list[index].language->source_name;
    bool trusted = self->trials[index].tried_ms && !self->trials[index].aside &&
                   clock_now_ms() - self->trials[index].tried_ms < TRUST_MS;
    switch (outcome->verdict) {
    case VERDICT_ACCEPTED:
        return false;
    case VERDICT_JUDGE_ERROR:
        return true;
    case VERDICT_COMPILATION_ERROR:
        return !trusted || !memmem(outcome->compile_output, outcome->compile_output_bytes,
                                   source_name, strlen(source_name));
    case VERDICT_RUNTIME_ERROR:
        return !trusted;
    default:
        return !trusted && !self->place->known[index].works;
    }
}

/* An outcome that may be ours to answer for. */
static void s_doubt(struct slot *self, size_t index, const struct watch *watch,
                    struct judging_outcome *outcome)
{
    bool failed = outcome->verdict == VERDICT_JUDGE_ERROR;
    if (outcome->cancelled)
        return;
    if (outcome->verdict == VERDICT_ACCEPTED)
        self->place->known[index].works = true;
    if (!s_is_doubtful(self, index, outcome))
        return;
    bool good = s_try(self, index, watch->go_on, watch->context);
    outcome->cancelled = !watch->go_on(watch->context);
    if (!good && !failed) {
        *outcome = (struct judging_outcome){.verdict = VERDICT_JUDGE_ERROR};
        snprintf(outcome->reason, sizeof outcome->reason, "the toolchain of %s is broken",
                 self->place->languages.list[index].language->name);
    }
}

static int64_t s_tend(void *slot, const struct watch *watch, struct offer *offer)
{
    struct slot *self = slot;
    const struct languages *languages = &self->place->languages;
    s_detect(self);
    if (self->prepares)
        s_prepare(self);
    int64_t again_ms = s_try_again(self, watch), next_ms = s_try_unknown(self, watch);
    if (next_ms >= 0 && (again_ms < 0 || next_ms < again_ms))
        again_ms = next_ms;
    offer->checkers = true;
    offer->count = 0;
    for (size_t i = 0; i < languages->count; i++) {
        if (self->trials[i].aside)
            continue;
        uint32_t at = offer->count++;
        offer->list[at].id = languages->list[i].language->id;
        snprintf(offer->list[at].name, sizeof offer->list[at].name, "%s",
                 languages->list[i].language->name);
        snprintf(offer->list[at].version, sizeof offer->list[at].version, "%s",
                 languages->list[i].version);
    }
    return again_ms;
}

static void s_judge(void *slot, const struct watch *watch, const struct judging_task *task,
                    struct judging_outcome *outcome)
{
    struct slot *self = slot;
    struct judging_task here = *task;
    size_t index = 0;
    here.languages = &self->place->languages;
    here.cache = self->place->cache;
    judging_run(self->sandbox, &here, outcome);
    stats_add(STAT_compiled_before, outcome->compiled_before);
    while (index < here.languages->count &&
           here.languages->list[index].language->id != task->language_id)
        index++;
    if (index == here.languages->count)
        return;
    s_doubt(self, index, watch, outcome);
    if (!self->place->insecure && /* whose boxes can't be packed */
        prepared_helps(task->language_id, task->code) &&
        !atomic_exchange(&self->place->known[index].prepared, true))
        self->prepares = task->language_id;
}

const struct runner_driver runner_sandbox = {
    .name = "sandbox",
    .takes = s_takes,
    .open = s_open,
    .close = s_close,
    .slots = s_slots,
    .slot_open = s_slot_open,
    .slot_close = s_slot_close,
    .tend = s_tend,
    .judge = s_judge,
};
