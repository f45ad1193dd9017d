/* What a handler wants to happen: messages to send, and to be woken. Filled by one handler at a
 * time, emptied by the host; nothing in it is sent before the handler has returned and the journal
 * has it. Bodies are encoded at once, so a handler may pass what it borrowed. */
#ifndef RUNTIME_OUTBOX_H
#define RUNTIME_OUTBOX_H

#include "proto/envelope.h"

/* More from one message is a fault in a handler: handlers that walk long lists go in steps. */
#define OUTBOX_MAX 2048

/* Which of the sender's open questions this is; comes back in the reply's envelope.to. */
struct question {
    uint32_t slot;       /* the sender's */
    uint32_t generation; /* which use of it; 0: no answer is wanted */
};
#define NO_ANSWER ((struct question){0, 0})

struct outbox_entry {
    struct envelope envelope; /* to.node 0: by topology; reply.node 0: the sender's own */
    size_t body_offset;       /* in `bodies` */
    size_t body_length;       /* bytes */
};

struct outbox {
    struct outbox_entry *entries; /* owned, `count` of them */
    uint32_t count;               /* how many */
    uint32_t capacity;            /* allocated */
    struct buffer bodies;         /* the encoded messages, one after the other */
    int64_t wake_ms;              /* earliest instant asked for; I64_NONE: none */
    uint8_t actor, shard;         /* whose turn it is: filled in as the reply address */
};

void outbox_init(struct outbox *self);
void outbox_fini(struct outbox *self);
void outbox_clear(struct outbox *self);
struct frame outbox_frame(const struct outbox *self, uint32_t index);

/* A new message to an actor, chosen by topology and key. `cause` (may be NULL) is what is being
 * handled: user, command, deadline and trace go on. `id` is the message's, `message` its struct. */
void outbox_send(struct outbox *self, const struct envelope *cause, enum actor_kind to, int64_t key,
                 struct question question, uint16_t id, const void *message);
/* The answer to a request; nothing when none is awaited. */
void outbox_reply(struct outbox *self, const struct envelope *request, uint16_t id,
                  const void *message);
void outbox_refuse(struct outbox *self, const struct envelope *request, enum refusal refusal,
                   const char *detail);
/* Hands a request on to its right owner, who answers the asker: reply address, user, command. */
void outbox_forward(struct outbox *self, const struct envelope *request, enum actor_kind to,
                    int64_t key, uint16_t id, const void *message);
/* To all gateways, numbered by the sender. */
void outbox_stream(struct outbox *self, const struct envelope *cause, int64_t key,
                   uint64_t sequence, uint16_t id, const void *message);
/* Asks for a tick at this instant or soon after. Only the earliest of all asked for is kept, and it
 * is forgotten when it comes. */
void outbox_wake(struct outbox *self, int64_t at_ms);

#endif
