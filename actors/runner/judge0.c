/* What the slots of one Judge0 share: its address, what it can, whether it is there, how quick it
 * usually is. The mutex is never held while the network is waited for. */
#include "actors/runner/judge0.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "proto/check.h"

#define IDLE_CHECK_MS 15000 /* a server that is up is asked again */
#define AWAY_FIRST_MS 500   /* one that is set aside, first; then after twice the time … */
#define AWAY_MOST_MS 30000  /* … up to this */
#define LOOK_AGAIN_MS 250   /* a slot looks what the one that asks has found */
#define WORKERS_DEFAULT 2   /* where a server does not tell */
#define SLOTS_MAX 64        /* of one server, when it is the server that says how many */
#define PATIENCE_MS 60000   /* default of place_options */

/* ---- URL ---------------------------------------------------------------------------------------
 */

static bool s_takes(const char *url, char *error, size_t error_size)
{
    const char *host = strstr(url, "://");
    error[0] = '\0';
    size_t scheme = host ? (size_t)(host - url) : 0;
    if (!(scheme == 4 && strncmp(url, "http", 4) == 0) &&
        !(scheme == 5 && strncmp(url, "https", 5) == 0))
        return false;
    host += strlen("://");
    size_t length = strcspn(host, "/");
    if (memchr(host, '@', length))
        snprintf(error, error_size,
                 "a Judge0's address takes no password; its token goes into CODECOMP_JUDGE0_TOKEN");
    else if (length == 0 || host[0] == ':')
        snprintf(error, error_size, "\"%s\" has no host, as in http://127.0.0.1:2358", url);
    else if (strpbrk(url, "?#\"\\<> ") || strlen(url) >= RUNNER_URL_MAX_BYTES - 1)
        snprintf(error, error_size, "\"%.200s\" is not the address of a server", url);
    for (const char *at = url; *at && !error[0]; at++)
        if (!isprint((unsigned char)*at))
            snprintf(error, error_size, "the address of a Judge0 has a character that is none");
    return !error[0];
}

/* ---- health ------------------------------------------------------------------------------------
 */

static void s_schedule(struct judge0 *self)
{
    unsigned doublings = self->failures < 7 ? self->failures : 7;
    int64_t pause_ms = self->up ? IDLE_CHECK_MS : (int64_t)AWAY_FIRST_MS << doublings;
    self->check_ms = clock_now_ms() + (pause_ms < AWAY_MOST_MS ? pause_ms : AWAY_MOST_MS);
}

/* With the mutex. `asked`: it has been asked just now; else what several slots find out at the same
 * time counts once. */
static void s_set_aside(struct judge0 *self, const char *why, bool asked)
{
    if (!self->told) {
        log_warn("runner-set-aside", "url=%s why=\"%s\"", self->url, why);
        stats_add(STAT_judge0_set_aside, 1);
    }
    if (!self->up && self->told && !asked)
        return;
    self->failures += self->failures < 32;
    self->up = false;
    self->told = true;
    s_schedule(self);
}

void judge0_set_aside(struct judge0 *self, const char *why, const char *stuck)
{
    pthread_mutex_lock(&self->mutex);
    if (stuck)
        snprintf(self->stuck, sizeof self->stuck, "%s", stuck);
    s_set_aside(self, why, false);
    pthread_mutex_unlock(&self->mutex);
}

void judge0_ask_anew(struct judge0 *self)
{
    pthread_mutex_lock(&self->mutex);
    self->check_ms = 0;
    pthread_mutex_unlock(&self->mutex);
}

void judge0_took(struct judge0 *self, int64_t took_ms, bool called_back)
{
    pthread_mutex_lock(&self->mutex);
    self->usual_ms = self->usual_ms ? (3 * self->usual_ms + took_ms) / 4 : took_ms;
    self->calls_back = called_back;
    self->failures = 0;
    pthread_mutex_unlock(&self->mutex);
}

/* With the mutex. */
static void s_log_back(const struct judge0 *self)
{
    log_info("runner-there", "url=%s workers=%u languages=%u", self->url, self->workers,
             self->offer.count);
    for (uint32_t i = 0; i < self->offer.count; i++)
        log_info("language", "id=%lld name=\"%s\" version=\"%s\" url=%s",
                 (long long)self->offer.list[i].id, self->offer.list[i].name,
                 self->offer.list[i].version, self->url);
}

