/* A rejudging is rows of the database, made here in one transaction: what was asked for, its rooms,
 * and a trial for each submission. A server's judge finds the trials. When all are judged the
 * preview is computed from the tables by scoring's rules; to apply is to say so in the rejudging's
 * row, where the scheduler finds it, and scoring changes room by room. Nothing here changes a room,
 * so nothing here must be finished: whoever watches may go. */
#include "actors/rejudge.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "actors/rejudge_preview.h"
#include "actors/runtime/clock.h"
#include "actors/store/database.h"
#include "proto/check.h"

#define USAGE 2                /* exit code of a wrong call */
#define LOOK_MS 500            /* between two looks at how far it is */
#define SERVER_SILENT_MS 60000 /* a killed one is started again before */
#define STILL_MS 60000         /* without a judging this is worth a word */
#define ROOMS_ROWS 500         /* as statement rejudging_rooms_list has it */
#define REASON_MAX_BYTES 256   /* as the schema has it, in characters */
#define LIST_ROWS 500          /* rejudgings that list shows */

struct rejudge {
    const struct options *options; /* as given */
    struct database database;      /* open */
    struct arena arena;            /* behind results, of one transaction */
    struct commit commit;          /* being built */
};

/* A rejudging, and how far it is. */
struct rejudging {
    int64_t id;                                  /* its number */
    int64_t made_ms, ended_ms;                   /* ended: applied or discarded; or I64_NONE */
    int64_t problem_id, room_id, submission_id;  /* two of them I64_NONE */
    char reason[REASON_MAX_BYTES + 1];           /* why; empty: nobody said */
    char state[16];                              /* judging, applying, applied, discarded */
    int64_t submissions, judged, rooms, changed; /* changed: rooms that are done */
};

static bool s_failed(const char *why)
{
    fprintf(stderr, "codecomp rejudge: %s\n", why);
    return false;
}

static int s_wrong_call(const char *what)
{
    fprintf(stderr,
            "codecomp rejudge: %s: codecomp rejudge --problem N, --room N or --submission N; or "
            "list, show N, apply N, discard N\n",
            what);
    return USAGE;
}

/* ---- the database ---------------------------------------------------------------------------- */

static bool s_begin(struct rejudge *self, bool write)
{
    struct store_error error;
    arena_reset(&self->arena);
    return self->database.driver->begin(self->database.connection, write, &error) ||
           s_failed(error.text);
}

static bool s_end(struct rejudge *self, bool keep)
{
    struct store_error error;
    return self->database.driver->end(self->database.connection, keep, &error) ||
           s_failed(error.text);
}

/* Runs what self->commit holds, within the transaction; the results last as long as that. False:
 * it is told. */
static bool s_run(struct rejudge *self, struct rec_store_result results[COMMIT_OPS_MAX])
{
    for (uint32_t i = 0; i < self->commit.count; i++) {
        struct store_error error = {"the result is too large"};
        struct rows rows;
        const struct rec_store_op *op = &self->commit.ops[i];
        rows_init(&rows, &self->arena);
        if (self->database.driver->run(self->database.connection,
                                       statement_by_number(op->statement), &op->params, &results[i],
                                       &rows, &error) != STORE_RAN)
            return s_failed(error.text);
    }
    return true;
}

/* One statement about one or two numbers: the commit to run. */
static void s_say(struct rejudge *self, enum statement_number statement, int64_t first)
{
    commit_begin(&self->commit);
    commit_op(&self->commit, statement);
    commit_i64(&self->commit, first);
}

static void s_say_two(struct rejudge *self, enum statement_number statement, int64_t first,
                      int64_t second)
{
    s_say(self, statement, first);
    commit_i64(&self->commit, second);
}

static bool s_open(struct rejudge *self)
{
    struct store_error error;
    return database_there(self->options->database, self->options->data, &error) &&
                   database_open(&self->database, self->options->database, self->options->data,
                                 &error)
               ? true
               : s_failed(error.text);
}

/* ---- what there is --------------------------------------------------------------------------- */

