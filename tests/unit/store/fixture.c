#include "tests/unit/store/fixture.h"

#include <ctype.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <unistd.h>
#include <ftw.h>
#include <poll.h>
#include <cmocka.h>
#include <libpq-fe.h>

#include "actors/runtime/clock.h"
#include "actors/store/store.h"

#define ANSWER_WAIT_MS 60000 /* for anything that must come */

bool fixture_ran[256];

void fixture_start(struct fixture *self)
{
    struct rec_actor_config config = {.shards = 1};
    struct store_context context = {self->url, self->folder};
    self->store = store_class.create(&config, &context);
    assert_non_null(self->store);
}

void fixture_stop(struct fixture *self)
{
    store_class.destroy(&self->store);
    assert_null(self->store);
}

/* A server is shared by all tests of a process: each has a schema of its own, which is dropped with
 * all in it when the test is over. */
static bool s_on_server(const struct fixture *self, const char *verb, const char *end)
{
    char sql[128];
    PGconn *connection = PQconnectdb(getenv("CODECOMP_TEST_DATABASE"));
    snprintf(sql, sizeof sql, "SET client_min_messages = warning; %s SCHEMA %s %s", verb,
             self->schema, end);
    PGresult *result = PQexec(connection, sql);
    bool done = PQresultStatus(result) == PGRES_COMMAND_OK;
    if (!done)
        print_error("%s: %s", sql, PQerrorMessage(connection));
    PQclear(result);
    PQfinish(connection);
    return done;
}

static bool s_name_database(struct fixture *self)
{
    if (*STORE_URL) {
        strcpy(self->url, STORE_URL);
        return true;
    }
    const char *server = getenv("CODECOMP_TEST_DATABASE");
    if (!server)
        fail_msg("CODECOMP_TEST_DATABASE names no server; tests/servers/with.py starts one");
    snprintf(self->schema, sizeof self->schema, "test_%s", strrchr(self->folder, '-') + 1);
    for (char *c = self->schema; *c; c++)
        *c = (char)tolower(*c);
    snprintf(self->url, sizeof self->url, "%s%coptions=-csearch_path%%3D%s", server,
             strchr(server, '?') ? '&' : '?', self->schema);
    return s_on_server(self, "CREATE", "");
}

int fixture_new(void **state)
{
    struct fixture *self = calloc(1, sizeof *self);
    strcpy(self->folder, "/tmp/store-test-XXXXXX");
    if (!mkdtemp(self->folder))
        return -1;
    outbox_init(&self->out);
    if (!s_name_database(self))
        return -1;
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
    if (!*STORE_URL && !s_on_server(self, "DROP", "CASCADE"))
        return -1;
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

void fixture_op(struct fixture *self, enum statement_number statement, const char *types, ...)
{
    va_list arguments;
    commit_op(&self->commit, statement);
    va_start(arguments, types);
    for (; *types; types++)
        if (*types == 'i')
            commit_i64(&self->commit, va_arg(arguments, int64_t));
        else if (*types == 't')
            commit_text(&self->commit, slice_of(va_arg(arguments, const char *)));
        else if (*types == 'b')
            fixture_blob(&self->commit, slice_of(va_arg(arguments, const char *)));
        else
            commit_opt(&self->commit, I64_NONE);
    va_end(arguments);
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
    struct envelope envelope = {.kind = id,
                                .key = self->key,
                                .now_ms = clock_now_ms(),
                                .command = {7, self->asked},
                                .reply = {1, ACTOR_room, 0, self->asked, 1}};
    if (id == MSG_tick)
        envelope.reply.generation = 0;
    else
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
        self->answered++;
        if (answer->kind == MSG_store_done)
            answer->done = message.store_done;
        else if (answer->kind == MSG_store_failed)
            answer->reason = message.store_failed.reason;
    }
}

/* Waits until there is something to do: the descriptor is readable, or a tick is due. */
static void s_wait(struct fixture *self, int64_t wake_ms, int64_t end_ms)
{
    struct pollfd own = {store_class.descriptor(self->store), POLLIN, 0};
    int64_t until_ms = wake_ms != I64_NONE && wake_ms < end_ms ? wake_ms : end_ms;
    int64_t left_ms = until_ms - clock_now_ms();
    poll(&own, 1, left_ms > 0 ? (int)left_ms : 0);
    if (own.revents)
        store_class.ready(self->store, &self->out);
    if (wake_ms != I64_NONE && wake_ms <= clock_now_ms())
        fixture_handle(self, MSG_tick, &(struct msg_tick){wake_ms});
}

/* Returns when it wants to be woken. */
static int64_t s_end_turn(struct fixture *self)
{
    store_class.turn_end(self->store, &self->out);
    s_take_answers(self);
    int64_t wake_ms = self->out.wake_ms;
    outbox_clear(&self->out);
    self->turns++;
    return wake_ms;
}

void fixture_turn_once(struct fixture *self)
{
    self->turns = 0;
    s_end_turn(self);
}

void fixture_turn(struct fixture *self)
{
    int64_t end_ms = clock_now_ms() + ANSWER_WAIT_MS;
    self->turns = 0;
    int64_t wake_ms = s_end_turn(self);
    while (self->answered < self->asked) {
        s_wait(self, wake_ms, end_ms);
        assert_true(clock_now_ms() < end_ms);
        wake_ms = s_end_turn(self);
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
    assert_int_equal(self->answered, self->asked);
    arena_reset(&self->arena);
    self->asked = self->answered = 0;
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
