/* The slot's end of the line to its keeper (keeper.h): starts it, sends requests, hears records.
 * Used by sandbox.c alone, in the slot's thread. */
#ifndef ACTORS_RUNNER_KEEPER_LINK_H
#define ACTORS_RUNNER_KEEPER_LINK_H

#include "actors/runner/keeper.h"
#include "proto/bytes.h"

extern const unsigned char keeper_image[], keeper_image_end[];

struct keeper_link {
    pid_t process; /* the keeper; 0: none runs */
    int socket;    /* to it; -1: none runs */
};

/* Starts a keeper, without a word to it yet. False: errno says why. */
bool keeper_link_open(struct keeper_link *self);
/* Ends it, if it runs, and everything that it started. */
void keeper_link_close(struct keeper_link *self);
/* Sends a request with descriptors, which stay ours. False: it is gone, or too large. */
bool keeper_link_send(struct keeper_link *self, const void *request, size_t bytes,
                      const int *descriptors, unsigned count);
/* The next record, within timeout_ms (0: what is there already). A descriptor that comes with it is
 * stored, close-on-exec, and the caller's. False: none came, or the keeper is gone. */
bool keeper_link_receive(struct keeper_link *self, struct keeper_record *record, int *descriptor,
                         int timeout_ms);

#endif
