/* Writes the journal of one actor's run: what went in and what came out, in order
 * (proto/journal.h).
 *
 * A record is lost only together with its process: it is in memory until recorder_flush, which the
 * host calls before anything leaves the thread. When the file can't be written (disk full) the
 * process says so and ends, for a journal with a hole is none, and to go on without one is not what
 * the operator asked for; whatever was acknowledged is in the store, as after any kill. One thread
 * uses a recorder. */
#ifndef RUNTIME_RECORDER_H
#define RUNTIME_RECORDER_H

#include "proto/envelope.h"

struct recorder;

/* Creates <folder>/<actor>-<shard>-<utc time>-<pid>.journal, mode 0600, with its header; the folder
 * too, if only itself is missing. NULL: `error` names the file and says why not. */
struct recorder *recorder_new(const char *folder, enum actor_kind actor, uint8_t shard,
                              const struct rec_actor_config *config, char *error,
                              size_t error_size);
/* Writes what is left and closes the file. Takes NULL and a pointer to NULL. */
void recorder_destroy(struct recorder **self_p);

/* A message as its handler gets it: stamped with time and chance. */
void recorder_in(struct recorder *self, const struct frame *frame);
/* An entry of the outbox as the handler left it: before the host fills in the sender's node. */
void recorder_out(struct recorder *self, const struct frame *frame);
/* Gives all that was recorded to the system, with one write. Counted in journal_bytes. */
void recorder_flush(struct recorder *self);

const char *recorder_path(const struct recorder *self);

#endif
