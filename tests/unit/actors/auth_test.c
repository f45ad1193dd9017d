/* Auth: the development login, who somebody is, and a store that is slow, broken or full. */
#include "tests/unit/gateway/cmocka_all.h"

#include "actors/auth/logins.h"
#include "actors/store/commit.h"
#include "tests/sim/solo.h"

#define T0 1800000000000

static struct solo s_solo;

static int s_setup(void **state)
{
    struct rec_actor_config config = solo_config();
    (void)state;
    solo_init(&s_solo, &auth_class, &config, NULL);
    solo_start(&s_solo);
    return 0;
}

static int s_teardown(void **state)
{
    (void)state;
    solo_fini(&s_solo);
    return 0;
}

/* ---- helpers ------------------------------------------------------------------------------- */

static struct envelope s_asker(int64_t user_id)
{
    return (struct envelope){.user_id = user_id, .reply = {77, ACTOR_gateway, 0, 5, 6}};
}

static void s_login(int64_t user_id)
{
    struct envelope envelope = s_asker(0);
    struct msg_login_dev login = {user_id};
    solo_tell(&s_solo, &envelope, MSG_login_dev, &login);
}

static void s_get(int64_t asker_id, int64_t user_id)
{
    struct envelope envelope = s_asker(asker_id);
    struct msg_user_get get = {user_id};
    solo_tell(&s_solo, &envelope, MSG_user_get, &get);
}

/* Where the store's answer to the question at index 0 goes. */
static struct envelope s_answer(void)
{
    assert_int_equal(solo_envelope(&s_solo, 0)->kind, MSG_store_run);
    assert_int_equal(solo_envelope(&s_solo, 0)->to.actor, ACTOR_store);
    return (struct envelope){.to = solo_envelope(&s_solo, 0)->reply};
}

/* The store's answer: `ops` results, the last with this user (id 0: no row). */
static void s_found(const struct envelope *answer, uint32_t ops, int64_t id, const char *name,
                    const char *email)
{
    struct value row[3] = {{.type = VALUE_I64, .i64 = id},
                           {.type = VALUE_TEXT, .text = slice_of(name)},
                           {.type = VALUE_TEXT, .text = slice_of(email)}};
    struct rec_store_result results[3] = {{.changed = 1}, {.changed = 1}, {.changed = 1}};
    results[ops - 1] = (struct rec_store_result){0, 3, {id ? 3 : 0, row}};
    struct msg_store_done done = {false, 0, {ops, results}};
    solo_tell(&s_solo, answer, MSG_store_done, &done);
}

static void s_expect_refused(enum refusal refusal)
{
    assert_int_equal(s_solo.outbox.count, 1);
    const struct msg_refused *refused = solo_read(&s_solo, 0, MSG_refused);
    assert_int_equal(refused->refusal, refusal);
    assert_int_equal(solo_envelope(&s_solo, 0)->to.node, 77);
    assert_int_equal(solo_envelope(&s_solo, 0)->to.slot, 5);
}

static void s_expect_user(int64_t id, const char *name, const char *email)
{
    assert_int_equal(s_solo.outbox.count, 1);
    const struct msg_user *user = solo_read(&s_solo, 0, MSG_user);
    assert_int_equal(user->id, id);
    assert_true(slice_is(user->name, name));
    assert_true(slice_is(user->email, email));
    assert_int_equal(solo_envelope(&s_solo, 0)->to.node, 77);
    assert_int_equal(solo_envelope(&s_solo, 0)->to.slot, 5);
}

/* A login's key: each letter another. */
static struct slice s_key(char letter)
{
    static char key[LOGIN_KEY_BYTES];
    memset(key, letter, sizeof key);
    return slice_from(key, sizeof key);
}

static void s_begin(char letter)
{
    struct envelope envelope = s_asker(0);
    struct msg_login_begin begin = {s_key(letter)};
    solo_tell(&s_solo, &envelope, MSG_login_begin, &begin);
}

