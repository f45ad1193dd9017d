/* What all requests of a judging have in common: repeated a few times, and then judged themselves:
 * is the server away, is it full, or is it this submission? */
#include <stdio.h>

#include "actors/runner/judge0_judging.h"
#include "actors/runtime/stats.h"

#define TRY_FIRST_MS 100       /* pause before a request is made again; then five times as long */
#define REQUEST_LIMIT_MS 15000 /* for a request */

/* ---- ends --------------------------------------------------------------------------------------
 */

__attribute__((format(printf, 2, 3))) bool judge0_error(struct judge0_judging *self,
                                                        const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    self->outcome->verdict = VERDICT_JUDGE_ERROR;
    vsnprintf(self->outcome->reason, sizeof self->outcome->reason, format, arguments);
    va_end(arguments);
    return false;
}

bool judge0_cancel(struct judge0_judging *self)
{
    self->outcome->cancelled = true;
    return false;
}

bool judge0_give_back(struct judge0_judging *self, const char *why, const char *stuck)
{
    judge0_set_aside(self->slot->place, why, stuck);
    return judge0_cancel(self);
}

bool judge0_sleep(struct judge0_judging *self, int64_t wait_ms)
{
    return judge0_http_wait(self->slot->http, wait_ms, self->watch, NULL, NULL) ||
           judge0_cancel(self);
}

bool judge0_puzzled(struct judge0_judging *self, const char *what)
{
    stats_add(STAT_judge0_repeats, 1);
    if (++self->puzzles >= JUDGE0_TRIES_MAX)
        return judge0_error(self, "Judge0 %s: %s", self->slot->place->url, what);
    return judge0_sleep(self, TRY_FIRST_MS << self->puzzles);
}

/* ---- requests ----------------------------------------------------------------------------------
 */

/* It fails, again and again: is it the server, or this submission? */
static enum asked s_blame(struct judge0_judging *self, const char *why)
{
    struct judge0_check check;
    char text[JUDGE0_WHY_BYTES], kept[JUDGE0_WHY_BYTES];
    snprintf(kept, sizeof kept, "%s", why);
    bool usable = judge0_check(self->slot, self->watch, &check, text);
    if (usable)
        judge0_error(self, "Judge0 %s: for this submission %s", self->slot->place->url, kept);
    else if (text[0])
        judge0_give_back(self, text, NULL);
    else
        judge0_cancel(self);
    return ASKED_OVER;
}

static enum asked s_refused(struct judge0_judging *self, long status)
{
    char text[JUDGE0_WHY_BYTES];
    judge0_error_text(buffer_slice(&self->slot->answer.body), text);
    if (status == 429 || (status == 503 && strstr(text, "queue")))
        return ASKED_FULL;
    const char *why = judge0_status_text(status);
    if (why && status < 500) {
        judge0_give_back(self, why, NULL);
        return ASKED_OVER;
    }
    if (why)
        return ASKED_AGAIN;
    judge0_ask_anew(self->slot->place); /* its limits may have changed */
    judge0_error(self, "Judge0 %s refuses it (%ld): %s", self->slot->place->url, status, text);
    return ASKED_OVER;
}

static enum asked s_ask_once(struct judge0_judging *self, const struct judge0_request *request,
                             char *why)
{
    struct judge0_answer *answer = &self->slot->answer;
    switch (judge0_http_run(self->slot->http, request, self->watch, answer)) {
    case JUDGE0_HTTP_CANCELLED:
        judge0_cancel(self);
        return ASKED_OVER;
    case JUDGE0_HTTP_TOO_LONG:
        return ASKED_TOO_LONG;
    case JUDGE0_HTTP_FAILED:
        snprintf(why, JUDGE0_WHY_BYTES, "it does not answer: %s", answer->why);
        return ASKED_AGAIN;
    case JUDGE0_HTTP_ANSWERED:
        break;
    }
    if (answer->status == 200 || answer->status == 201)
        return ASKED_OK;
    snprintf(why, JUDGE0_WHY_BYTES, "it answers with an error of its own (%ld)", answer->status);
    return s_refused(self, answer->status);
}

enum asked judge0_ask(struct judge0_judging *self, const struct judge0_request *request)
{
    char why[JUDGE0_WHY_BYTES];
    int64_t pause_ms = TRY_FIRST_MS;
    for (int tries = 0; tries < JUDGE0_TRIES_MAX; tries++, pause_ms *= 5) {
        enum asked asked = s_ask_once(self, request, why);
        if (asked != ASKED_AGAIN)
            return asked;
        stats_add(STAT_judge0_repeats, 1);
        if (tries + 1 < JUDGE0_TRIES_MAX && !judge0_sleep(self, pause_ms))
            return ASKED_OVER;
    }
    return s_blame(self, why);
}

int64_t judge0_limit_ms(const struct judge0_judging *self)
{
    int64_t patience_ms = self->slot->place->patience_ms;
    return patience_ms < REQUEST_LIMIT_MS ? patience_ms : REQUEST_LIMIT_MS;
}
