/* Addresses, networks, who is behind proxies, and limits by address. */
#include "tests/unit/gateway/cmocka_all.h"

#include "gateway/http/crowd.h"
#include "gateway/http/gzip.h"

static struct ip s_ip(const char *text)
{
    struct ip ip;
    if (!ip_parse(&ip, slice_of(text)))
        fail_msg("%s", text);
    return ip;
}

static void addresses_are_read_and_written(void **state)
{
    (void)state;
    static const struct {
        const char *text, *written; /* NULL: it is none */
    } cases[] = {
        {"192.0.2.1", "192.0.2.1"},
        {"192.0.2.1:80", "192.0.2.1"},
        {"2001:DB8:0::1", "2001:db8::1"},
        {"[2001:db8::1]:80", "2001:db8::1"},
        {"::ffff:192.0.2.1", "192.0.2.1"},
        {"::", "::"},
        {"", NULL},
        {"192.0.2", NULL},
        {"192.0.2.256", NULL},
        {"[2001:db8::1", NULL},
        {"localhost", NULL},
        {"2001:db8::1%eth0", NULL},
        {"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ip ip;
        char text[IP_TEXT_BYTES];
        bool good = ip_parse(&ip, slice_of(cases[i].text));
        if (good != (cases[i].written != NULL))
            fail_msg("%s", cases[i].text);
        if (!good)
            continue;
        ip_write(&ip, text);
        assert_string_equal(text, cases[i].written);
    }
}

static void networks_have_what_is_in_them(void **state)
{
    (void)state;
    struct networks networks;
    assert_true(networks_init(&networks, "10.0.0.0/8, 192.0.2.128/25,2001:db8::/33, 198.51.100.7"));
    static const char *const in[] = {"10.255.0.1", "192.0.2.128", "192.0.2.255", "2001:db8:7fff::1",
                                     "198.51.100.7"};
    static const char *const out[] = {"11.0.0.0", "192.0.2.127", "2001:db8:8000::1", "198.51.100.8",
                                      "::10.0.0.1"};
    for (size_t i = 0; i < 5; i++) {
        struct ip inside = s_ip(in[i]), outside = s_ip(out[i]);
        assert_true(networks_have(&networks, &inside));
        assert_false(networks_have(&networks, &outside));
    }
    static const char *const none[] = {"10.0.0.0/33",    "10.0.0.0/",   "10.0.0.0/x",
                                       "2001:db8::/129", "example.org", "10.0.0.0/0008"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(networks_init(&networks, none[i]));
    assert_true(networks_init(&networks, ""));
    struct ip any = s_ip("0.0.0.0");
    assert_false(networks_have(&networks, &any));
    assert_true(networks_init(&networks, "0.0.0.0/0"));
    assert_true(networks_have(&networks, &any));
}

static void a_connection_too_many_is_refused(void **state)
{
    (void)state;
    struct crowd *crowd = crowd_new(2, 0, 7);
    struct ip one = s_ip("192.0.2.1"), two = s_ip("192.0.2.2"), any = s_ip("::");
    assert_true(crowd_enter(crowd, &one) && crowd_enter(crowd, &one));
    assert_false(crowd_enter(crowd, &one));
    assert_true(crowd_enter(crowd, &two));
    crowd_leave(crowd, &one);
    assert_true(crowd_enter(crowd, &one));
    assert_false(crowd_enter(crowd, &one));
    assert_true(crowd_enter(crowd, &any) && crowd_enter(crowd, &any));
    assert_false(crowd_enter(crowd, &any));
    for (int i = 0; i < 1000; i++)
        assert_true(crowd_ask(crowd, &one, 0)); /* no limit */
    crowd_destroy(&crowd);
    assert_null(crowd_new(0, 0, 7));
    assert_true(crowd_enter(NULL, &one) && crowd_ask(NULL, &one, 0));
    crowd_leave(NULL, &one);
}

static void requests_come_back_with_time(void **state)
{
    (void)state;
    struct crowd *crowd = crowd_new(0, 10, 7);
    struct ip one = s_ip("2001:db8::1"), same = s_ip("2001:db8::ffff"),
              other = s_ip("2001:db8:0:1::");
    for (int i = 0; i < 10 * CROWD_BURST; i++)
        assert_true(crowd_ask(crowd, i % 2 ? &one : &same, 1000));
    assert_false(crowd_ask(crowd, &one, 1000));
    assert_true(crowd_ask(crowd, &other, 1000));
    assert_false(crowd_ask(crowd, &one, 1099));
    assert_true(crowd_ask(crowd, &one, 1100));
    assert_false(crowd_ask(crowd, &same, 1100));
    for (int i = 0; i < 10 * CROWD_BURST; i++)
        assert_true(crowd_ask(crowd, &one, 60000));
    assert_false(crowd_ask(crowd, &one, 60000));
    crowd_destroy(&crowd);
}

static void who_is_connected_is_not_forgotten_for_who_asks(void **state)
{
    (void)state;
    struct crowd *crowd = crowd_new(1, 1, 7);
    struct ip kept = s_ip("192.0.2.1"), ip = s_ip("10.0.0.0");
    assert_true(crowd_enter(crowd, &kept));
    for (uint32_t i = 0; i < 4 * CROWD_BUCKETS * CROWD_WAYS; i++) {
        memcpy(ip.bytes + 12, &i, sizeof i);
        crowd_ask(crowd, &ip, 1000);
    }
    assert_false(crowd_enter(crowd, &kept));
    crowd_destroy(&crowd);
}

static void gzip_is_for_texts_that_shrink(void **state)
{
    (void)state;
    assert_true(gzip_pays("application/json", GZIP_MIN_BYTES));
    assert_true(gzip_pays("text/plain;charset=utf-8", GZIP_MAX_BYTES));
    assert_false(gzip_pays("application/json", GZIP_MIN_BYTES - 1));
    assert_false(gzip_pays("application/json", GZIP_MAX_BYTES + 1));
    assert_false(gzip_pays("image/png", GZIP_MIN_BYTES));
    assert_false(gzip_pays(NULL, GZIP_MIN_BYTES));
    char body[GZIP_MIN_BYTES];
    struct buffer out;
    buffer_init(&out, GZIP_MAX_BYTES);
    memset(body, 'x', sizeof body);
    assert_true(gzip_write(slice_from(body, sizeof body), &out));
    assert_true(out.length > 18 && out.length < 60 && out.data[0] == 0x1f);
    uint32_t chance = 1;
    for (size_t i = 0; i < sizeof body; i++)
        body[i] = (char)((chance = chance * 1664525 + 1013904223) >> 24);
    buffer_clear(&out);
    assert_false(gzip_write(slice_from(body, sizeof body), &out));
    assert_int_equal(out.length, 0);
    buffer_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read_and_written),
        cmocka_unit_test(networks_have_what_is_in_them),
        cmocka_unit_test(a_connection_too_many_is_refused),
        cmocka_unit_test(requests_come_back_with_time),
        cmocka_unit_test(who_is_connected_is_not_forgotten_for_who_asks),
        cmocka_unit_test(gzip_is_for_texts_that_shrink),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
