/* The rate of a shared queue: publish, confirm, deliver, acknowledge, so many messages, first by
 * our edge (a judge's words over its port, its thread, its repeats), then by a bare loop of
 * rabbitmq-c with the same durability, prefetch and window; in turns. Prints rounds as JSON lines.
 *
 *   bench_queue URL MESSAGES ROUNDS */
#include <czmq.h>
#include <inttypes.h>

#include "actors/judge/queue.h"
#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/port.h"
#include "proto/check.h"

#define PREFETCH 64
#define WINDOW 512 /* published and not yet delivered (ours), not yet confirmed (bare) */

static void s_end(const char *what)
{
    fprintf(stderr, "bench_queue: %s\n", what);
    exit(EXIT_FAILURE);
}

/* ---- our edge: this thread is its judge --------------------------------------------------------
 */

struct judge {
    struct port *port;    /* bound where the topology says the judge is */
    struct envelope edge; /* its last queue_ready; kind 0: not heard yet */
    int64_t epoch;        /* of that */
    int64_t acked;        /* messages */
};

static void s_say(struct judge *self, uint16_t id, const void *message)
{
    struct buffer body;
    struct envelope envelope = {.kind = id, .to = self->edge.reply};
    buffer_init(&body, 4096);
    codec_encode(message_by_id(id), message, &body);
    if (port_send(self->port, &envelope, buffer_slice(&body)) != PORT_SENT)
        s_end("the edge does not listen");
    buffer_fini(&body);
}

static void s_on_ready(struct judge *self, const struct frame *frame, const void *message)
{
    const struct msg_queue_ready *ready = message;
    if (ready->epoch == I64_NONE)
        return;
    bool fresh = self->edge.kind == 0;
    self->edge = frame->envelope;
    self->epoch = ready->epoch;
    if (fresh)
        s_say(self, MSG_queue_prefetch, &(struct msg_queue_prefetch){PREFETCH});
}

static void s_hear(struct judge *self, const struct frame *frame)
{
    union {
        struct msg_queue_ready ready;
        struct msg_queue_delivered delivered;
    } message;
    struct arena arena = {0};
    uint16_t kind = frame->envelope.kind;
    check(port_read(frame, &arena, &message));
    if (kind == MSG_queue_ready)
        s_on_ready(self, frame, &message);
    else if (message.delivered.epoch == self->epoch) {
        s_say(self, MSG_queue_ack, &(struct msg_queue_ack){self->epoch, message.delivered.tag});
        self->acked++;
    }
    arena_fini(&arena);
}

static void s_hear_all(struct judge *self)
{
    struct port_message message;
    port_wait(self->port, NULL, 1000);
    while (port_receive(self->port, &message)) {
        s_hear(self, &message.frame);
        port_message_close(&message);
    }
}

/* Microseconds for so many messages. */
static int64_t s_ours(struct judge *self, int64_t messages)
{
    int64_t published = 0, until = self->acked + messages, begun = self->acked;
    int64_t start_us = clock_mono_us();
    while (self->acked < until) {
        for (; published < messages && published - (self->acked - begun) < WINDOW; published++) {
            int64_t id = published + 1;
            s_say(self, MSG_queue_publish, &(struct msg_queue_publish){{1, &id}, false});
        }
        s_hear_all(self);
    }
    return clock_mono_us() - start_us;
}

/* ---- rabbitmq-c alone -------------------------------------------------------------------------
 */

struct bare {
    struct broker publisher, consumer; /* as the edge has them */
    int64_t published, confirmed, acked;
};

