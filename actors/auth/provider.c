#include "actors/auth/provider.h"

#include <jansson.h>
#include <stdio.h>
#include <strings.h>

/* Behind "http://": the machine itself, and then a port, a path or nothing. */
static bool s_is_local(const char *host)
{
    static const char *const local[] = {"127.0.0.1", "localhost", "[::1]"};
    for (size_t i = 0; i < sizeof local / sizeof *local; i++) {
        size_t length = strlen(local[i]);
        if (strncmp(host, local[i], length) == 0 && strchr(":/", host[length]))
            return true;
    }
    return false;
}

bool provider_url_good(const char *url)
{
    for (const char *c = url; *c; c++)
        if (*c <= ' ' || *c >= 0x7f || *c == '#')
            return false;
    if (strncmp(url, "https://", 8) == 0)
        return url[8] && url[8] != '/' && !memchr(url + 8, '@', strcspn(url + 8, "/"));
    return strncmp(url, "http://", 7) == 0 && s_is_local(url + 7);
}

static bool s_has_word(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; (at = strstr(at, word)); at += length)
        if ((at == list || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
            return true;
    return false;
}

static bool s_copy(char to[PROVIDER_URL_BYTES], const char *url)
{
    return (!*url || provider_url_good(url)) &&
           snprintf(to, PROVIDER_URL_BYTES, "%s", url) < PROVIDER_URL_BYTES;
}

bool provider_init(struct provider *self, const struct provider_config *config, const char **why)
{
    bool named = *config->authorize_url && *config->token_url;
    const char *issuer = *config->issuer || named ? config->issuer : PROVIDER_DEFAULT_ISSUER;
    size_t length = strlen(issuer);
    *self = (struct provider){.openid = s_has_word(config->scope, "openid")};
    *why = "its addresses must be https, or on this machine";
    if (!s_copy(self->issuer, issuer) || !s_copy(self->authorize, config->authorize_url) ||
        !s_copy(self->token, config->token_url) || !s_copy(self->userinfo, config->userinfo_url))
        return false;
    *why =
        "without \"openid\" in the scope, authorization, token and userinfo endpoint must be named";
    if (!self->openid && !(named && *config->userinfo_url))
        return false;
    int used = named ? 0
                     : snprintf(self->discovery, sizeof self->discovery,
                                "%s%s.well-known/openid-configuration", issuer,
                                length && issuer[length - 1] == '/' ? "" : "/");
    *why = used < (int)sizeof self->discovery ? NULL : "its issuer is too long";
    return !*why;
}

static const char *s_text(const json_t *document, const char *name)
{
    const char *text = json_string_value(json_object_get(document, name));
    return text ? text : "";
}

/* Fills what the operator has left open. */
static bool s_fill(char to[PROVIDER_URL_BYTES], const json_t *document, const char *name,
                   bool needed)
{
    const char *url = s_text(document, name);
    if (*to)
        return true;
    return s_copy(to, url) && (*to || !needed);
}

/* A secret goes into the header unless the provider knows only the other way (RFC 8414, 2). */
static bool s_wants_post(const json_t *document)
{
    const json_t *methods = json_object_get(document, "token_endpoint_auth_methods_supported"),
                 *one;
    bool basic = !json_is_array(methods), post = false;
    size_t i;
    json_array_foreach(methods, i, one)
    {
        const char *method = json_string_value(one);
        basic = basic || (method && strcmp(method, "client_secret_basic") == 0);
        post = post || (method && strcmp(method, "client_secret_post") == 0);
    }
    return post && !basic;
}

bool provider_discovered(struct provider *self, struct slice json, const char **why)
{
    json_t *document = json_loadb(json.data, json.length, JSON_REJECT_DUPLICATES, NULL);
    struct provider found = *self;
    *why = NULL;
    if (!json_is_object(document))
        *why = "its discovery document is no JSON object";
    else if (strcmp(s_text(document, "issuer"), self->issuer) != 0)
        *why = "its discovery document has another issuer";
    else if (!s_fill(found.authorize, document, "authorization_endpoint", true) ||
             !s_fill(found.token, document, "token_endpoint", true) ||
             !s_fill(found.userinfo, document, "userinfo_endpoint", false) ||
             !s_fill(found.jwks, document, "jwks_uri", true))
        *why = "its discovery document lacks an endpoint, or has one that is not https";
    found.post = s_wants_post(document);
    found.names_issuer =
        json_is_true(json_object_get(document, "authorization_response_iss_parameter_supported"));
    json_decref(document);
    if (!*why)
        *self = found;
    return !*why;
}
