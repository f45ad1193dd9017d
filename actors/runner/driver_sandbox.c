/* The driver for this machine's own sandbox. Its toolchains are asked once, by whichever slot comes
 * first, inside the sandbox; the other slots wait for that. What makes compiling faster is prepared
 * once, by the slot that first judged a submission which would have gained by it. */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/runner/driver.h"
#include "actors/runner/prepared.h"
#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "proto/check.h"

struct place {
    unsigned slots;              /* as asked for, or one for each processor */
    bool insecure;               /* as given */
    char shared[PATH_MAX];       /* folder that all programs may read */
    struct compile_cache *cache; /* owned; NULL: none */
    _Atomic bool prepared;       /* somebody has seen to that */
    pthread_mutex_t mutex;       /* of the rest */
    bool detected;               /* languages are there */
    struct languages languages;  /* of this machine; read-only once detected */
};

struct slot {
    struct place *place;     /* borrowed */
    struct sandbox *sandbox; /* owned */
    bool prepares;           /* before the next job, for all */
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

static void *s_open(const struct place_options *options, struct buffer *why)
{
    struct place *self = calloc(1, sizeof *self);
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    check(self);
    self->slots = options->slots                           ? options->slots
                  : cores > 0 && cores < SANDBOX_SLOTS_MAX ? (unsigned)cores
                                                           : 1;
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
    return self;
}

static void s_close(void *place)
{
    struct place *self = place;
    pthread_mutex_destroy(&self->mutex);
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

static void s_prepare(struct slot *self)
{
    struct buffer why;
    self->prepares = false;
    buffer_init(&why, 8192);
    prepared_make(self->sandbox, &self->place->languages, self->place->shared, &why);
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
    }
    place->detected = true;
    pthread_mutex_unlock(&place->mutex);
}

static int64_t s_tend(void *slot, const struct watch *watch, struct offer *offer)
{
    struct slot *self = slot;
    const struct languages *languages = &self->place->languages;
    (void)watch;
    s_detect(self);
    if (self->prepares)
        s_prepare(self);
    offer->count = (uint32_t)languages->count;
    for (size_t i = 0; i < languages->count; i++) {
        offer->list[i].id = languages->list[i].language->id;
        snprintf(offer->list[i].name, sizeof offer->list[i].name, "%s",
                 languages->list[i].language->name);
        snprintf(offer->list[i].version, sizeof offer->list[i].version, "%s",
                 languages->list[i].version);
    }
    return -1;
}

static void s_judge(void *slot, const struct watch *watch, const struct judging_task *task,
                    struct judging_outcome *outcome)
{
    struct slot *self = slot;
    struct judging_task here = *task;
    (void)watch; /* the task's progress is called often enough */
    here.languages = &self->place->languages;
    here.cache = self->place->cache;
    judging_run(self->sandbox, &here, outcome);
    stats_add(STAT_compiled_before, outcome->compiled_before);
    if (!self->place->insecure && /* whose boxes can't be packed */
        prepared_helps(task->language_id, task->code) &&
        !atomic_exchange(&self->place->prepared, true))
        self->prepares = true;
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
