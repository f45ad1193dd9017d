/* Reminds rooms that their time is up: the end of a contest, the expiry of a waiting room, the
 * settle limit. What a reminder means is the room's to know.
 *
 * In   schedule (room, instant)   arms the room's one reminder, or moves it; answered if asked
 *      unschedule (room)          no more reminders
 *      start, store's answers     the rooms that are open: at the start, and every minute, because
 *                                 what a room said may have been lost
 *      room_rejudged              scoring has done what room_rejudge said
 *      ping                       done, once all those of the start are known; OVERLOADED until
 * then Out  room_due (room, instant)   at the instant, and every 5 s from then on until the room
 * moves or cancels it: a reminder, or the answer to it, may be lost
 *      room_rejudge (room, rejudging)  of rejudgings that an operator applies, a page of rooms at a
 * time: he speaks to the store alone, which is therefore asked every 2 s. The next page follows
 * when all of one have answered, or after 5 s; a room that does not answer comes again in the next
 * round
 *
 * Promises: equal instants leave in order of arming; one already past is due at once; at most 256
 * reminders per turn, so that ten thousand rooms ending together do not hold the mailbox. What the
 * store knows may be older than what the room said, so the earlier of both counts: a reminder may
 * come early or once too often, and the room looks at its own deadline first.
 * Not its business: clocks, the disk, what a contest is. At most AGENDA_MAX reminders: beyond,
 * schedule is refused as OVERLOADED, and what else is open waits in the store. */
#include "actors/runtime/actor.h"
#include "actors/runtime/stats.h"
#include "actors/scheduler/agenda.h"
#include "actors/store/commit.h"
#include "proto/check.h"

#define REPEAT_MS 5000
#define DUE_PER_TURN 256
#define PAGE_ROWS 500     /* as statement rooms_open has it */
#define PAGE_WAIT_MS 2000 /* before a page of open rooms is asked for again */
#define SWEEP_MS 60000    /* between two looks at all open rooms */
#define REJUDGE_MS 2000   /* between two looks at rejudgings while there is nothing to do */
#define REJUDGE_ROWS 64   /* as statement rejudgings_due has it */

/* The questions that we have under way, as slots. */
enum { QUESTION_PAGE, QUESTION_REJUDGINGS, QUESTION_FINISH, QUESTION_ROOM };

struct scheduler {
    struct agenda *agenda;     /* owned: who is to be reminded when */
    int64_t wake_ms;           /* the one tick asked for and not yet come; I64_NONE: none */
    int64_t waiting_expiry_ms; /* how long a room may wait for its contest */
    int64_t page_after_id;     /* of this sweep, open rooms up to this one are armed */
    int64_t page_ms;           /* when to ask for a page, for the first time or again */
    uint32_t page_generation;  /* of the question; an answer to an earlier one is ignored */
    bool page_open;            /* a page has been asked for and not yet come */
    bool ready;                /* the first sweep is over */
    int64_t rejudge_after_id;  /* of this round, rooms up to this one have been given to scoring */
    int64_t rejudge_ms;        /* when to look at rejudgings, if not sooner */
    uint32_t rejudge_generation; /* of the page; an answer to an earlier one is ignored */
    uint32_t rejudge_open;       /* rooms of the page that have not answered */
};

/* A room has one deadline at a time, whatever it is for. */
static struct agenda_key s_key(int64_t room_id)
{
    return (struct agenda_key){room_id, 0};
}

/* One wake suffices: a tick works off all that is due and asks for the next. */
static void s_wake(struct scheduler *self, struct outbox *out)
{
    int64_t next_ms = self->page_ms, due_ms;
    if (self->rejudge_ms < next_ms)
        next_ms = self->rejudge_ms;
    if (agenda_earliest(self->agenda, &due_ms) && due_ms < next_ms)
        next_ms = due_ms;
    if (self->wake_ms == I64_NONE || next_ms < self->wake_ms) {
        self->wake_ms = next_ms;
        outbox_wake(out, next_ms);
    }
    stats_set(STAT_timers_armed, agenda_count(self->agenda));
}

static void s_on_schedule(struct scheduler *self, const struct envelope *envelope,
                          const struct msg_schedule *schedule, struct outbox *out)
{
    if (!agenda_arm(self->agenda, s_key(schedule->room_id), schedule->due_ms)) {
        outbox_refuse(out, envelope, REFUSED_OVERLOADED, "");
        return;
    }
    struct msg_done done = {schedule->room_id};
    outbox_reply(out, envelope, MSG_done, &done);
}

