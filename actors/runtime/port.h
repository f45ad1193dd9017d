/* A thread's sockets: everything that it hears and says goes through one port. With the host the
 * only place that knows ZeroMQ; the gateway's bridge and a runner use a port of their own.
 *
 * Commands and replies go over ROUTER/DEALER: who is in the topology binds a ROUTER, everybody
 * connects a DEALER to each. Whoever asks writes reply.node 0; the receiving port replaces it by
 * the routing id of the connection, so nobody can have answers sent to somebody else. Streams go
 * over PUB/SUB. One thread uses a port; no call waits but port_wait. */
#ifndef RUNTIME_PORT_H
#define RUNTIME_PORT_H

#include <zmq.h>

#include "actors/runtime/topology.h"

struct port;

struct port_options {
    const struct topology *topology; /* borrowed, outlives the port */
    int endpoint;                    /* index of the endpoint to bind; -1: none (gateway, runner) */
    bool publishes;                  /* binds the stream: the thread hosts fan-out */
    bool subscribes;                 /* hears the stream: a gateway, and who else wants to know */
    const char *own_stream;          /* binds a stream of its own at this address; or NULL */
    const char *other_stream;        /* hears the stream at this address, too; or NULL */
};

/* NULL: `error` says which address could not be bound or connected, and why. */
struct port *port_new(const struct port_options *options, char *error, size_t error_size);
void port_destroy(struct port **self_p);

/* Unique to this port and boot; never 0. */
uint64_t port_node(const struct port *self);

enum port_result {
    PORT_SENT,       /* on its way; it may still be lost with a connection */
    PORT_FULL,       /* the mailbox is full, or its process can't be reached: say "busy" now */
    PORT_UNREACHABLE /* a reply whose asker is gone */
};

/* Sends envelope and body: to.node 0 by topology (to.actor ACTOR_gateway: to all, on the stream),
 * else as a reply. Copies both. */
enum port_result port_send(struct port *self, const struct envelope *envelope, struct slice body);

/* Encodes a message and sends it to the actor that topology and key name; fills envelope->kind, to
 * and key. For edges that have no outbox. */
enum port_result port_ask(struct port *self, struct envelope *envelope, enum actor_kind to,
                          int64_t key, uint16_t id, const void *message);

/* A message that came. The frame borrows from `raw`: port_message_close when done. */
struct port_message {
    struct frame frame; /* decoded envelope, body still encoded */
    zmq_msg_t raw;      /* owned */
};

/* The next message, without waiting; false when there is none now. Frames that can't be read are
 * dropped and counted. */
bool port_receive(struct port *self, struct port_message *message);
void port_message_close(struct port_message *message);

/* Decodes a message's body into `message`, which has room for its kind; lists into the arena, texts
 * borrowed from the frame. False, and counted: not a message of ours, or malformed. */
bool port_read(const struct frame *frame, struct arena *arena, void *message);

/* Waits until something may have come, on a socket or on `also` (a raw ZeroMQ socket, or NULL), or
 * until timeout_ms (-1: for ever). */
void port_wait(struct port *self, void *also, long timeout_ms);

/* The same with any `also` of the caller's; what is ready is in their revents. */
#define PORT_ALSO_MAX 16
void port_poll(struct port *self, zmq_pollitem_t *also, size_t also_count, long timeout_ms);

/* For a foreign event loop: the sockets' descriptors, edge-triggered. After any sending and before
 * the loop blocks, ask port_has_input: an edge may have been eaten. */
#define PORT_FDS_MAX (TOPOLOGY_ENDPOINTS_MAX + 2)
size_t port_fds(struct port *self, int fds[PORT_FDS_MAX]);
bool port_has_input(struct port *self);

#endif
