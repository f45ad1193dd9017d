/* The inside of the runner: one slot's thread, and what it shares with those who start it. */
#ifndef RUNNER_SLOT_H
#define RUNNER_SLOT_H

#include <czmq.h>
#include <stdatomic.h>

#include "actors/runner/checker_cache.h"
#include "actors/runner/driver.h"
#include "actors/runner/runner.h"
#include "actors/runner/run_report.h"
#include "actors/runner/test_cache.h"
#include "actors/runtime/port.h"

#define SECRET_BYTES 32 /* hexadecimal digits: what only the server that was told can know */

/* What all slots of a process share; made before them, outlives them. */
struct slot_common {
    struct runner_options options; /* as given */
    uint32_t spread;               /* chance: slots of different processes begin elsewhere */
    _Atomic bool stopping;         /* take nothing, give back */
};

struct place {
    const struct runner_driver *driver; /* how it is spoken to */
    void *state;                        /* the driver's */
    char url[RUNNER_URL_MAX_BYTES];     /* as given */
    int64_t id;                         /* the same for the same server, in any process */
    unsigned slot_count;                /* started so far */
};

struct slot {
    struct slot_common *common;      /* borrowed */
    struct place *place;             /* borrowed */
    unsigned number;                 /* among the place's, from 0 */
    zactor_t *thread;                /* owned by the runner */
    void (*grow)(struct slot *self); /* tells the runner that the place may take more slots */
    struct runner *runner;           /* whom */
    struct buffer why;               /* why it could not start */

    /* the thread's own: */
    void *driver;                    /* the driver's slot */
    struct port *port;               /* where the judge and the store answer */
    zsock_t *pipe;                   /* to hear that it shall stop */
    struct offer offer;              /* what can be judged now */
    uint8_t judge;                   /* the shard of the judge that we last spoke to */
    bool known;                      /* it has been told that we are here */
    int64_t tend_ms;                 /* when the driver looks after the slot */
    int64_t ready_ms;                /* when we last said that we are ready */
    uint32_t generation;             /* of our last question */
    struct test_cache tests;         /* of the job under way */
    int64_t not_kept_ms;             /* when we last said that one of them can't be kept */
    const struct msg_judge_job *job; /* the job under way; NULL: none */
    char secret[SECRET_BYTES + 1];   /* of the job, for a server's callback */
    char hint[SECRET_BYTES + 32]; /* judge, submission or trial, secret: "0-17-…", "0-t17-…" */
    bool hinted;                  /* the server has called */
    int64_t progress_ms;          /* when we last said that we are at it */
    struct run_report report;     /* of a run */
    uint32_t tests_done;          /* of the job */
    uint32_t told_tests;          /* as last said */
    bool replaced;                /* its problem has another package since it was leased */
    /* a test that could not be kept in a file */
    struct buffer input, expected, arguments;
    struct checker_cache checker; /* of the job's problem, if it has one */
    bool checker_whole;           /* all of it is there */
};

/* zactor's function; the argument is a struct slot. Signals when the slot is there, or `why` says
 * why it is not. */
void slot_thread(zsock_t *pipe, void *argument);

#endif
