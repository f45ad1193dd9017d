/* How many durable commits a second the store makes, one by one and in turns of 64, on the disk
 * that holds the current folder. Prints; judges nothing. */
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "actors/runtime/clock.h"
#include "actors/store/commit.h"
#include "actors/store/store.h"
#include "proto/check.h"

#define BATCH 64

/* A commit lives until its turn's end. */
struct asked {
    struct commit commit;     /* makes one user */
    struct msg_store_run run; /* it, as a message */
    char email[48];           /* a value of it */
};

static void s_ask(void *store, struct outbox *out, struct asked *asked, int64_t id)
{
    struct envelope envelope = {.kind = MSG_store_run, .reply = {1, ACTOR_room, 0, 1, 1}};
    struct commit *commit = &asked->commit;
    snprintf(asked->email, sizeof asked->email, "%" PRId64 "@example.org", id);
    commit_begin(commit);
    commit_op(commit, STATEMENT_user_make);
    commit_i64(commit, id);
    commit_text(commit, slice_of("User"));
    commit_text(commit, slice_of(asked->email));
    commit_text(commit, slice_of("BENCH"));
    commit_i64(commit, 1);
    asked->run.ops.count = commit->count;
    asked->run.ops.items = commit->ops;
    store_class.handle(store, &envelope, &asked->run, out);
}

static void s_measure(void *store, struct outbox *out, uint32_t batch, uint32_t turns, int64_t *id)
{
    static struct asked asked[BATCH];
    int64_t begin_us = clock_mono_us();
    for (uint32_t turn = 0; turn < turns; turn++) {
        for (uint32_t i = 0; i < batch; i++)
            s_ask(store, out, &asked[i], ++*id);
        store_class.turn_end(store, out);
        check(out->count == batch && out->entries[0].envelope.kind == MSG_store_done);
        outbox_clear(out);
    }
    double seconds = (double)(clock_mono_us() - begin_us) / 1e6;
    printf("turns of %2u: %8.0f commits/s, %6.2f ms a turn\n", batch, batch * turns / seconds,
           seconds * 1e3 / turns);
}

int main(void)
{
    char folder[] = "store-bench-XXXXXX", file[64];
    static const char *const files[] = {"", "-wal", "-shm"};
    struct rec_actor_config config = {0};
    struct outbox out;
    int64_t id = 0;
    if (!mkdtemp(folder))
        return 1;
    void *store = store_class.create(&config, &(struct store_context){"sqlite:bench.db", folder});
    if (!store)
        return 1;
    outbox_init(&out);
    s_measure(store, &out, 1, 500, &id);
    s_measure(store, &out, BATCH, 500, &id);
    s_measure(store, &out, 1, 500, &id);
    s_measure(store, &out, BATCH, 500, &id);
    outbox_fini(&out);
    store_class.destroy(&store);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(file, sizeof file, "%s/bench.db%s", folder, files[i]);
        unlink(file);
    }
    return rmdir(folder) != 0;
}
