/* Commits without end while others do things to the database, and then looks whether all of it is
 * as it was answered:
 *
 *   store_load URL
 *
 * Until standard input ends; prints "answered N" now and then. Then reads everything back and
 * prints one line: how many were kept, refused, failed, lost (answered, but not there), doubled
 * (run twice), halved, stray (there, but answered otherwise). Exits 0 when the last four are 0. */
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "actors/runtime/clock.h"
#include "actors/store/commit.h"
#include "actors/store/store.h"
#include "proto/arena.h"
#include "proto/check.h"

#define CLIENTS 48
#define COMMITS_MAX 4000000
#define SECOND_HALF 1000000000 /* the other user of a commit */
#define STEP_MS 200            /* between looks at standard input */
#define SAY_EVERY 500

enum outcome { ASKED, KEPT, REFUSED, FAILED };

struct load {
    void *store;                  /* the actor */
    struct outbox out;            /* its outbox */
    struct arena arena;           /* of the answers of one turn */
    uint8_t *outcomes;            /* of commits, by number */
    uint32_t asked;               /* commits so far; the first is 1 */
    uint32_t answered;            /* of those */
    uint32_t doubled;             /* that found their own trace */
    bool reading;                 /* everything back: clients ask for users */
    uint32_t read;                /* users asked for */
    uint32_t lost, halved, stray; /* what was found */
};

static void s_user(struct commit *commit, int64_t id, char email[48])
{
    snprintf(email, 48, "%" PRId64 "@example.org", id);
    commit_op(commit, STATEMENT_user_make);
    commit_i64(commit, id);
    commit_text(commit, slice_of("User"));
    commit_text(commit, slice_of(email));
    commit_text(commit, slice_of("LOAD"));
    commit_i64(commit, 1);
}

static void s_refusal(struct commit *commit)
{
    commit_op(commit, STATEMENT_fence_leave);
    for (int i = 0; i < 5; i++)
        commit_i64(commit, 999999);
}

static void s_give(struct load *self, const struct commit *commit, uint32_t number)
{
    struct envelope envelope = {.kind = MSG_store_run,
                                .key = number * 2654435761u >> 8,
                                .now_ms = clock_now_ms(),
                                .reply = {1, ACTOR_room, 0, number, 1}};
    struct msg_store_run run = {{commit->count, (struct rec_store_op *)commit->ops}};
    store_class.handle(self->store, &envelope, &run, &self->out);
}

/* Of every 16 commits one is refused when it has changed something already, one at once, and one is
 * wrong. */
static void s_ask(struct load *self)
{
    uint32_t number = ++self->asked;
    struct commit commit;
    char emails[3][48];
    check(number < COMMITS_MAX);
    commit_begin(&commit);
    if (number % 16 == 9)
        s_refusal(&commit);
    s_user(&commit, number, emails[0]);
    s_user(&commit, SECOND_HALF + number, emails[1]);
    if (number % 16 == 0)
        s_refusal(&commit);
    if (number % 16 == 5)
        s_user(&commit, -1, emails[2]);
    s_give(self, &commit, number);
}

static void s_read_back(struct load *self)
{
    struct commit commit;
    uint32_t number = ++self->read;
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_user_by_id);
    commit_i64(&commit, number);
    commit_op(&commit, STATEMENT_user_by_id);
    commit_i64(&commit, SECOND_HALF + (int64_t)number);
    s_give(self, &commit, number);
}

static void s_found(struct load *self, uint32_t number, const struct msg_store_done *done)
{
    bool first = done && done->results.items[0].changed,
         second = done && done->results.items[1].changed;
    uint8_t outcome = self->outcomes[number];
    self->halved += first != second;
    self->lost += outcome == KEPT && !first;
    self->stray += outcome != KEPT && first;
}

static void s_answer(struct load *self, uint32_t number, const struct msg_store_done *done)
{
    enum outcome outcome = !done ? FAILED : done->refused ? REFUSED : KEPT;
    check(self->outcomes[number] == ASKED); /* one answer each */
    self->outcomes[number] = (uint8_t)outcome;
    if (outcome == KEPT)
        self->doubled += done->results.items[0].changed != 1 || done->results.items[1].changed != 1;
    bool refusable = number % 16 == 0 || number % 16 == 9;
    check(outcome == FAILED || (outcome == REFUSED) == refusable);
    check(number % 16 != 5 || outcome == FAILED);
    if (++self->answered % SAY_EVERY == 0) {
        printf("answered %u\n", self->answered);
        fflush(stdout);
    }
}

