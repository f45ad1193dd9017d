/* A letter is taken unacknowledged, looked at, and acknowledged when its matter is settled; all
 * others go back to their places when the connection ends, as they were.
 *
 * To retry is to have it judged again: a submission without a verdict goes back into the queue; a
 * Judge Error first becomes PENDING again, in the database, while its contest is not settled, and
 * in such a way that scoring reads the room anew before it decides anything. A verdict that is one,
 * and a Judge Error that a result stands on, stay; retry says so, and leaves the letter. */
#include "actors/dlq.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "actors/judge/broker.h"
#include "actors/judge/queue.h"
#include "actors/store/commit.h"
#include "actors/store/database.h"
#include "proto/check.h"
#include "proto/words.h"

#define LETTERS_MAX 10000 /* looked at in one run: the server holds them for us meanwhile */
#define USAGE 2           /* exit code of a wrong call */

enum verb { VERB_LIST, VERB_RETRY, VERB_DROP, VERBS };

struct letter {
    uint64_t tag;          /* to acknowledge it */
    int64_t submission_id; /* 0: its body is none */
    time_t since;          /* when it died; 0: not known */
    char why[32];          /* "rejected", …; "-": not known */
    char body[32];         /* its beginning, printable */
};

struct dlq {
    const struct options *options; /* as given */
    enum verb verb;                /* what to do */
    struct broker broker;          /* open */
    struct database database;      /* connection NULL: can't be reached */
    struct arena arena;            /* behind results */
    uint32_t letters;              /* seen */
    uint32_t done, left;           /* those asked for */
    bool *found;                   /* by argument: there was such a letter; owned */
};

static bool s_failed(const char *why)
{
    fprintf(stderr, "codecomp dlq: %s\n", why);
    return false;
}

/* ---- the database ---------------------------------------------------------------------------- */

static bool s_open_database(struct dlq *self)
{
    struct store_error error;
    if (database_there(self->options->database, self->options->data, &error) &&
        database_open(&self->database, self->options->database, self->options->data, &error))
        return true;
    self->database.connection = NULL;
    if (self->verb == VERB_RETRY)
        return s_failed(error.text);
    if (self->verb == VERB_LIST)
        fprintf(stderr, "codecomp dlq: without verdicts: %s\n", error.text);
    return true;
}

/* Runs one statement about a submission; `result` until the next. False: it is told. */
static bool s_run(struct dlq *self, enum statement_number number, int64_t submission_id,
                  struct rec_store_result *result)
{
    struct commit commit;
    struct store_error error = {"the result is too large"};
    struct rows rows;
    commit_begin(&commit);
    commit_op(&commit, number);
    commit_i64(&commit, submission_id);
    arena_reset(&self->arena);
    rows_init(&rows, &self->arena);
    return self->database.driver->run(self->database.connection, statement_by_number(number),
                                      &commit.ops[0].params, result, &rows, &error) == STORE_RAN ||
           s_failed(error.text);
}

static bool s_begin(struct dlq *self, bool write)
{
    struct store_error error;
    return self->database.driver->begin(self->database.connection, write, &error) ||
           s_failed(error.text);
}

static bool s_end(struct dlq *self, bool keep)
{
    struct store_error error;
    return self->database.driver->end(self->database.connection, keep, &error) ||
           s_failed(error.text);
}

struct matter {
    bool known;              /* there is such a submission */
    enum verdict verdict;    /* its */
    enum room_status status; /* its contest's */
};

static bool s_look(struct dlq *self, int64_t submission_id, struct matter *matter)
{
    struct rec_store_result result;
    uint8_t verdict = 0, status = 0;
    *matter = (struct matter){0};
    if (!s_begin(self, false))
        return false;
    bool ok = s_run(self, STATEMENT_dead_letter_look, submission_id, &result);
    if (ok && result_rows(&result) == 1 && result_word(&result, 0, 0, &verdict_words, &verdict) &&
        result_word(&result, 0, 1, &room_status_words, &status))
        *matter = (struct matter){true, (enum verdict)verdict, (enum room_status)status};
    return s_end(self, false) && ok;
}

/* A Judge Error becomes PENDING. 1: it has; 0: its contest was settled meanwhile; -1: told. */
static int s_reopen(struct dlq *self, int64_t submission_id)
{
    struct rec_store_result result;
    if (!s_begin(self, true))
        return -1;
    bool ran = s_run(self, STATEMENT_submission_reopen, submission_id, &result);
    bool open = ran && result.changed == 1;
    if (open) {
        ran = s_run(self, STATEMENT_score_reopen, submission_id, &result);
        open = ran && result.changed == 1;
    }
    return !s_end(self, open) || !ran ? -1 : open;
}

/* ---- letters --------------------------------------------------------------------------------- */

