/* RabbitMQ as the judges' queue. Two connections that live and die together: a server that is short
 * of memory stops reading from whoever publishes, and that must not hold up acknowledgements. After
 * the opening everything is sent without waiting, and frames are read one by one as they come, so a
 * server that stands still stops nobody, and a message of any size is read without being kept.
 *
 * A publishing is mandatory: one that no queue takes comes back, which means that somebody deleted
 * the queue; then, as after every other surprise, the connection is lost and made again, and that
 * makes the queues. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/judge/queue_driver.h"

#include "proto/check.h"

#define BODY_MAX 64 /* bytes that are looked at: an id has at most 16 */

/* A message that is coming in: a method, a header, and bodies, each a frame. */
struct incoming {
    bool open;               /* its method has come */
    bool header;             /* its header too */
    uint64_t missing;        /* bytes of its body */
    int64_t tag;             /* of it */
    enum queue_number queue; /* it is of */
    bool redelivered;        /* as told */
    char body[BODY_MAX + 1]; /* its beginning */
    size_t length;           /* of that */
    uint64_t total;          /* of the whole body */
};

/* What is given to us of one queue. */
struct consumer {
    bool consuming;    /* deliveries have been asked for */
    uint32_t prefetch; /* as the server knows it */
    uint32_t count;    /* made so far: the number of the last one */
};

struct queue_amqp {
    struct broker publisher, consumer;     /* both open */
    struct incoming incoming;              /* on the consumer's */
    bool asked;                            /* the consumer's channel owes us an answer */
    struct consumer consumers[QUEUE_dead]; /* by queue; on the consumer's, too */
    uint32_t wanted;                       /* deliveries of each, as the judge wants it */
    uint32_t depths;                       /* queues whose depth is to be asked */
    bool blocked;                          /* the server takes nothing now */
    struct broker_error error;             /* of the loss; text "": none yet */
};

/* ---- opening and closing --------------------------------------------------------------------- */

static void s_close(void **self_p, bool politely)
{
    struct queue_amqp *self = *self_p;
    if (!self)
        return;
    broker_close(&self->consumer, politely);
    broker_close(&self->publisher, politely);
    free(self);
    *self_p = NULL;
}

static void *s_open(const char *url, struct broker_error *error)
{
    struct queue_amqp *self = calloc(1, sizeof *self);
    check(self);
    bool ok = broker_open(&self->publisher, url, "publishes", error) &&
              broker_prepare(&self->publisher, error) &&
              broker_open(&self->consumer, url, "judges", error);
    void *opened = self;
    if (!ok)
        s_close(&opened, false);
    return opened;
}

/* ---- probing --------------------------------------------------------------------------------- */

static bool s_says(amqp_table_t *table, const char *name)
{
    for (int i = 0; i < table->num_entries; i++) {
        const amqp_table_entry_t *entry = &table->entries[i];
        if (entry->key.len == strlen(name) && memcmp(entry->key.bytes, name, entry->key.len) == 0)
            return entry->value.kind != AMQP_FIELD_KIND_BOOLEAN || entry->value.value.boolean;
    }
    return false;
}

/* A text among the server's properties: "version". */
static amqp_bytes_t s_property(struct broker *broker, const char *name)
{
    amqp_table_t *properties = amqp_get_server_properties(broker->connection);
    for (int i = 0; i < properties->num_entries; i++) {
        amqp_table_entry_t *entry = &properties->entries[i];
        if (entry->key.len == strlen(name) && memcmp(entry->key.bytes, name, entry->key.len) == 0 &&
            entry->value.kind == AMQP_FIELD_KIND_UTF8)
            return entry->value.value.bytes;
    }
    return amqp_empty_bytes;
}

static amqp_table_t *s_capabilities(struct broker *broker)
{
    static amqp_table_t none;
    amqp_table_t *properties = amqp_get_server_properties(broker->connection);
    for (int i = 0; i < properties->num_entries; i++) {
        amqp_table_entry_t *entry = &properties->entries[i];
        if (entry->key.len == strlen("capabilities") &&
            memcmp(entry->key.bytes, "capabilities", entry->key.len) == 0 &&
            entry->value.kind == AMQP_FIELD_KIND_TABLE)
            return &entry->value.value.table;
    }
    return &none;
}

static bool s_can(struct broker *broker, struct broker_error *error)
{
    static const char *const needed[] = {"publisher_confirms", "basic.nack",
                                         "consumer_cancel_notify"};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!s_says(s_capabilities(broker), needed[i])) {
            error->lasting = true;
            snprintf(error->text, sizeof error->text,
                     "%s: the server has no %s; RabbitMQ 3.0 or newer is needed", broker->where,
                     needed[i]);
            return false;
        }
    return true;
}

