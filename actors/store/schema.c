#include "actors/store/schema.h"

#include <stdlib.h>
#include <string.h>

#include "actors/store/link.h"
#include "actors/store/migrate.h"
#include "proto/check.h"

/* Ours alone among those who use advisory locks in this database: "codecomp". */
#define LOCK "7165064746094130544"

/* A schema may take long to change, and longer when another process is at it. */
static const char s_begin[] = "BEGIN; SET LOCAL statement_timeout = 0;"
                              " SET LOCAL idle_in_transaction_session_timeout = 0;"
                              " SELECT pg_advisory_xact_lock(" LOCK ")";
static const char s_marks[] = "CREATE TABLE IF NOT EXISTS schema_migrations ("
                              " number BIGINT PRIMARY KEY,"
                              " name TEXT NOT NULL,"
                              " sha256 TEXT NOT NULL CHECK (length(sha256) = 64),"
                              " applied_ms BIGINT NOT NULL)";
/* Have we been here; has another program; the schema's and the role's names. */
static const char s_look[] =
    "SELECT to_regclass('schema_migrations') IS NOT NULL,"
    " EXISTS (SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = current_schema()"
    " AND tablename IN ('users', 'rooms', 'participants', 'problems', 'submissions')),"
    " COALESCE(current_schema(), ''), current_user,"
    " COALESCE(has_schema_privilege(current_schema(), 'CREATE'), false)";
/* A table that the role may not work with. */
static const char s_rights[] =
    "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema()"
    " AND tablename IN ('users', 'rooms', 'participants', 'open_seats', 'problems', 'test_cases',"
    " 'room_problems', 'participant_problems', 'submissions', 'contest_history',"
    " 'partition_claims', 'commit_tokens', 'trials', 'trial_tests')"
    " AND NOT (has_table_privilege(format('%I.%I', schemaname, tablename), 'SELECT')"
    " AND has_table_privilege(format('%I.%I', schemaname, tablename), 'INSERT')"
    " AND has_table_privilege(format('%I.%I', schemaname, tablename), 'UPDATE')"
    " AND has_table_privilege(format('%I.%I', schemaname, tablename), 'DELETE'))"
    " ORDER BY tablename LIMIT 1";

struct schema {
    PGconn *connection;           /* borrowed */
    struct migration_mark *marks; /* what is applied; owned */
    size_t count;                 /* how many */
    bool marked;                  /* we have been here */
    bool foreign;                 /* has tables of our names, but we have not been here */
    bool may_create;              /* the role may make tables */
    char name[64], role[64];      /* of the schema, ""; of the role */
};

