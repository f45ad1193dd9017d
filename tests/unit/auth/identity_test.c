/* ID tokens by each algorithm, with keys made here, and what makes them worthless. The end-to-end
 * tests tell many more lies. */
#include "tests/unit/gateway/cmocka_all.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdio.h>

#include "actors/auth/encode.h"
#include "actors/auth/identity.h"

#define CLAIMS                                                                             \
    "{\"iss\":\"https://p.example\",\"aud\":\"us\",\"exp\":1700000300,\"iat\":1700000000," \
    "\"nonce\":\"n\",\"sub\":\"7\",\"email\":\"a@example.org\",\"email_verified\":true,"   \
    "\"name\":\"Ada\"}"

static EVP_PKEY *s_rsa, *s_weak, *s_ec;
static struct jwks *s_keys;

static void s_base64(const void *bytes, size_t length, struct buffer *out)
{
    encode_base64url(slice_from(bytes, length), out);
}

static void s_number(EVP_PKEY *key, const char *param, const char *name, struct buffer *out)
{
    unsigned char bytes[1024];
    BIGNUM *number = NULL;
    assert_int_equal(EVP_PKEY_get_bn_param(key, param, &number), 1);
    bool coordinate = EVP_PKEY_get_base_id(key) == EVP_PKEY_EC;
    int length = coordinate ? BN_bn2binpad(number, bytes, 32) : BN_bn2bin(number, bytes);
    buffer_printf(out, ",\"%s\":\"", name);
    s_base64(bytes, (size_t)length, out);
    buffer_append_char(out, '"');
    BN_free(number);
}

static void s_add_rsa(EVP_PKEY *key, const char *kid, struct buffer *out)
{
    buffer_printf(out, "{\"kty\":\"RSA\",\"kid\":\"%s\"", kid);
    s_number(key, OSSL_PKEY_PARAM_RSA_N, "n", out);
    s_number(key, OSSL_PKEY_PARAM_RSA_E, "e", out);
    buffer_append_char(out, '}');
}

static int s_setup(void **state)
{
    (void)state;
    struct buffer json;
    s_rsa = EVP_RSA_gen(2048);
    s_weak = EVP_RSA_gen(1024);
    s_ec = EVP_EC_gen("P-256");
    buffer_init(&json, 64 * 1024);
    buffer_append_text(&json, "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"},{\"kty\":\"RSA\"},7,");
    s_add_rsa(s_rsa, "r", &json);
    buffer_append_char(&json, ',');
    s_add_rsa(s_weak, "w", &json);
    buffer_append_text(&json, ",{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"e\"");
    s_number(s_ec, OSSL_PKEY_PARAM_EC_PUB_X, "x", &json);
    s_number(s_ec, OSSL_PKEY_PARAM_EC_PUB_Y, "y", &json);
    buffer_append_text(&json, "}]}");
    s_keys = jwks_parse(buffer_slice(&json));
    assert_non_null(s_keys);
    buffer_fini(&json);
    return 0;
}

static int s_teardown(void **state)
{
    (void)state;
    EVP_PKEY_free(s_rsa);
    EVP_PKEY_free(s_weak);
    EVP_PKEY_free(s_ec);
    jwks_destroy(&s_keys);
    return 0;
}

/* DER to the two numbers side by side. */
static size_t s_join(const unsigned char *der, size_t length, unsigned char *out)
{
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)length);
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + 32, 32);
    ECDSA_SIG_free(pair);
    return 64;
}

static void s_sign(EVP_PKEY *key, bool pss, struct buffer *token)
{
    unsigned char signature[512], joined[64];
    size_t length = sizeof signature;
    EVP_PKEY_CTX *context;
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    EVP_DigestSignInit(digest, &context, EVP_sha256(), NULL, key);
    if (pss) {
        EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING);
        EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST);
    }
    assert_int_equal(
        EVP_DigestSign(digest, signature, &length, (unsigned char *)token->data, token->length), 1);
    EVP_MD_CTX_free(digest);
    buffer_append_char(token, '.');
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC)
        s_base64(joined, s_join(signature, length, joined), token);
    else
        s_base64(signature, length, token);
}

static enum identity_result s_read(const char *header, const char *claims, EVP_PKEY *key, bool pss,
                                   struct identity *identity)
{
    struct identity_expected expected = {"https://p.example", "us", "n", 1700000100000, s_keys};
    struct buffer token;
    const char *why;
    buffer_init(&token, 64 * 1024);
    s_base64(header, strlen(header), &token);
    buffer_append_char(&token, '.');
    s_base64(claims, strlen(claims), &token);
    s_sign(key, pss, &token);
    enum identity_result result =
        identity_from_token(identity, buffer_slice(&token), &expected, &why);
    buffer_fini(&token);
    return result;
}