static void s_take(char letter)
{
    struct envelope envelope = s_asker(0);
    struct msg_login_take take = {s_key(letter)};
    solo_tell(&s_solo, &envelope, MSG_login_take, &take);
}

static void s_finish(char letter, const char *email)
{
    struct envelope envelope = s_asker(0);
    struct msg_login_finish finish = {s_key(letter), slice_of("Ada"), slice_of(email),
                                      slice_of("GOOGLE")};
    solo_tell(&s_solo, &envelope, MSG_login_finish, &finish);
}

static void s_expect_done(void)
{
    assert_int_equal(s_solo.outbox.count, 1);
    (void)solo_read(&s_solo, 0, MSG_done);
}

/* ---- cases --------------------------------------------------------------------------------- */

static void a_development_login_makes_the_user_and_tells_who_it_is(void **state)
{
    (void)state;
    s_login(42);
    struct envelope answer = s_answer();
    const struct msg_store_run *run = solo_read(&s_solo, 0, MSG_store_run);
    assert_int_equal(run->ops.count, 2);
    assert_int_equal(run->ops.items[0].statement, STATEMENT_user_make);
    const struct value *params = run->ops.items[0].params.items;
    assert_int_equal(run->ops.items[0].params.count, 5);
    assert_int_equal(params[0].i64, 42);
    assert_true(slice_is(params[1].text, "User 42"));
    assert_true(slice_is(params[2].text, "user42@dev.invalid"));
    assert_true(slice_is(params[3].text, "DEVELOPMENT"));
    assert_int_equal(params[4].i64, T0);
    assert_int_equal(run->ops.items[1].statement, STATEMENT_user_by_id);
    assert_int_equal(run->ops.items[1].params.items[0].i64, 42);
    s_found(&answer, 2, 42, "User 42", "user42@dev.invalid");
    s_expect_user(42, "User 42", "user42@dev.invalid");
}

static void a_login_that_finds_nobody_has_failed(void **state)
{
    (void)state;
    s_login(42); /* its email is another user's */
    struct envelope answer = s_answer();
    s_found(&answer, 2, 0, "", "");
    s_expect_refused(REFUSED_FAILED);
}

static void ids_that_are_none_are_refused(void **state)
{
    const int64_t ids[] = {0, -1, INT64_MIN, ID_MAX + 1, INT64_MAX};
    (void)state;
    for (int i = 0; i < 5; i++) {
        s_login(ids[i]);
        s_expect_refused(REFUSED_BAD_REQUEST);
    }
}

static void an_email_is_for_the_user_alone(void **state)
{
    (void)state;
    s_get(42, 42);
    struct envelope answer = s_answer();
    s_found(&answer, 1, 42, "Ada", "ada@example.org");
    s_expect_user(42, "Ada", "ada@example.org");
    s_get(43, 42);
    answer = s_answer();
    s_found(&answer, 1, 42, "Ada", "ada@example.org");
    s_expect_user(42, "Ada", "");
}

static void a_user_who_is_not_there_is_not_found(void **state)
{
    (void)state;
    s_get(42, 4711);
    struct envelope answer = s_answer();
    s_found(&answer, 1, 0, "", "");
    s_expect_refused(REFUSED_USER_NOT_FOUND);
}

static void a_question_is_answered_once(void **state)
{
    (void)state;
    s_get(42, 42);
    struct envelope answer = s_answer();
    s_found(&answer, 1, 42, "Ada", "ada@example.org");
    assert_int_equal(s_solo.outbox.count, 1);
    s_found(&answer, 1, 42, "Ada", "ada@example.org");
    assert_int_equal(s_solo.outbox.count, 0);
    struct envelope nowhere = {.to = {.slot = 99999, .generation = 1}};
    s_found(&nowhere, 1, 42, "Ada", "ada@example.org");
    assert_int_equal(s_solo.outbox.count, 0);
}

