/* Replays journals: feeds what went in to a fresh actor and compares what comes out, byte for byte.
 * To test a change against a recorded contest, or to explain what happened in one. */
#ifndef RUNTIME_REPLAY_H
#define RUNTIME_REPLAY_H

#include <stdio.h>

#include "actors/runtime/actor.h"

/* The class of a core actor; NULL when this program has none of that kind. */
typedef const struct actor_class *replay_class_of(enum actor_kind actor);

enum replay_result {
    REPLAY_EQUAL,   /* all that came out is what is recorded */
    REPLAY_DIFFERS, /* told: the first difference, both sides as JSON */
    REPLAY_FAILED   /* told: the file can't be read, is damaged, or another program's */
};

struct replay_report {
    uint64_t journals; /* read */
    uint64_t inputs;   /* messages fed */
    uint64_t outputs;  /* messages compared and equal */
    FILE *out;         /* borrowed: where sentences for a person go, lines of text */
};

/* Replays one journal and adds to the report. A torn last record, as a kill leaves it, is told and
 * ignored, with what its turn would have said. */
enum replay_result replay_file(const char *path, replay_class_of *class_of,
                               struct replay_report *report);
/* All *.journal of a folder, in order of their names; none is a failure. The result is the worst:
 * a failure over a difference over equality. */
enum replay_result replay_directory(const char *path, replay_class_of *class_of,
                                    struct replay_report *report);

#endif
