#include "tests/unit/store/fixture.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <unistd.h>
#include <ftw.h>
#include <cmocka.h>

#include "actors/store/store.h"

bool fixture_ran[256];

void fixture_start(struct fixture *self)
{
    struct rec_actor_config config = {.shards = 1};
    struct store_context context = {STORE_URL, self->folder};
    self->store = store_class.create(&config, &context);
    assert_non_null(self->store);
}

void fixture_stop(struct fixture *self)
{
    store_class.destroy(&self->store);
    assert_null(self->store);
}

int fixture_new(void **state)
{
    struct fixture *self = calloc(1, sizeof *self);
    strcpy(self->folder, "/tmp/store-test-XXXXXX");
    if (!mkdtemp(self->folder))
        return -1;
    outbox_init(&self->out);
    fixture_start(self);
    *state = self;
    return 0;
}

static int s_remove(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info, (void)kind, (void)walk;
    return remove(path);
}

int fixture_destroy(void **state)
{
    struct fixture *self = *state;
    store_class.destroy(&self->store);
    outbox_fini(&self->out);
    arena_fini(&self->arena);
    int removed = nftw(self->folder, s_remove, 8, FTW_DEPTH | FTW_PHYS);
    free(self);
    return removed;
}

struct commit *fixture_begin(struct fixture *self, enum statement_number statement)
{
    commit_begin(&self->commit);
    commit_op(&self->commit, statement);
    return &self->commit;
}

void fixture_blob(struct commit *commit, struct slice value)
{
    struct value_list *params = &commit->ops[commit->count - 1].params;
    commit_text(commit, value);
    params->items[params->count - 1].type = VALUE_BLOB;
}

void fixture_handle(struct fixture *self, uint16_t id, const void *message)
{
    const struct record *record = message_by_id(id);
    struct buffer bytes;
    struct codec_error error;
    size_t taken;
    buffer_init(&bytes, FRAME_MAX_BYTES);
    codec_encode(record, message, &bytes);
    assert_false(bytes.overflow);
    char *copy = arena_take(&self->arena, bytes.length);
    memcpy(copy, bytes.data, bytes.length);
    void *decoded = arena_take(&self->arena, record->size);
    assert_true(codec_decode(record, slice_from(copy, bytes.length), &self->arena, decoded, &taken,
                             &error));
    buffer_fini(&bytes);
    assert_true(self->asked < ANSWERS_MAX);
    struct envelope envelope = {
        .kind = id, .reply = {1, ACTOR_room, 0, self->asked, 1}, .command = {7, self->asked}};
    self->answers[self->asked++].kind = 0;
    store_class.handle(self->store, &envelope, decoded, &self->out);
}

uint32_t fixture_ask(struct fixture *self)
{
    struct msg_store_run run = {{self->commit.count, self->commit.ops}};
    fixture_handle(self, MSG_store_run, &run);
    return self->asked - 1;
}

static void s_take_answers(struct fixture *self)
{
    for (uint32_t i = 0; i < self->out.count; i++) {
        struct frame frame = outbox_frame(&self->out, i);
        struct answer *answer = &self->answers[frame.envelope.to.slot];
        struct codec_error error;
        union any_message message;
        size_t taken;
        assert_int_equal(frame.envelope.to.actor, ACTOR_room);
        assert_int_equal(answer->kind, 0); /* one answer each */
        char *copy = arena_take(&self->arena, frame.body.length);
        memcpy(copy, frame.body.data, frame.body.length);
        assert_true(codec_decode(message_by_id(frame.envelope.kind),
                                 slice_from(copy, frame.body.length), &self->arena, &message,
                                 &taken, &error));
        answer->kind = frame.envelope.kind;
        if (answer->kind == MSG_store_done)
            answer->done = message.store_done;
        else if (answer->kind == MSG_store_failed)
            answer->reason = message.store_failed.reason;
    }
}

void fixture_turn(struct fixture *self)
{
    bool again = true;
    for (self->turns = 0; again; self->turns++) {
        if (self->turns)
            fixture_handle(self, MSG_tick, &(struct msg_tick){0});
        store_class.turn_end(self->store, &self->out);
        s_take_answers(self);
        again = self->out.wake_ms != I64_NONE;
        outbox_clear(&self->out);
    }
}

static const struct answer *s_ask(struct fixture *self)
{
    uint32_t slot = fixture_ask(self);
    fixture_turn(self);
    const struct answer *answer = &self->answers[slot];
    if (answer->kind == MSG_store_failed)
        print_message("%.*s\n", (int)answer->reason.length, answer->reason.data);
    for (uint32_t i = 0; i < self->commit.count && answer->kind == MSG_store_done; i++)
        fixture_ran[self->commit.ops[i].statement] |= i < answer->done.results.count;
    return answer;
}

const struct rec_store_result *fixture_run(struct fixture *self)
{
    const struct answer *answer = s_ask(self);
    assert_int_equal(answer->kind, MSG_store_done);
    assert_false(answer->done.refused);
    assert_int_equal(answer->done.results.count, self->commit.count);
    return answer->done.results.items;
}

void fixture_refused(struct fixture *self, uint32_t op)
{
    const struct answer *answer = s_ask(self);
    assert_int_equal(answer->kind, MSG_store_done);
    assert_true(answer->done.refused);
    assert_int_equal(answer->done.refused_op, op);
    assert_int_equal(answer->done.results.count, op + 1);
}

void fixture_fails(struct fixture *self)
{
    const struct answer *answer = s_ask(self);
    assert_int_equal(answer->kind, MSG_store_failed);
    assert_true(answer->reason.length > 0);
}

void fixture_forget(struct fixture *self)
{
    arena_reset(&self->arena);
    self->asked = 0;
}

void fixture_user(struct fixture *self, int64_t id)
{
    char email[64];
    snprintf(email, sizeof email, "user%lld@example.org", (long long)id);
    struct commit *commit = fixture_begin(self, STATEMENT_user_make);
    commit_i64(commit, id);
    commit_text(commit, slice_of("User"));
    char *kept = arena_take(&self->arena, sizeof email);
    commit_text(commit, slice_of(strcpy(kept, email)));
    commit_text(commit, slice_of("DEVELOPMENT"));
    commit_i64(commit, 1000);
}

void fixture_users(struct fixture *self)
{
    for (int64_t id = 1; id <= 2; id++) {
        fixture_user(self, id);
        assert_int_equal(fixture_run(self)[0].changed, 1);
    }
}

bool fixture_has_user(struct fixture *self, int64_t id)
{
    commit_i64(fixture_begin(self, STATEMENT_user_by_id), id);
    return result_rows(&fixture_run(self)[0]) == 1;
}
