/* One connection to RabbitMQ: an URL read, a connection made (TLS where the URL says amqps), logged
 * in, a channel opened; the queues declared; and what goes wrong told in one sentence that says
 * what to do. Blocking, each step within BROKER_STEP_MS; one thread uses a broker.
 *
 *   amqp://user:password@host:port/vhost
 *   amqps://user:password@host:port/vhost?cacertfile=/etc/ssl/our-ca.pem
 *
 * The parts have the defaults of RabbitMQ's own clients (guest, guest, localhost, 5672 or 5671, /),
 * and percent-encodings. The query's words are those of RabbitMQ's URIs: cacertfile (else the
 * system's authorities), certfile and keyfile (ours, for brokers that ask for it), verify =
 * verify_peer (the default: chain and host name) or verify_none. */
#ifndef JUDGE_BROKER_H
#define JUDGE_BROKER_H

#include <amqp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BROKER_URL_MAX 512  /* bytes */
#define BROKER_STEP_MS 5000 /* connecting, TLS, logging in, an answer: each at most */
#define BROKER_HEARTBEAT_S \
    10                   /* twice that of silence is a loss: ten seconds of standstill are not */
#define BROKER_CHANNEL 1 /* the one that each connection has */

enum queue_number {
#define QUEUE(symbol, name, letters, gauge) QUEUE_##symbol,
#include "actors/judge/queues.def"
#undef QUEUE
    QUEUES
};

extern const struct broker_queue {
    const char *name; /* in the server */
    bool letters;     /* what is rejected goes to QUEUE_dead; else it is dropped */
} broker_queues[QUEUES];

struct broker_error {
    bool lasting;   /* trying again will not help: something must be changed */
    char text[512]; /* the sentence; without any password */
};

struct broker {
    amqp_connection_state_t connection; /* owned; NULL: closed */
    char where[256];                    /* "amqp://user@host:port/vhost", for people */
};

/* False: `error` says why. The URL's form is checked first. `purpose` is how the broker's own
 * overview will call the connection. */
bool broker_open(struct broker *self, const char *url, const char *purpose,
                 struct broker_error *error);
/* Makes a queue. False: it exists with other arguments, or we may not. */
bool broker_declare(struct broker *self, enum queue_number queue, struct broker_error *error);
/* Declares all, and has the server confirm from now on what is published. */
bool broker_prepare(struct broker *self, struct broker_error *error);
/* How many messages wait in a queue. */
bool broker_depth(struct broker *self, enum queue_number queue, uint32_t *count,
                  struct broker_error *error);
/* Publishes an id into one of the queues, persistent and mandatory. A status of the library. */
int broker_publish(struct broker *self, enum queue_number queue, int64_t id);
/* The same with a submission's, and waits until it is confirmed: for who has nothing else to do. */
bool broker_put(struct broker *self, int64_t submission_id, struct broker_error *error);
/* The id that a body holds, a JSON number with spaces around it; 0: it holds none. */
int64_t broker_id(amqp_bytes_t body);

/* What the last call that answers left behind; true: it went well. `doing` completes "can't …". */
bool broker_went_well(struct broker *self, amqp_rpc_reply_t reply, const char *doing,
                      struct broker_error *error);
/* The sentence of a close that the broker sent: its channel's or its connection's. */
void broker_closed(const struct broker *self, int code, amqp_bytes_t text, const char *doing,
                   struct broker_error *error);
/* Ends it, politely when it is whole. Takes a closed one. */
void broker_close(struct broker *self, bool politely);

/* Whether the URL can be read; `error` may be NULL. Connects to nobody. */
bool broker_url_valid(const char *url, struct broker_error *error);

#endif
