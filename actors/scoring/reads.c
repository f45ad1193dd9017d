/* Every read. What the database gives is checked before it goes into an answer: a row that is none
 * makes the read fail, never the process. Decides nothing and writes nothing. */
#include "actors/scoring/reads.h"

#include "actors/runtime/log.h"
#include "actors/scoring/record.h"
#include "proto/check.h"

/* Of a problems answer: below a frame's bound with room to spare, whatever was imported. */
#define PROBLEMS_MAX_BYTES ((size_t)16 * 1024 * 1024)

/* ---- the table of open reads --------------------------------------------------------------- */

void reads_init(struct reads *self)
{
    for (uint32_t i = 0; i < READS_MAX; i++)
        self->free[i] = READS_MAX - 1 - i;
    self->free_count = READS_MAX;
}

/* Sends the commit on behalf of the asker, or refuses him. */
static void s_open(struct reads *self, const struct envelope *asker, int64_t key,
                   const struct commit *commit, struct outbox *out)
{
    if (!self->free_count) {
        outbox_refuse(out, asker, REFUSED_OVERLOADED, "");
        return;
    }
    uint32_t place = self->free[--self->free_count];
    struct read *read = &self->table[place];
    if (++read->generation == 0)
        read->generation = 1;
    read->open = true;
    read->asker = *asker;
    read->due_ms = asker->now_ms + READ_WAIT_MS;
    commit_send(commit, out, asker, key,
                (struct question){READS_FIRST_SLOT + place, read->generation});
    outbox_wake(out, read->due_ms);
}

static void s_free(struct reads *self, struct read *read)
{
    read->open = false;
    self->free[self->free_count++] = (uint32_t)(read - self->table);
}

int64_t reads_tick(struct reads *self, int64_t now_ms, struct outbox *out)
{
    int64_t next_ms = I64_NONE;
    for (uint32_t i = 0; i < READS_MAX; i++) {
        struct read *read = &self->table[i];
        if (!read->open)
            continue;
        if (read->due_ms <= now_ms) {
            outbox_refuse(out, &read->asker, REFUSED_FAILED, "");
            s_free(self, read);
        } else if (next_ms == I64_NONE || read->due_ms < next_ms)
            next_ms = read->due_ms;
    }
    return next_ms;
}

/* ---- rooms in memory ----------------------------------------------------------------------- */

static void s_state(const struct score_room *room, const struct envelope *request,
                    struct outbox *out)
{
    struct roomstate_source source = score_room_source(room);
    struct roomstate picture;
    roomstate_compose(&source, request->user_id, request->now_ms, &picture);
    outbox_reply(out, request, MSG_state, &(struct msg_state){picture.state});
}

static void s_watch(const struct score_room *room, const struct envelope *request,
                    struct outbox *out)
{
    struct roomstate_source source = score_room_source(room);
    struct roomstate picture;
    roomstate_compose(&source, ROOMSTATE_FOR_ALL, request->now_ms, &picture);
    struct msg_watched watched = {room->facts.visibility, room->facts.host_user_id,
                                  room->facts.guest_user_id, picture.state};
    outbox_reply(out, request, MSG_watched, &watched);
}

static void s_leaderboard(const struct score_room *room, const struct envelope *request,
                          struct outbox *out)
{
    struct roomstate_source source = score_room_source(room);
    struct rec_leaderboard_row rows[ROOM_SEATS];
    uint32_t count = roomstate_leaderboard(&source, rows);
    outbox_reply(out, request, MSG_leaderboard, &(struct msg_leaderboard){{count, rows}});
}

static void s_problems(struct reads *self, const struct score_room *room,
                       const struct envelope *request, struct outbox *out)
{
    struct commit commit;
    if (!score_room_ran(room)) {
        outbox_reply(out, request, MSG_problems, &(struct msg_problems){{0, NULL}});
        return;
    }
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_problems_read);
    commit_i64(&commit, room->facts.room_id);
    commit_op(&commit, STATEMENT_samples_read);
    commit_i64(&commit, room->facts.room_id);
    s_open(self, request, room->facts.room_id, &commit, out);
}