static void s_read_rejudging(const struct rec_store_result *rows, uint32_t row,
                             struct rejudging *rejudging)
{
    *rejudging = (struct rejudging){
        .id = result_i64(rows, row, 0),
        .made_ms = result_i64(rows, row, 1),
        .problem_id = result_i64(rows, row, 2),
        .room_id = result_i64(rows, row, 3),
        .submission_id = result_i64(rows, row, 4),
        .ended_ms = result_i64(rows, row, 6),
        .submissions = result_i64(rows, row, 7),
        .judged = result_i64(rows, row, 8),
        .rooms = result_i64(rows, row, 9),
        .changed = result_i64(rows, row, 10),
    };
    struct slice state = result_text(rows, row, 5), reason = result_text(rows, row, 11);
    snprintf(rejudging->reason, sizeof rejudging->reason, "%.*s", (int)reason.length, reason.data);
    snprintf(rejudging->state, sizeof rejudging->state, "%.*s", (int)state.length, state.data);
}

static bool s_is(const struct rejudging *rejudging, const char *state)
{
    return strcmp(rejudging->state, state) == 0;
}

/* How far a rejudging is, and whether a server runs. False: it is told. */
static bool s_look(struct rejudge *self, int64_t id, struct rejudging *rejudging, bool *server)
{
    struct rec_store_result results[COMMIT_OPS_MAX];
    if (!s_begin(self, false))
        return false;
    s_say_two(self, STATEMENT_rejudgings_list, id, 1);
    commit_op(&self->commit, STATEMENT_takeover_server_seen);
    commit_i64(&self->commit, clock_now_ms() - SERVER_SILENT_MS);
    bool ran = s_run(self, results);
    if (ran) {
        *server = result_rows(&results[1]) > 0;
        s_read_rejudging(&results[0], 0, rejudging);
    }
    if (!s_end(self, false) || !ran)
        return false;
    if (rejudging->id != id) {
        fprintf(stderr,
                "codecomp rejudge: there is no rejudging %" PRId64 "; codecomp rejudge list\n", id);
        return false;
    }
    return true;
}

static void s_print_what(const struct rejudging *rejudging)
{
    if (rejudging->problem_id != I64_NONE)
        printf("problem %" PRId64, rejudging->problem_id);
    else if (rejudging->room_id != I64_NONE)
        printf("room %" PRId64, rejudging->room_id);
    else
        printf("submission %" PRId64, rejudging->submission_id);
}

static void s_print_rejudging(const struct rejudging *rejudging)
{
    char made[32];
    struct tm utc;
    time_t seconds = (time_t)(rejudging->made_ms / 1000);
    strftime(made, sizeof made, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &utc));
    printf("rejudging %" PRId64 " of ", rejudging->id);
    s_print_what(rejudging);
    if (*rejudging->reason)
        printf(" (%s)", rejudging->reason);
    printf(", made %s: %" PRId64 " submissions in %" PRId64 " rooms, ", made,
           rejudging->submissions, rejudging->rooms);
    if (s_is(rejudging, "applying"))
        printf("being applied: %" PRId64 " rooms are done\n", rejudging->changed);
    else if (!s_is(rejudging, "judging"))
        printf("%s\n", rejudging->state);
    else if (rejudging->judged < rejudging->submissions)
        printf("%" PRId64 " of them judged\n", rejudging->judged);
    else
        printf("judged, and neither applied nor discarded\n");
}

static int s_list(struct rejudge *self)
{
    struct rec_store_result results[COMMIT_OPS_MAX];
    struct rejudging rejudging;
    if (!s_begin(self, false))
        return 1;
    s_say_two(self, STATEMENT_rejudgings_list, ID_MAX, LIST_ROWS);
    bool ran = s_run(self, results);
    for (uint32_t row = 0; ran && row < result_rows(&results[0]); row++) {
        s_read_rejudging(&results[0], row, &rejudging);
        s_print_rejudging(&rejudging);
    }
    if (ran && result_rows(&results[0]) == 0)
        puts("there are no rejudgings");
    return s_end(self, false) && ran ? 0 : 1;
}

/* ---- the preview ------------------------------------------------------------------------------
 */

/* A room's part. False: it is told. */
static bool s_preview_room(struct rejudge *self, int64_t id, int64_t room_id,
                           struct rejudge_preview *preview)
{
    struct rec_store_result results[COMMIT_OPS_MAX];
    struct score_room room = {0};
    struct rejudged *rejudged = NULL;
    const char *what = "the rejudging's trials";
    if (!s_begin(self, false))
        return false;
    score_room_ask(&self->commit, room_id);
    struct msg_store_done done = {.results = {self->commit.count, results}};
    bool ran = s_run(self, results);
    if (ran && score_room_load(&room, &done, &what) == SCORE_LOADED) {
        rejudged_ask(&self->commit, id, room_id);
        ran = s_run(self, results);
        if (ran)
            rejudged = rejudged_new(&room, &results[REJUDGED_TRIALS]);
    }
    if (rejudged)
        rejudge_preview_room(preview, &room, rejudged, stdout);
    else if (ran)
        fprintf(stderr,
                "codecomp rejudge: room %" PRId64
                " is inconsistent: %s; sql/audit.sql tells more\n",
                room_id, what);
    bool good = rejudged != NULL;
    rejudged_destroy(&rejudged);
    score_room_fini(&room);
    return s_end(self, false) && good;
}

