/* Files that make compiling faster, made in the sandbox when they are first of use and kept in the
 * folder that all slots share (prepared.def). A stamp beside each says what it was made with; it is
 * made again when that changes. */
#ifndef ACTORS_RUNNER_PREPARED_H
#define ACTORS_RUNNER_PREPARED_H

#include "actors/runner/languages.h"
#include "actors/runner/sandbox.h"

/* Would this submission have compiled faster with something prepared? */
bool prepared_helps(int64_t language_id, struct slice code);

/* Makes what is missing for that language below `shared`; takes seconds the first time. What can't
 * be made is left out: `why` gets a sentence per line, and submissions compile more slowly. */
void prepared_make(struct sandbox *sandbox, const struct languages *languages, int64_t language_id,
                   const char *shared, struct buffer *why);

#endif