static void s_on_unschedule(struct scheduler *self, const struct envelope *envelope,
                            const struct msg_unschedule *unschedule, struct outbox *out)
{
    agenda_cancel(self->agenda, s_key(unschedule->room_id));
    struct msg_done done = {unschedule->room_id};
    outbox_reply(out, envelope, MSG_done, &done);
}

static void s_on_ping(const struct scheduler *self, const struct envelope *envelope,
                      const struct msg_ping *ping, struct outbox *out)
{
    struct msg_done done = {ping->id};
    if (self->ready)
        outbox_reply(out, envelope, MSG_done, &done);
    else
        outbox_refuse(out, envelope, REFUSED_OVERLOADED, "timers are being armed");
}

static void s_ask_page(struct scheduler *self, int64_t now_ms, struct outbox *out)
{
    struct commit commit;
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_rooms_open);
    commit_i64(&commit, self->page_after_id);
    self->page_generation++;
    self->page_open = true;
    self->page_ms = now_ms + PAGE_WAIT_MS;
    commit_send(&commit, out, NULL, 0, (struct question){QUESTION_PAGE, self->page_generation});
}

/* When an open room is to be reminded. Of a closed one, 0, at once: it tells scoring again and asks
 * for its settle limit itself. So does one whose row makes no sense: its owner will find out. */
static int64_t s_due_of(const struct scheduler *self, const struct rec_store_result *rooms,
                        uint32_t row)
{
    enum { ID, STATUS, CREATED_MS, START_MS, DURATION_MS, CLOSED_MS };
    uint8_t status;
    int64_t created_ms = result_i64(rooms, row, CREATED_MS);
    int64_t start_ms = result_i64(rooms, row, START_MS);
    int64_t duration_ms = result_i64(rooms, row, DURATION_MS);
    if (!result_word(rooms, row, STATUS, &room_status_words, &status))
        return 0;
    if (status == ROOM_WAITING && created_ms != I64_NONE)
        return created_ms + self->waiting_expiry_ms;
    bool running = status == ROOM_ACTIVE && result_i64(rooms, row, CLOSED_MS) == I64_NONE;
    return running && start_ms != I64_NONE && duration_ms != I64_NONE ? start_ms + duration_ms : 0;
}

/* False: no place for it. */
static bool s_arm_open(struct scheduler *self, int64_t room_id, int64_t due_ms)
{
    int64_t armed_ms;
    bool armed = agenda_find(self->agenda, s_key(room_id), &armed_ms);
    if (armed && (due_ms == 0 || armed_ms <= due_ms))
        return true;
    return agenda_arm(self->agenda, s_key(room_id), due_ms);
}

/* Arms what a page of open rooms says. A page that does not fit, or that the store could not give,
 * is asked for again when its time comes. */
static void s_on_page(struct scheduler *self, const struct envelope *envelope,
                      const struct msg_store_done *page, struct outbox *out)
{
    if (!self->page_open || envelope->to.generation != self->page_generation || page->refused ||
        page->results.count != 1)
        return;
    const struct rec_store_result *rooms = &page->results.items[0];
    uint32_t rows = result_rows(rooms);
    for (uint32_t row = 0; row < rows; row++) {
        int64_t room_id = result_i64(rooms, row, 0);
        if (room_id <= self->page_after_id ||
            !s_arm_open(self, room_id, s_due_of(self, rooms, row)))
            return;
        self->page_after_id = room_id;
    }
    if (rows == PAGE_ROWS) {
        s_ask_page(self, envelope->now_ms, out);
        return;
    }
    self->ready = true;
    self->page_open = false;
    self->page_after_id = 0;
    self->page_ms = envelope->now_ms + SWEEP_MS;
}

static void s_ask_rejudgings(struct scheduler *self, int64_t now_ms, struct outbox *out)
{
    struct commit commit;
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_rejudgings_due);
    commit_i64(&commit, self->rejudge_after_id);
    self->rejudge_generation++;
    self->rejudge_open = 0;
    self->rejudge_ms = now_ms + REJUDGE_MS;
    commit_send(&commit, out, NULL, 0,
                (struct question){QUESTION_REJUDGINGS, self->rejudge_generation});
}

/* Guarded by the rooms themselves: it may be asked too early, or twice. */
static void s_finish_rejudging(int64_t rejudging_id, int64_t now_ms, struct outbox *out)
{
    struct commit commit;
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_rejudging_finish);
    commit_i64(&commit, rejudging_id);
    commit_i64(&commit, now_ms);
    commit_send(&commit, out, NULL, 0, (struct question){QUESTION_FINISH, 1});
}