void reads_room(struct reads *self, const struct score_room *room, const struct envelope *request,
                struct outbox *out)
{
    /* a gateway that watches is told who may, and sees to it for each of its subscribers */
    if (request->kind != MSG_watch && !score_room_visible(room, request->user_id)) {
        outbox_refuse(out, request, REFUSED_PRIVATE_ROOM, "");
        return;
    }
    switch (request->kind) {
    case MSG_state_get:
        s_state(room, request, out);
        break;
    case MSG_leaderboard_get:
        s_leaderboard(room, request, out);
        break;
    case MSG_problems_get:
        s_problems(self, room, request, out);
        break;
    case MSG_watch:
        s_watch(room, request, out);
        break;
    default:
        unreachable();
    }
}

/* ---- questions to the store ---------------------------------------------------------------- */

static int64_t s_limit(int64_t limit)
{
    return limit < 1 ? 1 : limit > LIST_MAX ? LIST_MAX : limit;
}

static int64_t s_before(int64_t before_id)
{
    return before_id == I64_NONE ? ID_MAX : before_id;
}

static void s_op_id(struct commit *commit, enum statement_number statement, int64_t id)
{
    commit_op(commit, statement);
    commit_i64(commit, id);
}

static void s_op_history(struct commit *commit, int64_t user_id, int64_t before_id, int64_t limit)
{
    s_op_id(commit, STATEMENT_history_list, user_id);
    commit_i64(commit, s_before(before_id));
    commit_i64(commit, limit);
}

static int64_t s_ask_submissions(struct commit *commit, int64_t user_id,
                                 const struct msg_submissions_get *get)
{
    s_op_id(commit, STATEMENT_room_load, get->room_id); /* is there such a room? */
    s_op_id(commit, STATEMENT_submissions_of, get->room_id);
    commit_i64(commit, user_id);
    commit_i64(commit, s_before(get->before_id));
    commit_i64(commit, s_limit(get->limit));
    return get->room_id;
}

void reads_ask(struct reads *self, const struct envelope *request, const void *message,
               struct outbox *out)
{
    struct commit commit;
    int64_t key = request->key;
    commit_begin(&commit);
    switch (request->kind) {
    case MSG_current_get:
        key = ((const struct msg_current_get *)message)->user_id;
        s_op_id(&commit, STATEMENT_seat_of, key);
        break;
    case MSG_stats_get:
        key = ((const struct msg_stats_get *)message)->user_id;
        s_op_id(&commit, STATEMENT_stats_read, key);
        break;
    case MSG_profile_get:
        key = ((const struct msg_profile_get *)message)->user_id;
        s_op_id(&commit, STATEMENT_stats_read, key);
        s_op_history(&commit, key, I64_NONE, PROFILE_MATCHES);
        break;
    case MSG_history_get: {
        const struct msg_history_get *get = message;
        key = get->user_id;
        s_op_history(&commit, key, get->before_id, s_limit(get->limit));
        break;
    }
    case MSG_submission_get:
        s_op_id(&commit, STATEMENT_submission_read,
                ((const struct msg_submission_get *)message)->submission_id);
        break;
    case MSG_submissions_get:
        key = s_ask_submissions(&commit, request->user_id, message);
        break;
    case MSG_run_get:
        s_op_id(&commit, STATEMENT_run_read, ((const struct msg_run_get *)message)->run_id);
        s_op_id(&commit, STATEMENT_run_tests_read, ((const struct msg_run_get *)message)->run_id);
        break;
    case MSG_picture_get:
        commit_op(&commit, STATEMENT_picture_read);
        commit_text(&commit, ((const struct msg_picture_get *)message)->file);
        break;
    default:
        unreachable();
    }
    s_open(self, request, key, &commit, out);
}

void reads_tell_submission(struct reads *self, const struct envelope *cause, int64_t submission_id,
                           struct outbox *out)
{
    struct commit commit;
    struct envelope asker = *cause;
    asker.kind = MSG_submission_found;
    asker.reply = (struct address){.actor = ACTOR_NONE};
    asker.deadline_ms = 0;
    commit_begin(&commit);
    s_op_id(&commit, STATEMENT_submission_read, submission_id);
    s_open(self, &asker, asker.key, &commit, out);
}

/* ---- rows ---------------------------------------------------------------------------------- */