static void each_algorithm_is_verified_by_its_own_key(void **state)
{
    (void)state;
    const struct {
        const char *header;
        EVP_PKEY *key;
        bool pss;
        enum identity_result result;
    } cases[] = {
        {"{\"alg\":\"RS256\",\"kid\":\"r\"}", s_rsa, false, IDENTITY_GOOD},
        {"{\"alg\":\"PS256\",\"kid\":\"r\"}", s_rsa, true, IDENTITY_GOOD},
        {"{\"alg\":\"ES256\",\"kid\":\"e\"}", s_ec, false, IDENTITY_GOOD},
        {"{\"alg\":\"ES256\"}", s_ec, false, IDENTITY_GOOD},
        {"{\"alg\":\"RS256\"}", s_rsa, false, IDENTITY_GOOD},
        {"{\"alg\":\"RS256\",\"kid\":\"w\"}", s_weak, false, IDENTITY_NO_KEY},
        {"{\"alg\":\"RS256\",\"kid\":\"x\"}", s_rsa, false, IDENTITY_NO_KEY},
        {"{\"alg\":\"RS256\",\"kid\":\"e\"}", s_rsa, false, IDENTITY_NO_KEY},
        {"{\"alg\":\"PS256\",\"kid\":\"r\"}", s_rsa, false, IDENTITY_BAD},
        {"{\"alg\":\"RS256\",\"kid\":\"r\"}", s_rsa, true, IDENTITY_BAD},
        {"{\"alg\":\"ES256\",\"kid\":\"r\"}", s_ec, false, IDENTITY_NO_KEY},
        {"{\"alg\":\"RS256\",\"kid\":\"r\"}", s_weak, false, IDENTITY_BAD},
        {"{\"alg\":\"none\",\"kid\":\"r\"}", s_rsa, false, IDENTITY_BAD},
        {"{\"alg\":\"HS256\",\"kid\":\"r\"}", s_rsa, false, IDENTITY_BAD},
        {"{\"alg\":\"RS256\",\"alg\":\"RS256\"}", s_rsa, false, IDENTITY_BAD},
        {"{\"alg\":\"RS256\",\"crit\":[\"x\"]}", s_rsa, false, IDENTITY_BAD},
        {"[]", s_rsa, false, IDENTITY_BAD},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct identity identity;
        if (s_read(cases[i].header, CLAIMS, cases[i].key, cases[i].pss, &identity) !=
            cases[i].result)
            fail_msg("%s, case %zu", cases[i].header, i);
    }
}

static void a_name_is_cut_at_a_character_and_an_email_never(void **state)
{
    (void)state;
    struct identity identity;
    const char *why;
    char claims[2048], name[600] = "";
    for (int i = 0; i < 128; i++)
        strcat(name, "\xe2\x82\xac"); /* three bytes: 256 is no multiple of that */
    snprintf(
        claims, sizeof claims,
        "{\"iss\":\"https://p.example\",\"aud\":[\"us\"],\"exp\":1700000300,\"nonce\":\"n\","
        "\"sub\":\"7\",\"email\":\"a@example.org\",\"email_verified\":\"true\",\"name\":\"%s\"}",
        name);
    assert_int_equal(s_read("{\"alg\":\"RS256\"}", claims, s_rsa, false, &identity), IDENTITY_GOOD);
    assert_int_equal(strlen(identity.name), 255);
    assert_true(utf8_valid(slice_of(identity.name)));
    assert_int_equal(identity_finish(&identity, &why), IDENTITY_GOOD);
}

static void an_email_is_verified_where_it_stands(void **state)
{
    (void)state;
    struct identity identity = {.subject = "7", .email = "told@example.org"};
    const char *why;
    assert_int_equal(identity_finish(&identity, &why), IDENTITY_BAD);
    const char *verified = "{\"sub\":\"7\",\"email_verified\":true}"; /* which email? */
    assert_int_equal(identity_add_userinfo(&identity, slice_of(verified), &why), IDENTITY_GOOD);
    assert_int_equal(identity_finish(&identity, &why), IDENTITY_BAD);
    const char *whole = "{\"sub\":\"7\",\"email\":\"b@example.org\",\"email_verified\":true}";
    assert_int_equal(identity_add_userinfo(&identity, slice_of(whole), &why), IDENTITY_GOOD);
    assert_int_equal(identity_finish(&identity, &why), IDENTITY_GOOD);
    assert_string_equal(identity.email, "b@example.org");
    assert_string_equal(identity.name, "b");
}

static void keys_that_are_none_are_no_keys(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "[]", "{}", "{\"keys\":{}}", "{\"keys\":7}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_null(jwks_parse(slice_of(texts[i])));
    struct jwks *empty =
        jwks_parse(slice_of("{\"keys\":[{\"kty\":\"RSA\",\"n\":\"!\",\"e\":\"AQAB\"}]}"));
    assert_non_null(empty);
    assert_int_equal(
        jwks_verify(empty, slice_of("RS256"), slice_of(""), slice_of("x"), slice_of("y")),
        JWKS_NO_KEY);
    jwks_destroy(&empty);
}

static void base64url_is_read_strictly(void **state)
{
    (void)state;
    static const struct {
        const char *text, *bytes; /* NULL: it is none */
    } cases[] = {{"", ""},        {"Zg", "f"},         {"Zm8", "fo"},
                 {"Zm9v", "foo"}, {"_-8", "\xff\xef"}, {"Zg==", NULL},
                 {"Zh", NULL},    {"Z", NULL},         {"Zm9vY", NULL},
                 {"Zm+v", NULL},  {"Zm9 ", NULL},      {"Zm9\n", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer out;
        buffer_init(&out, 64);
        bool good = decode_base64url(slice_of(cases[i].text), &out);
        if (good != (cases[i].bytes != NULL) ||
            (good && !slice_is(buffer_slice(&out), cases[i].bytes)))
            fail_msg("\"%s\"", cases[i].text);
        buffer_fini(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_algorithm_is_verified_by_its_own_key),
        cmocka_unit_test(a_name_is_cut_at_a_character_and_an_email_never),
        cmocka_unit_test(an_email_is_verified_where_it_stands),
        cmocka_unit_test(keys_that_are_none_are_no_keys),
        cmocka_unit_test(base64url_is_read_strictly),
    };
    return cmocka_run_group_tests(tests, s_setup, s_teardown);
}
