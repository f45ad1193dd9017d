/* The inside of one judging by a Judge0: what judge0_judging.c and judge0_ask.c share. */
#ifndef RUNNER_JUDGE0_JUDGING_H
#define RUNNER_JUDGE0_JUDGING_H

#include "actors/runner/judge0.h"

#define JUDGE0_TRIES_MAX 3 /* of a request, and of a submission that came to nothing */

/* A test at the server. The one behind the last is the syntax check. */
struct test_run {
    char token[JUDGE0_TOKEN_BYTES]; /* ""; it is to be sent */
    int64_t stack_kb;               /* as sent: its mark */
    unsigned sends;                 /* so far */
    int status;                     /* as last seen */
    bool judged;                    /* the rest is set */
    enum verdict verdict;           /* of this test */
    int64_t time_us, memory_kb;     /* as measured */
};

/* A judging under way. */
struct judge0_judging {
    struct judge0_slot *slot;                      /* borrowed */
    const struct watch *watch;                     /* borrowed */
    const struct judging_task *task;               /* borrowed */
    struct judging_outcome *outcome;               /* to be filled */
    const struct language *language;               /* of the task */
    const struct judge0_language *extra;           /* of the task */
    struct judge0_config config;                   /* of the server */
    struct judge0_submission model;                /* what all submissions have in common */
    char callback_url[RUNNER_URL_MAX_BYTES + 128]; /* "": none */
    bool output_cut;             /* the server allows less than the problem's limit */
    struct test_run *tests;      /* owned; test_count + 1 */
    struct buffer body;          /* of a request; owned */
    struct judge0_result result; /* the last one read; its buffers are owned */
    unsigned batch;              /* submissions in one request */
    unsigned puzzles;            /* answers that were not to be understood, in a row */
    bool one_by_one;             /* results together were too long */
    int64_t sent_ms, changed_ms; /* last send; last send or change of a status */
    int64_t usual_ms, step_ms;   /* see s_pause */
    bool calls_back, called;     /* it usually does; it just has */
    bool waits_for_first;        /* no result since the last send */
};

/* Ends of a judging; all give false. A Judge Error, with its reason; */
__attribute__((format(printf, 2, 3))) bool judge0_error(struct judge0_judging *self,
                                                        const char *format, ...);
/* given up; */
bool judge0_cancel(struct judge0_judging *self);
/* or given back, and the server is set aside: see judge0_set_aside. */
bool judge0_give_back(struct judge0_judging *self, const char *why, const char *stuck);

/* False: cancelled. */
bool judge0_sleep(struct judge0_judging *self, int64_t wait_ms);
/* The server said something that Judge0 does not say. False: it has done so too often, or we are
 * cancelled. */
bool judge0_puzzled(struct judge0_judging *self, const char *what);

enum asked {
    ASKED_OK,       /* the answer is there */
    ASKED_FULL,     /* the queue takes no more for now */
    ASKED_TOO_LONG, /* the answer was cut off */
    ASKED_AGAIN,    /* nothing yet: make the request again */
    ASKED_OVER      /* the judging is over */
};

/* Makes a request, a few times where that may help; never gives ASKED_AGAIN. */
enum asked judge0_ask(struct judge0_judging *self, const struct judge0_request *request);
/* For a request. */
int64_t judge0_limit_ms(const struct judge0_judging *self);

#endif