/* Gives a page of rooms to scoring. A short page ends the round; the next begins at the first. */
static void s_on_rejudgings(struct scheduler *self, const struct envelope *envelope,
                            const struct msg_store_done *page, struct outbox *out)
{
    enum { REJUDGING_ID, ROOM_ID };
    if (envelope->to.generation != self->rejudge_generation || page->refused ||
        page->results.count != 1)
        return;
    const struct rec_store_result *rows = &page->results.items[0];
    int64_t last_id = 0;
    for (uint32_t row = 0; row < result_rows(rows); row++) {
        int64_t rejudging_id = result_i64(rows, row, REJUDGING_ID);
        int64_t room_id = result_i64(rows, row, ROOM_ID);
        if (room_id == I64_NONE) {
            s_finish_rejudging(rejudging_id, envelope->now_ms, out);
            continue;
        }
        outbox_send(out, NULL, ACTOR_scoring, room_id,
                    (struct question){QUESTION_ROOM, self->rejudge_generation}, MSG_room_rejudge,
                    &(struct msg_room_rejudge){room_id, rejudging_id});
        self->rejudge_open++;
        last_id = room_id;
    }
    if (self->rejudge_open)
        self->rejudge_ms = envelope->now_ms + REPEAT_MS;
    self->rejudge_after_id = result_rows(rows) == REJUDGE_ROWS ? last_id : 0;
}

static void s_on_rejudged(struct scheduler *self, const struct envelope *envelope,
                          struct outbox *out)
{
    if (envelope->to.generation == self->rejudge_generation && self->rejudge_open &&
        --self->rejudge_open == 0)
        s_ask_rejudgings(self, envelope->now_ms, out);
}

static void s_on_tick(struct scheduler *self, const struct envelope *envelope, struct outbox *out)
{
    struct agenda_entry entry;
    self->wake_ms = I64_NONE;
    for (int i = 0; i < DUE_PER_TURN; i++) {
        if (!agenda_take_due(self->agenda, envelope->now_ms, &entry))
            break;
        struct msg_room_due due = {entry.key.id, entry.due_ms};
        outbox_send(out, NULL, ACTOR_room, entry.key.id, NO_ANSWER, MSG_room_due, &due);
        bool again = agenda_arm(self->agenda, entry.key, envelope->now_ms + REPEAT_MS);
        check(again); /* its place has just become free */
    }
    if (self->page_ms <= envelope->now_ms)
        s_ask_page(self, envelope->now_ms, out);
    if (self->rejudge_ms <= envelope->now_ms)
        s_ask_rejudgings(self, envelope->now_ms, out);
}

static void *s_create(const struct rec_actor_config *config, void *context)
{
    (void)context;
    struct scheduler *self = calloc(1, sizeof *self);
    check(self);
    *self = (struct scheduler){.agenda = agenda_new(),
                               .wake_ms = I64_NONE,
                               .waiting_expiry_ms = config->waiting_expiry_ms};
    check(self->agenda);
    return self;
}

static void s_destroy(void **self_p)
{
    struct scheduler *self = *self_p;
    if (!self)
        return;
    agenda_destroy(&self->agenda);
    free(self);
    *self_p = NULL;
}

static void s_handle(void *state, const struct envelope *envelope, const void *message,
                     struct outbox *out)
{
    struct scheduler *self = state;
    switch (envelope->kind) {
    case MSG_start:
        s_ask_page(self, envelope->now_ms, out);
        self->rejudge_ms = envelope->now_ms + REJUDGE_MS;
        break;
    case MSG_tick:
        s_on_tick(self, envelope, out);
        break;
    case MSG_schedule:
        s_on_schedule(self, envelope, message, out);
        break;
    case MSG_unschedule:
        s_on_unschedule(self, envelope, message, out);
        break;
    case MSG_ping:
        s_on_ping(self, envelope, message, out);
        break;
    case MSG_room_rejudged:
        s_on_rejudged(self, envelope, out);
        break;
    case MSG_store_done:
        if (envelope->to.slot == QUESTION_PAGE)
            s_on_page(self, envelope, message, out);
        else if (envelope->to.slot == QUESTION_REJUDGINGS)
            s_on_rejudgings(self, envelope, message, out);
        break;
    case MSG_store_failed: /* the page is asked for again when its time comes */
    case MSG_refused:
    case MSG_drain: /* reminders are worth giving until the end */
        break;
    }
    s_wake(self, out);
}

static const uint16_t s_receives[] = {
    MSG_schedule,   MSG_unschedule,   MSG_ping,    MSG_room_rejudged,
    MSG_store_done, MSG_store_failed, MSG_refused, 0};

const struct actor_class scheduler_class = {
    .kind = ACTOR_scheduler,
    .create = s_create,
    .handle = s_handle,
    .destroy = s_destroy,
    .receives = s_receives,
};