/* Asks for a queue by name alone: 1 when it is there, 0 when not, -1 when asking failed. A no
 * closes the channel. */
static int s_there(struct broker *broker, const char *queue, struct broker_error *error)
{
    amqp_queue_declare(broker->connection, BROKER_CHANNEL, amqp_cstring_bytes(queue), 1, 0, 0, 0,
                       amqp_empty_table);
    amqp_rpc_reply_t reply = amqp_get_rpc_reply(broker->connection);
    if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION &&
        reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD &&
        ((amqp_channel_close_t *)reply.reply.decoded)->reply_code == AMQP_NOT_FOUND)
        return 0;
    return broker_went_well(broker, reply, "look for a queue", error) ? 1 : -1;
}

/* To declare what is there changes nothing, and tells whether its arguments and our rights fit. */
static bool s_fits(const char *url, enum queue_number queue, struct broker_error *error)
{
    struct broker broker;
    if (!broker_open(&broker, url, "checks", error))
        return false;
    int there = s_can(&broker, error) ? s_there(&broker, broker_queues[queue].name, error) : -1;
    bool ok = there > 0 ? broker_declare(&broker, queue, error) : there == 0;
    amqp_bytes_t product = s_property(&broker, "product"), version = s_property(&broker, "version");
    if (ok)
        snprintf(error->text, sizeof error->text, "%.*s %.*s at %s", (int)product.len,
                 (char *)product.bytes, (int)version.len, (char *)version.bytes, broker.where);
    broker_close(&broker, true);
    return ok;
}

static bool s_probe(const char *url, struct broker_error *error)
{
    for (enum queue_number queue = QUEUES; queue-- > 0;)
        if (!s_fits(url, queue, error))
            return false;
    return true;
}

/* ---- saying ---------------------------------------------------------------------------------- */

static bool s_said(struct queue_amqp *self, const struct broker *broker, int status,
                   const char *doing)
{
    if (status == AMQP_STATUS_OK)
        return true;
    if (!*self->error.text)
        snprintf(self->error.text, sizeof self->error.text, "%s: can't %s: %s", broker->where,
                 doing, amqp_error_string2(status));
    return false;
}

static bool s_publish(void *state, enum queue_number queue, int64_t id)
{
    struct queue_amqp *self = state;
    int status = broker_publish(&self->publisher, queue, id);
    return s_said(self, &self->publisher, status, "publish");
}

static bool s_ack(void *state, int64_t tag)
{
    struct queue_amqp *self = state;
    int status = amqp_basic_ack(self->consumer.connection, BROKER_CHANNEL, (uint64_t)tag, 0);
    return s_said(self, &self->consumer, status, "acknowledge");
}

static bool s_reject(void *state, int64_t tag)
{
    struct queue_amqp *self = state;
    int status = amqp_basic_reject(self->consumer.connection, BROKER_CHANNEL, (uint64_t)tag, 0);
    return s_said(self, &self->consumer, status, "reject");
}

static bool s_ask(struct queue_amqp *self, amqp_method_number_t id, void *method)
{
    int status = amqp_send_method(self->consumer.connection, BROKER_CHANNEL, id, method);
    self->asked = true;
    return s_said(self, &self->consumer, status, "consume");
}

/* Does a consumer lack something? Then it is asked for. The prefetch of a consumer is the channel's
 * at its making: another one needs another consumer. */
static bool s_tend(struct queue_amqp *self, enum queue_number queue, bool *ok)
{
    char name[40];
    struct consumer *consumer = &self->consumers[queue];
    const char *of = broker_queues[queue].name;
    snprintf(name, sizeof name, "%s-%u", of, consumer->count + !consumer->consuming);
    amqp_bytes_t tag = amqp_cstring_bytes(name);
    if (consumer->consuming && consumer->prefetch != self->wanted) {
        amqp_basic_cancel_t cancel = {.consumer_tag = tag};
        consumer->consuming = false;
        *ok = s_ask(self, AMQP_BASIC_CANCEL_METHOD, &cancel);
    } else if (!consumer->consuming && self->wanted && consumer->prefetch != self->wanted) {
        amqp_basic_qos_t qos = {.prefetch_count = (uint16_t)self->wanted};
        consumer->prefetch = self->wanted;
        *ok = s_ask(self, AMQP_BASIC_QOS_METHOD, &qos);
    } else if (!consumer->consuming && self->wanted) {
        amqp_basic_consume_t consume = {.queue = amqp_cstring_bytes(of), .consumer_tag = tag};
        consumer->consuming = true;
        consumer->count++;
        *ok = s_ask(self, AMQP_BASIC_CONSUME_METHOD, &consume);
    } else
        return false;
    return true;
}