static const amqp_field_value_t *s_field(const amqp_table_t *table, const char *name)
{
    for (int i = 0; i < table->num_entries; i++)
        if (table->entries[i].key.len == strlen(name) &&
            memcmp(table->entries[i].key.bytes, name, strlen(name)) == 0)
            return &table->entries[i].value;
    return NULL;
}

/* The newest of the deaths that the server has noted. */
static void s_read_death(struct letter *self, const amqp_basic_properties_t *properties)
{
    snprintf(self->why, sizeof self->why, "-");
    if (!(properties->_flags & AMQP_BASIC_HEADERS_FLAG))
        return;
    const amqp_field_value_t *deaths = s_field(&properties->headers, "x-death");
    if (!deaths || deaths->kind != AMQP_FIELD_KIND_ARRAY || deaths->value.array.num_entries == 0 ||
        deaths->value.array.entries[0].kind != AMQP_FIELD_KIND_TABLE)
        return;
    const amqp_table_t *death = &deaths->value.array.entries[0].value.table;
    const amqp_field_value_t *reason = s_field(death, "reason"), *when = s_field(death, "time");
    if (reason && reason->kind == AMQP_FIELD_KIND_UTF8)
        snprintf(self->why, sizeof self->why, "%.*s", (int)reason->value.bytes.len,
                 (const char *)reason->value.bytes.bytes);
    if (when && when->kind == AMQP_FIELD_KIND_TIMESTAMP)
        self->since = (time_t)when->value.u64;
}

static void s_read_body(struct letter *self, amqp_bytes_t body)
{
    const char *bytes = body.bytes;
    size_t length = body.len < sizeof self->body - 1 ? body.len : sizeof self->body - 1;
    self->submission_id = broker_id(body);
    for (size_t i = 0; i < length; i++)
        self->body[i] = bytes[i] >= ' ' && bytes[i] <= '~' ? bytes[i] : '?';
    self->body[length] = '\0';
}

/* The next letter; false: there is none, or it is told. */
static bool s_take(struct dlq *self, struct letter *letter)
{
    struct broker_error error;
    amqp_message_t message;
    amqp_connection_state_t connection = self->broker.connection;
    *letter = (struct letter){0};
    amqp_maybe_release_buffers(connection);
    amqp_rpc_reply_t reply = amqp_basic_get(connection, BROKER_CHANNEL,
                                            amqp_cstring_bytes(broker_queues[QUEUE_dead].name), 0);
    if (!broker_went_well(&self->broker, reply, "read the dead letters", &error))
        return s_failed(error.text);
    if (reply.reply.id != AMQP_BASIC_GET_OK_METHOD)
        return false;
    letter->tag = ((amqp_basic_get_ok_t *)reply.reply.decoded)->delivery_tag;
    reply = amqp_read_message(connection, BROKER_CHANNEL, &message, 0);
    if (!broker_went_well(&self->broker, reply, "read the dead letters", &error))
        return s_failed(error.text);
    s_read_death(letter, &message.properties);
    s_read_body(letter, message.body);
    amqp_destroy_message(&message);
    return true;
}

/* ---- the verbs ------------------------------------------------------------------------------- */

static bool s_ack(struct dlq *self, const struct letter *letter)
{
    return amqp_basic_ack(self->broker.connection, BROKER_CHANNEL, letter->tag, 0) ==
               AMQP_STATUS_OK ||
           s_failed("the connection is lost");
}

static bool s_list(struct dlq *self, const struct letter *letter)
{
    char since[32] = "-";
    struct tm utc;
    struct matter matter = {0};
    if (letter->since && gmtime_r(&letter->since, &utc))
        strftime(since, sizeof since, "%Y-%m-%dT%H:%M:%SZ", &utc);
    if (letter->submission_id && self->database.connection &&
        !s_look(self, letter->submission_id, &matter))
        return false;
    if (self->letters == 1)
        printf("%-16s  %-20s  %-10s  %-21s  %s\n", "submission", "since", "why", "verdict",
               "contest");
    printf("%-16s  %-20s  %-10s  %-21s  %s\n", letter->body, since, letter->why,
           matter.known ? word_text(&verdict_words, matter.verdict)
           : letter->submission_id && !self->database.connection ? "-"
           : letter->submission_id                               ? "no such submission"
                                                                 : "no submission's number",
           matter.known ? word_text(&room_status_words, matter.status) : "-");
    return true;
}

/* It stays where it is. */
static bool s_leave(struct dlq *self, const struct letter *letter, const char *why)
{
    self->left++;
    printf("%s: left: %s\n", letter->body, why);
    return true;
}

