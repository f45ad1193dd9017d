/* A port without an address, and an answer that is kept with the frame that it borrows from. */
#include "actors/query.h"

#include <stdlib.h>

#include "actors/runtime/clock.h"
#include "actors/runtime/port.h"
#include "proto/check.h"

#define UNREACHABLE_RETRY_MS 50

struct query {
    struct port *port;          /* owned */
    struct arena arena;         /* behind `done` */
    struct port_message answer; /* that `done` borrows from; open when `answered` */
    bool answered;              /* there is one to close */
    struct msg_store_done done; /* the last answer */
    uint32_t generation;        /* of the last question */
};

struct query *query_new(const struct topology *topology, char *error, size_t error_size)
{
    struct query *self = calloc(1, sizeof *self);
    check(self);
    struct port_options options = {.topology = topology, .endpoint = -1};
    self->port = port_new(&options, error, error_size);
    if (!self->port)
        query_destroy(&self);
    return self;
}

static void s_forget(struct query *self)
{
    if (self->answered)
        port_message_close(&self->answer);
    self->answered = false;
    arena_reset(&self->arena);
}

void query_destroy(struct query **self_p)
{
    struct query *self = *self_p;
    if (!self)
        return;
    s_forget(self);
    port_destroy(&self->port);
    arena_fini(&self->arena);
    free(self);
    *self_p = NULL;
}

/* Sends the question, again and again while nobody is there to take it. */
static bool s_send(struct query *self, const struct commit *commit, int64_t end_ms)
{
    struct msg_store_run run = {{commit->count, (struct rec_store_op *)commit->ops}};
    struct envelope envelope = {
        .reply = {.actor = ACTOR_gateway, .slot = 1, .generation = ++self->generation}};
    while (port_ask(self->port, &envelope, ACTOR_store, 0, MSG_store_run, &run) != PORT_SENT) {
        if (clock_now_ms() >= end_ms)
            return false;
        port_wait(self->port, NULL, UNREACHABLE_RETRY_MS);
    }
    return true;
}

/* Is it the answer to the last question? Then it stays open, and *good tells whether it has
 * results. */
static bool s_take(struct query *self, bool *good)
{
    const struct frame *frame = &self->answer.frame;
    if (frame->envelope.to.generation != self->generation) {
        port_message_close(&self->answer);
        return false;
    }
    self->answered = true;
    *good = frame->envelope.kind == MSG_store_done && port_read(frame, &self->arena, &self->done);
    return true;
}

const struct msg_store_done *query_run(struct query *self, const struct commit *commit,
                                       int64_t wait_ms)
{
    int64_t end_ms = clock_now_ms() + wait_ms, now_ms;
    bool good;
    s_forget(self);
    if (!s_send(self, commit, end_ms))
        return NULL;
    while ((now_ms = clock_now_ms()) < end_ms) {
        port_wait(self->port, NULL, (long)(end_ms - now_ms));
        while (port_receive(self->port, &self->answer))
            if (s_take(self, &good))
                return good ? &self->done : NULL;
    }
    return NULL;
}