static bool s_submission_row(const struct rec_store_result *result, uint32_t row,
                             struct rec_submission *submission)
{
    *submission = (struct rec_submission){
        .id = result_i64(result, row, 0),
        .user_id = result_i64(result, row, 1),
        .room_id = result_i64(result, row, 2),
        .problem_id = result_i64(result, row, 3),
        .language_id = result_i64(result, row, 4),
        .created_ms = result_i64(result, row, 6),
        .judged_ms = result_i64(result, row, 7),
        .tests_run = result_i64(result, row, 8),
        .tests_total = result_i64(result, row, 9),
        .failed_test = result_i64(result, row, 10),
        .time_ms = result_i64(result, row, 11),
        .memory_kb = result_i64(result, row, 12),
        .compile_output = result_text(result, row, 13),
    };
    if (submission->tests_run == I64_NONE) /* not judged yet */
        submission->tests_run = 0;
    if (submission->tests_total == I64_NONE)
        submission->tests_total = 0;
    return submission->id > 0 && submission->user_id > 0 &&
           result_word(result, row, 5, &verdict_words, &submission->status) &&
           submission->compile_output.length <= COMPILE_OUTPUT_MAX_BYTES &&
           utf8_valid(submission->compile_output);
}

static bool s_history_rows(const struct rec_store_result *result, struct rec_history *rows,
                           uint32_t max)
{
    if (result_rows(result) > max)
        return false;
    for (uint32_t row = 0; row < result_rows(result); row++) {
        rows[row] = (struct rec_history){
            .id = result_i64(result, row, 0),
            .user_id = result_i64(result, row, 1),
            .room_id = result_i64(result, row, 2),
            .solved = result_i64(result, row, 3),
            .penalty_s = result_i64(result, row, 4),
            .timestamp_ms = result_i64(result, row, 6),
        };
        if (rows[row].id < 1 || !result_word(result, row, 5, &result_words, &rows[row].result))
            return false;
    }
    return true;
}

static bool s_stats_row(const struct rec_store_result *result, struct rec_stats *stats)
{
    *stats = (struct rec_stats){
        .total_contests = result_i64(result, 0, 0),
        .wins = result_i64(result, 0, 1),
        .losses = result_i64(result, 0, 2),
        .draws = result_i64(result, 0, 3),
        .total_solved = result_i64(result, 0, 4),
    };
    stats->win_rate = record_win_rate(stats->wins, stats->total_contests);
    return stats->total_contests >= 0 && stats->wins >= 0 && stats->losses >= 0 &&
           stats->draws >= 0 && stats->total_solved >= 0;
}

static bool s_problem_row(const struct rec_store_result *result, uint32_t row,
                          struct rec_problem *problem)
{
    *problem = (struct rec_problem){
        .id = result_i64(result, row, 0),
        .title = result_text(result, row, 1),
        .description = result_text(result, row, 2),
        .time_limit_ms = result_i64(result, row, 4),
        .memory_limit_mb = result_i64(result, row, 5),
    };
    return problem->id > 0 && problem->title.length <= TITLE_MAX_BYTES &&
           utf8_valid(problem->title) && problem->description.length <= STATEMENT_MAX_BYTES &&
           utf8_valid(problem->description) &&
           result_word(result, row, 3, &difficulty_words, &problem->difficulty);
}

/* ---- answers: false when what the store gave is not what was asked for ------------------------
 */

/* Adds a sample to its problem. One that cannot be shown (not text, or too much) is left out: the
 * others are worth more than none. */
static void s_add_sample(struct msg_problems *answer, int64_t problem_id, struct slice input,
                         struct slice output, size_t *total_bytes)
{
    size_t bytes = input.length + output.length;
    for (uint32_t i = 0; i < answer->problems.count; i++) {
        struct rec_problem *problem = &answer->problems.items[i];
        if (problem->id != problem_id)
            continue;
        if (problem->samples.count == SAMPLES_MAX || *total_bytes + bytes > PROBLEMS_MAX_BYTES ||
            input.length > TEST_FILE_MAX_BYTES || output.length > TEST_FILE_MAX_BYTES ||
            !utf8_valid(input) || !utf8_valid(output)) {
            log_warn("sample-left-out", "problem=%lld", (long long)problem_id);
            return;
        }
        problem->samples.items[problem->samples.count++] = (struct rec_sample){input, output};
        *total_bytes += bytes;
    }
}

static bool s_answer_problems(const struct envelope *asker, const struct msg_store_done *done,
                              struct outbox *out)
{
    struct rec_problem problems[ROOM_PROBLEMS_MAX];
    struct rec_sample samples[ROOM_PROBLEMS_MAX][SAMPLES_MAX];
    struct msg_problems answer = {{0, problems}};
    size_t total_bytes = 0;
    if (done->results.count != 2 || result_rows(&done->results.items[0]) > ROOM_PROBLEMS_MAX)
        return false;
    for (uint32_t i = 0; i < result_rows(&done->results.items[0]); i++) {
        if (!s_problem_row(&done->results.items[0], i, &problems[i]))
            return false;
        problems[i].samples.items = samples[i];
        answer.problems.count++;
    }
    const struct rec_store_result *rows = &done->results.items[1];
    for (uint32_t row = 0; row < result_rows(rows); row++)
        s_add_sample(&answer, result_i64(rows, row, 0), result_text(rows, row, 1),
                     result_text(rows, row, 2), &total_bytes);
    outbox_reply(out, asker, MSG_problems, &answer);
    return true;
}

