/* The thread turns: the judge's words, the connection (made when it is time), what is to be
 * published, what the server says, and now and then that we are here; then it waits for any of
 * these. Nothing here decides about a submission: that is the judge's, and so is what to publish
 * again after a loss that was not seen. Whatever the judge should hear is said until an answer
 * shows that it has; what it says may be lost too, and then it hears again. */
#include "actors/judge/queue.h"

#include <czmq.h>
#include <uthash.h>

#include "actors/judge/queue_driver.h"
#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/port.h"
#include "actors/runtime/stats.h"
#include "actors/runtime/tsan.h"
#include "proto/check.h"
#include "proto/prng.h"

#define READY_MS 2000      /* how often the judge is told that we are up, and the depth is asked */
#define TELL_AGAIN_MS 5000 /* a delivery that the judge has neither acknowledged nor rejected */
#define WINDOW 512         /* published and unconfirmed; few enough for the socket's own buffer */
#define EVENTS_MAX 256     /* of the connection in one turn */
#define WORDS_MAX 256      /* of the judge in one turn */
#define PAUSE_MIN_MS 100   /* before the second try to connect; twice as long before the next … */
#define PAUSE_MAX_MS 5000
#define WARN_MS 60000 /* the same complaint is logged so often */

static_assert((int)QUEUE_submissions == JUDGING_SUBMISSION && (int)QUEUE_runs == JUDGING_RUN &&
                  (int)QUEUE_rejudgings == JUDGING_REJUDGE,
              "a queue for each kind of judging");

/* A message that the queue gave us. */
struct delivery {
    int64_t tag;      /* key of the hash */
    uint8_t kind;     /* enum judging_kind: of the queue of those */
    int64_t id;       /* its body */
    bool redelivered; /* as delivered */
    int64_t told_ms;  /* when the judge was last told */
    UT_hash_handle hh;
};

/* Submissions to be published, in order: a ring. Those before `sent` are on their way. */
struct outgoing {
    struct {
        int64_t id;     /* which */
        uint8_t kind;   /* enum judging_kind: what it is */
        bool confirmed; /* the server has it */
    } items[QUEUE_UNCONFIRMED_MAX];
    uint64_t first, sent, last; /* counters since ever; index: modulo the size */
    uint64_t first_tag;         /* of the connection: what its tag 1 is; here a counter */
};

struct queue {
    struct queue_options options;      /* as given */
    const struct queue_driver *driver; /* of the URL */
    void *connection;                  /* the driver's; NULL: none */
    struct port *port;                 /* the thread's */
    zactor_t *thread;                  /* owned */
    struct prng chance;                /* epochs, pauses */
    int64_t epoch;                     /* of the connection */
    int64_t waiting[QUEUES];           /* messages in each queue, as last told by the server */
    int64_t prefetch;                  /* as last asked for by the judge; -1: not yet */
    int64_t ready_ms;                  /* when the judge is told next */
    int64_t connect_ms;                /* when to connect next */
    int64_t pause_ms;                  /* before the try after that */
    int64_t warned_ms;                 /* when a complaint was logged */
    char complaint[512];               /* which */
    struct delivery *deliveries;       /* by tag */
    struct outgoing outgoing;          /* see above */
    char error[256];                   /* why it could not start */
};

/* ---- drivers --------------------------------------------------------------------------------- */

const struct queue_driver *queue_driver_for(const char *url)
{
    static const struct queue_driver *const drivers[] = {&queue_amqp_driver};
    for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++)
        for (const char *const *scheme = drivers[i]->schemes; *scheme; scheme++)
            if (strncmp(url, *scheme, strlen(*scheme)) == 0)
                return drivers[i];
    return NULL;
}

bool queue_url_shared(const char *url)
{
    return queue_driver_for(url) != NULL;
}

bool queue_url_valid(const char *url, struct broker_error *error)
{
    return broker_url_valid(url, error);
}

bool queue_probe(const char *url, struct broker_error *error)
{
    return queue_driver_for(url)->probe(url, error);
}

/* ---- to the judge ---------------------------------------------------------------------------- */

static bool s_say(struct queue *self, uint16_t id, const void *message)
{
    struct envelope envelope = {.reply = {0, ACTOR_queue, self->options.shard, 1, 1}};
    return port_ask(self->port, &envelope, ACTOR_judge, self->options.shard, id, message) ==
           PORT_SENT;
}

