/* The package's reader gives sound packages or one error; what is here is the order of writing:
 * the problem without tests, the tests, then how many they are and their hash, all or nothing. */
#include "actors/store/import.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "actors/store/commit.h"
#include "actors/store/package_archive.h"
#include "proto/check.h"

struct import {
    struct database *database;          /* borrowed */
    const char *dir;                    /* of the package, as people know it, borrowed */
    const char *folder;                 /* where it lies, borrowed */
    const char *slug;                   /* of a package from an archive; NULL: its folder's name */
    const struct import_report *report; /* borrowed */
    struct package *package;            /* owned; NULL: not opened */
    struct buffer input, output;        /* contents of one test, owned */
    EVP_MD_CTX *hash;                   /* over all of them, owned */
    struct commit commit;               /* the statement that is run next */
    struct arena arena;                 /* the last statement's result */
    struct rec_store_result result;     /* it */
    struct package_error *error;        /* why it was refused, borrowed */
};

/* ---- statements ---------------------------------------------------------------------------- */

static bool s_database_failed(struct import *self, const struct store_error *error)
{
    return package_refuse(self->error, self->dir, 0, "%s", error->text);
}

static struct commit *s_statement(struct import *self, enum statement_number statement)
{
    commit_begin(&self->commit);
    commit_op(&self->commit, statement);
    return &self->commit;
}

/* Runs the one statement that self->commit holds; its result is self->result. */
static bool s_run(struct import *self)
{
    const struct database *database = self->database;
    const struct rec_store_op *op = &self->commit.ops[0];
    const struct statement *statement = statement_by_number(op->statement);
    struct store_error error = {"the result is too large"};
    struct rows rows;
    check(op->params.count == statement->params);
    arena_reset(&self->arena);
    rows_init(&rows, &self->arena);
    enum store_ran ran = database->driver->run(database->connection, statement, &op->params,
                                               &self->result, &rows, &error);
    return ran == STORE_RAN || s_database_failed(self, &error);
}

static void s_blob(struct commit *commit, struct slice bytes)
{
    commit_text(commit, bytes);
    struct value_list *params = &commit->ops[0].params;
    params->items[params->count - 1].type = VALUE_BLOB;
}

static bool s_begin(struct import *self, bool write)
{
    struct store_error error;
    return self->database->driver->begin(self->database->connection, write, &error) ||
           s_database_failed(self, &error);
}

static bool s_end(struct import *self, bool keep)
{
    struct store_error error;
    return self->database->driver->end(self->database->connection, keep, &error) ||
           s_database_failed(self, &error);
}

/* Leaves the first error as it is. */
static void s_give_up(struct import *self)
{
    struct store_error ignored;
    self->database->driver->end(self->database->connection, false, &ignored);
}

/* ---- one package --------------------------------------------------------------------------- */

static void s_hash(struct import *self, struct slice bytes)
{
    char length[32]; /* before the bytes, so that no two lists of files read the same */
    int digits = snprintf(length, sizeof length, "%zu:", bytes.length);
    check(EVP_DigestUpdate(self->hash, length, (size_t)digits) == 1 &&
          EVP_DigestUpdate(self->hash, bytes.data, bytes.length) == 1);
}

static bool s_write_test(struct import *self, int64_t problem_id, size_t at)
{
    const struct package_test *test = &self->package->tests[at];
    if (!package_read(self->package, &test->input, &self->input, self->error) ||
        !package_read(self->package, &test->answer, &self->output, self->error))
        return false;
    s_hash(self, buffer_slice(&self->input));
    s_hash(self, buffer_slice(&self->output));
    s_hash(self, slice_of(test->arguments));
    struct commit *commit = s_statement(self, STATEMENT_test_insert);
    commit_i64(commit, problem_id);
    commit_i64(commit, (int64_t)at + 1);
    commit_i64(commit, test->sample);
    commit_text(commit, slice_of(test->name));
    s_blob(commit, buffer_slice(&self->input));
    s_blob(commit, buffer_slice(&self->output));
    commit_text(commit, slice_of(test->arguments));
    if (!s_run(self))
        return false;
    if (self->report->test)
        self->report->test(self->report->user, self->dir, at + 1, self->package->tests_count);
    return true;
}

