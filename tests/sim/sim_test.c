/* All actors, the real store, users who play: many short lives of an installation, each from a
 * seed. First nothing goes wrong, and every rule is held to the letter; then messages are lost,
 * late and doubled and everybody is killed now and then, and what was acknowledged must still be
 * true; then that stops, and everything must come to its end. At last an operator applies
 * rejudgings, and things go wrong once more. Each seed twice: with one judge, and with several that
 * share a queue.
 *
 *   sim_test            the suite's seeds
 *   sim_test SEED [N]   N seeds from this one (1), with what happened */
#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/replay.h"
#include "proto/check.h"
#include "tests/sim/audit.h"
#include "tests/sim/fake_queue.h"
#include "tests/sim/fake_runner.h"

#define FAULTY_MS 200000  /* so long things go wrong */
#define SETTLED_MS 900000 /* and so long after that everything may take to end */
#define RUNNERS 3
#define REJUDGE_FAULTY_MS 60000 /* of it while a rejudging is applied */
#define LATE_MS 120000          /* a reminder may be lost, and is found again */
#define STEPS_MAX 20000000      /* a run that does not end by then runs in a circle */

struct run {
    uint64_t seed;                       /* of everything */
    char folder[64];                     /* database and journals, removed at the end */
    struct sim sim;                      /* the installation */
    struct duels duels;                  /* the users */
    struct fake_runner runners[RUNNERS]; /* who judges for them */
    struct fake_broker broker;           /* where the judges share a queue */
    struct audit *audit;                 /* who looks at the database */
    uint64_t steps;                      /* taken */
};

/* ---- folders ------------------------------------------------------------------------------- */

static int s_remove(const char *path, const struct stat *status, int kind, struct FTW *ftw)
{
    (void)status, (void)kind, (void)ftw;
    return remove(path);
}

/* In memory where there is such a place: what a disk does to a killed store is another test's. */
static void s_make_folder(struct run *self)
{
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(self->folder, sizeof self->folder, "%s/codecomp-sim-XXXXXX", base);
    if (!mkdtemp(self->folder)) {
        fprintf(stderr, "sim_test: cannot make %s: %s\n", self->folder, strerror(errno));
        exit(EXIT_FAILURE);
    }
}

/* ---- a run --------------------------------------------------------------------------------- */

static bool s_finished(struct duels *duels, struct duel *duel)
{
    struct run *self = duels->context;
    return audit_round(self->audit, duels, duel);
}

static const struct sim_faults s_storm = {.lost_per_10000 = 500,
                                          .twice_per_10000 = 1000,
                                          .slow_per_10000 = 500,
                                          .slow_ms = 3000,
                                          .kill_every_ms = 4000,
                                          .down_ms = 4000};

static void s_begin(struct run *self, uint64_t seed, bool shared, bool calm, bool record)
{
    struct rec_actor_config config = solo_config();
    *self = (struct run){.seed = seed};
    config.queue_shared = shared;
    if (!calm && seed % 2) /* what takes long to judge becomes a Judge Error */
        config.settle_limit_ms = 10000;
    s_make_folder(self);
    sim_init(&self->sim, seed, self->folder, record ? self->folder : NULL, 2, &config);
    self->audit = audit_new(self->folder);
    for (int i = 0; i < RUNNERS; i++)
        fake_runner_init(&self->runners[i], &self->sim, (uint8_t)i, true);
    if (shared)
        fake_broker_init(&self->broker, &self->sim);
    duels_init(&self->duels, &self->sim, calm ? 8 : 6, 2, calm);
    self->duels.finished = s_finished;
    self->duels.context = self;
    if (!calm)
        self->sim.faults = s_storm;
}

