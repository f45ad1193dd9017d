/* Opens the places that --runner names and starts their slots. A place may turn out to take more
 * slots than it was started with (a Judge0 that was away tells its workers when it comes): the
 * slot that learns of it starts the others. Ends them all, in order. */
#include "actors/runner/runner.h"

#include <pthread.h>

#include "actors/runner/slot.h"
#include "actors/runtime/tsan.h"
#include "actors/runtime/clock.h"
#include "proto/check.h"

struct runner {
    struct slot_common common;              /* what the slots share */
    struct place places[RUNNER_PLACES_MAX]; /* place_count of them */
    unsigned place_count;                   /* opened */
    pthread_mutex_t mutex;                  /* of the slots, their number, and stopping */
    struct slot *slots[RUNNER_SLOTS_MAX];   /* owned; slot_count of them */
    unsigned slot_count;                    /* started */
};

/* ---- URLs --------------------------------------------------------------------------------------
 */

/* The next URL of a list; false at its end. An URL that is too long is cut, and refused later. */
static bool s_next_url(const char **list, char url[RUNNER_URL_MAX_BYTES])
{
    *list += strspn(*list, ", ");
    size_t length = strcspn(*list, ", ");
    snprintf(url, RUNNER_URL_MAX_BYTES, "%.*s", (int)length, *list);
    *list += length;
    return length > 0;
}

bool runner_urls_check(const char *urls, char *error, size_t error_size)
{
    char url[RUNNER_URL_MAX_BYTES];
    char seen[RUNNER_PLACES_MAX][RUNNER_URL_MAX_BYTES];
    unsigned count = 0;
    while (s_next_url(&urls, url)) {
        if (count == RUNNER_PLACES_MAX) {
            snprintf(error, error_size, "names more than %d runners", RUNNER_PLACES_MAX);
            return false;
        }
        if (!runner_driver_for(url, error, error_size))
            return false;
        for (unsigned i = 0; i < count; i++)
            if (strcmp(seen[i], url) == 0) {
                snprintf(error, error_size, "names %s twice", url);
                return false;
            }
        strcpy(seen[count++], url);
    }
    if (count)
        return true;
    snprintf(error, error_size, "names no runner");
    return false;
}

/* ---- slots -------------------------------------------------------------------------------------
 */

static void s_grow(struct slot *asker);

/* Starts one more slot of a place; with the mutex. */
static struct slot *s_add_slot(struct runner *self, struct place *place)
{
    struct slot *slot = calloc(1, sizeof *slot);
    check(slot);
    slot->common = &self->common;
    slot->place = place;
    slot->number = place->slot_count++;
    slot->grow = s_grow;
    slot->runner = self;
    buffer_init(&slot->why, 4096);
    slot->thread = zactor_new(slot_thread, slot);
    check(slot->thread);
    TAKEN_OVER(slot);
    self->slots[self->slot_count++] = slot;
    return slot;
}

/* Called by a slot's thread when its driver may have learnt how many slots the place takes. */
static void s_grow(struct slot *asker)
{
    struct runner *self = asker->runner;
    struct place *place = asker->place;
    unsigned wanted = place->driver->slots(place->state);
    pthread_mutex_lock(&self->mutex);
    while (!atomic_load(&self->common.stopping) && place->slot_count < wanted &&
           self->slot_count < RUNNER_SLOTS_MAX)
        s_add_slot(self, place);
    pthread_mutex_unlock(&self->mutex);
}

/* ---- the runner --------------------------------------------------------------------------------
 */

/* A server's is the same whoever speaks to it; this machine's is its own. */
static int64_t s_place_id(const struct runner *self, const struct place *place)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    for (const char *at = place->url; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 0x100000001b3u;
    return (int64_t)((place->driver == &runner_sandbox ? hash ^ self->common.spread : hash) >> 12);
}

/* False: the place can't be had, or one of its slots; `error` says why. */
static bool s_open_place(struct runner *self, const struct place_options *options,
                         struct buffer *error)
{
    char what[256];
    struct place *place = &self->places[self->place_count];
    snprintf(place->url, sizeof place->url, "%s", options->url);
    place->driver = runner_driver_for(options->url, what, sizeof what);
    if (!place->driver) {
        buffer_printf(error, "%s\n", what);
        return false;
    }
    place->state = place->driver->open(options, error);
    if (!place->state)
        return false;
    place->id = s_place_id(self, place);
    self->place_count++;
    bool opened = true;
    pthread_mutex_lock(&self->mutex); /* the first of them may want more at once */
    for (unsigned left = place->driver->slots(place->state);
         opened && left && self->slot_count < RUNNER_SLOTS_MAX; left--) {
        const struct slot *slot = s_add_slot(self, place);
        buffer_append(error, slot->why.data, slot->why.length);
        opened = slot->why.length == 0;
    }
    pthread_mutex_unlock(&self->mutex);
    return opened;
}

struct runner *runner_start(const struct runner_options *options, struct buffer *error)
{
    struct runner *self = calloc(1, sizeof *self);
    struct place_options place = {.slots = options->slots,
                                  .insecure = options->insecure,
                                  .data_folder = options->data_folder,
                                  .compile_cache_bytes = options->compile_cache_bytes,
                                  .judge0_token = options->judge0_token,
                                  .public_url = options->public_url};
    const char *urls = options->urls;
    unsigned opened = 0;
    check(self);
    self->common.options = *options;
    self->common.spread = (uint32_t)clock_chance();
    pthread_mutex_init(&self->mutex, NULL);
    while (self->place_count < RUNNER_PLACES_MAX && s_next_url(&urls, place.url))
        opened += s_open_place(self, &place, error);
    if (opened == 0)
        runner_stop(&self);
    return self;
}

void runner_drain(struct runner *self)
{
    pthread_mutex_lock(&self->mutex);
    atomic_store(&self->common.stopping, true);
    pthread_mutex_unlock(&self->mutex);
    for (unsigned i = 0; i < self->slot_count; i++) { /* nobody adds to them now */
        /* a thread that has seen `stopping` is gone, and nobody would ever take the word */
        zsock_set_sndtimeo(self->slots[i]->thread, 0);
        zstr_send(self->slots[i]->thread, "STOP");
    }
}

void runner_stop(struct runner **self_p)
{
    struct runner *self = *self_p;
    if (!self)
        return;
    runner_drain(self);
    for (unsigned i = 0; i < self->slot_count; i++) {
        zactor_destroy(&self->slots[i]->thread);
        TAKEN_OVER(self->slots[i]);
        buffer_fini(&self->slots[i]->why);
        free(self->slots[i]);
    }
    for (unsigned i = 0; i < self->place_count; i++)
        self->places[i].driver->close(self->places[i].state);
    pthread_mutex_destroy(&self->mutex);
    free(self);
    *self_p = NULL;
}
