/* Fan-out in a host of its own, an events edge beside it, and two gateways that are none: one in
 * fan-out's process, one elsewhere, as far as the driver of CODECOMP_TEST_EVENTS (none: local:)
 * allows. */
#ifndef TESTS_EVENTS_FIXTURE_H
#define TESTS_EVENTS_FIXTURE_H

#include "actors/fanout/events.h"
#include "actors/runtime/host.h"
#include "actors/runtime/port.h"

enum { HERE, ELSEWHERE, GATEWAYS };

struct fixture {
    const char *url;                 /* borrowed; of the events */
    struct topology topology;        /* fan-out's place */
    struct host *host;               /* owned; fan-out */
    struct events *events[GATEWAYS]; /* owned; each gateway's process has one */
    struct port *gateways[GATEWAYS]; /* owned; what a gateway hears */
    struct port *scoring;            /* owned; tells fan-out */
    int64_t probe;                   /* versions of room 1 that were told, to get ready */
    struct arena arena;              /* owned; what was decoded last */
    union any_message message;       /* that */
};

enum heard_kind { HEARD_STATE, HEARD_VERDICT, HEARD_MISSED };

/* One thing that a gateway heard. */
struct heard {
    enum heard_kind kind; /* which */
    int64_t id;           /* of room or user */
    int64_t version;      /* of a state; the submission's id of a verdict */
    bool edge;            /* by the events edge, not by the stream */
    struct slice json;    /* its text; borrowed until the next one */
};

const char *fixture_url(void);
/* Everything runs, and both gateways hear. Fails the test when that does not come to be. */
void fixture_init(struct fixture *self);
void fixture_fini(struct fixture *self);
/* The edge of one of the two, ended and started. */
void fixture_stop(struct fixture *self, int gateway);
void fixture_start(struct fixture *self, int gateway);
/* Tells versions of room 1 until all gateways hear them, and forgets what they heard. */
void fixture_settle(struct fixture *self);

/* What scoring tells fan-out. */
void fixture_change(struct fixture *self, int64_t room_id, int64_t version);
void fixture_verdict(struct fixture *self, int64_t user_id, int64_t submission_id,
                     struct slice compile_output);
/* What a gateway hears next; fails the test after a long while. */
struct heard fixture_hear(struct fixture *self, int gateway);
/* The same, but for room 1 and the word that something was missed. */
struct heard fixture_hear_news(struct fixture *self, int gateway);

#endif