/* With the mutex. */
static void s_take_check(struct judge0 *self, const struct judge0_check *check)
{
    bool was_up = self->up;
    self->config = check->config;
    self->offer = check->offer;
    self->workers = check->workers ? check->workers : WORKERS_DEFAULT;
    self->up = true;
    self->told = false;
    self->stuck[0] = '\0';
    if (!was_up) {
        self->usual_ms = 0;
        s_log_back(self);
    }
    s_schedule(self);
}

/* ---- asking ------------------------------------------------------------------------------------
 */

const char *judge0_status_text(long status)
{
    switch (status) {
    case 401:
        return "it does not accept our token (CODECOMP_JUDGE0_TOKEN)";
    case 403:
        return "it does not let us in (403): our address or our token is not allowed there";
    case 404:
        return "this address is no Judge0's: it answers 404";
    default:
        return status >= 500                   ? "it answers with an error of its own (5xx)"
               : status >= 300 && status < 400 ? "it sends us elsewhere (3xx); name that address"
                                               : NULL;
    }
}

/* False: `why` tells why there is no such answer; an empty one: cancelled. */
static bool s_get(struct judge0_slot *slot, const char *path, const struct watch *watch,
                  char why[JUDGE0_WHY_BYTES])
{
    struct judge0_answer *answer = &slot->answer;
    const struct judge0_request request = {
        .path = path, .answer_max = JUDGE0_INFO_MAX_BYTES, .limit_ms = JUDGE0_CHECK_LIMIT_MS};
    why[0] = '\0';
    switch (judge0_http_run(slot->http, &request, watch, answer)) {
    case JUDGE0_HTTP_CANCELLED:
        return false;
    case JUDGE0_HTTP_FAILED:
        snprintf(why, JUDGE0_WHY_BYTES, "it does not answer: %s", answer->why);
        return false;
    case JUDGE0_HTTP_TOO_LONG:
        snprintf(why, JUDGE0_WHY_BYTES, "what it answers to %s is too long", path);
        return false;
    case JUDGE0_HTTP_ANSWERED:
        break;
    }
    if (answer->status == 200)
        return true;
    const char *text = judge0_status_text(answer->status);
    snprintf(why, JUDGE0_WHY_BYTES, "%s", text ? text : "it answers with an error (4xx)");
    return false;
}

static const char *s_unusable(const struct judge0_check *check)
{
    return check->config.maintenance ? "it is in maintenance"
           : !check->config.batches
               ? "it takes no batches of submissions (ENABLE_BATCHED_SUBMISSIONS)"
           : check->offer.count == 0 ? "it has no language that is judged here"
                                     : NULL;
}

bool judge0_check(struct judge0_slot *slot, const struct watch *watch, struct judge0_check *check,
                  char why[JUDGE0_WHY_BYTES])
{
    const struct buffer *body = &slot->answer.body;
    judge0_config_default(&check->config);
    check->workers = 0;
    if (!s_get(slot, "/config_info", watch, why)) {
        if (slot->answer.status != 404) /* closed by a proxy in front: the defaults will do */
            return false;
    } else if (!judge0_read_config(buffer_slice(body), &check->config)) {
        snprintf(why, JUDGE0_WHY_BYTES, "what it answers to /config_info is not Judge0's");
        return false;
    }
    if (!s_get(slot, "/languages", watch, why))
        return false;
    if (!judge0_read_languages(buffer_slice(body), &check->config, &check->offer)) {
        snprintf(why, JUDGE0_WHY_BYTES, "what it answers to /languages is not Judge0's");
        return false;
    }
    if (s_get(slot, "/workers", watch, why) &&
        judge0_read_workers(buffer_slice(body), &check->workers) && check->workers == 0) {
        snprintf(why, JUDGE0_WHY_BYTES, "it has no workers");
        return false;
    }
    const char *what = s_unusable(check);
    snprintf(why, JUDGE0_WHY_BYTES, "%s", what ? what : "");
    return !what;
}

/* Whether the submission that its queue stood still at still waits there. One that it does not know
 * any more went with that queue. */
static bool s_still_stuck(struct judge0_slot *slot, const struct watch *watch, const char *token,
                          char why[JUDGE0_WHY_BYTES])
{
    char path[512];
    json_t *document;
    bool waits = false;
    snprintf(path, sizeof path,
             "/submissions/batch?base64_encoded=true&fields=token,status_id&tokens=%s", token);
    if (!*token)
        return false;
    if (!s_get(slot, path, watch, why))
        return true;
    const json_t *list = judge0_read_results(buffer_slice(&slot->answer.body), 1, &document);
    if (list)
        waits = json_integer_value(json_object_get(json_array_get(list, 0), "status_id")) ==
                JUDGE0_IN_QUEUE;
    json_decref(document);
    if (waits)
        snprintf(why, JUDGE0_WHY_BYTES, "its queue stands still");
    return waits;
}

