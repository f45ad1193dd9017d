/* The head of each message: what it is, from whom, for whom, until when. Time and chance are in it,
 * stamped by the receiving runtime, so that a handler needs neither clock nor generator. Pure. */
#ifndef PROTO_ENVELOPE_H
#define PROTO_ENVELOPE_H

#include "proto/codec.h"

/* Grows with every change of the envelope itself; another version is refused. */
#define ENVELOPE_VERSION 1

enum actor_kind {
    ACTOR_NONE = 0,
#define ACTOR(name, number, core, sharded, sentence) ACTOR_##name = number,
#include "proto/actors.def"
#undef ACTOR
};

struct actor_row {
    const char *name;     /* "room" */
    const char *sentence; /* what it owns */
    bool core;            /* deterministic, journalled */
    bool sharded;         /* by partition of the key */
};
/* NULL when there is no such actor. */
const struct actor_row *actor_row(uint8_t kind);
#define ACTOR_KINDS 11 /* 1 … 10 */
/* By name; ACTOR_NONE when there is none. */
enum actor_kind actor_by_name(struct slice name);

/* Where a reply goes. Ids only, never a pointer: a reply that comes too late finds a generation
 * that is no more. */
struct address {
    uint64_t node;       /* the thread's sockets, unique per boot; 0: by topology */
    uint8_t actor;       /* enum actor_kind */
    uint8_t shard;       /* which of a sharded actor's */
    uint32_t slot;       /* the sender's own: which of its open questions */
    uint32_t generation; /* and which use of that slot; 0 is never used */
};

struct command_id {
    uint64_t high, low; /* 128 bits, the same on a repeat; 0,0: none */
};

struct envelope {
    uint16_t kind;        /* enum message_id */
    struct address to;    /* receiver: by topology (node 0), or the reply address of a request */
    struct address reply; /* where the answer is awaited; actor ACTOR_NONE: nowhere */
    struct command_id command; /* of the command that this is or follows from */
    int64_t user_id;           /* who asks; 0: nobody. Set by the gateway from a verified token */
    int64_t key;         /* routes: a room's id, or a user's; partition = key mod PARTITIONS */
    int64_t deadline_ms; /* wall clock; the asker waits no longer; 0: no deadline */
    int64_t now_ms;      /* wall clock, stamped by the receiving runtime */
    uint64_t seed;       /* chance, stamped by the receiving runtime */
    uint64_t trace;      /* follows a request through the logs */
    uint64_t sequence;   /* of a stream: the sender's number; else 0 */
};

/* A message as it lies in a mailbox: envelope and encoded body. */
struct frame {
    struct envelope envelope; /* decoded */
    struct slice body;        /* the message as msgpack, borrowed */
};

void envelope_encode(const struct envelope *envelope, struct buffer *out);
/* Reads the envelope at the start of the bytes; the rest is the body. False: *what says why. */
bool frame_decode(struct slice bytes, struct frame *frame, const char **what);

static inline uint8_t partition_of(int64_t key)
{
    return (uint8_t)((uint64_t)key % PARTITIONS);
}

#endif