/* Questions go one by one, each after the answer to the one before. */
static bool s_ask_next(struct queue_amqp *self)
{
    bool ok;
    if (self->asked)
        return true;
    for (enum queue_number queue = 0; queue < QUEUE_dead; queue++)
        if (s_tend(self, queue, &ok))
            return ok;
    if (!self->depths)
        return true;
    const char *name = broker_queues[QUEUES - self->depths--].name;
    amqp_queue_declare_t declare = {.queue = amqp_cstring_bytes(name), .passive = 1};
    return s_ask(self, AMQP_QUEUE_DECLARE_METHOD, &declare);
}

static bool s_prefetch(void *state, uint32_t count)
{
    struct queue_amqp *self = state;
    self->wanted = count < UINT16_MAX ? count : UINT16_MAX;
    return s_ask_next(self);
}

static bool s_ask_depth(void *state)
{
    struct queue_amqp *self = state;
    if (self->depths == 0)
        self->depths = QUEUES;
    return s_ask_next(self);
}

static bool s_takes(const void *state)
{
    return !((const struct queue_amqp *)state)->blocked;
}

/* ---- hearing --------------------------------------------------------------------------------- */

static void s_lost(struct queue_amqp *self, struct queue_event *event)
{
    event->kind = QUEUE_LOST;
    event->error = self->error;
}

static void s_whole(struct queue_amqp *self, struct queue_event *event)
{
    struct incoming *incoming = &self->incoming;
    incoming->open = false;
    event->tag = incoming->tag;
    event->redelivered = incoming->redelivered;
    event->queue = incoming->queue;
    event->id = incoming->total <= BODY_MAX
                    ? broker_id((amqp_bytes_t){incoming->length, incoming->body})
                    : 0;
    event->kind = event->id ? QUEUE_DELIVERED : QUEUE_POISON;
    for (size_t i = 0; i < incoming->length && i < sizeof event->body - 1; i++) {
        char c = incoming->body[i];
        event->body[i] = c >= ' ' && c <= '~' && c != '"' && c != '\\' ? c : '?';
    }
}

static void s_on_content(struct queue_amqp *self, const amqp_frame_t *frame,
                         struct queue_event *event)
{
    struct incoming *incoming = &self->incoming;
    if (!incoming->open)
        return;
    if (frame->frame_type == AMQP_FRAME_HEADER) {
        incoming->header = true;
        incoming->total = incoming->missing = frame->payload.properties.body_size;
    } else if (incoming->header) {
        const amqp_bytes_t *part = &frame->payload.body_fragment;
        size_t room = BODY_MAX - incoming->length;
        size_t kept = part->len < room ? part->len : room;
        memcpy(incoming->body + incoming->length, part->bytes, kept);
        incoming->length += kept;
        incoming->missing -= part->len < incoming->missing ? part->len : incoming->missing;
    }
    if (incoming->header && incoming->missing == 0)
        s_whole(self, event);
}

static bool s_is(amqp_bytes_t bytes, const char *text)
{
    return bytes.len == strlen(text) && memcmp(bytes.bytes, text, bytes.len) == 0;
}

static void s_on_depth(const amqp_queue_declare_ok_t *answer, struct queue_event *event)
{
    event->queue = 0;
    while (event->queue < QUEUE_dead && !s_is(answer->queue, broker_queues[event->queue].name))
        event->queue++;
    event->kind = QUEUE_DEPTH;
    event->waiting = answer->message_count;
}

/* Which queue a delivery is of, by its consumer's name. */
static enum queue_number s_of(const amqp_basic_deliver_t *delivery)
{
    const amqp_bytes_t tag = delivery->consumer_tag;
    for (enum queue_number queue = 0; queue < QUEUE_dead; queue++) {
        size_t length = strlen(broker_queues[queue].name);
        if (tag.len > length && memcmp(tag.bytes, broker_queues[queue].name, length) == 0)
            return queue;
    }
    return QUEUE_submissions;
}

static void s_on_answer(struct queue_amqp *self)
{
    self->asked = false;
    s_ask_next(self);
}

