/* What only Redis does: others publish, it pauses, it cuts, it has rights. Against a server of its
 * own, whose URL is in CODECOMP_TEST_EVENTS. */
#include <hiredis.h>
#include <signal.h>

#include "actors/fanout/redis_url.h"
#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "tests/unit/events/fixture.h"
#include "tests/unit/gateway/cmocka_all.h"

static struct fixture s_fixture;
static redisContext *s_redis; /* an operator's connection */

__attribute__((format(printf, 1, 2))) static long long s_redis_do(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    redisReply *reply = redisvCommand(s_redis, format, arguments);
    va_end(arguments);
    assert_non_null(reply);
    if (reply->type == REDIS_REPLY_ERROR)
        fail_msg("%s: %s", format, reply->str);
    long long number = reply->integer;
    freeReplyObject(reply);
    return number;
}

static int s_setup(void **state)
{
    (void)state;
    struct redis_url url;
    char error[256];
    assert_true(redis_url_parse(fixture_url(), &url, error, sizeof error));
    s_redis = redisConnect(url.host, url.port);
    assert_true(s_redis && !s_redis->err);
    fixture_init(&s_fixture);
    return 0;
}

static int s_teardown(void **state)
{
    (void)state;
    fixture_fini(&s_fixture);
    redisFree(s_redis);
    return 0;
}

/* A state as the earlier backend would have it, and with a version when it is not I64_NONE. */
static const char *s_state(int64_t room_id, int64_t version)
{
    static char json[400];
    char tail[60] = "";
    if (version != I64_NONE)
        snprintf(tail, sizeof tail, ", \"version\" : %lld", (long long)version);
    snprintf(json, sizeof json,
             "{ \"roomId\":%lld, \"status\":\"ACTIVE\", \"duration\":1, \"leaderboard\":[],"
             " \"myProblems\":[], \"opponentProblems\":[]%s}",
             (long long)room_id, tail);
    return json;
}

static void s_publish(int64_t room_id, const char *json)
{
    assert_true(s_redis_do("PUBLISH room:%lld %s", (long long)room_id, json) >= GATEWAYS);
}

static void s_expect_passed(int gateway, int64_t room_id, const char *json)
{
    struct heard heard = fixture_hear_news(&s_fixture, gateway);
    assert_int_equal(heard.kind, HEARD_STATE);
    assert_int_equal(heard.id, room_id);
    assert_true(heard.edge);
    assert_int_equal(heard.json.length, strlen(json));
    assert_memory_equal(heard.json.data, json, heard.json.length);
}

static void what_anybody_publishes_is_passed_on_as_it_is(void **state)
{
    (void)state;
    static const int64_t versions[] = {I64_NONE, 3, 3, 1, 9000000000};
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        const char *json = s_state(5, versions[i]);
        s_publish(5, json);
        for (int gateway = 0; gateway < GATEWAYS; gateway++)
            s_expect_passed(gateway, 5, json); /* which of them is news, the gateway knows */
    }
}

static void rubbish_is_not_passed_on(void **state)
{
    (void)state;
    static char large[HEARD_MAX_BYTES + 1000];
    int64_t malformed = stats_get(STAT_events_malformed);
    memset(large, ' ', sizeof large - 1);
    memcpy(large, s_state(5, 1), strlen(s_state(5, 1)));
    s_publish(5, "");
    s_publish(5, "rubbish");
    s_publish(5, "{}");
    s_publish(5, s_state(6, 1)); /* another's */
    s_publish(5, large);
    s_publish(0, s_state(0, 1));
    s_redis_do("PUBLISH room:x %s", s_state(5, 1));
    s_redis_do("PUBLISH user:x {}");
    s_redis_do("PUBLISH user:5 {}");
    s_publish(5, s_state(5, 77));
    for (int gateway = 0; gateway < GATEWAYS; gateway++)
        s_expect_passed(gateway, 5, s_state(5, 77));
    /* one of the two hears of rooms alone */
    assert_int_equal(stats_get(STAT_events_malformed) - malformed, 2 * 7 + 2);
}

static void our_own_is_not_heard_twice(void **state)
{
    (void)state;
    for (int64_t version = 1; version <= 100; version++)
        fixture_change(&s_fixture, 11, version);
    struct heard heard;
    do {
        heard = fixture_hear_news(&s_fixture, ELSEWHERE);
        assert_true(heard.id == 11 && heard.edge);
    } while (heard.version < 100);
    for (int64_t version = 1; version <= 100;
         version++) { /* before others: two streams are in no order */
        heard = fixture_hear_news(&s_fixture, HERE);
        assert_true(heard.id == 11 && heard.version == version && !heard.edge);
    }
    s_publish(11, s_state(11, 99)); /* late */
    s_publish(11, s_state(11, 101));
    s_expect_passed(HERE, 11, s_state(11, 101));
    assert_int_equal(fixture_hear_news(&s_fixture, ELSEWHERE).version, 99);
    assert_int_equal(fixture_hear_news(&s_fixture, ELSEWHERE).version, 101);
}

static void who_missed_something_is_told(void **state)
{
    (void)state;
    s_redis_do("CLIENT KILL TYPE pubsub");
    while (fixture_hear(&s_fixture, ELSEWHERE).kind != HEARD_MISSED)
        ;
    fixture_settle(&s_fixture);
    s_redis_do("PUBLISH user:0 %s", "{\"missed\":true}"); /* as another process would */
    while (fixture_hear(&s_fixture, ELSEWHERE).kind != HEARD_MISSED)
        ;
}