/* The result of a command, or NULL and why not. */
static PGresult *s_run(struct schema *self, const char *sql, const char *what,
                       struct store_error *error)
{
    PGresult *result = PQexec(self->connection, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
        return result;
    link_trouble(result, what, error);
    PQclear(result);
    return NULL;
}

static bool s_do(struct schema *self, const char *sql, const char *what, struct store_error *error)
{
    PGresult *result = s_run(self, sql, what, error);
    PQclear(result);
    return result != NULL;
}

static bool s_true(const PGresult *result, int column)
{
    return *PQgetvalue(result, 0, column) == 't';
}

static bool s_read_marks(struct schema *self, struct store_error *error)
{
    PGresult *result =
        s_run(self, "SELECT number, sha256 FROM schema_migrations ORDER BY number LIMIT 1000",
              "schema_migrations", error);
    if (!result)
        return false;
    for (int row = 0; row < PQntuples(result) && self->count < MIGRATIONS_MAX; row++) {
        struct migration_mark *mark = &self->marks[self->count++];
        mark->number = strtoll(PQgetvalue(result, row, 0), NULL, 10);
        snprintf(mark->sha256, sizeof mark->sha256, "%s", PQgetvalue(result, row, 1));
    }
    PQclear(result);
    return migrate_plan(&migrations_postgres, self->marks, self->count, error);
}

/* What is there; false when it is not for us. */
static bool s_examine(struct schema *self, struct store_error *error)
{
    PGresult *result = s_run(self, s_look, "the schema", error);
    if (!result)
        return false;
    self->count = 0;
    self->marked = s_true(result, 0);
    self->foreign = !self->marked && s_true(result, 1);
    snprintf(self->name, sizeof self->name, "%s", PQgetvalue(result, 0, 2));
    snprintf(self->role, sizeof self->role, "%s", PQgetvalue(result, 0, 3));
    self->may_create = s_true(result, 4);
    PQclear(result);
    if (!*self->name)
        return store_error_set(error,
                               "the role \"%s\" has no schema to work in; make one, or set "
                               "its search_path",
                               self->role);
    if (self->foreign)
        return store_error_set(error,
                               "schema \"%s\" holds another program's tables; name an empty "
                               "database in the URL",
                               self->name);
    return !self->marked || s_read_marks(self, error);
}

static bool s_is_complete(const struct schema *self)
{
    return self->marked && self->count == migrations_postgres.count;
}

static bool s_check_create(struct schema *self, struct store_error *error)
{
    return self->may_create ||
           store_error_set(error,
                           "the role \"%s\" may not make tables in schema \"%s\"; GRANT "
                           "CREATE ON SCHEMA \"%s\" TO it, or run codecomp migrate as one "
                           "who may",
                           self->role, self->name, self->name);
}

static bool s_apply(struct schema *self, const struct migration *migration,
                    struct store_error *error)
{
    const char *const values[] = {migration->name, migration->sha256};
    char sql[256];
    if (!s_do(self, migration->sql, migration->name, error))
        return false;
    snprintf(sql, sizeof sql,
             "INSERT INTO schema_migrations (number, name, sha256, applied_ms) VALUES (%lld, $1,"
             " $2, CAST(extract(epoch FROM now()) * 1000 AS BIGINT))",
             (long long)migration->number);
    PGresult *result = PQexecParams(self->connection, sql, 2, NULL, values, NULL, NULL, 0);
    bool done = PQresultStatus(result) == PGRES_COMMAND_OK;
    if (!done)
        link_trouble(result, migration->name, error);
    PQclear(result);
    return done;
}

/* Under the lock: whoever had it before may have done everything. */
static bool s_apply_all(struct schema *self, struct store_error *error)
{
    const struct migration_list *known = &migrations_postgres;
    if (!s_do(self, s_begin, "the schema's lock", error) || !s_examine(self, error))
        return false;
    if (!s_is_complete(self) &&
        (!s_check_create(self, error) || !s_do(self, s_marks, "schema_migrations", error)))
        return false;
    for (size_t i = self->count; i < known->count; i++)
        if (!s_apply(self, &known->items[i], error))
            return false;
    return s_do(self, "COMMIT", "the schema", error);
}

static struct schema s_schema(PGconn *connection)
{
    struct schema self = {.connection = connection,
                          .marks = calloc(MIGRATIONS_MAX, sizeof *self.marks)};
    check(self.marks);
    return self;
}

bool schema_migrate(PGconn *connection, struct store_error *error)
{
    struct schema self = s_schema(connection);
    struct store_error ignored;
    bool good = s_examine(&self, error);
    if (good && !s_is_complete(&self)) {
        good = s_apply_all(&self, error);
        if (!good)
            s_do(&self, "ROLLBACK", "", &ignored);
    }
    free(self.marks);
    return good;
}

static bool s_check_rights(struct schema *self, struct store_error *error)
{
    PGresult *result = s_run(self, s_rights, "the rights", error);
    bool good = result != NULL;
    if (good && PQntuples(result))
        good = store_error_set(error,
                               "the role \"%s\" may not read and write the table \"%s\"; "
                               "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN "
                               "SCHEMA \"%s\" TO it",
                               self->role, PQgetvalue(result, 0, 0), self->name);
    PQclear(result);
    return good;
}

bool schema_probe(PGconn *connection, struct store_error *error)
{
    struct schema self = s_schema(connection);
    bool good = s_examine(&self, error) && (s_is_complete(&self) || s_check_create(&self, error)) &&
                s_check_rights(&self, error);
    const char *version = PQparameterStatus(connection, "server_version");
    if (good)
        store_error_set(error, "PostgreSQL %.*s at %.200s:%.20s",
                        version ? (int)strcspn(version, " ") : 0, version ? version : "",
                        PQhost(connection), PQport(connection));
    free(self.marks);
    return good;
}

bool schema_ids_above(PGconn *connection, const char *table, int64_t id, struct store_error *error)
{
    char number[24];
    const char *const values[] = {table, number};
    snprintf(number, sizeof number, "%lld", (long long)id);
    PGresult *result = PQexecParams(
        connection,
        "SELECT setval(s, GREATEST(COALESCE(pg_sequence_last_value(s), 1), $2::bigint))"
        " FROM (SELECT pg_get_serial_sequence($1, 'id')::regclass AS s) q",
        2, NULL, values, NULL, NULL, 0);
    bool done = PQresultStatus(result) == PGRES_TUPLES_OK;
    if (!done)
        link_trouble(result, table, error);
    PQclear(result);
    return done;
}