static bool s_answer_current(const struct envelope *asker, const struct msg_store_done *done,
                             struct outbox *out)
{
    if (done->results.count != 1)
        return false;
    if (result_rows(&done->results.items[0]) == 0) {
        outbox_refuse(out, asker, REFUSED_NO_OPEN_ROOM, "");
        return true;
    }
    /* the room may be another shard's */
    struct msg_state_get get = {result_i64(&done->results.items[0], 0, 0)};
    if (get.room_id < 1)
        return false;
    outbox_forward(out, asker, ACTOR_scoring, get.room_id, MSG_state_get, &get);
    return true;
}

static bool s_answer_profile(const struct envelope *asker, const struct msg_store_done *done,
                             struct outbox *out)
{
    struct rec_history matches[PROFILE_MATCHES];
    struct msg_profile profile = {.recent_matches = {0, matches}};
    bool with_matches = asker->kind == MSG_profile_get;
    if (done->results.count != (with_matches ? 2 : 1) ||
        !s_stats_row(&done->results.items[0], &profile.stats))
        return false;
    if (with_matches) {
        if (!s_history_rows(&done->results.items[1], matches, PROFILE_MATCHES))
            return false;
        profile.recent_matches.count = result_rows(&done->results.items[1]);
    }
    outbox_reply(out, asker, MSG_profile, &profile);
    return true;
}

static bool s_answer_history(const struct envelope *asker, const struct msg_store_done *done,
                             struct outbox *out)
{
    struct rec_history rows[LIST_MAX];
    if (done->results.count != 1 || !s_history_rows(&done->results.items[0], rows, LIST_MAX))
        return false;
    struct msg_histories histories = {{result_rows(&done->results.items[0]), rows}};
    outbox_reply(out, asker, MSG_histories, &histories);
    return true;
}

static bool s_answer_submission(const struct envelope *asker, const struct msg_store_done *done,
                                struct outbox *out)
{
    struct msg_submission_found found;
    if (done->results.count != 1)
        return false;
    if (result_rows(&done->results.items[0]) == 0) {
        outbox_refuse(out, asker, REFUSED_NO_SUBMISSION, "");
        return true;
    }
    if (!s_submission_row(&done->results.items[0], 0, &found.submission))
        return false;
    if (asker->kind == MSG_submission_found)
        outbox_send(out, asker, ACTOR_fanout, found.submission.user_id, NO_ANSWER,
                    MSG_submission_found, &found);
    else if (found.submission.user_id != asker->user_id)
        outbox_refuse(out, asker, REFUSED_NOT_YOURS, "");
    else
        outbox_reply(out, asker, MSG_submission_found, &found);
    return true;
}

static bool s_answer_submissions(const struct envelope *asker, const struct msg_store_done *done,
                                 struct outbox *out)
{
    struct rec_submission rows[LIST_MAX];
    if (done->results.count != 2 || result_rows(&done->results.items[1]) > LIST_MAX)
        return false;
    if (result_rows(&done->results.items[0]) == 0) {
        outbox_refuse(out, asker, REFUSED_ROOM_NOT_FOUND, "");
        return true;
    }
    for (uint32_t row = 0; row < result_rows(&done->results.items[1]); row++)
        if (!s_submission_row(&done->results.items[1], row, &rows[row]))
            return false;
    struct msg_submissions submissions = {{result_rows(&done->results.items[1]), rows}};
    outbox_reply(out, asker, MSG_submissions, &submissions);
    return true;
}

static bool s_run_test(const struct rec_store_result *result, uint32_t row,
                       struct rec_run_test *test)
{
    *test = (struct rec_run_test){
        .test = result_i64(result, row, 0),
        .time_ms = result_i64(result, row, 2),
        .memory_kb = result_i64(result, row, 3),
        .exit_code = result_i64(result, row, 4),
        .signal = result_i64(result, row, 5),
        .output = result_text(result, row, 6),
        .expected = result_text(result, row, 7),
        .errors = result_text(result, row, 8),
        .cut = result_i64(result, row, 9) == 1,
    };
    const struct slice texts[] = {test->output, test->expected, test->errors};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].length > RUN_TEXTS_MAX_BYTES || !utf8_valid(texts[i]))
            return false;
    return test->test > 0 && result_word(result, row, 1, &verdict_words, &test->verdict);
}