static void s_end(struct run *self)
{
    sim_fini(&self->sim);
    audit_destroy(&self->audit);
    nftw(self->folder, s_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static void s_tell_where_everybody_is(const struct run *self)
{
    for (uint32_t i = 0; i < self->duels.count; i++) {
        const struct duel *duel = &self->duels.duels[i];
        fprintf(stderr, "  round %u, room %" PRId64 ": %s, %s\n", duel->round, duel->room_id,
                player_state_name(duel->players[0].state),
                player_state_name(duel->players[1].state));
    }
}

/* An operator has everything judged again, and what that changes is applied while things go wrong
 * once more. */
static void s_rejudge(struct run *self)
{
    int64_t begun_ms = self->sim.now_ms, look_ms = begun_ms;
    audit_rejudge(self->audit);
    self->duels.rejudging = true;
    if (!self->duels.calm)
        self->sim.faults = s_storm;
    while (!self->duels.fault[0] && !audit_rejudged(self->audit)) {
        for (look_ms += 1000; self->sim.now_ms < look_ms;)
            check(sim_step(&self->sim));
        if (look_ms == begun_ms + REJUDGE_FAULTY_MS)
            sim_mend(&self->sim);
        if (look_ms > begun_ms + SETTLED_MS)
            duels_fault(&self->duels, "the rejudgings did not come to their end");
    }
    sim_mend(&self->sim);
    for (look_ms = self->sim.now_ms + LATE_MS; self->sim.now_ms < look_ms;) /* who is told last */
        check(sim_step(&self->sim));
    if (!self->duels.fault[0])
        audit_rejudge_end(self->audit, &self->duels);
}

/* True: everything that must hold did. */
static bool s_play(struct run *self)
{
    bool mended = self->duels.calm;
    while (!duels_over(&self->duels)) {
        bool more = sim_step(&self->sim);
        if (!mended && self->sim.now_ms >= SIM_START_MS + FAULTY_MS) {
            sim_mend(&self->sim);
            mended = true;
        }
        if (!more || ++self->steps > STEPS_MAX ||
            self->sim.now_ms > SIM_START_MS + FAULTY_MS + SETTLED_MS) {
            duels_fault(&self->duels, "not everything came to its end");
            s_tell_where_everybody_is(self);
        }
    }
    if (!mended)
        sim_mend(&self->sim);
    /* what nobody waits for, a repeat, a reminder, the end of a room that nobody joined */
    int64_t end_ms = self->sim.now_ms + solo_config().waiting_expiry_ms + LATE_MS;
    while (!self->duels.fault[0] && self->sim.now_ms < end_ms)
        check(sim_step(&self->sim));
    if (!self->duels.fault[0])
        audit_end(self->audit, &self->duels);
    if (!self->duels.fault[0] && self->broker.message_count)
        duels_fault(&self->duels, "the queue still holds %u messages", self->broker.message_count);
    if (!self->duels.fault[0])
        s_rejudge(self);
    return !self->duels.fault[0];
}

static bool s_one(uint64_t seed, bool shared, bool calm, bool verbose)
{
    struct run *self = malloc(sizeof *self);
    check(self);
    s_begin(self, seed, shared, calm, false);
    bool ok = s_play(self);
    if (!ok)
        fprintf(stderr, "sim_test: seed %" PRIu64 "%s%s: %s\n", seed, shared ? ", shared" : "",
                calm ? ", calm" : "", self->duels.fault);
    if (verbose)
        printf("seed %" PRIu64 "%s%s: %" PRIu64 " requests, %" PRIu64 " repeats, %" PRIu64
               " messages, %" PRIu64 " lost, %" PRIu64 " doubled, %" PRIu64 " killed, %" PRId64
               " s\n",
               seed, shared ? ", shared" : "", calm ? ", calm" : "", self->duels.requests,
               self->duels.repeats, self->sim.delivered, self->sim.lost, self->sim.doubled,
               self->sim.kills, (self->sim.now_ms - SIM_START_MS) / 1000);
    s_end(self);
    free(self);
    return ok;
}

/* ---- replay -------------------------------------------------------------------------------- */

static const struct actor_class *s_class_of(enum actor_kind actor)
{
    const struct actor_class *const classes[] = {&auth_class,      &room_class,  &scoring_class,
                                                 &scheduler_class, &judge_class, &fanout_class};
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
        if (classes[i]->kind == actor)
            return classes[i];
    return NULL;
}

/* A recorded stormy run: every core actor of every boot replays to the same bytes. */
static bool s_replays(uint64_t seed, bool shared, bool verbose)
{
    struct run *self = malloc(sizeof *self);
    struct replay_report report = {.out = stderr};
    check(self);
    s_begin(self, seed, shared, false, true);
    bool ok = s_play(self);
    uint64_t boots = self->sim.nodes;
    sim_fini(&self->sim); /* the journals are whole */
    for (uint64_t boot = 1; ok && boot <= boots; boot++) {
        char folder[128];
        snprintf(folder, sizeof folder, "%s/%" PRIu64, self->folder, boot);
        if (access(folder, F_OK) == 0)
            ok = replay_directory(folder, s_class_of, &report) == REPLAY_EQUAL;
    }
    if (verbose || !ok)
        printf("replay of seed %" PRIu64 ": %" PRIu64 " journals, %" PRIu64 " in, %" PRIu64
               " out: %s\n",
               seed, report.journals, report.inputs, report.outputs, ok ? "equal" : "NOT EQUAL");
    self->sim.place_count = 0;
    s_end(self);
    free(self);
    return ok;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    bool verbose = argc > 1, ok = true;
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : argc > 1 ? 1 : 40;
    log_set_level(verbose && count == 1 ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR + 1);
    for (uint64_t seed = first; ok && seed < first + count; seed++)
        /* many judges say a lot: half of the suite's seeds will do */
        for (int shared = 0; ok && shared < (verbose || seed % 2 ? 2 : 1); shared++)
            ok = s_one(seed, shared, true, verbose) && s_one(seed, shared, false, verbose);
    ok = ok && s_replays(first, false, verbose) && s_replays(first, true, verbose);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