static void s_say_ready(struct queue *self)
{
    struct msg_queue_ready ready = {self->connection ? self->epoch : I64_NONE,
                                    self->waiting[QUEUE_submissions], self->waiting[QUEUE_runs],
                                    self->waiting[QUEUE_rejudgings]};
    self->ready_ms = clock_now_ms() + READY_MS;
    s_say(self, MSG_queue_ready, &ready);
}

static void s_tell(struct queue *self, struct delivery *delivery)
{
    struct msg_queue_delivered delivered = {self->epoch, delivery->tag, delivery->id,
                                            delivery->redelivered, delivery->kind};
    if (s_say(self, MSG_queue_delivered, &delivered))
        delivery->told_ms = clock_now_ms();
}

/* Either side's word may be lost when a mailbox is full: the judge knows what it has heard. */
static void s_tell_again(struct queue *self)
{
    int64_t before_ms = clock_now_ms() - TELL_AGAIN_MS;
    for (struct delivery *delivery = self->deliveries; delivery; delivery = delivery->hh.next)
        if (delivery->told_ms < before_ms)
            s_tell(self, delivery);
}

/* ---- the connection -------------------------------------------------------------------------- */

static void s_forget(struct queue *self, struct delivery *delivery)
{
    HASH_DEL(self->deliveries, delivery);
    free(delivery);
}

static void s_complain(struct queue *self, const char *event, const struct broker_error *error)
{
    int64_t now_ms = clock_now_ms();
    if (strcmp(self->complaint, error->text) == 0 && now_ms - self->warned_ms < WARN_MS)
        return;
    self->warned_ms = now_ms;
    snprintf(self->complaint, sizeof self->complaint, "%s", error->text);
    log_warn(event, "why=\"%s\"", error->text);
}

/* The next try waits between half of the pause and all of it, so that judges do not come at once.
 */
static void s_pause(struct queue *self)
{
    int64_t half_ms = self->pause_ms / 2;
    self->connect_ms =
        clock_now_ms() + half_ms + (int64_t)prng_below(&self->chance, (uint64_t)half_ms + 1);
    self->pause_ms = self->pause_ms * 2 < PAUSE_MAX_MS ? self->pause_ms * 2 : PAUSE_MAX_MS;
}

static void s_connect(struct queue *self)
{
    struct broker_error error;
    self->connection = self->driver->open(self->options.url, &error);
    if (!self->connection) {
        s_complain(self, "queue-not-connected", &error);
        s_pause(self);
        return;
    }
    struct outgoing *outgoing = &self->outgoing;
    self->epoch = (int64_t)(prng_next(&self->chance) >> 1);
    self->complaint[0] = '\0';
    self->prefetch = -1;
    for (enum queue_number queue = 0; queue < QUEUES; queue++)
        self->waiting[queue] = 1;                           /* until the server has told */
    outgoing->first_tag = outgoing->sent = outgoing->first; /* what was on its way goes again */
    stats_add(STAT_queue_connected, 1);
    log_info("queue-connected", "judge=%u", self->options.shard);
    self->driver->ask_depth(self->connection);
    s_say_ready(self);
}

static void s_disconnect(struct queue *self, bool politely)
{
    self->driver->close(&self->connection, politely);
    stats_add(STAT_queue_connected, -1);
    while (self->deliveries)
        s_forget(self, self->deliveries);
}

static void s_lose(struct queue *self, const struct broker_error *error)
{
    stats_add(STAT_queue_losses, 1);
    s_complain(self, "queue-lost", error);
    s_disconnect(self, false);
    s_pause(self);
    s_say_ready(self);
}

/* ---- publishing ------------------------------------------------------------------------------ */

static void s_keep(struct queue *self, const struct i64_list *ids, uint8_t kind)
{
    struct outgoing *outgoing = &self->outgoing;
    for (uint32_t i = 0; i < ids->count; i++) {
        if (outgoing->last - outgoing->first == QUEUE_UNCONFIRMED_MAX) {
            stats_add(STAT_queue_publish_full, ids->count - i);
            return;
        }
        uint64_t at = outgoing->last++ % QUEUE_UNCONFIRMED_MAX;
        outgoing->items[at].id = ids->items[i];
        outgoing->items[at].kind = kind;
        outgoing->items[at].confirmed = false;
    }
}

static void s_publish(struct queue *self)
{
    struct outgoing *outgoing = &self->outgoing;
    while (outgoing->sent < outgoing->last && outgoing->sent - outgoing->first < WINDOW &&
           self->driver->takes(self->connection)) {
        uint64_t at = outgoing->sent % QUEUE_UNCONFIRMED_MAX;
        if (!self->driver->publish(self->connection, outgoing->items[at].kind,
                                   outgoing->items[at].id))
            return;
        outgoing->sent++;
    }
}