/* The next rooms; how many. -1: it is told. */
static int s_rooms(struct rejudge *self, int64_t id, int64_t after_id, int64_t rooms[ROOMS_ROWS])
{
    struct rec_store_result results[COMMIT_OPS_MAX];
    if (!s_begin(self, false))
        return -1;
    s_say_two(self, STATEMENT_rejudging_rooms_list, id, after_id);
    bool ran = s_run(self, results);
    int count = ran ? (int)result_rows(&results[0]) : 0;
    for (int i = 0; i < count; i++)
        rooms[i] = result_i64(&results[0], (uint32_t)i, 0);
    return s_end(self, false) && ran ? count : -1;
}

static bool s_preview(struct rejudge *self, const struct rejudging *rejudging,
                      struct rejudge_preview *preview)
{
    int64_t rooms[ROOMS_ROWS], after_id = 0;
    int count;
    bool good = true;
    *preview = (struct rejudge_preview){0};
    do {
        count = s_rooms(self, rejudging->id, after_id, rooms);
        for (int i = 0; i < count; i++) {
            good &= s_preview_room(self, rejudging->id, rooms[i], preview);
            after_id = rooms[i];
        }
    } while (count == ROOMS_ROWS);
    s_print_rejudging(rejudging);
    rejudge_preview_sums(preview, stdout);
    fflush(stdout);
    return good && count >= 0;
}

/* ---- waiting ----------------------------------------------------------------------------------
 */

static void s_show_progress(const struct rejudging *rejudging)
{
    if (!isatty(STDERR_FILENO))
        return;
    if (s_is(rejudging, "judging"))
        fprintf(stderr, "\r\033[Krejudging %" PRId64 ": judged %" PRId64 " of %" PRId64 " ",
                rejudging->id, rejudging->judged, rejudging->submissions);
    else
        fprintf(stderr, "\r\033[Krejudging %" PRId64 ": %" PRId64 " of %" PRId64 " rooms are done ",
                rejudging->id, rejudging->changed, rejudging->rooms);
}

static void s_end_progress(void)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K");
}

static bool s_goes_on(const struct rejudging *rejudging)
{
    return s_is(rejudging, "applying") ||
           (s_is(rejudging, "judging") && rejudging->judged < rejudging->submissions);
}

/* Until everything is judged, or all rooms are done, as long as a server is there to do it. False:
 * it is told what to do. */
static bool s_wait(struct rejudge *self, struct rejudging *rejudging)
{
    int64_t id = rejudging->id, best = -1, best_ms = 0;
    bool server;
    for (;;) {
        if (!s_look(self, id, rejudging, &server))
            return false;
        if (!s_goes_on(rejudging))
            break;
        if (!server) {
            s_end_progress();
            fprintf(stderr,
                    "codecomp rejudge: no server runs on this database, so nothing goes on; start "
                    "codecomp serve, then codecomp rejudge %s %" PRId64 "\n",
                    s_is(rejudging, "judging") ? "show" : "apply", id);
            return false;
        }
        s_show_progress(rejudging);
        if (rejudging->judged + rejudging->changed != best) {
            best = rejudging->judged + rejudging->changed;
            best_ms = clock_now_ms();
        } else if (clock_now_ms() - best_ms >= STILL_MS) {
            s_end_progress();
            fprintf(stderr, "codecomp rejudge: nothing has moved for a minute: do the server's log "
                            "and codecomp health tell why? is there a runner?\n");
            best_ms = clock_now_ms();
        }
        nanosleep(&(struct timespec){.tv_nsec = LOOK_MS * 1000000L}, NULL);
    }
    s_end_progress();
    return true;
}

/* ---- the verbs --------------------------------------------------------------------------------
 */

static int s_show(struct rejudge *self, int64_t id)
{
    struct rejudging rejudging = {.id = id};
    struct rejudge_preview preview;
    bool server;
    return s_look(self, id, &rejudging, &server) && s_preview(self, &rejudging, &preview) ? 0 : 1;
}

