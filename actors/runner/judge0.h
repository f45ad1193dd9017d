/* A Judge0 server as a place to judge: what its slots share, and the inside that the files
 * judge0*.c share. Others see only runner_judge0 (driver.h) and judge0_probe.h.
 *
 * A server that does not answer, refuses our token, is in maintenance, has no workers or leaves its
 * queue standing is set aside: its slots take nothing, what they had goes back to the judge, and
 * one of them asks from time to time, more and more seldom, whether it is back. Only then are its
 * languages and limits read again. */
#ifndef RUNNER_JUDGE0_H
#define RUNNER_JUDGE0_H

#include <pthread.h>

#include "actors/runner/judge0_codec.h"
#include "actors/runner/judge0_http.h"

#define JUDGE0_CHECK_LIMIT_MS 5000         /* for each question of a check */
#define JUDGE0_INFO_MAX_BYTES (256 * 1024) /* of /languages and the like */

struct judge0 {
    char url[RUNNER_URL_MAX_BYTES]; /* without a slash at its end */
    const char *token;              /* borrowed */
    const char *public_url;         /* borrowed; "": callbacks can't reach us */
    unsigned slots_asked;           /* 0: as many as it has workers */
    int64_t patience_ms;            /* for a queue that stands still or is full */
    pthread_mutex_t mutex;          /* of the rest */
    bool up;                        /* takes submissions, as far as we know */
    bool told;                      /* that it is not: once for each time */
    bool checking;                  /* a slot is at it */
    int64_t check_ms;               /* when it is to be asked again */
    unsigned failures;              /* in a row */
    unsigned workers;               /* that it has */
    char stuck[JUDGE0_TOKEN_BYTES]; /* the submission that its queue stood still at; "": none */
    struct judge0_config config;    /* as last read */
    struct offer offer;             /* likewise */
    int64_t usual_ms; /* from a submission to its result, as it was lately; 0: unknown */
    bool calls_back;  /* the last result was heard of by a callback */
};

struct judge0_slot {
    struct judge0 *place;        /* borrowed */
    struct judge0_http *http;    /* owned */
    struct judge0_answer answer; /* to the last request; owned */
};

/* The server is not to be used for now; `why` for the log. `stuck`: a token whose progress will
 * show that it is back; NULL: any answer does. Any thread. */
void judge0_set_aside(struct judge0 *self, const char *why, const char *stuck);
/* Its limits or languages are not what we took them for: they are read again. Any thread. */
void judge0_ask_anew(struct judge0 *self);
/* A result came after so long. Any thread. */
void judge0_took(struct judge0 *self, int64_t took_ms, bool called_back);

/* Asks the server what it is and can. False: `why` says in a sentence why it can't be used;
 * `workers` stays as it is where the server does not tell. */
struct judge0_check {
    struct judge0_config config; /* read, or the default */
    struct offer offer;          /* what both know */
    unsigned workers;            /* that it has; 0: not told */
};
bool judge0_check(struct judge0_slot *slot, const struct watch *watch, struct judge0_check *check,
                  char why[JUDGE0_WHY_BYTES]);
/* What an HTTP status other than 2xx says about the server as a whole; NULL: nothing. */
const char *judge0_status_text(long status);

/* judge0_judging.c: the driver's judge. */
void judge0_judge(void *slot, const struct watch *watch, const struct judging_task *task,
                  struct judging_outcome *outcome);

#endif
