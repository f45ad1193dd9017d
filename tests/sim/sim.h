/* The simulated installation: the real actors and the real store, each in a place of its own, in
 * one thread, under a hand-moved clock. Chance comes from one seed: how long each message takes,
 * which are lost or come twice, who is killed when and for how long. The same seed gives the same
 * run. Places outside (a gateway with its users, runners) are the caller's. */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include "actors/store/store.h"
#include "proto/prng.h"
#include "tests/sim/net.h"
#include "tests/sim/solo.h"

struct sim;

/* Someone who is no actor. */
struct sim_outside {
    void (*take)(void *self, const struct frame *frame); /* a message has come */
    void (*wake)(void *self);                            /* the instant asked for has come */
    void (*killed)(void *self); /* forget everything; started again later */
};

struct sim_place {
    uint8_t actor, shard;              /* who lives here */
    const struct actor_class *class;   /* an actor's; NULL: outside */
    const struct sim_outside *outside; /* whoever is no actor */
    void *context;                     /* of the outside, borrowed */
    uint64_t node;                     /* of this boot */
    int64_t skew_ms;                   /* its clock before or behind the others' */
    int64_t down_until_ms;             /* killed: when it comes back; 0: it is up */
    int64_t wake_ms;                   /* an outside's; I64_NONE: not */
    bool batching;                     /* an edge has been given something in this turn */
    bool may_die;                      /* is killed now and then */
    struct solo solo;                  /* the actor, when it is up */
};

/* How much goes wrong. All nought: messages take a few milliseconds, and that is all. */
struct sim_faults {
    uint32_t lost_per_10000;  /* messages that never arrive */
    uint32_t twice_per_10000; /* of those that may, messages that arrive twice */
    uint32_t slow_per_10000;  /* messages that take up to slow_ms */
    int64_t slow_ms;          /* the longest that a message takes */
    int64_t kill_every_ms;    /* somebody is killed about that often; 0: nobody */
    int64_t down_ms;          /* for at most so long */
};

struct sim {
    struct prng chance;                       /* the seed, then wherever it got to */
    struct sim_faults faults;                 /* what goes wrong now */
    int64_t now_ms;                           /* the clock */
    int64_t kill_ms;                          /* when the next one is killed */
    struct net net;                           /* messages on their way */
    struct sim_place places[NET_PLACES_MAX];  /* place_count of them */
    uint8_t place_count;                      /* how many */
    uint8_t shards;                           /* of room and of scoring */
    uint8_t judges;                           /* SIM_JUDGES where they share a queue; else 1 */
    uint64_t nodes;                           /* boots so far */
    struct store_context store;               /* where the database is */
    const char *journal_folder;               /* one folder per boot in it; NULL: no recording */
    uint64_t delivered, lost, doubled, kills; /* what happened */
};

#define SIM_JUDGES 3
#define SIM_START_MS 1800000000000

/* Places all actors on the database in `folder`, which must exist; `config` is all they are told,
 * but for the shard. */
void sim_init(struct sim *self, uint64_t seed, const char *folder, const char *journal_folder,
              uint8_t shards, const struct rec_actor_config *config);
void sim_fini(struct sim *self);
/* A place for somebody outside; its number. `may_die`: it is killed now and then. */
uint8_t sim_add(struct sim *self, enum actor_kind actor, const struct sim_outside *outside,
                void *context, bool may_die);

/* An outside's message; its envelope says to whom by actor and key, or by a reply address. */
void sim_send(struct sim *self, uint8_t place, const struct envelope *envelope, uint16_t id,
              const void *message);
/* Asks for outside->wake at this instant. The earliest is kept. */
void sim_wake(struct sim *self, uint8_t place, int64_t at_ms);

/* Lets the next thing happen; false: nothing ever will. */
bool sim_step(struct sim *self);
/* From now on nothing goes wrong; everybody who is down comes back. */
void sim_mend(struct sim *self);

#endif
