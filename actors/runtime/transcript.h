/* Journals as text: each record a line of JSON, for people and for jq. */
#ifndef RUNTIME_TRANSCRIPT_H
#define RUNTIME_TRANSCRIPT_H

#include <stdio.h>

#include "proto/arena.h"
#include "proto/journal.h"

/* What a header tells: also what it says of its actor's configuration. False: it can't be read by
 * this program, `why` (static) says why. */
bool transcript_header(const struct journal_record *record, struct journal_header *header,
                       struct rec_actor_config *config, const char **why);

/* Appends one record as a JSON object:
 *   {"number","direction","kind","to","reply","user","key","command","deadline","now","seed",
 *    "trace","sequence","message"}
 * "message" is null where this program can't read it; of a header: actor, shard, version, config.
 * Numbers of 64 bits that mean nothing to people are texts. The arena is reset. */
void transcript_record(const struct journal_record *record, struct arena *arena,
                       struct buffer *out);

/* Prints a journal, or all of a folder in order of their names. What can't be printed is told on
 * `errors`; false when there was any such thing but a torn last record. */
bool transcript_print(const char *path, FILE *out, FILE *errors);

#endif