static bool s_write_problem(struct import *self, int64_t now_ms)
{
    const struct package *package = self->package;
    struct commit *commit = s_statement(self, STATEMENT_problem_write);
    commit_text(commit, slice_of(package->slug));
    commit_text(commit, slice_of(package->title));
    commit_text(commit, slice_of(package->statement));
    commit_text(commit, slice_of(word_text(&difficulty_words, package->difficulty)));
    commit_i64(commit, package->time_limit_ms);
    commit_i64(commit, package->memory_limit_mb);
    commit_i64(commit, package->output_limit_bytes);
    commit_text(commit, slice_of(package->hash));
    commit_i64(commit, now_ms);
    return s_run(self);
}

static bool s_write_tests_hash(struct import *self, int64_t problem_id)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    char text[2 * EVP_MAX_MD_SIZE + 1];
    unsigned length;
    check(EVP_DigestFinal_ex(self->hash, digest, &length) == 1);
    for (unsigned i = 0; i < length; i++)
        snprintf(text + (size_t)2 * i, 3, "%02x", digest[i]);
    struct commit *commit = s_statement(self, STATEMENT_problem_tests_write);
    commit_i64(commit, problem_id);
    commit_i64(commit, (int64_t)self->package->tests_count);
    commit_text(commit, slice_of(text));
    return s_run(self);
}

static bool s_write_judging(struct import *self, int64_t problem_id)
{
    const struct package *package = self->package;
    struct commit *commit = s_statement(self, STATEMENT_problem_judging_write);
    commit_i64(commit, problem_id);
    commit_text(commit, slice_of(word_text(&judging_mode_words, package->judging)));
    commit_text(commit, slice_of(word_text(&checker_protocol_words, package->protocol)));
    commit_text(commit, slice_of(package->checker_hash));
    return s_run(self);
}

static bool s_write_file(struct import *self, int64_t problem_id, const struct package_extra *extra)
{
    static const char *const kinds[] = {"checker", "interactor", "picture"};
    if (!package_read_bytes(self->package, &extra->file, &self->input, self->error))
        return false;
    struct commit *commit = s_statement(self, STATEMENT_problem_file_insert);
    commit_i64(commit, problem_id);
    commit_text(commit, slice_of(kinds[extra->kind]));
    commit_text(commit, slice_of(extra->name));
    s_blob(commit, buffer_slice(&self->input));
    return s_run(self);
}

/* What was there before goes. */
static bool s_delete(struct import *self, enum statement_number statement, int64_t problem_id)
{
    commit_i64(s_statement(self, statement), problem_id);
    return s_run(self);
}

/* Within the transaction. */
static bool s_write(struct import *self, int64_t now_ms)
{
    if (!s_write_problem(self, now_ms))
        return false;
    int64_t problem_id = result_i64(&self->result, 0, 0);
    bool good = s_write_judging(self, problem_id) &&
                s_delete(self, STATEMENT_problem_files_delete, problem_id) &&
                s_delete(self, STATEMENT_tests_delete, problem_id);
    for (size_t i = 0; good && i < self->package->extras_count; i++)
        good = s_write_file(self, problem_id, &self->package->extras[i]);
    for (size_t i = 0; good && i < self->package->tests_count; i++)
        good = s_write_test(self, problem_id, i);
    return good && s_write_tests_hash(self, problem_id);
}

/* Is the problem there, and with this content? False: the database is at fault. */
static bool s_compare(struct import *self, enum import_outcome *outcome)
{
    struct commit *commit = s_statement(self, STATEMENT_problem_by_slug);
    commit_text(commit, slice_of(self->package->slug));
    bool good = s_begin(self, false) && s_run(self);
    if (good) {
        bool same = slice_is(result_text(&self->result, 0, 1), self->package->hash) &&
                    result_i64(&self->result, 0, 2) == 0;
        *outcome = result_rows(&self->result) == 0 ? IMPORT_ADDED
                   : same                          ? IMPORT_UNCHANGED
                                                   : IMPORT_CHANGED;
    }
    return s_end(self, false) && good;
}

static enum import_outcome s_import(struct import *self, int64_t now_ms)
{
    enum import_outcome outcome;
    bool good = package_open_as(self->folder, self->dir, self->slug, &self->package, self->error) &&
                s_compare(self, &outcome);
    if (good && outcome != IMPORT_UNCHANGED && self->report->look)
        good = self->report->look(self->report->user, self->dir, self->package, self->error);
    if (good && outcome != IMPORT_UNCHANGED) {
        good = s_begin(self, true) && s_write(self, now_ms) && s_end(self, true);
        if (!good)
            s_give_up(self);
    }
    return good ? outcome : IMPORT_REFUSED;
}

