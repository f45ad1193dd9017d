/* PostgreSQL behind the store, through libpq's pipeline mode: all statements of a batch go out at
 * once and their results are read as they come. COMMIT follows when they are all known, since only
 * then it is certain that no refused commit left a trace: two round trips for any number of commits
 * (one when they only read), and no savepoints.
 *
 * Doubt: between the sending of COMMIT and its answer a lost connection leaves open whether the
 * batch is durable. Every batch that writes leaves a number of its own in our row of commit_tokens.
 * After reconnecting that row is locked, which waits for the old backend if it still runs, and
 * read: what it says is so. The old backend is told to end first, in case it never heard of our
 * leaving.
 *
 * What it does not: wait (but in open, migrate, probe, begin, run, end), send a batch again by
 * itself, put SQL or values into errors. */
#include <inttypes.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "actors/store/driver.h"
#include "actors/store/link.h"
#include "actors/store/schema.h"
#include "actors/store/wire.h"
#include "proto/check.h"

/* Nothing came for so long while an answer was due: longer than a statement may take. */
#define ANSWER_LIMIT_MS 20000

static const char s_begin_read[] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
static const char s_begin_write[] = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
static const char s_token[] =
    "INSERT INTO commit_tokens (connection, token) VALUES ($1, $2)"
    " ON CONFLICT (connection) DO UPDATE SET token = excluded.token, changed_at = now()";
/* An INSERT waits for a transaction that has the row, be it new or changed; a SELECT would not see
 * a new one. */
static const char s_question[] =
    "INSERT INTO commit_tokens (connection, token) VALUES ($1, 0)"
    " ON CONFLICT (connection) DO UPDATE SET token = commit_tokens.token RETURNING token";
static const char s_end_others[] =
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE application_name = $1 AND usename = current_user AND pid <> pg_backend_pid()";

/* Whoever turned it off thought of other programs; what is stronger than on is left as it is. */
static const char s_durable[] = "SELECT set_config('synchronous_commit', 'on', false)"
                                " WHERE current_setting('synchronous_commit') = 'off'";

/* What the next result will be of. */
enum expected_kind {
    EXPECT_DONE,     /* a command that must succeed */
    EXPECT_ANYTHING, /* one that need not */
    EXPECT_QUESTION, /* s_question */
    EXPECT_PREPARED, /* the statement of an op was prepared */
    EXPECT_OP,       /* an op of a commit */
    EXPECT_COMMIT,   /* COMMIT */
    EXPECT_SYNC,     /* the end of what was sent; the phase says what now */
    EXPECT_PAUSE,    /* the same, but more is on its way */
};

struct expected {
    uint8_t kind;    /* enum expected_kind */
    uint8_t op;      /* of the commit */
    uint16_t commit; /* of the batch */
};

enum phase {
    PHASE_IDLE,     /* nothing is on its way */
    PHASE_GREETING, /* again connected: the old backend is ended, and a doubt cleared up */
    PHASE_RUNNING,  /* the statements */
    PHASE_ENDING,   /* COMMIT when there is a batch, else ROLLBACK */
};

struct store_connection {
    struct link link;                     /* the connection proper */
    bool pipeline;                        /* it runs batches */
    bool *prepared;                       /* which statements are, by number; owned */
    int64_t row;                          /* ours in commit_tokens */
    int64_t token;                        /* of the last batch that wrote */
    enum phase phase;                     /* as above */
    struct batch *batch;                  /* being run, borrowed; NULL: none */
    bool doubt;                           /* its COMMIT was sent and not answered */
    bool kept;                            /* the greeting's answer: it was done */
    struct expected *expected;            /* owned */
    size_t expected_count, expected_next; /* how many; the next */
    size_t expected_capacity;             /* how many fit */
    struct batch_item *culprit;           /* whose statement failed; NULL: nobody's */
    bool failed;                          /* something failed since the last sync */
    enum link_trouble trouble;            /* how */
    struct store_error error;             /* why */
    bool traces;                          /* a commit that does not stand has left some */
    struct rows rows;                     /* of the commit whose results come */
    bool dropped, too_large;              /* it is put off; a result of it has no room */
    int64_t limit_ms;                     /* when the server must have said something */
    struct arena scratch;                 /* parameters */
};

/* ---- opening and closing ------------------------------------------------------------------- */

static void s_close(struct store_connection **self_p)
{
    struct store_connection *self = *self_p;
    *self_p = NULL;
    link_fini(&self->link);
    arena_fini(&self->scratch);
    free(self->prepared);
    free(self->expected);
    free(self);
}