/* Ends a turn; returns how many answers came. *wake_ms: when a tick is due. */
static uint32_t s_turn(struct load *self, int64_t *wake_ms)
{
    store_class.turn_end(self->store, &self->out);
    uint32_t count = self->out.count;
    for (uint32_t i = 0; i < count; i++) {
        struct frame frame = outbox_frame(&self->out, i);
        struct codec_error error;
        struct msg_store_done done;
        size_t taken;
        bool good = frame.envelope.kind == MSG_store_done;
        check(!good ||
              codec_decode(&message_store_done, frame.body, &self->arena, &done, &taken, &error));
        (self->reading ? s_found : s_answer)(self, frame.envelope.to.slot, good ? &done : NULL);
    }
    *wake_ms = self->out.wake_ms;
    outbox_clear(&self->out);
    arena_reset(&self->arena);
    return count;
}

static void s_wait(struct load *self, int64_t wake_ms)
{
    struct pollfd own = {store_class.descriptor(self->store), POLLIN, 0};
    int64_t left_ms = wake_ms == I64_NONE ? STEP_MS : wake_ms - clock_now_ms();
    poll(&own, 1, left_ms < 0 ? 0 : left_ms < STEP_MS ? (int)left_ms : STEP_MS);
    if (own.revents)
        store_class.ready(self->store, &self->out);
    if (wake_ms != I64_NONE && wake_ms <= clock_now_ms()) {
        struct envelope tick = {.kind = MSG_tick};
        store_class.handle(self->store, &tick, &(struct msg_tick){wake_ms}, &self->out);
    }
}

static bool s_told_to_stop(void)
{
    struct pollfd input = {STDIN_FILENO, POLLIN, 0};
    char byte;
    return poll(&input, 1, 0) == 1 && read(STDIN_FILENO, &byte, 1) == 0;
}

static void s_open(struct load *self, const char *url)
{
    struct rec_actor_config config = {0};
    self->store = store_class.create(&config, &(struct store_context){url, "."});
    if (!self->store)
        exit(2);
}

static void s_commit_until_told(struct load *self)
{
    bool stop = false;
    int64_t wake_ms;
    while (!stop || self->answered < self->asked) {
        stop |= s_told_to_stop();
        while (!stop && self->asked - self->answered < CLIENTS)
            s_ask(self);
        if (s_turn(self, &wake_ms) == 0)
            s_wait(self, wake_ms);
    }
}

static void s_read_all_back(struct load *self)
{
    int64_t wake_ms;
    uint32_t answered = 0, count;
    self->reading = true;
    while (answered < self->asked) {
        while (self->read < self->asked && self->read - answered < 8 * CLIENTS)
            s_read_back(self);
        answered += count = s_turn(self, &wake_ms);
        if (count == 0)
            s_wait(self, wake_ms);
    }
}

int main(int argc, char **argv)
{
    static struct load self;
    uint32_t counts[4] = {0};
    if (argc != 2)
        return 2;
    self.outcomes = calloc(COMMITS_MAX, 1);
    check(self.outcomes);
    outbox_init(&self.out);
    s_open(&self, argv[1]);
    s_commit_until_told(&self);
    store_class.destroy(&self.store);
    s_open(&self, argv[1]);
    s_read_all_back(&self);
    for (uint32_t number = 1; number <= self.asked; number++)
        counts[self.outcomes[number]]++;
    printf("kept %u refused %u failed %u lost %u doubled %u halved %u stray %u\n", counts[KEPT],
           counts[REFUSED], counts[FAILED], self.lost, self.doubled, self.halved, self.stray);
    store_class.destroy(&self.store);
    outbox_fini(&self.out);
    arena_fini(&self.arena);
    free(self.outcomes);
    return self.lost || self.doubled || self.halved || self.stray;
}