/* What the server could not keep is left to the sweep: it will have its reasons. */
static void s_on_confirmed(struct queue *self, const struct queue_event *event)
{
    struct outgoing *outgoing = &self->outgoing;
    uint64_t tag = outgoing->first_tag + (uint64_t)event->tag - 1; /* as a counter */
    if (event->tag < 1 || tag >= outgoing->sent)
        return;
    for (uint64_t i = event->multiple ? outgoing->first : tag; i <= tag; i++)
        if (i >= outgoing->first && !outgoing->items[i % QUEUE_UNCONFIRMED_MAX].confirmed) {
            outgoing->items[i % QUEUE_UNCONFIRMED_MAX].confirmed = true;
            stats_add(
                event->kind == QUEUE_CONFIRMED ? STAT_queue_published : STAT_queue_publish_full, 1);
        }
    while (outgoing->first < outgoing->sent &&
           outgoing->items[outgoing->first % QUEUE_UNCONFIRMED_MAX].confirmed)
        outgoing->first++;
}

/* ---- what the server says -------------------------------------------------------------------- */

static void s_on_delivered(struct queue *self, const struct queue_event *event)
{
    struct delivery *delivery = calloc(1, sizeof *delivery);
    check(delivery);
    stats_add(STAT_queue_delivered, 1);
    delivery->tag = event->tag;
    delivery->kind = (uint8_t)event->queue;
    delivery->id = event->id;
    delivery->redelivered = event->redelivered;
    HASH_ADD(hh, self->deliveries, tag, sizeof delivery->tag, delivery);
    s_tell(self, delivery);
}

static void s_on_poison(struct queue *self, const struct queue_event *event)
{
    stats_add(STAT_queue_delivered, 1);
    stats_add(STAT_queue_poison, 1);
    stats_add(STAT_queue_rejected, 1);
    log_warn("queue-poison", "queue=%s why=\"a message that is no number\" body=\"%s\"",
             broker_queues[event->queue].name, event->body);
    self->driver->reject(self->connection, event->tag);
}

static void s_on_depth(struct queue *self, const struct queue_event *event)
{
    static const enum stat_id gauges[QUEUES] = {
#define QUEUE(symbol, name, letters, gauge) [QUEUE_##symbol] = STAT_##gauge,
#include "actors/judge/queues.def"
#undef QUEUE
    };
    self->waiting[event->queue] = event->waiting;
    stats_set(gauges[event->queue], event->waiting);
    self->pause_ms = PAUSE_MIN_MS; /* it answers: the next loss is another one */
}

/* True: there may be more at once. */
static bool s_receive(struct queue *self)
{
    struct queue_event event;
    for (int i = 0; i < EVENTS_MAX; i++) {
        self->driver->receive(self->connection, &event);
        switch (event.kind) {
        case QUEUE_NOTHING:
            return false;
        case QUEUE_DELIVERED:
            s_on_delivered(self, &event);
            break;
        case QUEUE_POISON:
            s_on_poison(self, &event);
            break;
        case QUEUE_CONFIRMED:
        case QUEUE_UNKEPT:
            s_on_confirmed(self, &event);
            break;
        case QUEUE_DEPTH:
            s_on_depth(self, &event);
            break;
        case QUEUE_LOST:
            s_lose(self, &event.error);
            return false;
        }
    }
    return true;
}

/* ---- what the judge says --------------------------------------------------------------------- */

/* Lets go of a delivery; words about another connection's are void. */
static void s_settle(struct queue *self, int64_t epoch, int64_t tag,
                     bool (*settle)(void *connection, int64_t tag))
{
    struct delivery *delivery;
    if (!self->connection || epoch != self->epoch)
        return;
    HASH_FIND(hh, self->deliveries, &tag, sizeof tag, delivery);
    if (!delivery)
        return;
    settle(self->connection, tag);
    s_forget(self, delivery);
}

static void s_on_prefetch(struct queue *self, int64_t count)
{
    if (!self->connection || count == self->prefetch || count < 0)
        return;
    self->prefetch = count;
    self->driver->prefetch(self->connection, count < UINT16_MAX ? (uint32_t)count : UINT16_MAX);
}