/* Without the mutex, which others need meanwhile; `checking` keeps them from asking too. */
static void s_check(struct judge0_slot *slot, const struct watch *watch)
{
    struct judge0 *place = slot->place;
    struct judge0_check check;
    char why[JUDGE0_WHY_BYTES], stuck[JUDGE0_TOKEN_BYTES];
    pthread_mutex_lock(&place->mutex);
    snprintf(stuck, sizeof stuck, "%s", place->stuck);
    pthread_mutex_unlock(&place->mutex);
    bool usable = !s_still_stuck(slot, watch, stuck, why) && judge0_check(slot, watch, &check, why);
    pthread_mutex_lock(&place->mutex);
    if (usable)
        s_take_check(place, &check);
    else if (why[0])
        s_set_aside(place, why, true);
    place->checking = false;
    pthread_mutex_unlock(&place->mutex);
}

static int64_t s_tend(void *opaque, const struct watch *watch, struct offer *offer)
{
    struct judge0_slot *slot = opaque;
    struct judge0 *place = slot->place;
    pthread_mutex_lock(&place->mutex);
    bool mine = !place->checking && place->check_ms <= clock_now_ms();
    place->checking |= mine;
    pthread_mutex_unlock(&place->mutex);
    if (mine)
        s_check(slot, watch);
    pthread_mutex_lock(&place->mutex);
    *offer = place->offer;
    if (!place->up)
        offer->count = 0;
    int64_t left_ms = place->check_ms - clock_now_ms();
    pthread_mutex_unlock(&place->mutex);
    if (left_ms < LOOK_AGAIN_MS)
        return LOOK_AGAIN_MS;
    return offer->count ? left_ms : LOOK_AGAIN_MS;
}

/* ---- the driver's table ------------------------------------------------------------------------
 */

static void *s_open(const struct place_options *options, struct buffer *why)
{
    for (const char *at = options->judge0_token; *at; at++)
        if (*at <= ' ' || *at >= 0x7f) {
            buffer_append_text(why, "the token for Judge0 has a character that no header takes\n");
            return NULL;
        }
    struct judge0 *self = calloc(1, sizeof *self);
    check(self);
    snprintf(self->url, sizeof self->url, "%s", options->url);
    for (size_t length = strlen(self->url); length && self->url[length - 1] == '/'; length--)
        self->url[length - 1] = '\0';
    self->token = options->judge0_token;
    self->public_url = options->public_url;
    self->slots_asked = options->slots;
    self->patience_ms = options->patience_ms ? options->patience_ms : PATIENCE_MS;
    judge0_config_default(&self->config);
    pthread_mutex_init(&self->mutex, NULL);
    return self;
}

static void s_close(void *place)
{
    struct judge0 *self = place;
    pthread_mutex_destroy(&self->mutex);
    free(self);
}

/* The first slot finds out; there are as many as it has workers, which is all that it can do. */
static unsigned s_slots(void *place)
{
    struct judge0 *self = place;
    pthread_mutex_lock(&self->mutex);
    unsigned slots = self->slots_asked ? self->slots_asked : self->workers;
    pthread_mutex_unlock(&self->mutex);
    return slots == 0 ? 1 : slots < SLOTS_MAX || self->slots_asked ? slots : SLOTS_MAX;
}

static void *s_slot_open(void *place, unsigned number, struct buffer *why)
{
    (void)number;
    struct judge0_slot *self = calloc(1, sizeof *self);
    check(self);
    self->place = place;
    self->http = judge0_http_new(self->place->url, self->place->token);
    buffer_init(&self->answer.body, JUDGE0_INFO_MAX_BYTES);
    if (self->http)
        return self;
    buffer_append_text(why, "libcurl can't be used\n");
    free(self);
    return NULL;
}

static void s_slot_close(void *slot)
{
    struct judge0_slot *self = slot;
    judge0_http_destroy(&self->http);
    buffer_fini(&self->answer.body);
    free(self);
}

const struct runner_driver runner_judge0 = {
    .name = "judge0",
    .takes = s_takes,
    .open = s_open,
    .close = s_close,
    .slots = s_slots,
    .slot_open = s_slot_open,
    .slot_close = s_slot_close,
    .tend = s_tend,
    .judge = judge0_judge,
};
