/* A process is named by what no other one shares: host, boot of the machine, process namespace,
 * number and instant of its start. Of its own machine and namespace a process knows who is dead;
 * of others only whether they still renew. */
#include "actors/claim.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "proto/check.h"

#define ASK_MS 2000       /* for one answer of the store */
#define LOOK_AGAIN_MS 500 /* whether a holder elsewhere has renewed */
#define BOOT_ID_BYTES 36
#define PROCESS_BYTES 256

struct claim {
    struct query *query;             /* borrowed */
    const struct topology *topology; /* borrowed */
    char process[PROCESS_BYTES];     /* "host boot-id namespace pid start-time": us */
    char place[128];                 /* "boot-id namespace", the part that neighbours share */
    int64_t held;                    /* partitions that we hold */
    bool asked;                      /* the store may hold rows of ours */
};

/* ---- who we are ------------------------------------------------------------------------------ */

static bool s_read_line(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "re");
    size_t length = file ? fread(text, 1, size - 1, file) : 0;
    if (file)
        fclose(file);
    text[length] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return length > 0;
}

/* When a process began, in ticks since boot: with its number it names a process of this boot for
 * ever. 0: there is none, or it is dead and only not yet buried. */
static unsigned long long s_start_time(long pid)
{
    char path[64], stat[1024];
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    if (!s_read_line(path, stat, sizeof stat))
        return 0;
    char *at = strrchr(stat, ')'); /* its name may hold anything */
    if (!at || strlen(at) < 3 || at[2] == 'Z' || at[2] == 'X')
        return 0;
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    return at ? strtoull(at, NULL, 10) : 0;
}

static void s_introduce(struct claim *self)
{
    char host[65] = "", boot_id[BOOT_ID_BYTES + 1], namespace[64] = "";
    if (gethostname(host, sizeof host - 1) != 0 || !*host)
        snprintf(host, sizeof host, "unnamed");
    if (!s_read_line("/proc/sys/kernel/random/boot_id", boot_id, sizeof boot_id))
        snprintf(boot_id, sizeof boot_id, "unknown");
    if (readlink("/proc/self/ns/pid", namespace, sizeof namespace - 1) < 0)
        snprintf(namespace, sizeof namespace, "pid");
    snprintf(self->place, sizeof self->place, "%s %s", boot_id, namespace);
    snprintf(self->process, sizeof self->process, "%s %s %d %llu", host, self->place, getpid(),
             s_start_time(getpid()));
}

enum life { LIFE_DEAD, LIFE_ALIVE, LIFE_UNKNOWN };

static enum life s_life(const struct claim *self, const char *process)
{
    long pid;
    unsigned long long start_time;
    const char *place = strchr(process, ' ');
    size_t length = strlen(self->place);
    if (!place || strncmp(place + 1, self->place, length) != 0 ||
        sscanf(place + 1 + length, " %ld %llu", &pid, &start_time) != 2)
        return LIFE_UNKNOWN;
    return s_start_time(pid) == start_time ? LIFE_ALIVE : LIFE_DEAD;
}

/* ---- asking ---------------------------------------------------------------------------------- */

static void s_shard_params(struct commit *commit, const struct claim *self, uint8_t kind,
                           uint8_t shard)
{
    commit_text(commit, slice_of(actor_row(kind)->name));
    commit_i64(commit, shard);
    commit_i64(commit, self->topology->shards[kind]);
    commit_text(commit, slice_of(self->process));
}

enum take { TAKE_GOT, TAKE_HELD, TAKE_SILENT };

static enum take s_take(struct claim *self, uint8_t kind, uint8_t shard)
{
    struct commit commit;
    int64_t now_ms = clock_now_ms();
    int64_t shards = self->topology->shards[kind];
    int64_t wanted = (PARTITIONS - shard + shards - 1) / shards;
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_claim_take);
    s_shard_params(&commit, self, kind, shard);
    commit_i64(&commit, now_ms);
    commit_i64(&commit, now_ms - CLAIM_STALE_MS);
    self->asked = true;
    const struct msg_store_done *done = query_run(self->query, &commit, ASK_MS);
    if (!done)
        return TAKE_SILENT;
    if (done->refused || done->results.count != 1 || done->results.items[0].changed != wanted)
        return TAKE_HELD;
    self->held += wanted;
    return TAKE_GOT;
}

struct holder {
    char process[PROCESS_BYTES]; /* "": nobody any more */
    int64_t renewed_ms;          /* by its own clock */
};

