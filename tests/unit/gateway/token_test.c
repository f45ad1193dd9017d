/* Tokens: what is taken, and all that is not. */
#include "tests/unit/gateway/cmocka_all.h"

#include <jwt.h>

#include "gateway/token.h"
#include "proto/limits.h"

#define SECRET "0123456789abcdef0123456789abcdef"
#define OTHER "fedcba9876543210fedcba9876543210"
#define NOW_MS 1700000000000LL

static struct tokens *s_tokens;

static int s_setup(void **state)
{
    (void)state;
    s_tokens = tokens_new(slice_of(SECRET), slice_of(""));
    assert_non_null(s_tokens);
    return 0;
}

static int s_teardown(void **state)
{
    (void)state;
    tokens_destroy(&s_tokens);
    return 0;
}

/* A token with that key, algorithm and claims in JSON. */
static char *s_make(const char *secret, jwt_alg_t algorithm, const char *claims)
{
    jwt_t *jwt;
    assert_int_equal(jwt_new(&jwt), 0);
    assert_int_equal(jwt_add_grants_json(jwt, claims), 0);
    assert_int_equal(jwt_set_alg(jwt, algorithm, (const unsigned char *)secret,
                                 secret ? (int)strlen(secret) : 0),
                     0);
    char *token = jwt_encode_str(jwt);
    jwt_free(jwt);
    return token;
}

static bool s_takes(const char *token, int64_t now_ms)
{
    int64_t user_id = 0;
    bool taken = tokens_verify(s_tokens, slice_of(token), now_ms, &user_id);
    /* once more: the remembered answer is the same */
    assert_int_equal(tokens_verify(s_tokens, slice_of(token), now_ms, &user_id), taken);
    return taken;
}

static void our_tokens_are_taken_for_a_day(void **state)
{
    (void)state;
    struct buffer token;
    int64_t user_id = 0;
    buffer_init(&token, 1024);
    tokens_sign(s_tokens, ID_MAX, NOW_MS, &token);
    assert_true(tokens_verify(s_tokens, buffer_slice(&token), NOW_MS, &user_id));
    assert_int_equal(user_id, ID_MAX);
    int64_t last_ms = NOW_MS + TOKEN_LIFE_MS + TOKEN_LEEWAY_MS - 1;
    assert_true(tokens_verify(s_tokens, buffer_slice(&token), last_ms, &user_id));
    assert_false(tokens_verify(s_tokens, buffer_slice(&token), last_ms + 1, &user_id));
    token.data[token.length - 3] ^= 1;
    assert_false(tokens_verify(s_tokens, buffer_slice(&token), NOW_MS, &user_id));
    buffer_fini(&token);
}

