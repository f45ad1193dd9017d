/* Between a slot (sandbox.c) and its keeper, a small program of its own that is embedded in ours:
 * what they say to each other over a SOCK_SEQPACKET pair. Nobody else includes this.
 *
 * The keeper lives as long as the slot. It holds what is dear to make: the mount namespace with the
 * root and the box, the empty network namespace; an ordinary user's also the user namespace that
 * gives the right to them. For each run it clones the first process ("init") of fresh namespaces,
 * which starts the program and waits for it. Being tiny it is cheap to clone, and neither it nor
 * what comes of it has a copy of our memory, with its secrets in it.
 *
 * Both ends are of the same build: messages are plain structs. Texts of a request stand in one
 * array, each with its NUL. Descriptors go along with a request, in the order of its comment. */
#ifndef ACTORS_RUNNER_KEEPER_H
#define ACTORS_RUNNER_KEEPER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "actors/runner/sandbox_root.h"

#define KEEPER_SOCKET 3        /* the keeper's end, in the keeper */
#define KEEPER_TEXTS 16384     /* bytes of a run's texts */
#define KEEPER_WORDS_MAX 96    /* arguments and variables of a run */
#define KEEPER_DESCRIPTORS 12  /* with one message, at most */
#define KEEPER_FILE_FIRST 100  /* above whatever comes with a message */
#define KEEPER_FILTER_MAX 4096 /* instructions of the system call filter */

enum keeper_task {
    KEEPER_START,     /* struct keeper_start; once, and first. Answer: READY */
    KEEPER_OPEN_BOX,  /* struct keeper_box; descriptor: its files. Answer: READY */
    KEEPER_PACK_BOX,  /* struct keeper_box; descriptor: where its files go. Answer: READY */
    KEEPER_CLOSE_BOX, /* the task alone. Answer: READY */
    KEEPER_RUN, /* struct keeper_run; descriptors: stdin, stdout, stderr, then the group's, then
                 * the files. Answers: RUNNING, ENDED */
};

/* Any of them may be answered by FAILED. */
enum keeper_event {
    KEEPER_READY,   /* done */
    KEEPER_RUNNING, /* all is set up, the program begins now; init's pidfd comes along */
    KEEPER_FAILED,  /* `what` failed with `error` */
    KEEPER_ENDED,   /* the program is over; what it left behind ends with init */
};

struct keeper_start {
    enum keeper_task task;                        /* KEEPER_START */
    bool isolated;                                /* namespaces; else nothing but resource limits */
    bool mapped;                                  /* an ordinary user's: a user namespace first */
    unsigned uid;                                 /* of programs; 0: whoever we are */
    struct root root;                             /* to be made */
    unsigned filter_count;                        /* of: */
    struct sock_filter filter[KEEPER_FILTER_MAX]; /* system calls; sent as far as it is used */
};

struct keeper_box {
    enum keeper_task task; /* KEEPER_OPEN_BOX, KEEPER_PACK_BOX */
    uint64_t bytes, files; /* size of the box; of what may be packed */
};

/* Files of a box, packed: one after the other this head, the path within the box, the content. */
struct keeper_file {
    uint32_t path_bytes; /* of the path, without a NUL; at most KEEPER_PATH_MAX */
    bool executable;     /* by its owner */
    uint64_t bytes;      /* of the content */
};
#define KEEPER_PATH_MAX 512
#define KEEPER_DEPTH_MAX 8 /* folders in each other that are packed */

struct keeper_run {
    enum keeper_task task;    /* KEEPER_RUN */
    bool box_writable;        /* compiling */
    bool into_group;          /* the group's descriptor is a directory to be cloned into (cgroup
                               * v2); else its descriptors are `tasks` files to write "0" to */
    unsigned group_count;     /* of its descriptors; 0: no group */
    unsigned file_count;      /* descriptors that the program gets as KEEPER_FILE_FIRST, … */
    uint64_t scratch_bytes;   /* size of the scratch space, of a file there, and of a file */
    uint64_t scratch_files;   /* inodes of it */
    uint64_t file_bytes;      /* RLIMIT_FSIZE */
    uint64_t cpu_s;           /* RLIMIT_CPU, a backstop */
    uint64_t stack_bytes;     /* RLIMIT_STACK */
    uint64_t data_bytes;      /* RLIMIT_DATA; 0: none */
    int cpu;                  /* the processor to be pinned to; -1: any */
    unsigned argument_count;  /* of the texts, the first that many: argv */
    unsigned variable_count;  /* then the environment */
    unsigned texts_bytes;     /* of the texts; sent as far as they are used */
    char texts[KEEPER_TEXTS]; /* then: folder to start in, artefact (empty: none) */
};

struct keeper_record {
    enum keeper_event event; /* which */
    int error;               /* errno of FAILED; of START's READY: why programs get no user
                              * namespace of their own, 0 when they do; of PACK_BOX's: E2BIG */
    char what[48];           /* of FAILED */
    int wait_status;         /* of ENDED, as wait gives it */
    bool artefact_missing;   /* of ENDED */
    int64_t cpu_us;          /* of ENDED, by rusage: what was waited for only */
    int64_t memory_kb;       /* of ENDED, by rusage */
};

#endif