static void s_on_word(struct queue *self, const struct frame *frame)
{
    union {
        struct msg_queue_prefetch prefetch;
        struct msg_queue_publish publish;
        struct msg_queue_ack ack;
        struct msg_queue_reject reject;
    } word;
    uint16_t kind = frame->envelope.kind;
    struct arena arena = {0};
    bool known = kind == MSG_queue_prefetch || kind == MSG_queue_publish || kind == MSG_queue_ack ||
                 kind == MSG_queue_reject;
    if (known && port_read(frame, &arena, &word)) {
        if (kind == MSG_queue_prefetch)
            s_on_prefetch(self, word.prefetch.count);
        else if (kind == MSG_queue_publish)
            s_keep(self, &word.publish.submission_ids, word.publish.kind);
        else if (kind == MSG_queue_ack)
            s_settle(self, word.ack.epoch, word.ack.tag, self->driver->ack);
        else
            s_settle(self, word.reject.epoch, word.reject.tag, self->driver->reject);
    }
    arena_fini(&arena);
}

/* True: there may be more at once. */
static bool s_take_words(struct queue *self)
{
    struct port_message message;
    for (int i = 0; i < WORDS_MAX; i++) {
        if (!port_receive(self->port, &message))
            return false;
        s_on_word(self, &message.frame);
        port_message_close(&message);
    }
    return true;
}

/* ---- the thread ------------------------------------------------------------------------------ */

static void s_now_and_then(struct queue *self)
{
    if (self->ready_ms > clock_now_ms())
        return;
    s_say_ready(self);
    if (!self->connection)
        return;
    s_tell_again(self);
    self->driver->ask_depth(self->connection);
}

/* Waits for the judge, the server, or our end. */
static void s_wait(struct queue *self, zsock_t *pipe)
{
    zmq_pollitem_t items[1 + QUEUE_FDS_MAX] = {{zsock_resolve(pipe), 0, ZMQ_POLLIN, 0}};
    size_t count = 1;
    int64_t until_ms = self->ready_ms;
    if (self->connection) {
        int fds[QUEUE_FDS_MAX];
        size_t fd_count = self->driver->fds(self->connection, fds);
        for (size_t i = 0; i < fd_count; i++)
            items[count++] = (zmq_pollitem_t){NULL, fds[i], ZMQ_POLLIN, 0};
    } else if (self->connect_ms < until_ms)
        until_ms = self->connect_ms;
    int64_t left_ms = until_ms - clock_now_ms();
    if (left_ms > 0)
        port_poll(self->port, items, count, (long)left_ms);
}

static void s_loop(struct queue *self, zsock_t *pipe)
{
    s_say_ready(self);
    while (!(zsock_events(pipe) & ZMQ_POLLIN)) { /* all that is ever said there is: stop */
        bool more = s_take_words(self);
        if (!self->connection && self->connect_ms <= clock_now_ms())
            s_connect(self);
        if (self->connection) {
            s_publish(self);
            more |= s_receive(self);
        }
        if (self->connection)
            s_publish(self);
        stats_set(STAT_queue_unconfirmed, (int64_t)(self->outgoing.last - self->outgoing.first));
        s_now_and_then(self);
        if (!more)
            s_wait(self, pipe);
    }
}

static void s_thread(zsock_t *pipe, void *argument)
{
    struct queue *self = argument;
    struct port_options port = {.topology = self->options.topology, .endpoint = -1};
    TAKEN_OVER(self);
    self->port = port_new(&port, self->error, sizeof self->error);
    HANDED_OVER(self);
    zsock_signal(pipe, 0);
    if (self->port) {
        s_loop(self, pipe);
        if (self->connection)
            s_disconnect(self, true);
    }
    port_destroy(&self->port);
    HANDED_OVER(self);
}

struct queue *queue_start(const struct queue_options *options, char *error, size_t error_size)
{
    struct queue *self = calloc(1, sizeof *self);
    check(self);
    self->options = *options;
    self->driver = queue_driver_for(options->url);
    self->chance.state = clock_chance();
    self->prefetch = -1;
    self->pause_ms = PAUSE_MIN_MS;
    check(self->driver);
    HANDED_OVER(self);
    self->thread = zactor_new(s_thread, self);
    check(self->thread);
    TAKEN_OVER(self);
    if (!*self->error)
        return self;
    snprintf(error, error_size, "%s", self->error);
    queue_stop(&self);
    return NULL;
}

void queue_stop(struct queue **self_p)
{
    struct queue *self = *self_p;
    if (!self)
        return;
    zactor_destroy(&self->thread);
    TAKEN_OVER(self);
    free(self);
    *self_p = NULL;
}
