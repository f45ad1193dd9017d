#include "actors/login.h"

#include <stdio.h>

#define NAME_LONGEST 32

/* http or https, and nothing that could end a header or another's address. */
static bool s_is_url(const char *text)
{
    bool http = strncmp(text, "http://", 7) == 0 && text[7];
    bool https = strncmp(text, "https://", 8) == 0 && text[8];
    for (const char *c = text; *c; c++)
        if (*c <= ' ' || *c >= 0x7f || strchr("?#\"<>\\", *c))
            return false;
    return http || https;
}

static bool s_is_name(const char *text)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return length && !text[length] && length <= NAME_LONGEST;
}

bool login_read(const struct options *options, struct provider_config *provider, char *error,
                size_t error_size)
{
    char where[OPTION_WHERE_BYTES];
    struct provider parsed;
    const char *why = NULL;
    enum option_id wrong = OPTION_oauth_issuer;
    bool wanted = *options->oauth_client_id;
    *provider = (struct provider_config){.name = options->oauth_provider,
                                         .issuer = options->oauth_issuer,
                                         .client_id = options->oauth_client_id,
                                         .client_secret = options->oauth_client_secret,
                                         .authorize_url = options->oauth_authorize_url,
                                         .token_url = options->oauth_token_url,
                                         .userinfo_url = options->oauth_userinfo_url,
                                         .scope = options->oauth_scope};
    if (*options->public_url && !s_is_url(options->public_url)) {
        wrong = OPTION_public_url;
        why = "not an address like https://duels.example.org";
    } else if (wanted && !s_is_url(options->frontend)) {
        wrong = OPTION_frontend;
        why = "a login goes on to the frontend: give its address, like https://example.org";
    } else if (*options->oauth_redirect_uri && !s_is_url(options->oauth_redirect_uri)) {
        wrong = OPTION_oauth_redirect_uri;
        why = "not an address like https://duels.example.org/login/oauth2/code/google";
    } else if (!s_is_name(options->oauth_provider)) {
        wrong = OPTION_oauth_provider;
        why = "not a name of at most 32 small letters, digits and hyphens";
    } else if (wanted) {
        provider_init(&parsed, provider, &why);
    }
    if (why)
        snprintf(error, error_size, "%s: %s", options_where(options, wrong, where), why);
    return !why;
}