/* Runs the commit that decides about the rejudging. True: it did. */
static bool s_decide(struct rejudge *self)
{
    struct rec_store_result results[COMMIT_OPS_MAX];
    if (!s_begin(self, true))
        return false;
    bool kept = s_run(self, results) && results[0].changed == 1;
    return s_end(self, kept) && kept;
}

static int s_apply(struct rejudge *self, int64_t id)
{
    struct rejudging rejudging = {.id = id};
    bool server;
    s_say(self, STATEMENT_rejudging_apply, id);
    bool ordered = s_decide(self);
    if (!s_look(self, id, &rejudging, &server))
        return 1;
    if (!ordered && s_is(&rejudging, "judging")) {
        fprintf(stderr,
                "codecomp rejudge: %" PRId64 " of %" PRId64 " submissions are not judged yet; "
                "codecomp rejudge show %" PRId64 " tells how far it is\n",
                rejudging.submissions - rejudging.judged, rejudging.submissions, id);
        return 1;
    }
    if (s_is(&rejudging, "discarded")) {
        s_failed("it has been discarded; make another one");
        return 1;
    }
    if (!s_wait(self, &rejudging))
        return 1;
    s_print_rejudging(&rejudging);
    return 0;
}

static int s_discard(struct rejudge *self, int64_t id)
{
    struct rejudging rejudging = {.id = id};
    bool server;
    s_say_two(self, STATEMENT_rejudging_discard, id, clock_now_ms());
    commit_op(&self->commit, STATEMENT_rejudging_trials_drop);
    commit_i64(&self->commit, id);
    s_decide(self);
    if (!s_look(self, id, &rejudging, &server))
        return 1;
    if (!s_is(&rejudging, "discarded")) {
        s_failed("it has been applied, and stays; what is wrong with it another one mends");
        return 1;
    }
    s_print_rejudging(&rejudging);
    return 0;
}

/* On a terminal the operator decides now; else, or when he does not know, later. */
static int s_ask(struct rejudge *self, int64_t id)
{
    char answer[16] = "";
    if (self->options->yes)
        return s_apply(self, id);
    if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) {
        printf("apply it? yes, no (discard it), or later: ");
        fflush(stdout);
        if (fgets(answer, sizeof answer, stdin) && strcmp(answer, "yes\n") == 0)
            return s_apply(self, id);
        if (strcmp(answer, "no\n") == 0)
            return s_discard(self, id);
    }
    printf("nothing is changed yet: codecomp rejudge apply %" PRId64
           ", or codecomp rejudge discard "
           "%" PRId64 "\n",
           id, id);
    return 0;
}

/* ---- making one -------------------------------------------------------------------------------
 */

static bool s_number(const char *text, int64_t *number)
{
    char *end;
    errno = 0;
    *number = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0' && *number > 0 && *number <= ID_MAX;
}

static int64_t s_named(int64_t number)
{
    return number ? number : I64_NONE;
}

/* "2026-11-23T17:00:00Z"; `absent` when nothing is said. False: it is none. */
static bool s_time(const char *text, int64_t absent, int64_t *at_ms)
{
    struct tm utc = {0};
    *at_ms = absent;
    if (!*text)
        return true;
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    if (!rest || *rest)
        return false;
    *at_ms = (int64_t)timegm(&utc) * 1000;
    return *at_ms >= 0;
}

/* What is asked for exists, or is told. */
static bool s_exists(struct rejudge *self)
{
    const struct options *options = self->options;
    const int64_t wanted[] = {options->problem, options->room, options->submission};
    static const char *const names[] = {"problem", "room", "submission"};
    struct rec_store_result results[COMMIT_OPS_MAX];
    s_say_two(self, STATEMENT_rejudging_of, wanted[0], wanted[1]);
    commit_i64(&self->commit, wanted[2]);
    if (!s_run(self, results))
        return false;
    for (uint32_t i = 0; i < 3; i++)
        if (wanted[i] && result_i64(&results[0], 0, i) != 1) {
            fprintf(stderr, "codecomp rejudge: there is no %s %" PRId64 "\n", names[i], wanted[i]);
            return false;
        }
    return true;
}

/* What is to be judged again, as the next three parameters. */
static void s_say_what(struct rejudge *self)
{
    commit_opt(&self->commit, s_named(self->options->problem));
    commit_opt(&self->commit, s_named(self->options->room));
    commit_opt(&self->commit, s_named(self->options->submission));
}

