/* Toy actors in two hosts, and somebody who asks them as a gateway would, over inproc or tcp. All
 * take a ping and answer it with done and its id:
 *
 *   auth       at once
 *   judge      hands it on to auth, which lives in the same thread
 *   fanout     hands it on to store, which lives in another; and streams a beat with its id first
 *   scheduler  asks to be woken after so many milliseconds, and answers then; hears of answers that
 *              did not leave
 *   store      an edge: answers all that came in a turn at its end */
#ifndef TESTS_RUNTIME_TOYS_H
#define TESTS_RUNTIME_TOYS_H

#include "actors/runtime/host.h"
#include "actors/runtime/port.h"

struct toys {
    struct topology topology;  /* of the two hosts */
    struct host *core, *store; /* owned */
    struct port *asker;        /* owned; hears the stream too */
    uint32_t generation;       /* of its last question */
};

/* What happened to all toys of this process. */
extern _Atomic int toys_started, toys_drained, toys_destroyed, toys_turns, toys_lost;
/* The node that was last told to be unreachable. */
extern _Atomic uint64_t toys_lost_node;
/* The store's own descriptor, an eventfd. It answers a ping TOYS_HELD when that is written to. */
extern _Atomic int toys_event;
#define TOYS_HELD 7777

/* The test fails when it can't be made. */
void toys_new(struct toys *self, bool tcp, const char *journal_folder);
void toys_destroy(struct toys *self);
/* Options of a host with the core toys, or with the store. */
struct host_options toys_host(const struct topology *topology, bool store);
void toys_topology(struct topology *self, bool tcp);

/* Asks; the question's generation. */
uint32_t toys_ask(struct toys *self, enum actor_kind to, uint16_t id, const void *message);
uint32_t toys_ping(struct toys *self, enum actor_kind to, int64_t id);

struct toys_answer {
    uint16_t kind;       /* MSG_done, MSG_refused, MSG_stream_beat */
    int64_t number;      /* its id, its refusal */
    uint32_t generation; /* of the question */
    uint64_t sequence;   /* of a stream */
};

/* The next thing that comes; the test fails after ten seconds. */
struct toys_answer toys_next(struct toys *self);
/* Asks auth and gets its answer, whatever is streamed meanwhile: everything that came before on
 * that way is over. */
void toys_sound(struct toys *self);

/* A port of this machine that nobody uses now; and nobody will, while the descriptor `held` (may be
 * NULL) is open. */
int toys_free_port(int *held);

#endif