static struct store_connection *s_open(const char *url, const char *folder,
                                       struct store_error *error)
{
    struct store_connection *self = calloc(1, sizeof *self);
    check(self);
    self->prepared = calloc(statement_end(), sizeof *self->prepared);
    check(self->prepared);
    self->row = (int64_t)(clock_chance() >> 1);
    (void)folder;
    if (link_init(&self->link, url, error) && link_open(&self->link, error))
        return self;
    s_close(&self);
    return NULL;
}

static bool s_migrate(struct store_connection *self, struct store_error *error)
{
    const char *fsync;
    if (!schema_migrate(self->link.connection, error))
        return false;
    PGresult *result = PQexec(self->link.connection, "SHOW fsync");
    fsync = PQntuples(result) == 1 ? PQgetvalue(result, 0, 0) : "";
    if (strcmp(fsync, "off") == 0)
        log_warn("database-not-durable",
                 "what=\"the server has fsync = off: a crash of its machine may lose commits\"");
    PQclear(result);
    return true;
}

static bool s_probe(const char *url, const char *folder, struct store_error *error)
{
    struct store_connection *self = s_open(url, folder, error);
    bool good = self && schema_probe(self->link.connection, error);
    if (self)
        s_close(&self);
    return good;
}

/* ---- sending ------------------------------------------------------------------------------- */

/* libpq buffers; that it takes nothing shows when the connection is read. */
static void s_expect(struct store_connection *self, enum expected_kind kind, uint32_t commit,
                     uint32_t op)
{
    if (self->expected_count == self->expected_capacity) {
        self->expected_capacity = self->expected_capacity ? 2 * self->expected_capacity : 64;
        self->expected = realloc(self->expected, self->expected_capacity * sizeof *self->expected);
        check(self->expected);
    }
    self->expected[self->expected_count++] =
        (struct expected){(uint8_t)kind, (uint8_t)op, (uint16_t)commit};
}

static void s_send(struct store_connection *self, enum expected_kind kind, const char *sql,
                   int count, const char *const *values)
{
    PQsendQueryParams(self->link.connection, sql, count, NULL, values, NULL, NULL, 0);
    s_expect(self, kind, 0, 0);
}

static void s_send_sync(struct store_connection *self, enum expected_kind kind)
{
    PQpipelineSync(self->link.connection);
    s_expect(self, kind, 0, 0);
    self->limit_ms = clock_now_ms() + ANSWER_LIMIT_MS;
}

static void s_send_token(struct store_connection *self)
{
    char row[24], token[24];
    const char *const values[] = {row, token};
    snprintf(row, sizeof row, "%" PRId64, self->row);
    snprintf(token, sizeof token, "%" PRId64, ++self->token);
    s_send(self, EXPECT_DONE, s_token, 2, values);
}

/* Prepared when it is first used. */
static void s_send_op(struct store_connection *self, uint32_t commit, uint32_t op)
{
    const struct rec_store_op *asked = &self->batch->items[commit]->run.ops.items[op];
    const struct statement *statement = statement_by_number(asked->statement);
    struct wire_params params;
    if (!self->prepared[statement->number]) {
        PQsendPrepare(self->link.connection, statement->name, statement->sql, 0, NULL);
        s_expect(self, EXPECT_PREPARED, commit, op);
        self->prepared[statement->number] = true;
    }
    wire_params_take(&params, &asked->params, &self->scratch);
    PQsendQueryPrepared(self->link.connection, statement->name, (int)statement->params,
                        params.values, params.lengths, params.formats, 1);
    s_expect(self, EXPECT_OP, commit, op);
}

static void s_send_batch(struct store_connection *self)
{
    struct batch *batch = self->batch;
    s_send(self, EXPECT_DONE, batch->reads ? s_begin_read : s_begin_write, 0, NULL);
    if (!batch->reads)
        s_send_token(self);
    for (uint32_t commit = 0; commit < batch->count; commit++) {
        struct batch_item *item = batch->items[commit];
        for (uint32_t op = 0; op < item->run.ops.count; op++)
            s_send_op(self, commit, op);
        if (item->run.ops.count == 0) {
            batch_answer(batch, item, &self->rows);
            batch_judge(batch, item, 0, false, &self->rows);
        }
    }
    if (batch->reads)
        s_send(self, EXPECT_COMMIT, "COMMIT", 0, NULL);
    s_send_sync(self, EXPECT_SYNC);
    arena_reset(&self->scratch);
    self->phase = PHASE_RUNNING;
}

