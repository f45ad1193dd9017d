#include "actors/claim.h"

#include <czmq.h>

#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/port.h"
#include "actors/store/commit.h"
#include "proto/check.h"

#define ASK_MS 2000
#define BOOT_ID_BYTES 36

struct claim {
    const struct topology *topology; /* borrowed */
    struct port *port;               /* owned */
    struct arena arena;              /* of the last answer */
    char process[256];               /* "host boot-id pid start-time" */
    char boot_id[BOOT_ID_BYTES + 1]; /* of this machine's run */
    int64_t held;                    /* partitions that we hold */
    uint32_t generation;             /* of the last question */
};

/* ---- who we are --------------------------------------------------------------------------------
 */

static bool s_read_word(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "r");
    size_t length = file ? fread(text, 1, size - 1, file) : 0;
    if (file)
        fclose(file);
    text[length] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return length > 0;
}

/* When a process began, in ticks since boot: with the pid it names a process for ever. 0: none. */
static unsigned long long s_start_time(long pid)
{
    char path[64], stat[1024];
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    if (!s_read_word(path, stat, sizeof stat))
        return 0;
    char *at = strrchr(stat, ')'); /* its name may hold anything */
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    return at ? strtoull(at, NULL, 10) : 0;
}

static void s_introduce(struct claim *self)
{
    char host[128] = "host";
    gethostname(host, sizeof host - 1);
    s_read_word("/proc/sys/kernel/random/boot_id", self->boot_id, sizeof self->boot_id);
    snprintf(self->process, sizeof self->process, "%s %s %d %llu", host, self->boot_id, getpid(),
             s_start_time(getpid()));
}

/* A process of this machine's present run that is no more. */
static bool s_known_dead(const struct claim *self, const char *process)
{
    char boot_id[BOOT_ID_BYTES + 1];
    long pid;
    unsigned long long start_time;
    return sscanf(process, "%*s %36s %ld %llu", boot_id, &pid, &start_time) == 3 &&
           streq(boot_id, self->boot_id) && s_start_time(pid) != start_time;
}

/* ---- asking ------------------------------------------------------------------------------------
 */

static bool s_take(struct claim *self, const struct port_message *message,
                   struct msg_store_done *done)
{
    struct codec_error error;
    size_t taken;
    arena_reset(&self->arena);
    return message->frame.envelope.kind == MSG_store_done &&
           codec_decode(&message_store_done, message->frame.body, &self->arena, done, &taken,
                        &error);
}

/* One question to the store and its answer. Texts in it are gone; numbers and counts stay. */
static bool s_ask(struct claim *self, struct commit *commit, int64_t wait_ms,
                  struct msg_store_done *done, char *text, size_t text_size)
{
    struct msg_store_run run = {{commit->count, commit->ops}};
    struct envelope envelope = {
        .reply = {.actor = ACTOR_gateway, .slot = 1, .generation = ++self->generation}};
    int64_t end_ms = clock_now_ms() + wait_ms;
    port_ask(self->port, &envelope, ACTOR_store, 0, MSG_store_run, &run);
    for (int64_t now_ms; (now_ms = clock_now_ms()) < end_ms;) {
        port_wait(self->port, NULL, (long)(end_ms - now_ms));
        for (struct port_message message; port_receive(self->port, &message);) {
            bool mine = message.frame.envelope.to.generation == self->generation;
            bool ok = mine && s_take(self, &message, done);
            if (ok && text && done->results.count) {
                struct slice first = result_text(&done->results.items[0], 0, 0);
                snprintf(text, text_size, "%.*s", (int)first.length, first.data);
            }
            port_message_close(&message);
            if (mine)
                return ok;
        }
    }
    return false;
}

/* ---- taking ------------------------------------------------------------------------------------
 */

static int64_t s_partitions(uint8_t shards, uint8_t shard)
{
    return (PARTITIONS - shard + shards - 1) / shards;
}

/* Whoever holds partitions of a shard, and is not us; "" when nobody does. */
static bool s_holder(struct claim *self, uint8_t kind, uint8_t shard, char *holder, size_t size)
{
    struct commit commit;
    struct msg_store_done done;
    holder[0] = '\0';
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_claim_holder);
    commit_text(&commit, slice_of(actor_row(kind)->name));
    commit_i64(&commit, shard);
    commit_i64(&commit, self->topology->shards[kind]);
    commit_text(&commit, slice_of(self->process));
    return s_ask(self, &commit, ASK_MS, &done, holder, size);
}