static void after_5_s_a_question_has_failed_and_the_late_answer_is_ignored(void **state)
{
    (void)state;
    s_get(42, 42);
    struct envelope answer = s_answer();
    solo_move_to(&s_solo, T0 + 3000);
    s_get(43, 43);
    struct envelope second = s_answer();
    outbox_clear(&s_solo.outbox);
    assert_false(solo_move_to(&s_solo, T0 + 4999));
    assert_true(solo_move_to(&s_solo, T0 + 5000));
    s_expect_refused(REFUSED_FAILED);
    s_found(&answer, 1, 42, "Ada", "ada@example.org");
    assert_int_equal(s_solo.outbox.count, 0);
    s_found(&second, 1, 43, "Bob", "bob@example.org");
    s_expect_user(43, "Bob", "bob@example.org");
    solo_move_to(&s_solo, T0 + 60000);
    assert_int_equal(s_solo.outbox.count, 0);
}

static void what_the_store_cannot_do_is_told(void **state)
{
    struct msg_store_failed failed = {slice_of("disk full")};
    struct msg_refused busy = {REFUSED_OVERLOADED, slice_of("")};
    struct msg_refused other = {REFUSED_UNSUPPORTED, slice_of("")};
    (void)state;
    s_get(42, 42);
    struct envelope answer = s_answer();
    solo_tell(&s_solo, &answer, MSG_store_failed, &failed);
    s_expect_refused(REFUSED_FAILED);
    s_get(42, 42);
    answer = s_answer();
    solo_tell(&s_solo, &answer, MSG_refused, &busy);
    s_expect_refused(REFUSED_OVERLOADED);
    s_get(42, 42);
    answer = s_answer();
    solo_tell(&s_solo, &answer, MSG_refused, &other);
    s_expect_refused(REFUSED_FAILED);
}

static void an_answer_that_makes_no_sense_is_a_failure(void **state)
{
    struct msg_store_done empty = {0};
    static char long_name[NAME_MAX_BYTES + 2];
    (void)state;
    memset(long_name, 'x', NAME_MAX_BYTES + 1);
    s_get(42, 42);
    struct envelope answer = s_answer();
    solo_tell(&s_solo, &answer, MSG_store_done, &empty);
    s_expect_refused(REFUSED_FAILED);
    s_get(42, 42);
    answer = s_answer();
    s_found(&answer, 1, 43, "another", "");
    s_expect_refused(REFUSED_FAILED);
    s_get(42, 42);
    answer = s_answer();
    s_found(&answer, 1, 42, long_name, "");
    s_expect_refused(REFUSED_FAILED);
}

static void one_question_too_many_is_refused_and_places_come_back(void **state)
{
    struct envelope answers[1024];
    (void)state;
    for (int i = 0; i < 1024; i++) {
        s_get(42, 42);
        answers[i] = s_answer();
    }
    s_get(42, 42);
    s_expect_refused(REFUSED_OVERLOADED);
    s_found(&answers[500], 1, 42, "Ada", "");
    s_expect_user(42, "Ada", "");
    s_get(42, 42);
    (void)s_answer();
    s_get(42, 42);
    s_expect_refused(REFUSED_OVERLOADED);
}