static void s_greet(struct store_connection *self)
{
    char row[24];
    const char *const name[] = {self->link.name}, *const values[] = {row};
    check(PQsetnonblocking(self->link.connection, 1) == 0 &&
          PQenterPipelineMode(self->link.connection) == 1);
    s_send(self, EXPECT_DONE, s_durable, 0, NULL);
    s_send(self, EXPECT_ANYTHING, s_end_others, 1, name);
    s_send_sync(self, self->doubt ? EXPECT_PAUSE : EXPECT_SYNC);
    if (self->doubt) {
        snprintf(row, sizeof row, "%" PRId64, self->row);
        s_send(self, EXPECT_QUESTION, s_question, 1, values);
        s_send_sync(self, EXPECT_SYNC);
    }
    self->phase = PHASE_GREETING;
}

/* ---- what becomes of the batch ------------------------------------------------------------- */

static void s_lost(struct store_connection *self, const char *why)
{
    if (self->batch && self->doubt)
        stats_add(STAT_database_doubts, 1);
    else if (self->batch) {
        batch_retry(self->batch, why);
        self->batch = NULL;
    }
    self->phase = PHASE_IDLE;
    self->expected_count = self->expected_next = 0;
    self->failed = false;
    memset(self->prepared, 0, statement_end() * sizeof *self->prepared);
    link_lose(&self->link, why);
}

/* The batch is durable. */
static void s_keep(struct store_connection *self)
{
    self->batch->over = true;
    self->batch = NULL;
    self->doubt = false;
    self->phase = PHASE_IDLE;
    link_good(&self->link);
}

static void s_roll_back(struct store_connection *self)
{
    self->batch = NULL;
    s_send(self, EXPECT_ANYTHING, "ROLLBACK", 0, NULL);
    s_send_sync(self, EXPECT_SYNC);
    self->phase = PHASE_ENDING;
}

static void s_commit(struct store_connection *self)
{
    s_send(self, EXPECT_COMMIT, "COMMIT", 0, NULL);
    s_send_sync(self, EXPECT_SYNC);
    self->doubt = true;
    self->phase = PHASE_ENDING;
}

/* All statements have been answered. */
static void s_on_ran(struct store_connection *self)
{
    if (!self->failed && !self->traces) {
        if (self->batch->reads)
            s_keep(self);
        else
            s_commit(self);
        return;
    }
    if (!self->failed)
        batch_undone(self->batch);
    else if (self->trouble == TROUBLE_CHANCE)
        batch_retry(self->batch, self->error.text);
    else if (self->culprit)
        batch_spoilt(self->batch, self->culprit, self->error.text);
    else
        batch_failed(self->batch, self->error.text);
    s_roll_back(self);
}

/* COMMIT was answered, or ROLLBACK. */
static void s_on_ended(struct store_connection *self)
{
    if (!self->batch)
        self->phase = PHASE_IDLE;
    else if (!self->failed)
        s_keep(self);
    else {
        self->doubt = false;
        if (self->trouble == TROUBLE_CHANCE)
            batch_retry(self->batch, self->error.text);
        else
            batch_unkept(self->batch, self->error.text);
        s_roll_back(self);
    }
}

/* Connected again. */
static void s_on_greeted(struct store_connection *self)
{
    self->phase = PHASE_IDLE;
    if (!self->doubt)
        return;
    log_info("database-doubt-cleared", "commits=%u kept=%s", self->batch->count,
             self->kept ? "yes" : "no");
    if (self->kept) {
        s_keep(self);
        return;
    }
    self->doubt = false;
    batch_retry(self->batch, "the connection to the database was lost");
    self->batch = NULL;
}

/* ---- receiving ----------------------------------------------------------------------------- */

static void s_fail(struct store_connection *self, enum link_trouble trouble,
                   struct batch_item *culprit)
{
    self->failed = true;
    self->trouble = trouble;
    self->culprit = culprit;
}

/* A result of a commit; the last one completes its answer. Reads that have no room are put off. */
static void s_on_op(struct store_connection *self, const struct expected *expected,
                    const PGresult *from)
{
    struct batch *batch = self->batch;
    struct batch_item *item = batch->items[expected->commit];
    const struct rec_store_op *asked = &item->run.ops.items[expected->op];
    if (expected->op == 0) {
        self->dropped = item->reads && !batch_has_room(batch);
        self->too_large = false;
        if (!self->dropped)
            batch_answer(batch, item, &self->rows);
    }
    if (self->dropped)
        return;
    enum store_ran ran =
        wire_result_take(from, statement_by_number(asked->statement),
                         batch_result(item, expected->op), &self->rows, &self->error);
    self->too_large |= ran == STORE_TOO_LARGE;
    if (ran == STORE_BROKEN)
        s_fail(self, TROUBLE_OWN, item);
    else if (expected->op + 1u == item->run.ops.count)
        self->traces |=
            !batch_judge(batch, item, item->run.ops.count, self->too_large, &self->rows);
}

