/* Which record of messages.def an answer's shape is. */
#ifndef GATEWAY_ROUTES_SHAPE_H
#define GATEWAY_ROUTES_SHAPE_H

#include "gateway/http/router.h"
#include "proto/proto.h"

/* How a shape is made from a message. */
struct shape_row {
    uint16_t message;            /* the one that is expected */
    uint16_t offset;             /* of the part that is shown */
    bool list;                   /* it is a list of records */
    const struct record *record; /* what it is, or what is in it; NULL: no record */
};

const struct shape_row *shape_row(enum route_shape shape);

#endif
