/* Nothing in the file has to outlive the process, so it has no journal and no name: kill -9 leaves
 * nothing behind, and a second run begins anew with what is there then. */
#include "actors/store/takeover_stage.h"

#include <stdlib.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "actors/store/migrate.h"
#include "actors/store/takeover_value.h"
#include "proto/check.h"

#define CACHE_KIB 65536

/* sql/takeover, as it was when the program was built. */
extern const struct migration_list takeover_scripts;
enum { SCRIPT_SORT, SCRIPT_OUTGOING, SCRIPT_COMPARE };

#define TABLE(name, what) static const struct takeover_column s_##name[] = {
#define COLUMN(name, kind, limit, others) {#name, TAKEOVER_##kind, limit, others},
#define END_TABLE \
    }             \
    ;
#include "actors/store/takeover.def"
#undef TABLE
#undef COLUMN
#undef END_TABLE

const struct takeover_shape takeover_shapes[TAKEOVER_TABLES] = {
#define TABLE(name, what) {#name, s_##name, sizeof s_##name / sizeof *s_##name},
#define COLUMN(name, kind, limit, others)
#define END_TABLE
#include "actors/store/takeover.def"
#undef TABLE
#undef COLUMN
#undef END_TABLE
};

bool takeover_stage_failed(struct takeover_stage *self, struct store_error *error)
{
    return store_error_set(error, "sorting what was found failed: %s",
                           sqlite3_errmsg(self->database));
}

static bool s_exec(struct takeover_stage *self, const char *sql, struct store_error *error)
{
    return sqlite3_exec(self->database, sql, NULL, NULL, NULL) == SQLITE_OK ||
           takeover_stage_failed(self, error);
}

static bool s_create_tables(struct takeover_stage *self, struct store_error *error)
{
    static const char *const types[] = {[TAKEOVER_INT] = "INTEGER",
                                        [TAKEOVER_MS] = "INTEGER",
                                        [TAKEOVER_FLAG] = "INTEGER",
                                        [TAKEOVER_TEXT] = "TEXT",
                                        [TAKEOVER_BYTES] = "BLOB"};
    bool good = true;
    for (enum takeover_table table = 0; good && table < TAKEOVER_TABLES; table++) {
        const struct takeover_shape *shape = &takeover_shapes[table];
        struct buffer sql;
        buffer_init(&sql, 4096);
        buffer_printf(&sql, "CREATE TABLE found_%s (row INTEGER PRIMARY KEY", shape->name);
        for (size_t i = 0; i < shape->count; i++)
            buffer_printf(&sql, ", %s %s", shape->columns[i].name, types[shape->columns[i].kind]);
        buffer_append(&sql, ")", 2);
        check(!sql.overflow);
        good = s_exec(self, sql.data, error);
        buffer_fini(&sql);
    }
    return good;
}

struct takeover_stage *takeover_stage_new(const char *folder, struct store_error *error)
{
    struct takeover_stage *self = calloc(1, sizeof *self);
    char *path;
    check(self && asprintf(&path, "%s/takeover.XXXXXX", folder) >= 0);
    int file = mkstemp(path); /* 0600 */
    bool good = file >= 0 &&
                sqlite3_open_v2(path, &self->database, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK;
    if (!good)
        store_error_set(error, "%s can't be written to", folder);
    static const char settings[] = "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF;"
                                   "PRAGMA synchronous = OFF; PRAGMA temp_store = FILE;";
    char cache[64];
    snprintf(cache, sizeof cache, "PRAGMA cache_size = -%d", CACHE_KIB);
    good = good && s_exec(self, settings, error) && s_exec(self, cache, error) &&
           s_create_tables(self, error);
    if (file >= 0) {
        unlink(path);
        close(file);
    }
    free(path);
    if (!good)
        takeover_stage_destroy(&self);
    return self;
}

void takeover_stage_destroy(struct takeover_stage **self_p)
{
    struct takeover_stage *self = *self_p;
    if (!self)
        return;
    sqlite3_finalize(self->add);
    check(sqlite3_close(self->database) == SQLITE_OK); /* else a statement was forgotten */
    free(self);
    *self_p = NULL;
}

sqlite3_stmt *takeover_stage_prepare(struct takeover_stage *self, const char *sql,
                                     struct store_error *error)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(self->database, sql, -1, &statement, NULL) != SQLITE_OK)
        takeover_stage_failed(self, error);
    return statement;
}

