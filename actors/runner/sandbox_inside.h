/* The inside of a slot: what sandbox.c (slot and box), sandbox_run.c (a run) and sandbox_pair.c
 * (two runs that talk to each other) share. Nobody else includes this. */
#ifndef ACTORS_RUNNER_SANDBOX_INSIDE_H
#define ACTORS_RUNNER_SANDBOX_INSIDE_H

#include <limits.h>
#include <linux/filter.h>
#include <poll.h>

#include "actors/runner/cgroup.h"
#include "actors/runner/keeper_link.h"
#include "actors/runner/sandbox.h"

#define SANDBOX_BOX_BYTES (256ull << 20) /* source, objects and program of one submission */
#define SANDBOX_SET_UP_MS 10000          /* a child that is not ready by then is our failure */
#define SANDBOX_TICK_US (200 * 1000LL)   /* between two calls of progress, at most */
#define SANDBOX_PIECE_BYTES (64 * 1024)  /* read from a pipe at once */
#define SANDBOX_PATIENCE 10              /* times the wall clock limit, on a machine too busy */

struct sandbox {
    enum sandbox_mode mode;    /* isolated or not */
    unsigned number;           /* of the slot */
    unsigned uid;              /* of its programs, as they see it; 0: our own */
    struct cgroup *cgroup;     /* owned; NULL when insecure */
    struct sock_fprog filter;  /* owned; empty when insecure */
    struct keeper_link keeper; /* holds root, box and namespaces; restarted when it is gone */
    bool own_users;            /* programs get a user namespace of their own */
    int cpu;                   /* that runs are pinned to; -1: any */
    int64_t cpus;              /* that we may use */
    struct keeper_run run;     /* the request under way */
    char shared[PATH_MAX];     /* folder of the machine that programs may read; empty: none */
    char box_path[40];         /* "/box"; a folder under /tmp when insecure; empty without a box */
    struct sandbox *partner;   /* owned; see sandbox_partner; NULL: not made yet */
    char piece[SANDBOX_PIECE_BYTES]; /* read from pipes */
};

/* ---- sandbox.c ---- */

int64_t sandbox_now_us(void);
void sandbox_close(int *fd);
void sandbox_tell_failure(char *failure, size_t size, const struct keeper_record *record);
/* Waits for a record of that kind. False: `failure` says what came instead. */
bool sandbox_await(struct sandbox *self, enum keeper_event event, struct keeper_record *record,
                   int *descriptor, char *failure, size_t size);

/* ---- sandbox_run.c ---- */

/* The clocks of a run. */
struct clocks {
    int64_t begun_us;        /* when it began */
    int64_t since_us;        /* when its wall clock began */
    int64_t look_us, cpu_us; /* the last look, and the processor time then */
    int64_t waited_us;       /* of the time since then: spent waiting for a processor */
    int64_t others_us;       /* likewise: for somebody else who was at work */
    int64_t idle_us;         /* likewise: for nothing that is known */
    unsigned blind;          /* looks in a row at which the group could not be read */
};

/* Our ends of a run's pipes, and the program's; each is closed with the run; -1: none. */
struct streams {
    int input_theirs;                 /* stdin */
    int output, output_theirs;        /* stdout; `output` -1: somebody else reads it */
    int errors, errors_theirs;        /* stderr; -1 and output_theirs when it joins stdout */
    int files[SANDBOX_FILES_MAX + 1]; /* job->files, then job->kept_file */
};

/* A run under way. */
struct run {
    struct sandbox *sandbox;       /* borrowed */
    const struct sandbox_job *job; /* borrowed */
    struct outcome *outcome;       /* borrowed; to be filled */
    struct streams streams;        /* owned */
    struct clocks clocks;          /* of it */
    uint64_t taken;                /* of its stdout, by us */
    int process;                   /* the pidfd of its first process; -1: it never began */
    bool killed;                   /* by us */
};

/* A pipe that the program may also open by its name, /dev/stdout: it must own it for that. The end
 * that is ours does not block. `ours_reads`: it is the one to read from. */
bool run_pipe(const struct sandbox *self, bool ours_reads, int *ours, int *theirs);
/* Without streams. */
void run_prepare(struct run *self, struct sandbox *sandbox, const struct sandbox_job *job,
                 struct outcome *outcome);
/* Starts it; the program's ends of its pipes are the program's alone then. False: the outcome has
 * the failure. Either way run_end must follow. */
bool run_start(struct run *self);
/* Looks at clocks and caller; kills the run when that must be, and sets the reason. Gives how long
 * nothing can happen. `others_us`: how much of the time since the last look the run may have spent
 * waiting for somebody else who was at work. */
int64_t run_look(struct run *self, int64_t others_us);
void run_kill(struct run *self);
/* Kills it for a reason that is not the program's. */
__attribute__((format(printf, 2, 3))) void run_give_up(struct run *self, const char *reason, ...);
#define RUN_TOO_BUSY "the machine is too busy"
/* Takes a piece of what it has written to stdout (or stderr), if anything; true: there may be more.
 */
bool run_take_output(struct run *self);
bool run_take_errors(struct run *self);
/* After its first process has ended: measures. */
void run_measure(struct run *self);
/* Frees what it held. */
void run_end(struct run *self);

#endif