static bool s_import_from(struct database *database, const char *dir, const char *folder,
                          const char *slug, int64_t now_ms, const struct import_report *report,
                          struct import_summary *summary)
{
    struct package_error error = {0};
    struct import self = {.database = database,
                          .dir = dir,
                          .folder = folder,
                          .slug = slug,
                          .report = report,
                          .hash = EVP_MD_CTX_new(),
                          .error = &error};
    buffer_init(&self.input, TEST_FILE_MAX_BYTES);
    buffer_init(&self.output, TEST_FILE_MAX_BYTES);
    check(self.hash && EVP_DigestInit_ex(self.hash, EVP_sha256(), NULL) == 1);
    enum import_outcome outcome = s_import(&self, now_ms);
    if (report->package)
        report->package(report->user, dir, outcome, outcome == IMPORT_REFUSED ? &error : NULL);
    summary->packages[outcome]++;
    EVP_MD_CTX_free(self.hash);
    buffer_fini(&self.input);
    buffer_fini(&self.output);
    arena_fini(&self.arena);
    package_destroy(&self.package);
    return outcome != IMPORT_REFUSED;
}

static bool s_import_package(struct database *database, const char *dir, int64_t now_ms,
                             const struct import_report *report, struct import_summary *summary)
{
    return s_import_from(database, dir, dir, NULL, now_ms, report, summary);
}

static bool s_refuse(const char *dir, const struct package_error *error,
                     const struct import_report *report, struct import_summary *summary)
{
    if (report->package)
        report->package(report->user, dir, IMPORT_REFUSED, error);
    summary->packages[IMPORT_REFUSED]++;
    return false;
}

static bool s_import_archive(struct database *database, const char *path, int64_t now_ms,
                             const struct import_report *report, struct import_summary *summary)
{
    struct package_archive archive;
    struct package_error error = {0};
    if (!package_archive_open(&archive, path, &error))
        return s_refuse(path, &error, report, summary);
    bool good =
        s_import_from(database, path, archive.inside, archive.name, now_ms, report, summary);
    package_archive_close(&archive);
    return good;
}

/* ---- folders ------------------------------------------------------------------------------- */

bool import_folder(struct database *database, const char *dir, int64_t now_ms,
                   const struct import_report *report, struct import_summary *summary)
{
    if (package_is(dir))
        return s_import_package(database, dir, now_ms, report, summary);
    if (package_archive_is(dir))
        return s_import_archive(database, dir, now_ms, report, summary);
    struct dirent **entries = NULL;
    int count = scandir(dir, &entries, NULL, alphasort);
    size_t found = 0;
    bool good = true;
    for (int i = 0; i < count; i++) {
        char *inner;
        check(asprintf(&inner, "%s/%s", dir, entries[i]->d_name) >= 0);
        bool folder = entries[i]->d_name[0] != '.' && package_is(inner);
        bool archive = entries[i]->d_name[0] != '.' && !folder && package_archive_is(inner);
        if (folder)
            good &= s_import_package(database, inner, now_ms, report, summary);
        if (archive)
            good &= s_import_archive(database, inner, now_ms, report, summary);
        found += folder || archive;
        free(inner);
        free(entries[i]);
    }
    free(entries);
    if (found)
        return good;
    struct package_error error;
    package_refuse(&error, dir, 0, "no problem package here, nor in its folders");
    return s_refuse(dir, &error, report, summary);
}

static bool s_mark(struct database *database, enum statement_number statement, struct slice slug,
                   int64_t now_ms, const char *refusal, struct package_error *error)
{
    struct import self = {.database = database, .dir = "", .error = error};
    struct commit *commit = s_statement(&self, statement);
    commit_text(commit, slug);
    commit_i64(commit, now_ms);
    bool good = s_begin(&self, true) && s_run(&self);
    if (good && self.result.changed == 0)
        good = package_refuse(error, "", 0, "%s", refusal);
    good = good && s_end(&self, true);
    if (!good)
        s_give_up(&self);
    arena_fini(&self.arena);
    return good;
}

bool import_retire(struct database *database, struct slice slug, int64_t now_ms,
                   struct package_error *error)
{
    return s_mark(database, STATEMENT_problem_retire, slug, now_ms,
                  "no problem of that name is in use", error);
}

bool import_restore(struct database *database, struct slice slug, int64_t now_ms,
                    struct package_error *error)
{
    return s_mark(database, STATEMENT_problem_restore, slug, now_ms,
                  "no problem of that name is retired", error);
}
