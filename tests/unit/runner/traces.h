/* What a test may not leave on the machine: taken before, compared after. Sees what descends from
 * this process and the places that it holds, and where others on the machine have theirs, too, only
 * what it can tell from those. One thread at a time. */
#ifndef TESTS_UNIT_RUNNER_TRACES_H
#define TESTS_UNIT_RUNNER_TRACES_H

#include "proto/bytes.h"

#define TRACES_FIRST_UID 60600 /* as in sandbox.c: the programs' users when root runs them … */
#define TRACES_USERS 512       /* … and their number */

enum trace {
    TRACE_PROCESSES,   /* that descend from this one, at whatever remove; no orphan is lost */
    TRACE_MOUNTS,      /* that this process and those see, added up */
    TRACE_DESCRIPTORS, /* open here */
    TRACE_BOXES,       /* folders of insecure slots under /tmp */
    TRACE_FILES,       /* of the programs' users where anybody may write */
    TRACE_GROUPS,      /* in the sandboxes' places among the control groups, all hierarchies */
    TRACE_MEMBERS,     /* processes and threads in those groups and places */
    TRACE_DEAD_GROUPS, /* places that no living process holds, likewise */
    TRACES,
};

struct traces {
    int count[TRACES]; /* of each */
};

/* From the first call on, orphans among our descendants become our children. */
struct traces traces_now(void);
/* What there is more or less of than before, in words that are valid until the next call;
 * NULL: nothing. */
const char *traces_left(const struct traces *before);
/* Fails the test when anything is left. */
void traces_assert_same(const struct traces *before);

#endif