static bool s_run_row(const struct rec_store_result *result, struct rec_run *run)
{
    run->id = result_i64(result, 0, 0);
    run->user_id = result_i64(result, 0, 1);
    run->room_id = result_i64(result, 0, 2);
    run->problem_id = result_i64(result, 0, 3);
    run->language_id = result_i64(result, 0, 4);
    run->created_ms = result_i64(result, 0, 6);
    run->judged_ms = result_i64(result, 0, 7);
    run->time_ms = result_i64(result, 0, 8);
    run->memory_kb = result_i64(result, 0, 9);
    run->compile_output = result_text(result, 0, 10);
    run->own_input = result_i64(result, 0, 11) == 1;
    return run->id > 0 && run->compile_output.length <= COMPILE_OUTPUT_MAX_BYTES &&
           utf8_valid(run->compile_output) &&
           result_word(result, 0, 5, &verdict_words, &run->status);
}

/* Whose it is not, learns not even that it is there. */
static bool s_answer_run(const struct envelope *asker, const struct msg_store_done *done,
                         struct outbox *out)
{
    struct rec_run_test tests[SAMPLES_MAX];
    struct msg_run_found found = {.run.tests = {0, tests}};
    if (done->results.count != 2 || result_rows(&done->results.items[1]) > SAMPLES_MAX)
        return false;
    if (result_rows(&done->results.items[0]) == 0 ||
        result_i64(&done->results.items[0], 0, 1) != asker->user_id) {
        outbox_refuse(out, asker, REFUSED_NO_RUN, "");
        return true;
    }
    if (!s_run_row(&done->results.items[0], &found.run))
        return false;
    for (uint32_t row = 0; row < result_rows(&done->results.items[1]); row++)
        if (!s_run_test(&done->results.items[1], row, &tests[found.run.tests.count++]))
            return false;
    outbox_reply(out, asker, MSG_run_found, &found);
    return true;
}

static bool s_answer_picture(const struct envelope *asker, const struct msg_store_done *done,
                             struct outbox *out)
{
    struct msg_picture picture;
    if (done->results.count != 1)
        return false;
    if (result_rows(&done->results.items[0]) == 0) {
        outbox_refuse(out, asker, REFUSED_NO_PICTURE, "");
        return true;
    }
    picture.content = result_text(&done->results.items[0], 0, 0);
    if (picture.content.length == 0 || picture.content.length > PICTURE_MAX_BYTES)
        return false;
    outbox_reply(out, asker, MSG_picture, &picture);
    return true;
}

static bool s_answer(const struct envelope *asker, const struct msg_store_done *done,
                     struct outbox *out)
{
    switch (asker->kind) {
    case MSG_problems_get:
        return s_answer_problems(asker, done, out);
    case MSG_current_get:
        return s_answer_current(asker, done, out);
    case MSG_stats_get:
    case MSG_profile_get:
        return s_answer_profile(asker, done, out);
    case MSG_history_get:
        return s_answer_history(asker, done, out);
    case MSG_submission_get:
    case MSG_submission_found:
        return s_answer_submission(asker, done, out);
    case MSG_submissions_get:
        return s_answer_submissions(asker, done, out);
    case MSG_run_get:
        return s_answer_run(asker, done, out);
    case MSG_picture_get:
        return s_answer_picture(asker, done, out);
    default:
        unreachable();
    }
}

void reads_answer(struct reads *self, const struct envelope *envelope,
                  const struct msg_store_done *done, struct outbox *out)
{
    uint32_t place = envelope->to.slot - READS_FIRST_SLOT;
    if (place >= READS_MAX || !self->table[place].open ||
        self->table[place].generation != envelope->to.generation)
        return;
    struct read *read = &self->table[place];
    read->asker.now_ms = envelope->now_ms;
    if (!done || done->refused || !s_answer(&read->asker, done, out)) {
        if (done)
            log_error("store-answer-unusable", "question=%s", message_name(read->asker.kind));
        outbox_refuse(out, &read->asker, REFUSED_FAILED, "");
    }
    s_free(self, read);
}
