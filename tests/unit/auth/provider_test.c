/* What a provider's description may say, and which addresses are good. */
#include "tests/unit/gateway/cmocka_all.h"

#include "actors/auth/provider.h"

static struct provider_config s_config(void)
{
    return (struct provider_config){"google", "", "id", "secret", "", "", "", "openid email"};
}

static void addresses_are_https_or_on_this_machine(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool good;
    } cases[] = {
        {"https://p.example", true},
        {"https://p.example:8443/path?x=y", true},
        {"http://127.0.0.1:8080/x", true},
        {"http://localhost:8080", true},
        {"http://[::1]:8080/", true},
        {"http://p.example", false},
        {"http://127.0.0.1.evil.example", false},
        {"http://localhost.evil.example/", false},
        {"http://127.0.0.1@evil.example/", false},
        {"https://user@p.example/", false},
        {"https://", false},
        {"https:///path", false},
        {"https://p.example/#part", false},
        {"https://p.example/a b", false},
        {"https://p.example/\r\nx: y", false},
        {"file:///etc/passwd", false},
        {"p.example", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (provider_url_good(cases[i].url) != cases[i].good)
            fail_msg("%s", cases[i].url);
}

static void what_is_not_named_is_discovered(void **state)
{
    (void)state;
    struct provider provider;
    struct provider_config config = s_config();
    const char *why;
    assert_true(provider_init(&provider, &config, &why));
    assert_string_equal(provider.discovery,
                        "https://accounts.google.com/.well-known/openid-configuration");
    config.issuer = "https://p.example/realm/";
    config.authorize_url = "https://p.example/mine";
    assert_true(provider_init(&provider, &config, &why));
    assert_string_equal(provider.discovery,
                        "https://p.example/realm/.well-known/openid-configuration");
    assert_true(provider_discovered(
        &provider,
        slice_of("{\"issuer\":\"https://p.example/realm/\",\"authorization_endpoint\":"
                 "\"https://p.example/a\",\"token_endpoint\":\"https://p.example/t\",\"jwks_uri\":"
                 "\"https://p.example/k\",\"token_endpoint_auth_methods_supported\":"
                 "[\"client_secret_post\",7]}"),
        &why));
    assert_string_equal(provider.authorize, "https://p.example/mine");
    assert_string_equal(provider.token, "https://p.example/t");
    assert_string_equal(provider.userinfo, "");
    assert_true(provider.post);
    assert_false(provider.names_issuer);
}

static void with_both_endpoints_nothing_is_asked(void **state)
{
    (void)state;
    struct provider provider;
    struct provider_config config = s_config();
    const char *why;
    config.authorize_url = "https://p.example/a";
    config.token_url = "https://p.example/t";
    assert_true(provider_init(&provider, &config, &why));
    assert_string_equal(provider.discovery, "");
    assert_string_equal(provider.issuer, "");
    config.scope = "user"; /* no ID token will come: who is it? */
    assert_false(provider_init(&provider, &config, &why));
    config.userinfo_url = "https://p.example/u";
    assert_true(provider_init(&provider, &config, &why));
    assert_false(provider.openid);
    config.token_url = "http://p.example/t";
    assert_false(provider_init(&provider, &config, &why));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_https_or_on_this_machine),
        cmocka_unit_test(what_is_not_named_is_discovered),
        cmocka_unit_test(with_both_endpoints_nothing_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
