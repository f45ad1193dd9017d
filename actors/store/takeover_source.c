/* All columns are fetched as text: what a text means is decided in one place (takeover_value),
 * whatever type the column had. Timestamps become milliseconds in SQL, since only the database
 * knows its zones; those without a zone are read in the session's, UTC unless the URL's options say
 * otherwise. */
#include "actors/store/takeover_source.h"

#include <stdlib.h>

#include <libpq-fe.h>

#include "proto/check.h"

#define CONNECT_TIMEOUT_S "10"
#define TICK_ROWS 1024 /* between two ticks */

struct reading {
    PGconn *connection;             /* owned */
    struct takeover_source *source; /* being filled */
    struct takeover_stage *stage;   /* borrowed */
    takeover_tick *tick;            /* of the caller */
    void *user;                     /* passed on to it */
    struct store_error *error;      /* where the sentence goes */
};

/* libpq's sentences name hosts, users and tables, never passwords. They end with a line break. */
static bool s_failed(struct reading *self, const char *what)
{
    char text[400];
    snprintf(text, sizeof text, "%s", PQerrorMessage(self->connection));
    for (char *c = text; *c; c++)
        *c = *c == '\n' ? ' ' : *c;
    for (size_t length = strlen(text); length && text[length - 1] == ' '; length--)
        text[length - 1] = '\0';
    return store_error_set(self->error, "--from: %s: %s", what, text);
}

static bool s_connect(struct reading *self, const char *url)
{
    /* the URL's own options come later, so they win */
    static const char *const keys[] = {"options", "connect_timeout", "fallback_application_name",
                                       "dbname",  "client_encoding", NULL};
    const char *const values[] = {
        "-c TimeZone=UTC", CONNECT_TIMEOUT_S, "codecomp migrate", url, "UTF8", NULL};
    if (strncmp(url, "postgresql://", 13) != 0 && strncmp(url, "postgres://", 11) != 0)
        return store_error_set(self->error, "--from: the URL must begin with \"postgresql://\"");
    self->connection = PQconnectdbParams(keys, values, 1);
    check(self->connection);
    if (PQstatus(self->connection) != CONNECTION_OK)
        return s_failed(self, "the database can't be reached");
    const char *version = PQparameterStatus(self->connection, "server_version");
    snprintf(self->source->where, sizeof self->source->where, "PostgreSQL %s at %s, database %s",
             version ? version : "", PQhost(self->connection), PQdb(self->connection));
    return true;
}

/* A query without rows. */
static bool s_exec(struct reading *self, const char *sql)
{
    PGresult *result = PQexec(self->connection, sql);
    bool good = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    return good || s_failed(self, "reading could not begin");
}

/* Repeatable read: all tables as they are at one instant. Large tables from their first row on, so
 * that which of two rows comes first is the same the next time. */
static bool s_begin(struct reading *self)
{
    return s_exec(self, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") &&
           s_exec(self, "SET LOCAL synchronize_seqscans = off") &&
           s_exec(self, "SET LOCAL statement_timeout = 0") &&
           s_exec(self, "SET LOCAL idle_in_transaction_session_timeout = 0") &&
           s_exec(self, "SET LOCAL extra_float_digits = 1");
}

/* ---- columns
 * ------------------------------------------------------------------------------------- */

/* A column of a table there. */
struct theirs {
    const char *name; /* as it is called */
    const char *type; /* "character varying" */
    char category; /* pg_type's: N number, S text, B boolean, D date and time, E enumeration, … */
};

static bool s_one_of(const char *word, const char *words)
{
    size_t length = strlen(word);
    for (const char *at = words; *at; at += strspn(at, " ")) {
        size_t next = strcspn(at, " ");
        if (next == length && strncmp(at, word, length) == 0)
            return true;
        at += next;
    }
    return false;
}

/* How a value of theirs is written as the text that we read; NULL: it can't be. %s is the column. A
 * large object is what Hibernate makes of @Lob. */
static const char *s_expression(enum takeover_kind kind, const struct theirs *theirs)
{
    bool text = kind == TAKEOVER_TEXT || kind == TAKEOVER_BYTES;
    if (strcmp(theirs->type, "oid") == 0)
        return text ? "(SELECT convert_from(lo_get(m.oid), 'UTF8') FROM pg_largeobject_metadata m"
                      " WHERE m.oid = %s)"
                    : "%s::text";
    if (theirs->category == 'D' && kind == TAKEOVER_MS)
        return strncmp(theirs->type, "timestamp", 9) == 0 || strcmp(theirs->type, "date") == 0
                   ? "CASE WHEN isfinite(%s) THEN"
                     " round(extract(epoch FROM %s::timestamptz) * 1000)::bigint::text END"
                   : NULL;
    if (s_one_of(theirs->type, "real numeric") || strcmp(theirs->type, "double precision") == 0)
        return text ? "%s::text" : "CASE WHEN abs(%s) < 1e18 THEN trunc(%s)::numeric::text END";
    if (theirs->category == 'B' && (kind == TAKEOVER_INT || kind == TAKEOVER_MS))
        return NULL;
    return strchr("NSBED", theirs->category) || s_one_of(theirs->type, "json jsonb uuid xml")
               ? "%s::text"
               : NULL;
}

/* The column as it stands in the SELECT list. */
static void s_append_column(struct reading *self, struct buffer *sql,
                            const struct takeover_column *column, const struct theirs *theirs,
                            const char *expression)
{
    char *name = PQescapeIdentifier(self->connection, theirs->name, strlen(theirs->name));
    check(name);
    bool bounded = column->limit > 0;
    buffer_append_text(sql, bounded ? "left(" : "");
    for (const char *at = expression; *at; at++) {
        if (at[0] == '%' && at[1] == 's') {
            buffer_append_text(sql, name);
            at++;
        } else
            buffer_append_char(sql, *at);
    }
    if (bounded)
        buffer_printf(sql, ", %ld)", column->limit + 1);
    PQfreemem(name);
}

/* The column of that name, else the first of the others; NULL: none. */
static const struct theirs *s_find(const struct takeover_column *column,
                                   const struct theirs *theirs, size_t count)
{
    const struct theirs *found = NULL;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(theirs[i].name, column->name) == 0)
            return &theirs[i];
        if (!found && s_one_of(theirs[i].name, column->others))
            found = &theirs[i];
    }
    return found;
}