static void s_on_method(struct queue_amqp *self, const struct broker *broker,
                        const amqp_method_t *method, struct queue_event *event)
{
    void *decoded = method->decoded;
    const char *doing = "go on";
    switch (method->id) {
    case AMQP_BASIC_DELIVER_METHOD:
        self->incoming =
            (struct incoming){.open = true,
                              .tag = (int64_t)((amqp_basic_deliver_t *)decoded)->delivery_tag,
                              .queue = s_of(decoded),
                              .redelivered = ((amqp_basic_deliver_t *)decoded)->redelivered};
        break;
    case AMQP_BASIC_ACK_METHOD:
        event->kind = QUEUE_CONFIRMED;
        event->tag = (int64_t)((amqp_basic_ack_t *)decoded)->delivery_tag;
        event->multiple = ((amqp_basic_ack_t *)decoded)->multiple;
        break;
    case AMQP_BASIC_NACK_METHOD:
        event->kind = QUEUE_UNKEPT;
        event->tag = (int64_t)((amqp_basic_nack_t *)decoded)->delivery_tag;
        event->multiple = ((amqp_basic_nack_t *)decoded)->multiple;
        break;
    case AMQP_QUEUE_DECLARE_OK_METHOD:
        s_on_depth(decoded, event);
        s_on_answer(self);
        break;
    case AMQP_BASIC_CANCEL_OK_METHOD:
    case AMQP_BASIC_QOS_OK_METHOD:
    case AMQP_BASIC_CONSUME_OK_METHOD:
        s_on_answer(self);
        break;
    case AMQP_CONNECTION_BLOCKED_METHOD:
        self->blocked = true;
        break;
    case AMQP_CONNECTION_UNBLOCKED_METHOD:
        self->blocked = false;
        break;
    case AMQP_BASIC_RETURN_METHOD:
    case AMQP_BASIC_CANCEL_METHOD:
        snprintf(self->error.text, sizeof self->error.text, "%s: one of our queues was deleted",
                 broker->where);
        s_lost(self, event);
        break;
    case AMQP_CHANNEL_CLOSE_METHOD:
        broker_closed(broker, ((amqp_channel_close_t *)decoded)->reply_code,
                      ((amqp_channel_close_t *)decoded)->reply_text, doing, &self->error);
        s_lost(self, event);
        break;
    case AMQP_CONNECTION_CLOSE_METHOD:
        broker_closed(broker, ((amqp_connection_close_t *)decoded)->reply_code,
                      ((amqp_connection_close_t *)decoded)->reply_text, doing, &self->error);
        s_lost(self, event);
        break;
    default: /* nothing that concerns us */
        break;
    }
}

/* Reads one connection until something happened that the edge should know, or nothing is left. */
static void s_hear(struct queue_amqp *self, const struct broker *broker, struct queue_event *event)
{
    struct timeval at_once = {0, 0};
    amqp_frame_t frame;
    amqp_maybe_release_buffers(broker->connection);
    while (event->kind == QUEUE_NOTHING) {
        int status = amqp_simple_wait_frame_noblock(broker->connection, &frame, &at_once);
        if (status == AMQP_STATUS_TIMEOUT)
            return;
        if (!s_said(self, broker, status, "read")) {
            s_lost(self, event);
            return;
        }
        if (frame.frame_type == AMQP_FRAME_METHOD)
            s_on_method(self, broker, &frame.payload.method, event);
        else if (broker == &self->consumer)
            s_on_content(self, &frame, event);
    }
}

static void s_receive(void *state, struct queue_event *event)
{
    struct queue_amqp *self = state;
    *event = (struct queue_event){.kind = QUEUE_NOTHING};
    if (*self->error.text) {
        s_lost(self, event);
        return;
    }
    s_hear(self, &self->consumer, event);
    if (event->kind == QUEUE_NOTHING)
        s_hear(self, &self->publisher, event);
}

static size_t s_fds(const void *state, int fds[QUEUE_FDS_MAX])
{
    const struct queue_amqp *self = state;
    fds[0] = amqp_get_sockfd(self->consumer.connection);
    fds[1] = amqp_get_sockfd(self->publisher.connection);
    return 2;
}

const struct queue_driver queue_amqp_driver = {.schemes = {"amqp://", "amqps://"},
                                               .open = s_open,
                                               .close = s_close,
                                               .probe = s_probe,
                                               .publish = s_publish,
                                               .ack = s_ack,
                                               .reject = s_reject,
                                               .prefetch = s_prefetch,
                                               .ask_depth = s_ask_depth,
                                               .takes = s_takes,
                                               .receive = s_receive,
                                               .fds = s_fds};
