/* A hash of entries whose order of insertion is the order of use: a use takes an entry out and puts
 * it in again. */
#include "actors/runner/compile_cache.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uthash.h>

#include "proto/check.h"

struct entry {
    struct compile_key key; /* key of the hash */
    int packed;             /* owned */
    char *text;             /* owned; text_bytes of it */
    size_t text_bytes;      /* of the text */
    uint64_t bytes;         /* that it accounts for */
    UT_hash_handle hh;
};

struct compile_cache {
    pthread_mutex_t mutex; /* of all of it */
    struct entry *entries; /* the least recently used first */
    uint64_t bytes;        /* of all entries */
    uint64_t max_bytes;    /* past it the first goes */
};

struct compile_cache *compile_cache_new(uint64_t max_bytes)
{
    struct compile_cache *self = calloc(1, sizeof *self);
    check(self);
    pthread_mutex_init(&self->mutex, NULL);
    self->max_bytes = max_bytes;
    return self;
}

static void s_drop(struct compile_cache *self, struct entry *entry)
{
    HASH_DEL(self->entries, entry);
    self->bytes -= entry->bytes;
    close(entry->packed);
    free(entry->text);
    free(entry);
}

void compile_cache_clear(struct compile_cache *self)
{
    pthread_mutex_lock(&self->mutex);
    while (self->entries)
        s_drop(self, self->entries);
    pthread_mutex_unlock(&self->mutex);
}

void compile_cache_destroy(struct compile_cache **self_p)
{
    struct compile_cache *self = *self_p;
    if (!self)
        return;
    compile_cache_clear(self);
    pthread_mutex_destroy(&self->mutex);
    free(self);
    *self_p = NULL;
}

/* With its NUL, so that no two lists of texts are the same bytes. */
static bool s_add(EVP_MD_CTX *digest, const char *text)
{
    return EVP_DigestUpdate(digest, text, strlen(text) + 1) == 1;
}

/* With its length, likewise. */
static bool s_add_slice(EVP_MD_CTX *digest, struct slice text)
{
    uint64_t length = text.length;
    return EVP_DigestUpdate(digest, &length, sizeof length) == 1 &&
           EVP_DigestUpdate(digest, text.data, text.length) == 1;
}

struct compile_key compile_key_of(const struct language *language, const char *version,
                                  const struct sandbox_file *files, unsigned count)
{
    struct compile_key key;
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    check(digest);
    bool ok = EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1 &&
              EVP_DigestUpdate(digest, &language->id, sizeof language->id) == 1 &&
              s_add(digest, version) && s_add(digest, language->source_name);
    for (const char *const *word = language->compile; ok && *word; word++)
        ok = s_add(digest, *word);
    ok = ok && s_add(digest, "");
    for (unsigned i = 0; ok && i < count; i++)
        ok = s_add_slice(digest, files[i].path) && s_add_slice(digest, files[i].content);
    ok = ok && EVP_DigestFinal_ex(digest, key.bytes, NULL) == 1;
    check(ok);
    EVP_MD_CTX_free(digest);
    return key;
}

bool compile_cache_get(struct compile_cache *self, const struct compile_key *key,
                       struct compiled *result)
{
    struct entry *entry;
    pthread_mutex_lock(&self->mutex);
    HASH_FIND(hh, self->entries, key, sizeof *key, entry);
    int packed = entry ? fcntl(entry->packed, F_DUPFD_CLOEXEC, 3) : -1;
    if (packed >= 0) {
        *result = (struct compiled){.packed = packed, .text_bytes = entry->text_bytes};
        memcpy(result->text, entry->text, entry->text_bytes);
        HASH_DEL(self->entries, entry);
        HASH_ADD(hh, self->entries, key, sizeof entry->key, entry);
    }
    pthread_mutex_unlock(&self->mutex);
    return packed >= 0;
}

/* NULL: we are out of descriptors. */
static struct entry *s_entry(const struct compile_key *key, const struct compiled *result)
{
    struct stat file = {0};
    int packed = fcntl(result->packed, F_DUPFD_CLOEXEC, 3);
    if (packed < 0)
        return NULL;
    struct entry *entry = calloc(1, sizeof *entry);
    check(entry);
    entry->key = *key;
    entry->packed = packed;
    entry->text_bytes = result->text_bytes;
    entry->text = malloc(result->text_bytes + 1);
    check(entry->text);
    memcpy(entry->text, result->text, result->text_bytes);
    fstat(packed, &file);
    entry->bytes = sizeof *entry + result->text_bytes + (uint64_t)file.st_size;
    return entry;
}

void compile_cache_put(struct compile_cache *self, const struct compile_key *key,
                       const struct compiled *result)
{
    struct entry *before, *entry = s_entry(key, result);
    if (!entry)
        return;
    pthread_mutex_lock(&self->mutex);
    HASH_FIND(hh, self->entries, key, sizeof *key, before);
    if (before)
        s_drop(self, before);
    HASH_ADD(hh, self->entries, key, sizeof entry->key, entry);
    self->bytes += entry->bytes;
    while (self->entries &&
           (self->bytes > self->max_bytes || HASH_COUNT(self->entries) > COMPILE_CACHE_ENTRIES_MAX))
        s_drop(self, self->entries);
    pthread_mutex_unlock(&self->mutex);
}
