/* A connection to a PostgreSQL server that is made, given up and made again without waiting, and
 * the sentences for what may be wrong with it. What the URL leaves open is set here: time limits,
 * what notices a dead peer, and a name by which the server knows the connection. One thread. */
#ifndef STORE_LINK_H
#define STORE_LINK_H

#include <stdint.h>

#include <libpq-fe.h>

#include "actors/store/error.h"

#define LINK_NAME_BYTES 64      /* NAMEDATALEN */
#define LINK_VERSION_MIN 130000 /* as PQserverVersion says it */

enum link_state {
    LINK_DOWN,       /* will be made again at due_ms */
    LINK_CONNECTING, /* until due_ms at most */
    LINK_UP,         /* connected, nothing sent yet or in use */
};

struct link {
    enum link_state state;      /* as above */
    PGconn *connection;         /* owned; NULL: down */
    char **keywords, **values;  /* what it is made with, owned, ended by NULL */
    size_t option_count;        /* how many of them */
    char name[LINK_NAME_BYTES]; /* application_name: no other connection has it */
    bool writes;                /* waits until it can be written to, too */
    int64_t due_ms;             /* see `state`; I64_NONE: up */
    int64_t connect_limit_ms;   /* for one attempt */
    unsigned failures;          /* attempts in vain since it was last of use */
    int epoll;                  /* it is watched in; -1: not */
    uint32_t number;            /* its data there */
    struct store_error error;   /* why it is down */
};

/* Reads the URL. False: it can't be read; nothing to free. */
bool link_init(struct link *self, const char *url, struct store_error *error);
void link_fini(struct link *self);

/* Connects, waiting. False: down, the error says why. */
bool link_open(struct link *self, struct store_error *error);
/* From now on its descriptor is in this set; level-triggered, to be read always. */
void link_watch(struct link *self, int epoll, uint32_t number);
/* Whether it also waits until it can be written to. */
void link_want_writing(struct link *self, bool writes);
/* Goes on with connecting, when it is due. */
enum link_state link_step(struct link *self);
/* It is no good any more: closes it; link_step makes it again, later each time in vain. */
void link_lose(struct link *self, const char *why);
/* It was of use: the next attempt, should it be lost, comes at once. */
void link_good(struct link *self);

/* What a failed command's result means. */
enum link_trouble {
    TROUBLE_OWN,    /* the command's own fault */
    TROUBLE_CHANCE, /* it met another transaction: again */
    TROUBLE_LINK,   /* the connection is no good any more */
};
/* `what` failed so; the result may be NULL when there was none. */
enum link_trouble link_trouble(const PGresult *result, const char *what, struct store_error *error);

#endif
