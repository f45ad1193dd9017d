/* Every number that goes over the wire or into a journal, written out again by hand: a slip in a
 * table, or a number used twice, is caught here. A new entry of a table is added here too; an old
 * one is never changed. */
#include "unit.h"

#include "proto/envelope.h"
#include "proto/proto.h"

struct numbered {
    unsigned number;  /* on the wire */
    const char *name; /* in the table */
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct numbered s_messages[] = {
    {1, "start"},
    {2, "tick"},
    {3, "drain"},
    {4, "refused"},
    {5, "done"},
    {6, "ping"},
    {20, "login_dev"},
    {21, "user_get"},
    {22, "user"},
    {23, "login_begin"},
    {24, "login_take"},
    {25, "login_finish"},
    {30, "room_create"},
    {31, "room_created"},
    {32, "room_join"},
    {33, "room_start"},
    {34, "room_submit"},
    {35, "submitted"},
    {36, "room_end"},
    {37, "room_result"},
    {38, "room_leave"},
    {40, "room_yield"},
    {41, "room_yielded"},
    {42, "schedule"},
    {43, "unschedule"},
    {44, "room_due"},
    {50, "room_notice"},
    {51, "notice_taken"},
    {52, "contest_complete"},
    {53, "settle_limit"},
    {54, "room_settled"},
    {55, "result_get"},
    {60, "state_get"},
    {61, "state"},
    {62, "leaderboard_get"},
    {63, "leaderboard"},
    {64, "problems_get"},
    {65, "problems"},
    {66, "watch"},
    {67, "watched"},
    {68, "current_get"},
    {69, "stats_get"},
    {70, "profile_get"},
    {71, "profile"},
    {72, "history_get"},
    {73, "histories"},
    {74, "submission_get"},
    {75, "submission_found"},
    {76, "submissions_get"},
    {77, "submissions"},
    {80, "judge_enqueue"},
    {81, "runner_ready"},
    {82, "judge_job"},
    {83, "judge_progress"},
    {84, "judge_outcome"},
    {85, "runner_leave"},
    {86, "languages_get"},
    {87, "languages"},
    {88, "verdict_report"},
    {89, "verdict_taken"},
    {95, "stream_beat"},
    {100, "store_run"},
    {101, "store_done"},
    {102, "store_failed"},
    {110, "queue_ready"},
    {111, "queue_prefetch"},
    {112, "queue_publish"},
    {113, "queue_delivered"},
    {114, "queue_ack"},
    {115, "queue_reject"},
    {116, "judge_languages"},
    {120, "room_heard"},
    {121, "verdict_heard"},
    {122, "events_missed"},
    {125, "judge_hint"},
    {135, "room_run"},
    {136, "run_accepted"},
    {137, "run_get"},
    {138, "run_found"},
    {145, "room_rejudge"},
    {146, "room_rejudged"},
    {160, "picture_get"},
    {161, "picture"},
    {165, "unreachable"},
};

static const struct numbered s_refusals[] = {
    {1, "ROOM_NOT_FOUND"},
    {2, "WRONG_PASSWORD"},
    {3, "ROOM_FULL"},
    {4, "ALREADY_IN_ROOM"},
    {5, "IN_ANOTHER_ROOM"},
    {6, "TOO_MANY_PASSWORDS"},
    {7, "ROOM_CLOSED"},
    {10, "HOST_HAS_ROOM"},
    {11, "NOT_ACTIVE"},
    {12, "NOT_IN_ROOM"},
    {13, "INVALID_PROBLEM"},
    {14, "ONLY_HOST_STARTS"},
    {15, "ONLY_HOST_ENDS"},
    {16, "NEED_TWO_PLAYERS"},
    {17, "NOT_ENOUGH_PROBLEMS"},
    {18, "TOO_MANY_SUBMISSIONS"},
    {19, "CANNOT_LEAVE"},
    {20, "UNKNOWN_LANGUAGE"},
    {21, "NO_SUCH_USER"},
    {22, "TOO_MANY_RUNS"},
    {23, "NO_SAMPLES"},
    {30, "PRIVATE_ROOM"},
    {31, "NOT_YOURS"},
    {32, "NO_SUBMISSION"},
    {33, "USER_NOT_FOUND"},
    {34, "NO_OPEN_ROOM"},
    {35, "NO_RUN"},
    {36, "NO_PICTURE"},
    {40, "BAD_REQUEST"},
    {41, "INVALID_TOKEN"},
    {42, "NO_ROUTE"},
    {43, "WRONG_METHOD"},
    {44, "LENGTH_REQUIRED"},
    {45, "TOO_LARGE"},
    {46, "WRONG_MEDIA_TYPE"},
    {47, "HEADERS_TOO_LARGE"},
    {48, "FAILED"},
    {49, "OVERLOADED"},
    {50, "DEADLINE"},
    {51, "UNSUPPORTED"},
    {52, "TOO_SLOW"},
    {53, "TOO_MANY_REQUESTS"},
    {60, "LOGIN_FAILED"},
    {61, "PROVIDER_DOWN"},
};

static const struct numbered s_actors[] = {
    {1, "gateway"}, {2, "auth"},      {3, "room"},   {4, "scoring"}, {5, "judge"},
    {6, "runner"},  {7, "scheduler"}, {8, "fanout"}, {9, "store"},   {10, "queue"},
};

static void s_test_messages(void **state)
{
    (void)state;
    size_t count;
    const struct record *const *all = message_all(&count);
    assert_int_equal(count, COUNT(s_messages));
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(all[i]->id, s_messages[i].number);
        assert_string_equal(all[i]->name, s_messages[i].name);
        assert_ptr_equal(message_by_id((uint16_t)s_messages[i].number), all[i]);
        assert_string_equal(message_name((uint16_t)s_messages[i].number), s_messages[i].name);
    }
}

