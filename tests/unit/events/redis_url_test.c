/* URLs of Redis, good and bad. */
#include "actors/fanout/redis_url.h"
#include "tests/unit/gateway/cmocka_all.h"

static void good_ones_are_taken_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        struct redis_url url;
    } cases[] = {
        {"redis://h", {"h", 6379, "", "", 0, false}},
        {"redis://h/", {"h", 6379, "", "", 0, false}},
        {"redis://127.0.0.1:7000/3", {"127.0.0.1", 7000, "", "", 3, false}},
        {"redis://:p@h:1", {"h", 1, "", "p", 0, false}},
        {"redis://u:p@h", {"h", 6379, "u", "p", 0, false}},
        {"redis://u:p:q@r@h", {"h", 6379, "u", "p:q@r", 0, false}},
        {"redis://u:%70%2F%40%3a@h", {"h", 6379, "u", "p/@:", 0, false}},
        {"redis://:p@[::1]:65535/15", {"::1", 65535, "", "p", 15, false}},
        {"redis://[fe80::1]", {"fe80::1", 6379, "", "", 0, false}},
        {"rediss://u:p@h", {"h", 6379, "u", "p", 0, true}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct redis_url url;
        char error[256];
        if (!redis_url_parse(cases[i].text, &url, error, sizeof error))
            fail_msg("%s: %s", cases[i].text, error);
        assert_string_equal(url.host, cases[i].url.host);
        assert_string_equal(url.user, cases[i].url.user);
        assert_string_equal(url.password, cases[i].url.password);
        assert_int_equal(url.port, cases[i].url.port);
        assert_int_equal(url.database, cases[i].url.database);
        assert_int_equal(url.tls, cases[i].url.tls);
    }
}

static void bad_ones_are_told_without_their_secrets(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "does not begin"},
        {"redis:/h", "does not begin"},
        {"http://h", "does not begin"},
        {"redis://", "names no host"},
        {"redis://:sesame@", "names no host"},
        {"redis://:sesame@:1", "names no host"},
        {"redis://h:", "port"},
        {"redis://h:0", "port"},
        {"redis://h:65536", "port"},
        {"redis://h:99999999999999999999", "port"},
        {"redis://h:1x", "port"},
        {"redis://sesame@h", "without a password"},
        {"redis://u:sesame%@h", "percent"},
        {"redis://u:sesame%0@h", "percent"},
        {"redis://u:sesame%00@h", "percent"},
        {"redis://u:sesame%zz@h", "percent"},
        {"redis://[::1", "[address]"},
        {"redis://[::1]x", "[address]"},
        {"redis://[]", "names no host"},
        {"redis://h/x", "database"},
        {"redis://h/1/2", "database"},
        {"redis://h/-1", "database"},
        {"redis://h/4294967296", "database"},
        {"redis://h/0?x=1", "database"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct redis_url url;
        char error[256] = "";
        assert_false(redis_url_parse(cases[i].text, &url, error, sizeof error));
        if (!strstr(error, cases[i].why) || strstr(error, "sesame"))
            fail_msg("%s: %s", cases[i].text, error);
    }
}

static void what_is_too_long_is_refused(void **state)
{
    (void)state;
    char text[1200], error[256];
    struct redis_url url;
    for (int part = 0; part < 3; part++) {
        for (int length = 250; length < 262; length++) {
            char word[300];
            memset(word, 'x', sizeof word);
            word[length] = '\0';
            snprintf(text, sizeof text, "redis://%s:%s@%s:1", part == 0 ? word : "u",
                     part == 1 ? word : "p", part == 2 ? word : "h");
            assert_int_equal(redis_url_parse(text, &url, error, sizeof error),
                             length < REDIS_URL_PART_BYTES);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_ones_are_taken_apart),
        cmocka_unit_test(bad_ones_are_told_without_their_secrets),
        cmocka_unit_test(what_is_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
