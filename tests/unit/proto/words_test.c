/* The vocabularies both ways, and the refusals as the deployed frontend reads them. */
#include "unit.h"

#include "proto/words.h"

static const struct vocabulary *const s_all[] = {
#define VOCABULARY(type) &type##_words,
#define WORD(name, number, text)
#define END_VOCABULARY
#include "proto/words.def"
#undef VOCABULARY
#undef WORD
#undef END_VOCABULARY
};

static void s_test_both_ways(void **state)
{
    (void)state;
    for (size_t v = 0; v < sizeof s_all / sizeof s_all[0]; v++) {
        for (uint8_t number = 0; number < s_all[v]->count; number++) {
            const char *text = word_text(s_all[v], number);
            uint8_t found = 255;
            assert_non_null(text); /* the numbers are dense */
            assert_true(word_number(s_all[v], slice_of(text), &found));
            assert_int_equal(found, number); /* no text stands twice */
        }
        assert_string_equal(word_text(s_all[v], s_all[v]->count), "?");
        assert_string_equal(word_text(s_all[v], 255), "?");
    }
}

static void s_test_no_such_word(void **state)
{
    (void)state;
    static const struct slice texts[] = {{NULL, 0},   {"", 0},      {"?", 1},      {"Easy", 4},
                                         {"eas", 3},  {"easyy", 5}, {"easy\0", 5}, {" easy", 5},
                                         {"open", 4}, {"0", 1}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint8_t found = 77;
        assert_false(word_number(&difficulty_words, texts[i], &found));
        assert_int_equal(found, 77);
    }
    uint8_t found;
    assert_true(word_number(&difficulty_words, slice_from("easy!", 4), &found));
    assert_int_equal(found, DIFFICULTY_EASY);
}

static void s_test_final_verdicts(void **state)
{
    (void)state;
    for (uint8_t number = 0; number < verdict_words.count; number++)
        assert_int_equal(verdict_final((enum verdict)number),
                         number != VERDICT_PENDING && number != VERDICT_JUDGING);
}

/* The texts that the deployed frontend compares with, and the status that each comes with. */
static void s_test_contract(void **state)
{
    (void)state;
    static const struct {
        enum refusal refusal; /* how we call it */
        unsigned status;      /* 200: the outcome of a join, as plain text */
        const char *text;     /* letter by letter */
    } rows[] = {
        {REFUSED_WRONG_PASSWORD, 200, "Wrong Password"},
        {REFUSED_ROOM_FULL, 200, "Room is full"},
        {REFUSED_ALREADY_IN_ROOM, 200, "User already in this room"},
        {REFUSED_IN_ANOTHER_ROOM, 200, "User already in another active room"},
        {REFUSED_HOST_HAS_ROOM, 400, "User already in another active room"},
        {REFUSED_ROOM_NOT_FOUND, 400, "Room not found"},
        {REFUSED_NOT_ACTIVE, 400, "Contest not active"},
        {REFUSED_NOT_IN_ROOM, 400, "User not in room"},
        {REFUSED_INVALID_PROBLEM, 400, "Invalid problem"},
        {REFUSED_ONLY_HOST_STARTS, 400, "Only host can start the contest"},
        {REFUSED_ONLY_HOST_ENDS, 400, "Only host can end the contest"},
        {REFUSED_ROOM_CLOSED, 400, "Room already started or finished"},
        {REFUSED_NEED_TWO_PLAYERS, 400, "Need exactly 2 players to start"},
        {REFUSED_NOT_ENOUGH_PROBLEMS, 400, "Not enough problems in DB"},
        {REFUSED_TOO_MANY_SUBMISSIONS, 400, "Too many submissions. Please slow down."},
        {REFUSED_INVALID_TOKEN, 401, "Invalid token"},
        {REFUSED_NOT_YOURS, 403, "Not your submission"},
        {REFUSED_FAILED, 500, "Something went wrong"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct refusal_row *row = refusal_row((uint16_t)rows[i].refusal);
        assert_int_equal(row->refusal, rows[i].refusal);
        assert_int_equal(row->status, rows[i].status);
        assert_string_equal(row->text, rows[i].text);
    }
}

/* A client that asked for a problem document gets a status that says no, and a type that is a
 * token. */
static void s_test_problem_documents(void **state)
{
    (void)state;
    size_t rows = 0;
    for (unsigned number = 1; number < 256; number++) {
        const struct refusal_row *row = refusal_row((uint16_t)number);
        if (row->refusal != number)
            continue;
        rows++;
        assert_true(row->problem_status >= 400 && row->problem_status < 600);
        assert_true(row->status == 200 || (row->status >= 400 && row->status < 600));
        assert_true(strspn(row->type, "abcdefghijklmnopqrstuvwxyz-") == strlen(row->type));
        assert_true(row->type[0] && row->text[0]);
    }
    assert_true(rows > 30);
}

/* Whatever number a peer sends, there is something to answer. */
static void s_test_unknown_refusal(void **state)
{
    (void)state;
    assert_int_equal(refusal_row(NOT_REFUSED)->refusal, REFUSED_FAILED);
    assert_int_equal(refusal_row(9)->refusal, REFUSED_FAILED);
    assert_int_equal(refusal_row(UINT16_MAX)->refusal, REFUSED_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(s_test_both_ways),         cmocka_unit_test(s_test_no_such_word),
        cmocka_unit_test(s_test_final_verdicts),    cmocka_unit_test(s_test_contract),
        cmocka_unit_test(s_test_problem_documents), cmocka_unit_test(s_test_unknown_refusal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