/* ---- filling
 * ------------------------------------------------------------------------------------- */

bool takeover_stage_begin(struct takeover_stage *self, enum takeover_table table,
                          struct store_error *error)
{
    const struct takeover_shape *shape = &takeover_shapes[table];
    char sql[256];
    int length = snprintf(sql, sizeof sql, "INSERT INTO found_%s VALUES (NULL", shape->name);
    for (size_t i = 0; i < shape->count; i++)
        length += snprintf(sql + length, sizeof sql - (size_t)length, ", ?");
    snprintf(sql + length, sizeof sql - (size_t)length, ")");
    self->add = takeover_stage_prepare(self, sql, error);
    return self->add && s_exec(self, "BEGIN", error);
}

/* Text that the database let in under another encoding: each byte that is no UTF-8 becomes a ?. */
static int s_bind_mended(sqlite3_stmt *statement, int place, struct slice text)
{
    char *copy = malloc(text.length);
    check(copy);
    for (size_t i = 0; i < text.length; i++)
        copy[i] = (unsigned char)text.data[i] < 0x80 ? text.data[i] : '?';
    return sqlite3_bind_text64(statement, place, copy, text.length, free, SQLITE_UTF8);
}

/* SQLITE_MISMATCH: no value of that kind. */
static int s_bind(sqlite3_stmt *statement, int place, enum takeover_kind kind, struct slice text)
{
    static bool (*const readers[])(struct slice, int64_t *) = {[TAKEOVER_INT] = takeover_number,
                                                               [TAKEOVER_MS] = takeover_time,
                                                               [TAKEOVER_FLAG] = takeover_flag};
    int64_t value;
    if (kind == TAKEOVER_BYTES)
        return sqlite3_bind_blob64(statement, place, text.data, text.length, SQLITE_STATIC);
    if (kind == TAKEOVER_TEXT)
        return utf8_valid(text) ? sqlite3_bind_text64(statement, place, text.data, text.length,
                                                      SQLITE_STATIC, SQLITE_UTF8)
                                : s_bind_mended(statement, place, text);
    return readers[kind](text, &value) ? sqlite3_bind_int64(statement, place, value)
                                       : SQLITE_MISMATCH;
}

bool takeover_stage_add(struct takeover_stage *self, enum takeover_table table,
                        const struct slice *texts, struct store_error *error)
{
    const struct takeover_shape *shape = &takeover_shapes[table];
    sqlite3_reset(self->add);
    sqlite3_clear_bindings(self->add);
    for (size_t i = 0; i < shape->count; i++) {
        if (!texts[i].data)
            continue;
        int code = s_bind(self->add, (int)i + 1, shape->columns[i].kind, texts[i]);
        if (code == SQLITE_MISMATCH)
            self->unreadable[table][i]++;
        else if (code != SQLITE_OK)
            return takeover_stage_failed(self, error);
    }
    self->found[table]++;
    return sqlite3_step(self->add) == SQLITE_DONE || takeover_stage_failed(self, error);
}

bool takeover_stage_end(struct takeover_stage *self, struct store_error *error)
{
    sqlite3_finalize(self->add);
    self->add = NULL;
    return s_exec(self, "COMMIT", error);
}

/* ---- hashes
 * ---------------------------------------------------------------------------------------- */

static void s_hash_bytes(EVP_MD_CTX *hash, const void *data, int length)
{
    char head[32]; /* before the bytes, so that no two lists read the same */
    int digits = snprintf(head, sizeof head, "%d:", length);
    check(EVP_DigestUpdate(hash, head, (size_t)digits) == 1);
    check(length == 0 || EVP_DigestUpdate(hash, data, (size_t)length) == 1);
}