static void s_on_good(struct store_connection *self, const struct expected *expected,
                      const PGresult *result)
{
    switch ((enum expected_kind)expected->kind) {
    case EXPECT_OP:
        if (!self->failed)
            s_on_op(self, expected, result);
        break;
    case EXPECT_QUESTION:
        self->kept =
            PQntuples(result) == 1 && strtoll(PQgetvalue(result, 0, 0), NULL, 10) == self->token;
        break;
    case EXPECT_COMMIT: /* a COMMIT that rolls back says so in its tag */
        if (strcmp(PQcmdStatus((PGresult *)result), "COMMIT") != 0) {
            s_fail(self, TROUBLE_OWN, NULL);
            store_error_set(&self->error, "the database rolled the transaction back");
        }
        break;
    default:
        break;
    }
}

static const char *s_name(const struct store_connection *self, const struct expected *expected)
{
    if (expected->kind != EXPECT_OP && expected->kind != EXPECT_PREPARED)
        return expected->kind == EXPECT_COMMIT ? "COMMIT" : "the transaction";
    const struct batch_item *item = self->batch->items[expected->commit];
    return statement_by_number(item->run.ops.items[expected->op].statement)->name;
}

/* False: the connection is no good any more. */
static bool s_on_bad(struct store_connection *self, const struct expected *expected,
                     const PGresult *result)
{
    bool statement = expected->kind == EXPECT_OP || expected->kind == EXPECT_PREPARED;
    struct store_error error;
    enum link_trouble trouble = link_trouble(result, s_name(self, expected), &error);
    if (trouble == TROUBLE_LINK) {
        s_lost(self, error.text);
        return false;
    }
    if (expected->kind == EXPECT_ANYTHING || self->failed)
        return true;
    self->error = error;
    s_fail(self, trouble, statement ? self->batch->items[expected->commit] : NULL);
    return true;
}

static bool s_on_sync(struct store_connection *self)
{
    bool failed = self->failed;
    self->expected_count = self->expected_next = 0;
    switch (self->phase) {
    case PHASE_RUNNING:
        s_on_ran(self);
        break;
    case PHASE_ENDING:
        s_on_ended(self);
        break;
    case PHASE_GREETING:
        if (failed) {
            s_lost(self, self->error.text);
            return false;
        }
        s_on_greeted(self);
        break;
    case PHASE_IDLE:
        break;
    }
    self->failed = self->traces = false;
    return true;
}

/* False: the connection is no good any more. */
static bool s_on_result(struct store_connection *self, const PGresult *result)
{
    struct expected expected = self->expected[self->expected_next++];
    switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
        s_on_good(self, &expected, result);
        return true;
    case PGRES_PIPELINE_ABORTED: /* behind something that failed */
        if (expected.kind == EXPECT_PREPARED)
            self->prepared
                [self->batch->items[expected.commit]->run.ops.items[expected.op].statement] = false;
        return true;
    case PGRES_PIPELINE_SYNC:
        return expected.kind == EXPECT_PAUSE || s_on_sync(self);
    default:
        if (expected.kind == EXPECT_PREPARED)
            self->prepared
                [self->batch->items[expected.commit]->run.ops.items[expected.op].statement] = false;
        return s_on_bad(self, &expected, result);
    }
}

/* Everything that is there. False: the connection is no good any more. */
static bool s_receive(struct store_connection *self)
{
    PGconn *connection = self->link.connection;
    int bytes = 0;
    if (ioctl(PQsocket(connection), FIONREAD, &bytes) == 0 && bytes > 0)
        self->limit_ms = clock_now_ms() + ANSWER_LIMIT_MS;
    if (!PQconsumeInput(connection)) {
        s_lost(self, "the connection to the database was lost");
        return false;
    }
    while (self->expected_next < self->expected_count && !PQisBusy(connection)) {
        PGresult *result = PQgetResult(connection);
        if (!result) { /* stands between two commands */
            if (PQstatus(connection) == CONNECTION_BAD)
                break;
            continue;
        }
        bool good = s_on_result(self, result);
        PQclear(result);
        if (!good)
            return false;
    }
    if (PQstatus(connection) != CONNECTION_BAD)
        return true;
    s_lost(self, "the connection to the database was lost");
    return false;
}

