/* How many durable commits a second the store makes for so many clients, each of which asks again
 * as soon as it is answered: store_bench [URL]; without one SQLite on the disk that holds the
 * current folder. Prints; judges nothing. */
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "actors/runtime/clock.h"
#include "actors/store/commit.h"
#include "actors/store/store.h"
#include "proto/check.h"

#define CLIENTS_MAX 256
#define ROUND_MS 3000

struct bench {
    void *store;       /* the actor */
    struct outbox out; /* its outbox */
    int64_t id;        /* of the last user that was made */
    int64_t answers;   /* so far */
};

/* Makes one user. */
static void s_ask(struct bench *self, uint32_t client)
{
    struct envelope envelope = {
        .kind = MSG_store_run, .key = client, .reply = {1, ACTOR_room, 0, client, 1}};
    struct commit commit;
    char email[48];
    self->id++;
    snprintf(email, sizeof email, "%" PRId64 "@example.org", self->id);
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_user_make);
    commit_i64(&commit, self->id);
    commit_text(&commit, slice_of("User"));
    commit_text(&commit, slice_of(email));
    commit_text(&commit, slice_of("BENCH"));
    commit_i64(&commit, 1);
    struct msg_store_run run = {{commit.count, commit.ops}};
    store_class.handle(self->store, &envelope, &run, &self->out);
}

/* Ends a turn; who was answered asks again. */
static void s_turn(struct bench *self)
{
    uint32_t clients[2 * CLIENTS_MAX], count = 0;
    store_class.turn_end(self->store, &self->out);
    for (uint32_t i = 0; i < self->out.count; i++) {
        check(self->out.entries[i].envelope.kind == MSG_store_done);
        clients[count++] = self->out.entries[i].envelope.to.slot;
    }
    self->answers += count;
    outbox_clear(&self->out);
    for (uint32_t i = 0; i < count; i++)
        s_ask(self, clients[i]);
    if (count && store_class.descriptor(self->store) >= 0)
        s_turn(self); /* begins with them */
}

static void s_measure(struct bench *self, uint32_t clients)
{
    struct pollfd own = {store_class.descriptor(self->store), POLLIN, 0};
    int64_t begin_us = clock_mono_us(), now_us = begin_us;
    self->answers = 0;
    for (uint32_t client = 0; client < clients; client++)
        s_ask(self, client);
    for (; now_us < begin_us + ROUND_MS * 1000; now_us = clock_mono_us()) {
        s_turn(self);
        if (own.fd >= 0) {
            poll(&own, 1, ROUND_MS);
            store_class.ready(self->store, &self->out);
        }
    }
    int64_t answers = self->answers;
    while (own.fd >= 0 && self->answers < answers + clients) { /* what is still under way */
        s_turn(self);
        poll(&own, 1, ROUND_MS / 10);
        store_class.ready(self->store, &self->out);
    }
    printf("%3u clients: %8.0f commits/s\n", clients,
           (double)answers * 1e6 / (double)(now_us - begin_us));
}

int main(int argc, char **argv)
{
    char folder[] = "store-bench-XXXXXX", file[64];
    static const char *const files[] = {"", "-wal", "-shm"};
    static const uint32_t clients[] = {1, 8, 32, 128};
    struct rec_actor_config config = {0};
    struct bench bench = {.id = (clock_chance() >> 16) & ~INT64_C(0xffffff)};
    if (!mkdtemp(folder))
        return 1;
    struct store_context context = {argc > 1 ? argv[1] : "sqlite:bench.db", folder};
    bench.store = store_class.create(&config, &context);
    if (!bench.store)
        return 1;
    outbox_init(&bench.out);
    for (size_t i = 0; i < sizeof clients / sizeof *clients; i++) {
        s_measure(&bench, clients[i]);
        store_class.destroy(&bench.store);
        bench.store = store_class.create(&config, &context);
        outbox_clear(&bench.out);
    }
    outbox_fini(&bench.out);
    store_class.destroy(&bench.store);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(file, sizeof file, "%s/bench.db%s", folder, files[i]);
        unlink(file);
    }
    return rmdir(folder) != 0;
}
