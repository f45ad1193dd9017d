#include "actors/auth/identity.h"

#include <jansson.h>
#include <openssl/crypto.h>

#include "actors/auth/encode.h"

#define TOKEN_PART_MAX_BYTES (32 * 1024)

/* ---- the parts of a token -------------------------------------------------------------------- */

struct parts {
    struct slice header, claims, signature; /* as they stand in the token */
    struct slice content;                   /* what is signed: header.claims */
};

static bool s_split(struct slice token, struct parts *parts)
{
    const char *end = token.data + token.length;
    const char *first = token.length ? memchr(token.data, '.', token.length) : NULL;
    const char *second = first ? memchr(first + 1, '.', (size_t)(end - first - 1)) : NULL;
    if (!second || memchr(second + 1, '.', (size_t)(end - second - 1)))
        return false;
    parts->header = slice_from(token.data, (size_t)(first - token.data));
    parts->claims = slice_from(first + 1, (size_t)(second - first - 1));
    parts->signature = slice_from(second + 1, (size_t)(end - second - 1));
    parts->content = slice_from(token.data, (size_t)(second - token.data));
    return true;
}

/* A part as a JSON object; NULL when it is none. */
static json_t *s_object(struct slice part)
{
    struct buffer text;
    json_t *document = NULL;
    buffer_init(&text, TOKEN_PART_MAX_BYTES);
    if (decode_base64url(part, &text))
        document = json_loadb(text.data, text.length, JSON_REJECT_DUPLICATES, NULL);
    buffer_fini(&text);
    if (json_is_object(document))
        return document;
    json_decref(document);
    return NULL;
}

static const char *s_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

/* ---- its signature --------------------------------------------------------------------------- */

static enum identity_result s_signature(const struct parts *parts, const struct jwks *keys,
                                        const char **why)
{
    json_t *header = s_object(parts->header);
    struct buffer signature;
    enum jwks_result result = JWKS_BAD;
    *why = "the ID token's header can't be read";
    buffer_init(&signature, TOKEN_PART_MAX_BYTES);
    if (header && !json_object_get(header, "crit") &&
        decode_base64url(parts->signature, &signature)) {
        *why = "the ID token is not signed by the provider";
        result = keys ? jwks_verify(keys, slice_of(s_text(header, "alg")),
                                    slice_of(s_text(header, "kid")), parts->content,
                                    buffer_slice(&signature))
                      : JWKS_GOOD;
    }
    buffer_fini(&signature);
    json_decref(header);
    return result == JWKS_GOOD     ? IDENTITY_GOOD
           : result == JWKS_NO_KEY ? IDENTITY_NO_KEY
                                   : IDENTITY_BAD;
}

/* ---- its claims ------------------------------------------------------------------------------ */

/* For us, and where it is for others too, issued to us. */
static bool s_audience(const json_t *claims, const char *client_id)
{
    const json_t *audience = json_object_get(claims, "aud"), *one;
    const json_t *party = json_object_get(claims, "azp");
    size_t i, count = json_is_array(audience) ? json_array_size(audience) : 1;
    bool ours = json_is_string(audience) && strcmp(json_string_value(audience), client_id) == 0;
    json_array_foreach(audience, i, one)
    {
        ours = ours || (json_is_string(one) && strcmp(json_string_value(one), client_id) == 0);
    }
    if (party || count > 1)
        return ours && strcmp(s_text(claims, "azp"), client_id) == 0;
    return ours;
}

static bool s_same_secret(const char *a, const char *b)
{
    size_t length = strlen(b);
    return strlen(a) == length && length && CRYPTO_memcmp(a, b, length) == 0;
}

/* Milliseconds; `absent` when there is no such claim. Beyond the year 9999: nonsense, so 0. */
static int64_t s_instant_ms(const json_t *claims, const char *name, int64_t absent)
{
    const json_t *value = json_object_get(claims, name);
    double seconds = json_number_value(value);
    if (!value)
        return absent;
    return json_is_number(value) && seconds > 0 && seconds < 253402300800.0
               ? (int64_t)(seconds * 1000)
               : 0;
}

