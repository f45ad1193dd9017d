/* The store: the one actor that talks to the database. It takes commits (store_run: statements of
 * statements.def by number), runs what waits in its mailbox in one transaction, and answers when
 * that is durable: store_done, refused or not, or store_failed. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "actors/runtime/actor.h"

/* Commits that may wait from one turn for the next because their answers would not fit; a
 * transaction holds at most as many again. */
#define STORE_BATCH_MAX 256

/* The context of store_class.create; borrowed until it has returned. */
struct store_context {
    const char *url;         /* "sqlite:FILE" */
    const char *data_folder; /* what a relative FILE is relative to; must exist */
};

#endif