static void s_release(struct claim *self, const char *process)
{
    struct commit commit;
    struct msg_store_done done;
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_claims_release);
    commit_text(&commit, slice_of(process));
    s_ask(self, &commit, ASK_MS, &done, NULL, 0);
}

/* Tries once. *silent: the store did not answer. */
static bool s_claim(struct claim *self, uint8_t kind, uint8_t shard, bool *silent)
{
    struct commit commit;
    struct msg_store_done done;
    int64_t now_ms = clock_now_ms(), wanted = s_partitions(self->topology->shards[kind], shard);
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_claim_take);
    commit_text(&commit, slice_of(actor_row(kind)->name));
    commit_i64(&commit, shard);
    commit_i64(&commit, self->topology->shards[kind]);
    commit_text(&commit, slice_of(self->process));
    commit_i64(&commit, now_ms);
    commit_i64(&commit, now_ms - CLAIM_STALE_MS);
    *silent = !s_ask(self, &commit, ASK_MS, &done, NULL, 0);
    if (*silent || done.refused || done.results.count != 1 ||
        done.results.items[0].changed != wanted)
        return false;
    self->held += wanted;
    return true;
}

static bool s_claim_shard(struct claim *self, uint8_t kind, uint8_t shard, int64_t end_ms,
                          char *error, size_t error_size)
{
    for (int dead = 0; dead <= PARTITIONS;) {
        bool silent;
        char holder[256];
        if (s_claim(self, kind, shard, &silent))
            return true;
        if (silent || !s_holder(self, kind, shard, holder, sizeof holder)) {
            if (clock_now_ms() >= end_ms) {
                snprintf(error, error_size,
                         "the store at %s does not answer; is its process running?",
                         self->topology->endpoints[self->topology->place[ACTOR_store][0]].connect);
                return false;
            }
            log_info("waiting-for-store", "actor=%s", actor_row(kind)->name);
            continue;
        }
        if (!s_known_dead(self, holder)) {
            snprintf(error, error_size,
                     "%s is held by another process (host, boot, pid, start: %s); stop that one, "
                     "or wait %d s if its machine is gone",
                     actor_row(kind)->name, holder, CLAIM_STALE_MS / 1000);
            return false;
        }
        log_info("claim-of-dead-process", "actor=%s process=\"%s\"", actor_row(kind)->name, holder);
        s_release(self, holder);
        dead++;
    }
    return false;
}

struct claim *claim_new(const struct topology *topology, const uint64_t hosted[ACTOR_KINDS],
                        int64_t wait_ms, char *error, size_t error_size)
{
    struct claim *self = calloc(1, sizeof *self);
    check(self);
    struct port_options port = {.topology = topology, .endpoint = -1};
    int64_t end_ms = clock_now_ms() + wait_ms;
    self->topology = topology;
    s_introduce(self);
    bool ok = (self->port = port_new(&port, error, error_size)) != NULL;
    for (uint8_t kind = 1; ok && kind < ACTOR_KINDS; kind++)
        for (uint8_t shard = 0; ok && actor_row(kind)->sharded && shard < topology->shards[kind];
             shard++)
            if (hosted[kind] >> shard & 1)
                ok = s_claim_shard(self, kind, shard, end_ms, error, error_size);
    if (!ok)
        claim_destroy(&self);
    return self;
}

bool claim_renew(struct claim *self)
{
    struct commit commit;
    struct msg_store_done done;
    if (self->held == 0)
        return true;
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_claims_renew);
    commit_text(&commit, slice_of(self->process));
    commit_i64(&commit, clock_now_ms());
    if (!s_ask(self, &commit, ASK_MS, &done, NULL, 0) || done.results.count != 1)
        return true;
    return done.results.items[0].changed == self->held;
}

void claim_destroy(struct claim **self_p)
{
    struct claim *self = *self_p;
    if (!self)
        return;
    if (self->port && self->held)
        s_release(self, self->process);
    port_destroy(&self->port);
    arena_fini(&self->arena);
    free(self);
    *self_p = NULL;
}