static const char *s_wrong_claim(const json_t *claims, const struct identity_expected *expected)
{
    int64_t now_ms = expected->now_ms;
    if (*expected->issuer && strcmp(s_text(claims, "iss"), expected->issuer) != 0)
        return "the ID token has another issuer";
    if (!s_audience(claims, expected->client_id))
        return "the ID token is for somebody else";
    if (s_instant_ms(claims, "exp", 0) + IDENTITY_LEEWAY_MS <= now_ms)
        return "the ID token has expired";
    if (s_instant_ms(claims, "iat", 0) > now_ms + IDENTITY_LEEWAY_MS ||
        s_instant_ms(claims, "nbf", 0) > now_ms + IDENTITY_LEEWAY_MS)
        return "the ID token is of the future";
    if (!s_same_secret(s_text(claims, "nonce"), expected->nonce))
        return "the ID token has another nonce";
    return NULL;
}

/* Copies a claim when it fits and nothing is there yet; names are cut at a character. */
static void s_take(char *to, size_t size, const json_t *object, const char *name, bool cut)
{
    const char *text = s_text(object, name);
    size_t length = strlen(text);
    if (*to || (length >= size && !cut))
        return;
    if (length >= size)
        for (length = size - 1; length && ((unsigned char)text[length] & 0xc0) == 0x80;)
            length--;
    memcpy(to, text, length);
    to[length] = 0;
}

/* true, or "true": some providers send a text. */
static bool s_says_verified(const json_t *object)
{
    const json_t *value = json_object_get(object, "email_verified");
    return json_is_true(value) || strcmp(s_text(object, "email_verified"), "true") == 0;
}

/* Both claims from one and the same answer: "verified" is said of that email. */
static void s_take_person(struct identity *self, const json_t *object)
{
    if (!self->email_verified && s_says_verified(object)) {
        self->email[0] = 0;
        s_take(self->email, sizeof self->email, object, "email", false);
        self->email_verified = self->email[0] != 0;
    }
    s_take(self->name, sizeof self->name, object, "name", true);
}

enum identity_result identity_from_token(struct identity *self, struct slice token,
                                         const struct identity_expected *expected, const char **why)
{
    struct parts parts;
    *self = (struct identity){0};
    *why = "the ID token is none";
    if (!s_split(token, &parts))
        return IDENTITY_BAD;
    enum identity_result result = s_signature(&parts, expected->keys, why);
    if (result != IDENTITY_GOOD)
        return result;
    json_t *claims = s_object(parts.claims);
    *why = claims ? s_wrong_claim(claims, expected) : "the ID token's claims can't be read";
    if (!*why) {
        s_take(self->subject, sizeof self->subject, claims, "sub", false);
        s_take_person(self, claims);
        if (!*self->subject)
            *why = "the ID token names nobody";
    }
    json_decref(claims);
    return *why ? IDENTITY_BAD : IDENTITY_GOOD;
}

enum identity_result identity_add_userinfo(struct identity *self, struct slice json,
                                           const char **why)
{
    json_t *object = json_loadb(json.data, json.length, JSON_REJECT_DUPLICATES, NULL);
    const char *subject = s_text(object, "sub");
    *why = NULL;
    if (!json_is_object(object))
        *why = "userinfo is no JSON object";
    else if (*self->subject && strcmp(subject, self->subject) != 0)
        *why = "userinfo is about somebody else";
    else
        s_take_person(self, object);
    json_decref(object);
    return *why ? IDENTITY_BAD : IDENTITY_GOOD;
}

/* Printable, with something on both sides of one @. */
static bool s_is_email(const char *text)
{
    const char *at = strchr(text, '@');
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c <= ' ' || *c == 0x7f)
            return false;
    return at && at != text && at[1] && !strchr(at + 1, '@');
}

enum identity_result identity_finish(struct identity *self, const char **why)
{
    *why = "the provider has not verified an email";
    if (!self->email_verified || !s_is_email(self->email))
        return IDENTITY_BAD;
    if (!*self->name) {
        size_t length = strcspn(self->email, "@");
        length = length < sizeof self->name ? length : sizeof self->name - 1;
        memcpy(self->name, self->email, length);
        self->name[length] = 0;
    }
    return IDENTITY_GOOD;
}