static bool s_retry(struct dlq *self, const struct letter *letter)
{
    struct matter matter;
    struct broker_error error;
    if (!letter->submission_id)
        return s_leave(self, letter, "that is no submission's number; it can only be dropped");
    if (!s_look(self, letter->submission_id, &matter))
        return false;
    if (!matter.known)
        return s_leave(self, letter, "there is no such submission; it can only be dropped");
    if (verdict_final(matter.verdict) && matter.verdict != VERDICT_JUDGE_ERROR)
        return s_leave(self, letter, "it has its verdict, which stays");
    if (matter.verdict == VERDICT_JUDGE_ERROR) {
        int reopened = s_reopen(self, letter->submission_id);
        if (reopened < 0)
            return false;
        if (reopened == 0)
            return s_leave(self, letter, "its contest is settled, and the result stays");
    }
    if (!broker_put(&self->broker, letter->submission_id, &error))
        return s_failed(error.text);
    self->done++;
    printf("%s: will be judged again\n", letter->body);
    return s_ack(self, letter);
}

static bool s_drop(struct dlq *self, const struct letter *letter)
{
    self->done++;
    printf("%s: dropped\n", letter->body);
    return s_ack(self, letter);
}

static bool s_asked_for(struct dlq *self, const struct letter *letter)
{
    const struct options *options = self->options;
    bool asked = options->all || self->verb == VERB_LIST;
    for (size_t i = 1; i < options->argument_count; i++)
        if (letter->submission_id &&
            strtoll(options->arguments[i], NULL, 10) == letter->submission_id)
            asked = self->found[i] = true;
    return asked;
}

/* ---- all of it ------------------------------------------------------------------------------- */

/* Those that are there now: what comes meanwhile, or comes back, is another run's. */
static bool s_go_through(struct dlq *self, uint32_t count)
{
    static bool (*const verbs[VERBS])(struct dlq *, const struct letter *) = {s_list, s_retry,
                                                                              s_drop};
    struct letter letter;
    while (self->letters < count && s_take(self, &letter)) {
        self->letters++;
        if (s_asked_for(self, &letter) && !verbs[self->verb](self, &letter))
            return false;
    }
    return true;
}

static int s_sum_up(struct dlq *self, uint32_t count)
{
    const struct options *options = self->options;
    bool missing = false;
    for (size_t i = 1; self->verb != VERB_LIST && i < options->argument_count; i++)
        if (!self->found[i]) {
            printf("%s: there is no such dead letter\n", options->arguments[i]);
            missing = true;
        }
    if (self->verb == VERB_LIST)
        printf("%u dead letters\n", self->letters);
    else
        printf("%u %s, %u left\n", self->done, self->verb == VERB_RETRY ? "retried" : "dropped",
               self->left);
    if (count > LETTERS_MAX)
        printf("there are %u; a run looks at the first %d\n", count, LETTERS_MAX);
    return missing || self->left ? 1 : 0;
}

static int s_do(struct dlq *self)
{
    struct broker_error error;
    uint32_t count;
    if (!broker_open(&self->broker, self->options->queue, "dlq", &error)) {
        s_failed(error.text);
        return 1;
    }
    if (!broker_prepare(&self->broker, &error) ||
        !broker_depth(&self->broker, QUEUE_dead, &count, &error)) {
        s_failed(error.text);
        return 1;
    }
    if (!s_open_database(self) || !s_go_through(self, count < LETTERS_MAX ? count : LETTERS_MAX))
        return 1;
    return s_sum_up(self, count);
}

static int s_wrong_call(const char *what)
{
    fprintf(stderr,
            "codecomp dlq: %s: codecomp dlq list, or retry or drop with submissions' numbers "
            "or --all\n",
            what);
    return USAGE;
}

static bool s_is_number(const char *text)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0' && number > 0;
}

int dlq(const struct options *options)
{
    static const char *const names[VERBS] = {"list", "retry", "drop"};
    struct dlq self = {.options = options};
    while (self.verb < VERBS && strcmp(options->arguments[0], names[self.verb]) != 0)
        self.verb++;
    if (self.verb == VERBS)
        return s_wrong_call(options->arguments[0]);
    for (size_t i = 1; i < options->argument_count; i++)
        if (self.verb == VERB_LIST || options->all || !s_is_number(options->arguments[i]))
            return s_wrong_call(options->arguments[i]);
    if (self.verb != VERB_LIST && !options->all && options->argument_count == 1)
        return s_wrong_call("nothing to do");
    if (!queue_url_shared(options->queue)) {
        s_failed("the queue local: has no dead letters; name the shared one with --queue");
        return USAGE;
    }
    self.found = calloc(options->argument_count, sizeof *self.found);
    check(self.found);
    int code = s_do(&self);
    fflush(stdout);
    broker_close(&self.broker, true);
    if (self.database.connection)
        database_close(&self.database);
    arena_fini(&self.arena);
    free(self.found);
    return code;
}
