/* Between sandbox.c and what runs after clone; nobody else includes it. */
#ifndef ACTORS_RUNNER_SANDBOX_CHILD_H
#define ACTORS_RUNNER_SANDBOX_CHILD_H

#include <linux/filter.h>

#include "actors/runner/cgroup.h"
#include "actors/runner/sandbox_root.h"

enum child_task {
    CHILD_MAKE_ROOT, /* build the root in the new mount namespace, stay until it is held */
    CHILD_MAKE_BOX,  /* add a box with the source to a copy of it, stay until it is held */
    CHILD_RUN,       /* run a program in a copy of that */
    CHILD_RUN_PLAIN, /* run a program on the bare machine */
};

/* Everything the child needs, made before clone. Descriptors are -1 when unused and above 2. */
struct child_plan {
    enum child_task task;    /* what to do */
    int status;              /* records go here */
    int go;                  /* the program starts when a byte comes; at its end the child ends */
    int mount_ns;            /* to start from; -1 for CHILD_MAKE_ROOT */
    int net_ns;              /* to enter; -1 for CHILD_MAKE_ROOT */
    const struct root *root; /* for CHILD_MAKE_ROOT */
    const char *box_options; /* tmpfs options of /box, for CHILD_MAKE_BOX */
    const char *scratch_options;    /* tmpfs options of /tmp, for CHILD_RUN */
    const char *source_name;        /* file to make in the box */
    struct slice source;            /* its content */
    bool box_writable;              /* compiling */
    const char *folder;             /* where the program starts */
    const char *const *argv;        /* argv[0] an absolute path */
    const char *const *environment; /* all of it */
    const char *artefact;           /* path that must exist at the end; NULL: none */
    int input, output, errors;      /* become 0, 1 and 2 */
    struct cgroup_entry entry;      /* the group to enter */
    unsigned uid;                   /* and gid; 0: stay who we are */
    uint64_t cpu_s;                 /* RLIMIT_CPU, a backstop */
    uint64_t file_bytes;            /* RLIMIT_FSIZE */
    uint64_t stack_bytes;           /* RLIMIT_STACK */
    uint64_t data_bytes;            /* RLIMIT_DATA; 0: none */
    struct sock_fprog filter;       /* system calls; len 0: none */
};

enum child_event {
    CHILD_READY,  /* set-up is done, waits for `go` */
    CHILD_FAILED, /* `what` failed with `error` */
    CHILD_ENDED,  /* the program is over */
};

/* What the child writes to `status`, whole (it is below PIPE_BUF). */
struct child_record {
    enum child_event event; /* which */
    int error;              /* errno of CHILD_FAILED */
    char what[48];          /* of CHILD_FAILED */
    int wait_status;        /* of CHILD_ENDED, as wait gives it */
    bool artefact_missing;  /* of CHILD_ENDED */
    int64_t cpu_us;         /* of CHILD_ENDED, by rusage: what was waited for only */
    int64_t memory_kb;      /* of CHILD_ENDED, by rusage */
};

/* Runs in the cloned process, which may be a copy of a thread among many: only system calls. */
__attribute__((noreturn)) void sandbox_child(const struct child_plan *plan);

#endif