/* No number but those listed means anything. */
static void s_test_no_other_message(void **state)
{
    (void)state;
    size_t known = 0;
    for (unsigned id = 0; id <= UINT16_MAX; id++)
        if (message_by_id((uint16_t)id))
            known++;
        else
            assert_string_equal(message_name((uint16_t)id), "?");
    assert_int_equal(known, COUNT(s_messages));
}

static void s_test_refusals(void **state)
{
    (void)state;
    assert_int_equal(NOT_REFUSED, 0);
    for (size_t i = 0; i < COUNT(s_refusals); i++) {
        const struct refusal_row *row = refusal_row((uint16_t)s_refusals[i].number);
        assert_int_equal(row->refusal, s_refusals[i].number);
        assert_string_equal(row->name, s_refusals[i].name);
    }
    size_t known = 0;
    for (unsigned number = 0; number <= UINT16_MAX; number++)
        known += refusal_row((uint16_t)number)->refusal == number;
    assert_int_equal(known, COUNT(s_refusals));
}

static void s_test_actors(void **state)
{
    (void)state;
    assert_int_equal(ACTOR_NONE, 0);
    assert_int_equal(ACTOR_KINDS, COUNT(s_actors) + 1);
    for (size_t i = 0; i < COUNT(s_actors); i++) {
        assert_string_equal(actor_row((uint8_t)s_actors[i].number)->name, s_actors[i].name);
        assert_int_equal(actor_by_name(slice_of(s_actors[i].name)), s_actors[i].number);
    }
    size_t known = 0;
    for (unsigned kind = 0; kind <= UINT8_MAX; kind++)
        known += actor_row((uint8_t)kind) != NULL;
    assert_int_equal(known, COUNT(s_actors));
    assert_int_equal(actor_by_name(slice_of("")), ACTOR_NONE);
    assert_int_equal(actor_by_name(slice_of("rooms")), ACTOR_NONE);
}

static void s_expect_words(const struct vocabulary *words, const char *name, size_t count,
                           const char *const *texts)
{
    assert_string_equal(words->name, name);
    assert_int_equal(words->count, count);
    for (uint8_t i = 0; i < count; i++)
        assert_string_equal(words->texts[i], texts[i]);
}

/* A word's number is its place here. */
static void s_test_words(void **state)
{
    (void)state;
    static const char *const room_status[] = {"WAITING", "ACTIVE", "FINISHED"};
    static const char *const difficulty[] = {"easy", "medium", "hard", "mixed"};
    static const char *const visibility[] = {"open", "private"};
    static const char *const verdict[] = {"PENDING",
                                          "JUDGING",
                                          "Accepted",
                                          "Wrong Answer",
                                          "Time Limit Exceeded",
                                          "Memory Limit Exceeded",
                                          "Output Limit Exceeded",
                                          "Runtime Error",
                                          "Compilation Error",
                                          "Judge Error"};
    static const char *const judging_mode[] = {"tokens", "validator", "interactive"};
    static const char *const checker_protocol[] = {"icpc", "testlib"};
    static const char *const judging[] = {"submission", "run", "rejudge"};
    static const char *const result[] = {"NONE", "WIN", "LOSS", "DRAW", "SETTLING"};
    s_expect_words(&room_status_words, "room_status", COUNT(room_status), room_status);
    s_expect_words(&difficulty_words, "difficulty", COUNT(difficulty), difficulty);
    s_expect_words(&visibility_words, "visibility", COUNT(visibility), visibility);
    s_expect_words(&verdict_words, "verdict", COUNT(verdict), verdict);
    s_expect_words(&judging_kind_words, "judging_kind", COUNT(judging), judging);
    s_expect_words(&result_words, "result", COUNT(result), result);
    s_expect_words(&judging_mode_words, "judging_mode", COUNT(judging_mode), judging_mode);
    s_expect_words(&checker_protocol_words, "checker_protocol", COUNT(checker_protocol),
                   checker_protocol);
}

/* Which partition a room belongs to is for ever: rooms are looked for where they were put. */
static void s_test_partitions(void **state)
{
    (void)state;
    assert_int_equal(PARTITIONS, 64);
    assert_int_equal(partition_of(0), 0);
    assert_int_equal(partition_of(63), 63);
    assert_int_equal(partition_of(64), 0);
    assert_int_equal(partition_of(ID_MAX), 63);
    assert_int_equal(partition_of(-1), 63);
    assert_int_equal(partition_of(INT64_MIN), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(s_test_messages), cmocka_unit_test(s_test_no_other_message),
        cmocka_unit_test(s_test_refusals), cmocka_unit_test(s_test_actors),
        cmocka_unit_test(s_test_words),    cmocka_unit_test(s_test_partitions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
