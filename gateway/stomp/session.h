/* One STOMP client: session.def at work, with version and heart-beats negotiated, receipts, errors.
 * Pure: bytes and the time go in; steps for the caller, and bytes for the client in `out`, come
 * out.
 *
 *   stomp_session_feed(session, bytes, now_ms);
 *   do {
 *       step = stomp_session_next(session);
 *       … do what the step says, then send and clear session->out …
 *   } while (step.kind != STOMP_STEP_NONE && step.kind != STOMP_STEP_CLOSE);
 *
 * A failed client gets ERROR and is closed: STOMP knows no error that leaves a session open. */
#ifndef GATEWAY_STOMP_SESSION_H
#define GATEWAY_STOMP_SESSION_H

#include "gateway/stomp/destination.h"
#include "gateway/stomp/frame.h"

#define STOMP_SUBSCRIPTIONS_MAX 64      /* of one client */
#define STOMP_ID_MAX_BYTES 255          /* of a subscription's id */
#define STOMP_BEAT_MS 10000             /* what we offer and ask for, both ways */
#define STOMP_SILENCE_FACTOR 3          /* a client is gone after so many missed beats */
#define STOMP_OPENING_LIMIT_MS 10000    /* from the connection to its CONNECT */
#define STOMP_OUT_MAX_BYTES (64 * 1024) /* replies to one feed */

enum stomp_state { SESSION_OPENING, SESSION_VERIFYING, SESSION_CONNECTED, SESSION_CLOSED };

struct stomp_subscription {
    char *id;                       /* owned; the client's, or the destination's name in 1.0; NULL:
                                       a free slot */
    struct destination destination; /* what it is subscribed to */
    bool explicit_ack;              /* not auto: 1.2 wants an `ack` header in its messages */
    uint32_t handle;                /* the caller's: the hub's entry; 0 until it is set */
};

enum stomp_step_kind {
    STOMP_STEP_NONE,        /* nothing until more bytes come */
    STOMP_STEP_REPLY,       /* only what is in `out` */
    STOMP_STEP_LOGIN,       /* verify `token`, then call stomp_session_admit or _fail */
    STOMP_STEP_SUBSCRIBE,   /* subscriptions[slot] is new: set its handle */
    STOMP_STEP_UNSUBSCRIBE, /* the subscription with that handle is gone */
    STOMP_STEP_CLOSE        /* send `out`, then close */
};

struct stomp_step {
    enum stomp_step_kind kind; /* which */
    struct slice token; /* of LOGIN: borrowed until the next call; empty for an anonymous one */
    size_t slot;        /* of SUBSCRIBE */
    uint32_t handle;    /* of UNSUBSCRIBE */
};

struct stomp_session {
    enum stomp_state state;     /* of session.def */
    enum stomp_version version; /* 1.2 until CONNECT tells */
    struct stomp_reader reader; /* owned; what the client sends */
    struct buffer out;          /* owned; for the client; the caller sends and clears */
    uint64_t number;            /* the connection's, for the session header */
    int64_t user_id;            /* who it is; 0: nobody in particular */
    int64_t beat_ms;            /* we send something at least so often; 0: no need */
    int64_t silence_ms;         /* the client is gone after so long; 0: never */
    int64_t heard_ms;           /* when bytes last came */
    int64_t sent_ms;            /* when bytes last went */
    struct stomp_subscription *subscriptions; /* owned; `slots` of them, free ones among them */
    size_t slots;                             /* grows to STOMP_SUBSCRIPTIONS_MAX */
};

void stomp_session_init(struct stomp_session *self, uint64_t number, int64_t now_ms);
void stomp_session_fini(struct stomp_session *self);

void stomp_session_feed(struct stomp_session *self, struct slice bytes, int64_t now_ms);
struct stomp_step stomp_session_next(struct stomp_session *self);

/* The answer to LOGIN: the client is that user, or nobody in particular (0). */
void stomp_session_admit(struct stomp_session *self, int64_t user_id, int64_t now_ms);
/* Puts ERROR into `out`; the caller sends it and closes. A closed one is left alone. */
void stomp_session_fail(struct stomp_session *self, const char *message);

/* Something was sent just now, a pushed message for instance. */
void stomp_session_sent(struct stomp_session *self, int64_t now_ms);
/* At or after stomp_session_due_ms: REPLY (a heart-beat), CLOSE (a silent client) or NONE. */
struct stomp_step stomp_session_tick(struct stomp_session *self, int64_t now_ms);
/* When to tick; INT64_MAX: no need. */
int64_t stomp_session_due_ms(const struct stomp_session *self);

/* Appends a MESSAGE frame for subscribers that agree in version, id and explicit_ack: they can
 * share it. message_id is unique among the messages of a connection. */
void stomp_message_write(struct buffer *out, enum stomp_version version,
                         const struct stomp_subscription *subscription, const char *message_id,
                         struct slice body);

#endif