/* SELECT … FROM their table, with NULL for what is not there; false: there is no such table. */
static bool s_build(struct reading *self, enum takeover_table table, const PGresult *columns,
                    struct buffer *sql)
{
    const struct takeover_shape *shape = &takeover_shapes[table];
    size_t count = (size_t)PQntuples(columns);
    struct theirs *theirs = calloc(count + 1, sizeof *theirs);
    check(theirs);
    for (size_t i = 0; i < count; i++)
        theirs[i] = (struct theirs){PQgetvalue(columns, (int)i, 0), PQgetvalue(columns, (int)i, 1),
                                    *PQgetvalue(columns, (int)i, 2)};
    buffer_append_text(sql, "SELECT ");
    for (size_t i = 0; i < shape->count; i++) {
        const struct takeover_column *column = &shape->columns[i];
        const struct theirs *found = s_find(column, theirs, count);
        const char *expression = found ? s_expression(column->kind, found) : NULL;
        buffer_append_text(sql, i ? ", " : "");
        if (expression)
            s_append_column(self, sql, column, found, expression);
        else
            buffer_append_text(sql, "NULL");
        self->source->columns[table][i] = expression ? TAKEOVER_READ
                                          : found    ? TAKEOVER_STRANGE
                                                     : TAKEOVER_MISSING;
    }
    buffer_printf(sql, " FROM %s", shape->name);
    free(theirs);
    check(!sql->overflow);
    return count > 0;
}

static bool s_look(struct reading *self, enum takeover_table table, struct buffer *sql)
{
    const char *name = takeover_shapes[table].name;
    PGresult *columns =
        PQexecParams(self->connection,
                     "SELECT a.attname, format_type(b.oid, NULL), b.typcategory FROM pg_attribute a"
                     " JOIN pg_type t ON t.oid = a.atttypid"
                     " JOIN pg_type b ON b.oid = COALESCE(NULLIF(t.typbasetype, 0), t.oid)"
                     " WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped"
                     " ORDER BY a.attnum",
                     1, NULL, &name, NULL, NULL, 0);
    bool good = PQresultStatus(columns) == PGRES_TUPLES_OK;
    if (good)
        self->source->tables[table] = s_build(self, table, columns, sql);
    PQclear(columns);
    return good || s_failed(self, "its tables can't be looked at");
}

/* ---- rows
 * ------------------------------------------------------------------------------------------ */

static bool s_add(struct reading *self, enum takeover_table table, const PGresult *row)
{
    struct slice texts[TAKEOVER_COLUMNS_MAX];
    for (int i = 0; i < (int)takeover_shapes[table].count; i++)
        texts[i] = PQgetisnull(row, 0, i)
                       ? (struct slice){NULL, 0}
                       : slice_from(PQgetvalue(row, 0, i), (size_t)PQgetlength(row, 0, i));
    if (self->tick && self->stage->found[table] % TICK_ROWS == 0)
        self->tick(self->user, takeover_shapes[table].name, self->stage->found[table]);
    return takeover_stage_add(self->stage, table, texts, self->error);
}

/* To the end in any case, so that the connection can be closed in order. */
static bool s_read_rows(struct reading *self, enum takeover_table table, const char *sql)
{
    bool good = PQsendQuery(self->connection, sql) && PQsetSingleRowMode(self->connection);
    char what[128];
    snprintf(what, sizeof what, "table %s can't be read", takeover_shapes[table].name);
    if (!good)
        return s_failed(self, what);
    for (PGresult *row; (row = PQgetResult(self->connection)); PQclear(row)) {
        if (!good)
            continue;
        if (PQresultStatus(row) == PGRES_SINGLE_TUPLE)
            good = s_add(self, table, row);
        else if (PQresultStatus(row) != PGRES_TUPLES_OK)
            good = s_failed(self, what);
    }
    return good;
}

static bool s_read_table(struct reading *self, enum takeover_table table)
{
    struct buffer sql;
    buffer_init(&sql, 65536);
    bool good = s_look(self, table, &sql);
    if (good && self->source->tables[table]) {
        good = takeover_stage_begin(self->stage, table, self->error) &&
               s_read_rows(self, table, sql.data) && takeover_stage_end(self->stage, self->error);
    }
    buffer_fini(&sql);
    return good;
}

bool takeover_source_read(struct takeover_source *self, const char *url,
                          struct takeover_stage *stage, takeover_tick *tick, void *user,
                          struct store_error *error)
{
    struct reading reading = {
        .source = self, .stage = stage, .tick = tick, .user = user, .error = error};
    *self = (struct takeover_source){0};
    bool good = s_connect(&reading, url) && s_begin(&reading);
    for (enum takeover_table table = 0; good && table < TAKEOVER_TABLES; table++)
        good = s_read_table(&reading, table);
    PQfinish(reading.connection);
    return good;
}