static void s_hash_text(EVP_MD_CTX *hash, char text[2 * EVP_MAX_MD_SIZE + 1])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length;
    check(EVP_DigestFinal_ex(hash, digest, &length) == 1);
    for (unsigned i = 0; i < length; i++)
        snprintf(text + (size_t)2 * i, 3, "%02x", digest[i]);
}

/* One row of `problem` has id, title and description; its tests are hashed as import does it. */
static bool s_hash_problem(sqlite3_stmt *problem, sqlite3_stmt *tests, sqlite3_stmt *write,
                           EVP_MD_CTX *hash)
{
    char tests_hash[2 * EVP_MAX_MD_SIZE + 1], content_hash[2 * EVP_MAX_MD_SIZE + 1];
    int64_t id = sqlite3_column_int64(problem, 0), count = 0;
    int code;
    check(EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1);
    sqlite3_bind_int64(tests, 1, id);
    while ((code = sqlite3_step(tests)) == SQLITE_ROW) {
        for (int i = 0; i < 2; i++)
            s_hash_bytes(hash, sqlite3_column_blob(tests, i), sqlite3_column_bytes(tests, i));
        count++;
    }
    sqlite3_reset(tests);
    s_hash_text(hash, tests_hash);
    check(EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1);
    for (int i = 1; i <= 2; i++)
        s_hash_bytes(hash, sqlite3_column_blob(problem, i), sqlite3_column_bytes(problem, i));
    s_hash_bytes(hash, tests_hash, (int)strlen(tests_hash));
    s_hash_text(hash, content_hash);
    sqlite3_bind_int64(write, 1, id);
    sqlite3_bind_int64(write, 2, count);
    sqlite3_bind_text(write, 3, count ? tests_hash : "", -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(write, 4, content_hash, -1, SQLITE_TRANSIENT);
    bool good = code == SQLITE_DONE && sqlite3_step(write) == SQLITE_DONE;
    sqlite3_reset(write);
    return good;
}

static bool s_hash_problems(struct takeover_stage *self, struct store_error *error)
{
    sqlite3_stmt *problem = takeover_stage_prepare(
        self, "SELECT id, title, description FROM problems ORDER BY id", error);
    sqlite3_stmt *tests = takeover_stage_prepare(
        self,
        "SELECT COALESCE(f.input, x''), f.output FROM test_cases t"
        " JOIN found_test_cases f ON f.row = t.found WHERE t.problem_id = ? ORDER BY t.ordinal",
        error);
    sqlite3_stmt *write = takeover_stage_prepare(
        self,
        "UPDATE problems SET tests_total = ?2, tests_hash = ?3, content_hash = ?4 WHERE id = ?1",
        error);
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    check(hash);
    bool good = problem && tests && write;
    int code = SQLITE_ROW;
    while (good && (code = sqlite3_step(problem)) == SQLITE_ROW)
        good = s_hash_problem(problem, tests, write, hash) || takeover_stage_failed(self, error);
    good = good && (code == SQLITE_DONE || takeover_stage_failed(self, error));
    EVP_MD_CTX_free(hash);
    sqlite3_finalize(problem);
    sqlite3_finalize(tests);
    sqlite3_finalize(write);
    return good;
}

/* ---- the scripts
 * ----------------------------------------------------------------------------------- */

/* One transaction each: without it every statement would write its pages out for itself. */
static bool s_script(struct takeover_stage *self, size_t script, struct store_error *error)
{
    return s_exec(self, "BEGIN", error) &&
           s_exec(self, takeover_scripts.items[script].sql, error) && s_exec(self, "COMMIT", error);
}

bool takeover_stage_sort(struct takeover_stage *self, struct store_error *error)
{
    return s_script(self, SCRIPT_SORT, error) && s_hash_problems(self, error) &&
           s_script(self, SCRIPT_OUTGOING, error);
}

bool takeover_stage_compare(struct takeover_stage *self, struct store_error *error)
{
    return s_script(self, SCRIPT_COMPARE, error);
}
