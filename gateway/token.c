/* libjwt behind one function each way. A verified token is remembered with its end, so that its
 * bearer's next requests cost a comparison instead of a signature. */
#include "gateway/token.h"

#include <errno.h>
#include <jwt.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/check.h"
#include "proto/limits.h"

struct entry {
    char *token;       /* owned copy; NULL: a free entry */
    size_t length;     /* its bytes */
    int64_t user_id;   /* whose it is */
    int64_t begin_ms;  /* not valid before */
    int64_t expire_ms; /* not valid from here on */
};

struct secret {
    unsigned char *bytes; /* owned; NULL: none */
    int length;           /* how many */
};

struct tokens {
    struct secret secrets[2];                  /* the one that signs, and the one before it */
    struct entry entries[TOKEN_CACHE_ENTRIES]; /* by hash of the token */
    uint64_t salt;                             /* of the hash: nobody can aim at an entry */
};

static bool s_keep(struct secret *secret, struct slice bytes)
{
    if (bytes.length < TOKEN_SECRET_MIN_BYTES || bytes.length > INT32_MAX)
        return false;
    secret->bytes = malloc(bytes.length);
    check(secret->bytes);
    memcpy(secret->bytes, bytes.data, bytes.length);
    secret->length = (int)bytes.length;
    return true;
}

struct tokens *tokens_new(struct slice secret, struct slice previous)
{
    struct tokens *self = calloc(1, sizeof *self);
    check(self);
    self->salt = (uint64_t)(uintptr_t)self * 0x9e3779b97f4a7c15u;
    if (!s_keep(&self->secrets[0], secret) ||
        (previous.length && !s_keep(&self->secrets[1], previous)))
        tokens_destroy(&self);
    return self;
}

static void s_forget(struct secret *secret)
{
    if (secret->bytes)
        explicit_bzero(secret->bytes, (size_t)secret->length);
    free(secret->bytes);
}

void tokens_destroy(struct tokens **self_p)
{
    struct tokens *self = *self_p;
    if (!self)
        return;
    s_forget(&self->secrets[0]);
    s_forget(&self->secrets[1]);
    for (size_t i = 0; i < TOKEN_CACHE_ENTRIES; i++)
        free(self->entries[i].token);
    free(self);
    *self_p = NULL;
}

void tokens_sign(struct tokens *self, int64_t user_id, int64_t now_ms, struct buffer *out)
{
    jwt_t *jwt = NULL;
    char subject[24];
    snprintf(subject, sizeof subject, "%lld", (long long)user_id);
    check(jwt_new(&jwt) == 0);
    check(jwt_add_grant(jwt, "sub", subject) == 0);
    check(jwt_add_grant(jwt, "role", "USER") == 0);
    check(jwt_add_grant_int(jwt, "iat", now_ms / 1000) == 0);
    check(jwt_add_grant_int(jwt, "exp", (now_ms + TOKEN_LIFE_MS) / 1000) == 0);
    check(jwt_set_alg(jwt, JWT_ALG_HS256, self->secrets[0].bytes, self->secrets[0].length) == 0);
    char *token = jwt_encode_str(jwt);
    check(token);
    buffer_append_text(out, token);
    free(token);
    jwt_free(jwt);
}

/* A whole number of seconds, in milliseconds; `absent` when there is no such claim, or nonsense. */
static int64_t s_instant_ms(jwt_t *jwt, const char *claim, int64_t absent)
{
    errno = 0;
    long seconds = jwt_get_grant_int(jwt, claim);
    if (errno || seconds < 0 || seconds > INT64_MAX / 1000)
        return absent;
    return seconds * 1000;
}

/* The user of `sub`; 0 when it is no id. */
static int64_t s_subject(jwt_t *jwt)
{
    const char *text = jwt_get_grant(jwt, "sub");
    if (!text || *text < '1' || *text > '9')
        return 0;
    char *end;
    errno = 0;
    long long id = strtoll(text, &end, 10);
    return errno || *end || id > ID_MAX ? 0 : id;
}

static bool s_read(const struct secret *secret, const char *token, struct entry *entry)
{
    jwt_t *jwt = NULL;
    if (!secret->bytes || jwt_decode(&jwt, token, secret->bytes, secret->length) != 0)
        return false;
    /* The header chooses the algorithm: a signature by another one is not ours. */
    bool ours = jwt_get_alg(jwt) == JWT_ALG_HS256;
    entry->user_id = s_subject(jwt);
    int64_t issued_ms = s_instant_ms(jwt, "iat", 0);
    entry->begin_ms = s_instant_ms(jwt, "nbf", issued_ms);
    entry->expire_ms = s_instant_ms(jwt, "exp", 0); /* none: it has ended long ago */
    jwt_free(jwt);
    return ours && entry->user_id;
}

static struct entry *s_entry(struct tokens *self, struct slice token)
{
    uint64_t hash = self->salt;
    for (size_t i = 0; i < token.length; i++)
        hash = (hash ^ (unsigned char)token.data[i]) * 0x100000001b3u;
    return &self->entries[(hash >> 32 ^ hash) % TOKEN_CACHE_ENTRIES];
}

static bool s_valid(const struct entry *entry, int64_t now_ms)
{
    return entry->begin_ms - TOKEN_LEEWAY_MS <= now_ms &&
           now_ms < entry->expire_ms + TOKEN_LEEWAY_MS;
}

bool tokens_verify(struct tokens *self, struct slice token, int64_t now_ms, int64_t *user_id)
{
    if (!token.length || token.length > TOKEN_MAX_BYTES)
        return false;
    struct entry *known = s_entry(self, token), read = {0};
    if (known->token && slice_equal(slice_from(known->token, known->length), token)) {
        *user_id = known->user_id;
        return s_valid(known, now_ms);
    }
    char text[TOKEN_MAX_BYTES + 1];
    memcpy(text, token.data, token.length);
    text[token.length] = 0;
    if (!s_read(&self->secrets[0], text, &read) && !s_read(&self->secrets[1], text, &read))
        return false;
    *user_id = read.user_id;
    if (!s_valid(&read, now_ms))
        return false;
    if (token.length <= TOKEN_CACHED_MAX_BYTES) {
        free(known->token);
        *known = read;
        known->token = strndup(token.data, token.length);
        known->length = token.length;
        check(known->token);
    }
    return true;
}