static void s_bare_open(struct bare *self, const char *url)
{
    struct broker_error error;
    if (!broker_open(&self->publisher, url, "bench", &error) ||
        !broker_prepare(&self->publisher, &error) ||
        !broker_open(&self->consumer, url, "bench", &error))
        s_end(error.text);
    amqp_basic_qos(self->consumer.connection, BROKER_CHANNEL, 0, PREFETCH, 0);
    amqp_basic_consume(self->consumer.connection, BROKER_CHANNEL, amqp_cstring_bytes(broker_queues[QUEUE_submissions].name),
                       amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
}

static void s_bare_close(struct bare *self)
{
    broker_close(&self->publisher, true);
    broker_close(&self->consumer, true);
}

/* The next frame, or none within wait_us. */
static bool s_frame(struct broker *broker, int64_t wait_us, amqp_frame_t *frame)
{
    struct timeval wait = {0, (suseconds_t)wait_us};
    amqp_maybe_release_buffers(broker->connection);
    int status = amqp_simple_wait_frame_noblock(broker->connection, frame, &wait);
    if (status != AMQP_STATUS_OK && status != AMQP_STATUS_TIMEOUT)
        s_end("the connection is lost");
    return status == AMQP_STATUS_OK;
}

static void s_bare_hear(struct bare *self)
{
    amqp_frame_t frame;
    for (int64_t wait_us = 200; s_frame(&self->consumer, wait_us, &frame); wait_us = 0)
        if (frame.frame_type == AMQP_FRAME_METHOD &&
            frame.payload.method.id == AMQP_BASIC_DELIVER_METHOD) {
            amqp_basic_deliver_t *deliver = frame.payload.method.decoded;
            amqp_basic_ack(self->consumer.connection, BROKER_CHANNEL, deliver->delivery_tag, 0);
            self->acked++;
        }
    while (s_frame(&self->publisher, 0, &frame))
        if (frame.frame_type == AMQP_FRAME_METHOD &&
            frame.payload.method.id == AMQP_BASIC_ACK_METHOD) {
            amqp_basic_ack_t *ack = frame.payload.method.decoded;
            self->confirmed = ack->multiple ? (int64_t)ack->delivery_tag : self->confirmed + 1;
        }
}

static int64_t s_bare(const char *url, int64_t messages)
{
    struct bare self = {.published = 0};
    s_bare_open(&self, url);
    int64_t start_us = clock_mono_us();
    while (self.acked < messages || self.confirmed < messages) {
        for (; self.published < messages && self.published - self.confirmed < WINDOW;
             self.published++)
            broker_publish(&self.publisher, QUEUE_submissions, self.published + 1);
        s_bare_hear(&self);
    }
    int64_t took_us = clock_mono_us() - start_us;
    s_bare_close(&self);
    return took_us;
}

/* ---- in turns ----------------------------------------------------------------------------------
 */

static int64_t s_round_of_ours(const char *url, int64_t messages)
{
    static struct topology topology;
    char error[256];
    topology_default(&topology);
    struct port_options options = {.topology = &topology,
                                   .endpoint = topology.place[ACTOR_judge][0]};
    struct judge judge = {.port = port_new(&options, error, sizeof error)};
    struct queue_options queue_options = {.topology = &topology, .url = url};
    struct queue *queue = judge.port ? queue_start(&queue_options, error, sizeof error) : NULL;
    if (!queue)
        s_end(error);
    while (judge.edge.kind == 0)
        s_hear_all(&judge);
    int64_t took_us = s_ours(&judge, messages);
    queue_stop(&queue);
    port_destroy(&judge.port);
    return took_us;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        s_end("bench_queue URL MESSAGES ROUNDS");
    int64_t messages = strtoll(argv[2], NULL, 10);
    log_set_level(LOG_LEVEL_ERROR);
    zsys_init();
    for (long round = strtol(argv[3], NULL, 10); round > 0; round--) {
        int64_t ours_us = s_round_of_ours(argv[1], messages), bare_us = s_bare(argv[1], messages);
        printf("{\"ours\": %.0f, \"bare\": %.0f}\n", (double)messages * 1e6 / (double)ours_us,
               (double)messages * 1e6 / (double)bare_us);
        fflush(stdout);
    }
    return EXIT_SUCCESS;
}