/* Published on a connection that is cut again and again, the newest arrives all the same. */
static void a_cut_connection_loses_no_last_state_and_no_verdict(void **state)
{
    (void)state;
    enum { ROUNDS = 10, VERDICTS = 40 };
    int64_t version = 0, before = 0;
    for (int round = 0; round < ROUNDS; round++) {
        for (int n = 0; n < VERDICTS; n++) {
            fixture_change(&s_fixture, 12, ++version);
            fixture_verdict(&s_fixture, 3, 1000 + round * VERDICTS + n, slice_of(""));
        }
        s_redis_do("CLIENT KILL TYPE normal SKIPME yes");
    }
    for (int verdicts = 0; verdicts < ROUNDS * VERDICTS || before < version;) {
        struct heard heard = fixture_hear_news(&s_fixture, ELSEWHERE);
        if (heard.kind == HEARD_VERDICT) {
            assert_int_equal(heard.version, 1000 + verdicts++);
        } else {
            assert_true(heard.id == 12);
            before = heard.version > before ? heard.version : before; /* it may come again */
        }
    }
}

/* It answers nothing for a while, longer than what is waited for an answer. */
static void a_pause_is_got_over(void **state)
{
    (void)state;
    enum { VERSIONS = 5000, VERDICTS = 100, PAUSE_MS = 4000 };
    int64_t end_ms = clock_now_ms() + PAUSE_MS;
    s_redis_do("CLIENT PAUSE %d", PAUSE_MS);
    for (int64_t version = 1; version <= VERSIONS; version++)
        fixture_change(&s_fixture, 13, version);
    for (int n = 0; n < VERDICTS; n++)
        fixture_verdict(&s_fixture, 4, 5000 + n, slice_of(""));
    for (int n = 0; n < VERSIONS + VERDICTS; n++)
        assert_false(fixture_hear_news(&s_fixture, HERE).edge); /* which notices nothing */
    assert_true(clock_now_ms() < end_ms + 60000);
    do
        fixture_settle(&s_fixture); /* who gave up has come back */
    while (clock_now_ms() < end_ms);
    fixture_change(&s_fixture, 13, VERSIONS + 1);
    while (fixture_hear_news(&s_fixture, ELSEWHERE).version != VERSIONS + 1)
        ;
}

static enum events_state s_probe(const char *login, char error[512])
{
    char url[300];
    snprintf(url, sizeof url, "redis://%s@%s", login, fixture_url() + strlen("redis://"));
    return events_probe(url, error, 512);
}

static void a_probe_says_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *login, *rights, *why;
    } cases[] = {
        {"good:sesame", "&room:* &user:* +auth +ping +select +publish +psubscribe", NULL},
        {"all:sesame", "&* +@all", NULL},
        {"mute:sesame", "&* +auth +ping +psubscribe +multi +discard", "not use PUBLISH"},
        {"deaf:sesame", "&* +auth +ping +publish", "not use PSUBSCRIBE"},
        {"elsewhere:sesame", "&other:* +auth +ping +publish +psubscribe", "not use PSUBSCRIBE"},
        {"none:sesame", "&*", "not use PING"},
    };
    char error[512];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char command[300];
        snprintf(command, sizeof command, "ACL SETUSER %.*s on >sesame resetchannels %s",
                 (int)strcspn(cases[i].login, ":"), cases[i].login, cases[i].rights);
        redisReply *reply = redisCommand(s_redis, command);
        assert_true(reply && reply->type == REDIS_REPLY_STATUS);
        freeReplyObject(reply);
        enum events_state found = s_probe(cases[i].login, error);
        if (found != (cases[i].why ? EVENTS_WRONG : EVENTS_READY) ||
            (cases[i].why && !strstr(error, cases[i].why)))
            fail_msg("%s: %d %s", cases[i].login, found, error);
    }
    assert_int_equal(s_probe("good:open", error), EVENTS_WRONG);
    assert_non_null(strstr(error, "refuses the user or password"));
    assert_null(strstr(error, "open"));
    assert_int_equal(s_probe("nobody:sesame", error), EVENTS_WRONG);
    assert_int_equal(s_probe(":sesame", error), EVENTS_WRONG);
    assert_non_null(strstr(error, "has no password set"));
    assert_int_equal(events_probe("redis://127.0.0.1:1", error, sizeof error), EVENTS_AWAY);
    assert_non_null(strstr(error, "can't reach Redis at 127.0.0.1:1"));
}

/* Rights that are taken away while it runs are told, and got over when they are given back. */
static void lost_rights_do_no_harm(void **state)
{
    (void)state;
    int64_t refused = stats_get(STAT_events_refused);
    s_redis_do("ACL SETUSER default -publish");
    for (int64_t version = 1; stats_get(STAT_events_refused) == refused; version++)
        fixture_change(&s_fixture, 14, version);
    s_redis_do("ACL SETUSER default +publish");
    fixture_settle(&s_fixture);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    log_set_level(LOG_LEVEL_NONE);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_anybody_publishes_is_passed_on_as_it_is),
        cmocka_unit_test(rubbish_is_not_passed_on),
        cmocka_unit_test(our_own_is_not_heard_twice),
        cmocka_unit_test(who_missed_something_is_told),
        cmocka_unit_test(a_cut_connection_loses_no_last_state_and_no_verdict),
        cmocka_unit_test(a_pause_is_got_over),
        cmocka_unit_test(a_probe_says_what_is_wrong),
        cmocka_unit_test(lost_rights_do_no_harm),
    };
    return cmocka_run_group_tests(tests, s_setup, s_teardown);
}
