/* What a login provider sends, and a list of proxies' clients; the first byte chooses. */
#include <stdlib.h>

#include "actors/auth/encode.h"
#include "actors/auth/identity.h"
#include "actors/auth/provider.h"
#include "gateway/http/ip.h"
#include "proto/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void s_check_identity(struct identity *identity)
{
    const char *why;
    check(utf8_valid(slice_of(identity->name)) && utf8_valid(slice_of(identity->email)));
    if (identity_finish(identity, &why) == IDENTITY_GOOD)
        check(identity->email_verified && *identity->email && *identity->name);
}

/* The claims as they stand, in a token without a signature to be checked. */
static void s_read_claims(struct slice claims)
{
    struct identity_expected expected = {"https://p.example", "us", "n", 1700000100000, NULL};
    struct identity identity;
    struct buffer token;
    const char *why;
    buffer_init(&token, 1 << 20);
    buffer_append_text(&token, "e30."); /* {} */
    encode_base64url(claims, &token);
    buffer_append_char(&token, '.');
    if (identity_from_token(&identity, buffer_slice(&token), &expected, &why) == IDENTITY_GOOD)
        s_check_identity(&identity);
    buffer_fini(&token);
}

static void s_read_token(struct slice token)
{
    struct jwks *keys = jwks_parse(slice_of("{\"keys\":[]}"));
    struct identity_expected expected = {"", "us", "n", 1700000100000, keys};
    struct identity identity;
    const char *why;
    check(identity_from_token(&identity, token, &expected, &why) != IDENTITY_GOOD);
    jwks_destroy(&keys);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct provider provider = {.issuer = "https://p.example"};
    struct identity identity = {.subject = "7"};
    struct networks networks;
    const char *why;
    if (!size)
        return 0;
    char *copy = malloc(size); /* exactly as long, so that a read past its end is seen */
    check(copy);
    memcpy(copy, data + 1, size - 1);
    struct slice text = slice_from(copy, size - 1);
    struct jwks *keys = NULL;
    struct ip peer = {{0}};
    switch (data[0] % 6) {
    case 0:
        s_read_claims(text);
        break;
    case 1:
        s_read_token(text);
        break;
    case 2:
        keys = jwks_parse(text);
        jwks_destroy(&keys);
        break;
    case 3:
        if (identity_add_userinfo(&identity, text, &why) == IDENTITY_GOOD)
            s_check_identity(&identity);
        break;
    case 4:
        if (provider_discovered(&provider, text, &why))
            check(provider_url_good(provider.token) && provider_url_good(provider.jwks));
        break;
    default:
        check(networks_init(&networks, "::/0"));
        networks_client(&networks, &peer, text);
        break;
    }
    free(copy);
    return 0;
}