/* Sends what is buffered and reads what has come. */
static void s_go_on(struct store_connection *self)
{
    if (!s_receive(self))
        return;
    int left = PQflush(self->link.connection);
    if (left < 0)
        s_lost(self, "the connection to the database was lost");
    else if (self->expected_count && clock_now_ms() >= self->limit_ms)
        s_lost(self, "the database did not answer in time");
    else
        link_want_writing(&self->link, left > 0);
}

/* ---- batches ------------------------------------------------------------------------------- */

static void s_watch(struct store_connection *self, int epoll, uint32_t number)
{
    link_watch(&self->link, epoll, number);
    PQclear(
        PQexec(self->link.connection, s_durable)); /* should that fail, so will the first batch */
    check(PQsetnonblocking(self->link.connection, 1) == 0 &&
          PQenterPipelineMode(self->link.connection) == 1);
}

static void s_start(struct store_connection *self, struct batch *batch)
{
    check(self->phase == PHASE_IDLE && !self->batch && self->link.state == LINK_UP);
    self->batch = batch;
    s_send_batch(self);
}

static enum store_state s_step(struct store_connection *self, int64_t *due_ms)
{
    if (self->link.state == LINK_UP)
        s_go_on(self);
    else if (link_step(&self->link) == LINK_UP) {
        s_greet(self);
        s_go_on(self);
    }
    if (self->link.state != LINK_UP) {
        *due_ms = self->link.due_ms;
        return STORE_AWAY;
    }
    *due_ms = self->phase == PHASE_IDLE ? I64_NONE : self->limit_ms;
    return self->phase == PHASE_IDLE ? STORE_IDLE : STORE_BUSY;
}

/* ---- a transaction of one's own ------------------------------------------------------------ */

static bool s_control(struct store_connection *self, const char *sql, const char *what,
                      struct store_error *error)
{
    PGresult *result = PQexec(self->link.connection, sql);
    bool good = PQresultStatus(result) == PGRES_COMMAND_OK;
    if (!good)
        link_trouble(result, what, error);
    PQclear(result);
    return good;
}

/* It moves files, perhaps over a slow line; a person waits for it. */
static bool s_begin(struct store_connection *self, bool write, struct store_error *error)
{
    char sql[256];
    snprintf(sql, sizeof sql,
             "%s; SET LOCAL statement_timeout = '10min';"
             " SET LOCAL idle_in_transaction_session_timeout = '10min'",
             write ? s_begin_write : s_begin_read);
    return s_control(self, sql, "the transaction", error);
}

static bool s_end(struct store_connection *self, bool keep, struct store_error *error)
{
    return s_control(self, keep ? "COMMIT" : "ROLLBACK", "the transaction", error);
}

static enum store_ran s_run(struct store_connection *self, const struct statement *statement,
                            const struct value_list *list, struct rec_store_result *result,
                            struct rows *rows, struct store_error *error)
{
    PGconn *connection = self->link.connection;
    bool *prepared = &self->prepared[statement->number];
    struct wire_params params;
    check(list->count == statement->params);
    arena_reset(&self->scratch);
    wire_params_take(&params, list, &self->scratch);
    PGresult *from = NULL;
    if (!*prepared) {
        from = PQprepare(connection, statement->name, statement->sql, 0, NULL);
        *prepared = PQresultStatus(from) == PGRES_COMMAND_OK;
    }
    if (*prepared) {
        PQclear(from);
        from = PQexecPrepared(connection, statement->name, (int)statement->params, params.values,
                              params.lengths, params.formats, 1);
    }
    ExecStatusType status = PQresultStatus(from);
    enum store_ran ran = STORE_BROKEN;
    if (*prepared && (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK))
        ran = wire_result_take(from, statement, result, rows, error);
    else
        link_trouble(from, statement->name, error);
    PQclear(from);
    return ran;
}

static bool s_ids_above(struct store_connection *self, const char *table, int64_t id,
                        struct store_error *error)
{
    return schema_ids_above(self->link.connection, table, id, error);
}

static const char *const s_schemes[] = {"postgresql", "postgres", NULL};

const struct store_driver store_driver_postgres = {
    .schemes = s_schemes,
    .writers = 4,
    .readers = 1,
    .open = s_open,
    .close = s_close,
    .migrate = s_migrate,
    .probe = s_probe,
    .watch = s_watch,
    .start = s_start,
    .step = s_step,
    .begin = s_begin,
    .run = s_run,
    .end = s_end,
    .ids_above = s_ids_above,
};