/* Whoever holds partitions of a shard, and is not us. False: the store is silent. */
static bool s_find_holder(struct claim *self, uint8_t kind, uint8_t shard, struct holder *holder)
{
    struct commit commit;
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_claim_holder);
    s_shard_params(&commit, self, kind, shard);
    const struct msg_store_done *done = query_run(self->query, &commit, ASK_MS);
    *holder = (struct holder){0};
    if (!done || done->results.count != 1)
        return false;
    const struct rec_store_result *result = &done->results.items[0];
    if (result_rows(result) == 1) {
        struct slice process = result_text(result, 0, 0);
        snprintf(holder->process, sizeof holder->process, "%.*s", (int)process.length,
                 process.data);
        holder->renewed_ms = result_i64(result, 0, 1);
    }
    return true;
}

static void s_release(struct claim *self, const char *process)
{
    struct commit commit;
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_claims_release);
    commit_text(&commit, slice_of(process));
    query_run(self->query, &commit, ASK_MS);
}

/* ---- taking ---------------------------------------------------------------------------------- */

struct attempt {
    uint8_t kind, shard; /* what is claimed */
    int64_t end_ms;      /* when to give up */
    struct holder seen;  /* who held it when we first looked */
    char *error;         /* where the sentence goes */
    size_t error_size;   /* its room */
};

static bool s_held(struct attempt *attempt, const char *process)
{
    snprintf(attempt->error, attempt->error_size,
             "%s is served by another process already (host, boot, namespace, pid, start: %s); "
             "stop that one first",
             actor_row(attempt->kind)->name, process);
    return false;
}

/* Somebody holds what we want: false when he lives, true to try once more. */
static bool s_contest(struct claim *self, struct attempt *attempt, const struct holder *holder)
{
    const char *name = actor_row(attempt->kind)->name;
    if (!*holder->process) /* gone since we tried */
        return true;
    switch (s_life(self, holder->process)) {
    case LIFE_DEAD:
        log_info("claim-of-dead-process", "actor=%s process=\"%s\"", name, holder->process);
        s_release(self, holder->process);
        return true;
    case LIFE_ALIVE:
        return s_held(attempt, holder->process);
    case LIFE_UNKNOWN:
        break;
    }
    bool same = strcmp(attempt->seen.process, holder->process) == 0;
    if (same && attempt->seen.renewed_ms != holder->renewed_ms)
        return s_held(attempt, holder->process);
    if (!same)
        log_info("claim-of-silent-process", "actor=%s process=\"%s\" wait_ms=%d", name,
                 holder->process, CLAIM_STALE_MS);
    attempt->seen = *holder;
    usleep(LOOK_AGAIN_MS * 1000);
    return true;
}

static bool s_claim_shard(struct claim *self, struct attempt *attempt)
{
    while (true) {
        struct holder holder;
        enum take take = s_take(self, attempt->kind, attempt->shard);
        if (take == TAKE_GOT)
            return true;
        bool answers =
            take == TAKE_HELD && s_find_holder(self, attempt->kind, attempt->shard, &holder);
        if (answers && !s_contest(self, attempt, &holder))
            return false;
        const char *store =
            self->topology->endpoints[self->topology->place[ACTOR_store][0]].connect;
        if (clock_now_ms() >= attempt->end_ms) {
            if (answers)
                return s_held(attempt, holder.process);
            snprintf(attempt->error, attempt->error_size,
                     "the store at %s does not answer; is its process running?", store);
            return false;
        }
        if (!answers)
            log_info("waiting-for-store", "address=%s", store);
    }
}

struct claim *claim_new(struct query *query, const struct topology *topology,
                        const uint64_t hosted[ACTOR_KINDS], int64_t wait_ms, char *error,
                        size_t error_size)
{
    struct claim *self = calloc(1, sizeof *self);
    check(self);
    self->query = query;
    self->topology = topology;
    s_introduce(self);
    struct attempt attempt = {
        .end_ms = clock_now_ms() + wait_ms, .error = error, .error_size = error_size};
    bool ok = true;
    for (uint8_t kind = 1; ok && kind < ACTOR_KINDS; kind++)
        for (uint8_t shard = 0; ok && actor_row(kind)->sharded && shard < topology->shards[kind];
             shard++)
            if (hosted[kind] >> shard & 1) {
                attempt.kind = kind;
                attempt.shard = shard;
                ok = s_claim_shard(self, &attempt);
            }
    if (!ok)
        claim_destroy(&self);
    return self;
}

bool claim_renew(struct claim *self)
{
    struct commit commit;
    if (self->held == 0)
        return true;
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_claims_renew);
    commit_text(&commit, slice_of(self->process));
    commit_i64(&commit, clock_now_ms());
    const struct msg_store_done *done = query_run(self->query, &commit, ASK_MS);
    return !done || done->results.count != 1 || done->results.items[0].changed == self->held;
}

void claim_destroy(struct claim **self_p)
{
    struct claim *self = *self_p;
    if (!self)
        return;
    if (self->asked)
        s_release(self, self->process);
    free(self);
    *self_p = NULL;
}
