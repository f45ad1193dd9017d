/* statements.def as C: what a number on the wire stands for. Pure. */
#ifndef STORE_STATEMENT_H
#define STORE_STATEMENT_H

#include <stddef.h>

#include "proto/envelope.h"

struct statement {
    int64_t number;        /* on the wire and in journals */
    const char *name;      /* "room_load"; NULL: this number is nobody's */
    enum actor_kind owner; /* the actor that sends it */
    bool decides;          /* changes or returns no row: the commit is refused here */
    bool reads;            /* changes nothing: needs no write transaction */
    uint32_t params;       /* how many parameters: $1 … $params */
    const char *sql;       /* common to all databases */
};

/* One past the greatest number. */
size_t statement_end(void);
/* By number; NULL when there is none. */
const struct statement *statement_by_number(int64_t number);

#endif