/* Within a transaction. 0: not made, and told. */
static int64_t s_insert(struct rejudge *self, int64_t since_ms, int64_t until_ms)
{
    struct rec_store_result results[COMMIT_OPS_MAX];
    s_say(self, STATEMENT_rejudging_make, clock_now_ms());
    s_say_what(self);
    commit_i64(&self->commit, since_ms);
    commit_i64(&self->commit, until_ms);
    commit_text(&self->commit, slice_of(self->options->reason));
    if (!s_run(self, results))
        return 0;
    int64_t id = result_i64(&results[0], 0, 0);
    s_say(self, STATEMENT_rejudging_trials_make, id);
    s_say_what(self);
    commit_op(&self->commit, STATEMENT_rejudging_rooms_make);
    commit_i64(&self->commit, id);
    commit_op(&self->commit, STATEMENT_rejudging_others);
    commit_i64(&self->commit, id);
    if (!s_run(self, results))
        return 0;
    if (results[0].changed == 0) {
        s_failed("there is no submission with a verdict to judge again; what is being judged gets "
                 "its first one, and contests of the earlier backend stay as they were");
        return 0;
    }
    if (result_rows(&results[2])) {
        int64_t other = result_i64(&results[2], 0, 0);
        fprintf(stderr,
                "codecomp rejudge: submissions of it are in rejudging %" PRId64
                ", which is open: codecomp "
                "rejudge apply %" PRId64 ", or codecomp rejudge discard %" PRId64 "\n",
                other, other, other);
        return 0;
    }
    return id;
}

static int s_make(struct rejudge *self, int64_t since_ms, int64_t until_ms)
{
    struct rejudge_preview preview;
    if (!s_begin(self, true))
        return 1;
    int64_t id = s_exists(self) ? s_insert(self, since_ms, until_ms) : 0;
    if (!s_end(self, id > 0) || !id)
        return 1;
    struct rejudging rejudging = {.id = id};
    bool server;
    if (!s_look(self, id, &rejudging, &server))
        return 1;
    s_print_rejudging(&rejudging);
    fflush(stdout);
    if (!s_wait(self, &rejudging) || !s_preview(self, &rejudging, &preview))
        return 1;
    return s_ask(self, id);
}

/* ---- the call ---------------------------------------------------------------------------------
 */

static int s_do_verb(struct rejudge *self, int verb, int64_t id)
{
    enum { LIST, SHOW, APPLY, DISCARD };
    switch (verb) {
    case LIST:
        return s_list(self);
    case SHOW:
        return s_show(self, id);
    case APPLY:
        return s_apply(self, id);
    case DISCARD:
        return s_discard(self, id);
    }
    unreachable();
}

static int s_do(struct rejudge *self)
{
    static const char *const verbs[] = {"list", "show", "apply", "discard"};
    const struct options *options = self->options;
    int named = (options->problem != 0) + (options->room != 0) + (options->submission != 0);
    int64_t since_ms, until_ms, id = 0;
    int verb = 0, code;
    if (!s_time(options->since, 0, &since_ms) || !s_time(options->until, ID_MAX, &until_ms) ||
        until_ms < since_ms)
        return s_wrong_call("--since and --until are times as 2026-11-23T17:00:00Z, in order");
    if (options->argument_count == 0 ? named != 1 : named != 0)
        return s_wrong_call("say one thing");
    if (strlen(options->reason) > REASON_MAX_BYTES || !utf8_valid(slice_of(options->reason)))
        return s_wrong_call("the reason is too long, or no text");
    if (options->argument_count) {
        while (verb < 4 && strcmp(options->arguments[0], verbs[verb]) != 0)
            verb++;
        if (verb == 4 || options->argument_count != (verb ? 2u : 1u) ||
            (verb && !s_number(options->arguments[1], &id)))
            return s_wrong_call(options->arguments[options->argument_count - 1]);
    }
    if (!s_open(self))
        return 1;
    code = options->argument_count ? s_do_verb(self, verb, id) : s_make(self, since_ms, until_ms);
    database_close(&self->database);
    return code;
}

int rejudge(const struct options *options)
{
    static struct rejudge self; /* a commit is large */
    self = (struct rejudge){.options = options};
    int code = s_do(&self);
    fflush(stdout);
    arena_fini(&self.arena);
    return code;
}