static void only_what_is_whole_and_ours_is_taken(void **state)
{
    (void)state;
    static const struct {
        const char *secret;
        jwt_alg_t algorithm;
        const char *claims;
        bool taken;
    } cases[] = {
        {SECRET, JWT_ALG_HS256, "{\"sub\":\"7\",\"exp\":1700000001}", true},
        {SECRET, JWT_ALG_HS256, "{\"sub\":\"7\",\"exp\":1700000001,\"nbf\":1700000000}", true},
        {SECRET, JWT_ALG_HS256, "{\"sub\":\"7\",\"exp\":1700000001,\"nbf\":1700000030}", true},
        {SECRET, JWT_ALG_HS256, "{\"sub\":\"7\",\"exp\":1700000099,\"nbf\":1700000031}", false},
        {SECRET, JWT_ALG_HS256, "{\"sub\":\"7\",\"exp\":1700000099,\"iat\":1700000031}", false},
        {SECRET, JWT_ALG_HS256, "{\"sub\":\"7\",\"exp\":1699999971}", true},
        {SECRET, JWT_ALG_HS256, "{\"sub\":\"7\",\"exp\":1699999970}", false},
        {SECRET, JWT_ALG_HS256, "{\"sub\":\"7\"}", false},
        {SECRET, JWT_ALG_HS256, "{\"sub\":\"7\",\"exp\":\"1700000001\"}", false},
        {SECRET, JWT_ALG_HS256, "{\"sub\":\"7\",\"exp\":-1}", false},
        {SECRET, JWT_ALG_HS256, "{\"exp\":1700000001}", false},
        {SECRET, JWT_ALG_HS256, "{\"sub\":7,\"exp\":1700000001}", false},
        {SECRET, JWT_ALG_HS256, "{\"sub\":\"0\",\"exp\":1700000001}", false},
        {SECRET, JWT_ALG_HS256, "{\"sub\":\"-7\",\"exp\":1700000001}", false},
        {SECRET, JWT_ALG_HS256, "{\"sub\":\"7x\",\"exp\":1700000001}", false},
        {SECRET, JWT_ALG_HS256, "{\"sub\":\"9007199254740992\",\"exp\":1700000001}", false},
        {SECRET, JWT_ALG_HS384, "{\"sub\":\"7\",\"exp\":1700000001}", false},
        {SECRET, JWT_ALG_HS512, "{\"sub\":\"7\",\"exp\":1700000001}", false},
        {NULL, JWT_ALG_NONE, "{\"sub\":\"7\",\"exp\":1700000001}", false},
        {OTHER, JWT_ALG_HS256, "{\"sub\":\"7\",\"exp\":1700000001}", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *token = s_make(cases[i].secret, cases[i].algorithm, cases[i].claims);
        if (s_takes(token, NOW_MS) != cases[i].taken)
            fail_msg("case %zu", i);
        free(token);
    }
}

static void garbage_is_not_taken(void **state)
{
    (void)state;
    static const char *const texts[] = {"", ".", "..", "a.b.c", "e30.e30.", "e30.e30.e30"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_false(s_takes(texts[i], NOW_MS));
    int64_t user_id;
    char *large = calloc(1, TOKEN_MAX_BYTES + 1);
    assert_false(tokens_verify(s_tokens, slice_from(large, TOKEN_MAX_BYTES + 1), NOW_MS, &user_id));
    memset(large, 'a', TOKEN_MAX_BYTES);
    assert_false(tokens_verify(s_tokens, slice_from(large, TOKEN_MAX_BYTES), NOW_MS, &user_id));
    free(large);
}

static void a_secret_can_be_changed(void **state)
{
    (void)state;
    char *old = s_make(SECRET, JWT_ALG_HS256, "{\"sub\":\"7\",\"exp\":1700000001}");
    tokens_destroy(&s_tokens);
    s_tokens = tokens_new(slice_of(OTHER), slice_of(SECRET));
    assert_true(s_takes(old, NOW_MS));
    tokens_destroy(&s_tokens);
    s_tokens = tokens_new(slice_of(OTHER), slice_of(""));
    assert_false(s_takes(old, NOW_MS));
    free(old);
}

static void a_short_secret_is_refused(void **state)
{
    (void)state;
    assert_null(tokens_new(slice_of(""), slice_of("")));
    assert_null(tokens_new(slice_of("short"), slice_of("")));
    assert_null(tokens_new(slice_of(SECRET), slice_of("short")));
}

static void many_tokens_share_the_memory(void **state)
{
    (void)state;
    struct buffer token;
    buffer_init(&token, 1024);
    for (int round = 0; round < 2; round++)
        for (int64_t user = 1; user < 6000; user++) {
            int64_t user_id = 0;
            buffer_clear(&token);
            tokens_sign(s_tokens, user, NOW_MS, &token);
            assert_true(tokens_verify(s_tokens, buffer_slice(&token), NOW_MS, &user_id));
            assert_int_equal(user_id, user);
        }
    buffer_fini(&token);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_tokens_are_taken_for_a_day),
        cmocka_unit_test(only_what_is_whole_and_ours_is_taken),
        cmocka_unit_test(garbage_is_not_taken),
        cmocka_unit_test(a_secret_can_be_changed),
        cmocka_unit_test(a_short_secret_is_refused),
        cmocka_unit_test(many_tokens_share_the_memory),
    };
    return cmocka_run_group_tests(tests, s_setup, s_teardown);
}
