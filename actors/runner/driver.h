/* What runs submissions, behind one table of functions: the sandbox of this machine, a Judge0
 * server. One row of --runner is a place: it is opened once, its slots share it and it outlives
 * them. A slot belongs to its thread and judges one submission at a time.
 *
 * All drivers give the same verdicts: the same limits, the same comparison (compare.h), the same
 * order of causes (verdict.h); tests/contracts/runner_contract.c holds them to it. */
#ifndef RUNNER_DRIVER_H
#define RUNNER_DRIVER_H

#include "actors/runner/judging.h"

#define RUNNER_FDS_MAX 80    /* descriptors that a slot must hear */
#define RUNNER_SLOTS_MAX 256 /* of all places of a process */
#define RUNNER_URL_MAX_BYTES 512

struct place_options {
    char url[RUNNER_URL_MAX_BYTES]; /* as in --runner */
    unsigned slots;                 /* asked for; 0: as many as processors or workers serve */
    bool insecure;                  /* the operator's switch: judge without isolation */
    const char *data_folder;        /* exists; what makes compiling faster is kept in shared/ */
    uint64_t compile_cache_bytes;   /* of compiled submissions kept in memory; 0: none */
    const char *judge0_token;       /* borrowed, outlives the place; "": none */
    const char *public_url;         /* where a Judge0 reaches our gateway; borrowed; "": nowhere */
    int64_t patience_ms;            /* how long a server's queue may stand still; 0: the default */
};

/* What a place can judge now. */
struct offer {
    bool checkers;  /* problems' own programs, too */
    uint32_t count; /* of: */
    struct {
        int64_t id;                 /* Judge0's number */
        char name[64], version[64]; /* for people */
    } list[LANGUAGES_MAX];
};

/* How a driver hears what its slot must hear while it waits for something of its own. */
struct watch {
    /* Called several times a second, and when a descriptor has become readable; false: give up. */
    bool (*go_on)(void *context);
    /* Descriptors to wait on, at most RUNNER_FDS_MAX, edge-triggered; *now: something is there
     * already. NULL: none. */
    size_t (*descriptors)(void *context, int *fds, bool *now);
    void *context; /* handed to all */
    /* Has a job come for the slot that its driver is looking after? Then what can wait, waits.
     * NULL: none can. */
    bool (*wanted)(void *context);
};

struct runner_driver {
    const char *name;
    /* True when this driver is for the URL; false with text in `error`: it is, but the URL is
     * wrong; false without: it is another's. */
    bool (*takes)(const char *url, char *error, size_t error_size);
    /* NULL: `why` says what is missing, a sentence per line. May not wait for a network. */
    void *(*open)(const struct place_options *options, struct buffer *why);
    void (*close)(void *place);
    /* How many slots it keeps busy, as far as is known; may grow after a tend. */
    unsigned (*slots)(void *place);
    /* `number` counts the place's slots from 0. NULL: `why` says what is missing. */
    void *(*slot_open)(void *place, unsigned number, struct buffer *why);
    void (*slot_close)(void *slot);
    /* Looks after the slot between two jobs: what can be judged now, nothing when the place is set
     * aside. Gives the milliseconds after which it wants to be called again; -1: never. */
    int64_t (*tend)(void *slot, const struct watch *watch, struct offer *offer);
    /* Judges. outcome->cancelled: given up or given back, as judging.h says. */
    void (*judge)(void *slot, const struct watch *watch, const struct judging_task *task,
                  struct judging_outcome *outcome);
};

extern const struct runner_driver runner_sandbox;
extern const struct runner_driver runner_judge0;

/* The driver for a URL. NULL: `error` says what is wrong with it. */
const struct runner_driver *runner_driver_for(const char *url, char *error, size_t error_size);

#endif
