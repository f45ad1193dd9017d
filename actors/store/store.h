/* The store: the one actor that talks to the database. It takes commits (store_run: statements of
 * statements.def by number), runs what waits as transactions of many, and answers when they are
 * durable: store_done, refused or not, or store_failed. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "actors/runtime/actor.h"

/* What may wait for the database; past it a commit fails at once (commits_full). */
#define STORE_WAITING_MAX 2048
#define STORE_WAITING_BYTES_MAX (256 * 1024 * 1024)
/* While the database can't be reached, a commit waits for so long before it fails. */
#define STORE_WAIT_LIMIT_MS 30000

/* The context of store_class.create; borrowed until it has returned. */
struct store_context {
    const char *url;         /* "sqlite:FILE", "postgresql://…" */
    const char *data_folder; /* what a relative FILE is relative to; must exist */
};

#endif