static void a_login_is_begun_taken_and_finished_once(void **state)
{
    (void)state;
    s_begin('a');
    s_expect_done();
    s_begin('a'); /* known already */
    s_expect_refused(REFUSED_BAD_REQUEST);
    s_finish('a', "ada@example.org"); /* before it came back */
    s_expect_refused(REFUSED_LOGIN_FAILED);
    s_take('b'); /* never begun */
    s_expect_refused(REFUSED_LOGIN_FAILED);
    s_take('a');
    s_expect_done();
    s_take('a'); /* replayed */
    s_expect_refused(REFUSED_LOGIN_FAILED);
    s_finish('a', "ada@example.org");
    struct envelope answer = s_answer();
    const struct msg_store_run *run = solo_read(&s_solo, 0, MSG_store_run);
    assert_int_equal(run->ops.count, 3);
    assert_int_equal(run->ops.items[0].statement, STATEMENT_user_add);
    assert_true(slice_is(run->ops.items[0].params.items[1].text, "ada@example.org"));
    assert_true(slice_is(run->ops.items[0].params.items[2].text, "GOOGLE"));
    assert_int_equal(run->ops.items[1].statement, STATEMENT_user_rename);
    assert_int_equal(run->ops.items[2].statement, STATEMENT_user_by_email);
    s_found(&answer, 3, 9, "Ada", "ada@example.org");
    s_expect_user(9, "Ada", "ada@example.org");
    s_finish('a', "ada@example.org");
    s_expect_refused(REFUSED_LOGIN_FAILED);
    s_take('a');
    s_expect_refused(REFUSED_LOGIN_FAILED);
}

static void a_login_that_takes_too_long_is_none(void **state)
{
    (void)state;
    s_begin('a');
    s_begin('b');
    solo_move_to(&s_solo, T0 + LOGIN_LIFE_MS - 1);
    s_take('a');
    s_expect_done();
    solo_move_to(&s_solo, T0 + LOGIN_LIFE_MS);
    s_take('b');
    s_expect_refused(REFUSED_LOGIN_FAILED);
    s_finish('a', "ada@example.org");
    s_expect_refused(REFUSED_LOGIN_FAILED);
}

static void of_too_many_logins_the_oldest_gives_way(void **state)
{
    char key[LOGIN_KEY_BYTES] = {0};
    struct envelope envelope = s_asker(0);
    struct msg_login_begin begin = {slice_from(key, sizeof key)};
    struct msg_login_take take = {slice_from(key, sizeof key)};
    (void)state;
    for (int i = 0; i <= LOGINS_WAYS; i++) { /* of one bucket: the first bytes are the same */
        key[31] = (char)i;
        solo_move_to(&s_solo, T0 + i);
        solo_tell(&s_solo, &envelope, MSG_login_begin, &begin);
        s_expect_done();
    }
    key[31] = 0;
    solo_tell(&s_solo, &envelope, MSG_login_take, &take);
    s_expect_refused(REFUSED_LOGIN_FAILED);
    key[31] = 1;
    solo_tell(&s_solo, &envelope, MSG_login_take, &take);
    s_expect_done();
}

static void a_login_without_key_or_email_is_refused(void **state)
{
    struct envelope envelope = s_asker(0);
    struct msg_login_begin begin = {slice_of("short")};
    (void)state;
    solo_tell(&s_solo, &envelope, MSG_login_begin, &begin);
    s_expect_refused(REFUSED_BAD_REQUEST);
    s_begin('a');
    s_take('a');
    s_finish('a', "");
    s_expect_refused(REFUSED_BAD_REQUEST);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, s_setup, s_teardown)
    const struct CMUnitTest tests[] = {
        CASE(a_development_login_makes_the_user_and_tells_who_it_is),
        CASE(a_login_that_finds_nobody_has_failed),
        CASE(ids_that_are_none_are_refused),
        CASE(an_email_is_for_the_user_alone),
        CASE(a_user_who_is_not_there_is_not_found),
        CASE(a_question_is_answered_once),
        CASE(after_5_s_a_question_has_failed_and_the_late_answer_is_ignored),
        CASE(what_the_store_cannot_do_is_told),
        CASE(an_answer_that_makes_no_sense_is_a_failure),
        CASE(a_login_is_begun_taken_and_finished_once),
        CASE(a_login_that_takes_too_long_is_none),
        CASE(of_too_many_logins_the_oldest_gives_way),
        CASE(a_login_without_key_or_email_is_refused),
        CASE(one_question_too_many_is_refused_and_places_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
