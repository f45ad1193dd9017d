#include "actors/store/takeover_report.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#define REASONS_MAX 40 /* lines of reasons on the screen */

/* ---- the columns that were not found
 * --------------------------------------------------------------- */

static void s_print_columns(const struct takeover_stage *stage,
                            const struct takeover_source *source, FILE *out)
{
    for (enum takeover_table table = 0; table < TAKEOVER_TABLES; table++) {
        const struct takeover_shape *shape = &takeover_shapes[table];
        if (!source->tables[table]) {
            fprintf(out, "missing: table %s\n", shape->name);
            continue;
        }
        for (size_t i = 0; i < shape->count; i++) {
            const struct takeover_column *column = &shape->columns[i];
            const char *blank = *column->others ? " or " : "";
            if (source->columns[table][i] == TAKEOVER_MISSING)
                fprintf(out, "missing: %s has no column %s%s%s\n", shape->name, column->name, blank,
                        column->others);
            else if (source->columns[table][i] == TAKEOVER_STRANGE)
                fprintf(out, "missing: %s's column %s%s%s has a type that can't be read\n",
                        shape->name, column->name, blank, column->others);
            if (stage->unreadable[table][i])
                fprintf(out, "unreadable: %" PRId64 " values in %s's column %s%s%s count as none\n",
                        stage->unreadable[table][i], shape->name, column->name, blank,
                        column->others);
        }
    }
}

/* ---- counts and reasons
 * ------------------------------------------------------------------------------ */

static const char s_counts[] =
    "WITH names (target, source, nth) AS (VALUES ('users', 'users', 1), ('problems', 'problems', "
    "2),"
    " ('test_cases', 'test_cases', 3), ('rooms', 'rooms', 4), ('participants', 'participants', 5),"
    " ('room_problems', 'room_problems', 6), ('participant_problems', 'participant_problems', 7),"
    " ('submissions', 'app_submissions', 8), ('contest_history', 'contest_history', 9))"
    " SELECT source, target, (SELECT COUNT(*) FROM todo t WHERE t.source = target),"
    " COALESCE((SELECT n FROM same s WHERE s.source = target), 0),"
    " (SELECT COUNT(*) FROM kept k WHERE k.source = target),"
    " (SELECT COUNT(*) FROM left_out l WHERE l.source = names.source),"
    " (SELECT COUNT(*) FROM mended m WHERE m.source = names.source),"
    " (SELECT COUNT(*) FROM clash c WHERE c.source = target) FROM names ORDER BY nth";

static int64_t s_found(const struct takeover_stage *stage, const char *name)
{
    for (enum takeover_table table = 0; table < TAKEOVER_TABLES; table++)
        if (strcmp(takeover_shapes[table].name, name) == 0)
            return stage->found[table];
    return 0;
}

static bool s_print_counts(struct takeover_stage *stage, FILE *out, struct takeover_totals *totals,
                           struct store_error *error)
{
    enum { SOURCE, TARGET, TO_COPY, SAME, KEPT, LEFT_OUT, MENDED, CLASH };
    sqlite3_stmt *row = takeover_stage_prepare(stage, s_counts, error);
    if (!row)
        return false;
    *totals = (struct takeover_totals){0};
    fprintf(out, "%-21s %10s %10s %10s %10s %10s %10s\n", "table", "found", "to copy", "there",
            "kept", "left out", "mended");
    int code;
    while ((code = sqlite3_step(row)) == SQLITE_ROW) {
        const char *source = (const char *)sqlite3_column_text(row, SOURCE);
        fprintf(out, "%-21s %10" PRId64, source, s_found(stage, source));
        for (int column = TO_COPY; column <= MENDED; column++)
            fprintf(out, " %10" PRId64, (int64_t)sqlite3_column_int64(row, column));
        fputc('\n', out);
        totals->todo += sqlite3_column_int64(row, TO_COPY);
        totals->kept += sqlite3_column_int64(row, KEPT);
        totals->left_out += sqlite3_column_int64(row, LEFT_OUT);
        totals->mended += sqlite3_column_int64(row, MENDED);
        totals->clash += sqlite3_column_int64(row, CLASH);
    }
    sqlite3_finalize(row);
    return code == SQLITE_DONE || takeover_stage_failed(stage, error);
}

/* Sentences that name an id or a word are counted by their beginning. */
static const char s_reasons[] =
    "SELECT kind, source, what, COUNT(*) FROM"
    " (SELECT 'left out' AS kind, source, why AS what FROM left_out UNION ALL"
    "  SELECT 'mended', source, CASE instr(what, ':') WHEN 0 THEN what ELSE"
    "   substr(what, 1, instr(what, ':') - 1) END FROM mended UNION ALL"
    "  SELECT 'clash', source, CASE instr(why, ' under') WHEN 0 THEN why ELSE"
    "   'the same stands here under another id' END FROM clash)"
    " GROUP BY kind, source, CASE WHEN what LIKE '\"%' THEN 'word' WHEN what LIKE 'user %' THEN "
    "'user'"
    " WHEN what LIKE 'nothing told%' THEN 'far' ELSE what END ORDER BY kind, source, COUNT(*) DESC";

static bool s_print_reasons(struct takeover_stage *stage, FILE *out, struct store_error *error)
{
    sqlite3_stmt *row = takeover_stage_prepare(stage, s_reasons, error);
    if (!row)
        return false;
    int code, lines = 0, more = 0;
    while ((code = sqlite3_step(row)) == SQLITE_ROW) {
        int64_t count = sqlite3_column_int64(row, 3);
        if (lines == REASONS_MAX) {
            more++;
            continue;
        }
        lines++;
        fprintf(out, "%s: %" PRId64 " of %s: %s%s\n", sqlite3_column_text(row, 0), count,
                sqlite3_column_text(row, 1), count > 1 ? "for instance, " : "",
                sqlite3_column_text(row, 2));
    }
    if (more)
        fprintf(out, "and %d reasons more\n", more);
    sqlite3_finalize(row);
    return code == SQLITE_DONE || takeover_stage_failed(stage, error);
}

bool takeover_report_print(struct takeover_stage *stage, const struct takeover_source *source,
                           FILE *out, struct takeover_totals *totals, struct store_error *error)
{
    fprintf(out, "from %s\n", source->where);
    s_print_columns(stage, source, out);
    return s_print_counts(stage, out, totals, error) && s_print_reasons(stage, out, error);
}

/* ---- the file
 * ------------------------------------------------------------------------------------------ */

static const char s_lines[] =
    "SELECT 'left out', source, id, why FROM left_out"
    " UNION ALL SELECT 'mended', source, id, what FROM mended"
    " UNION ALL SELECT 'kept', source, id, 'it differs here: it stays as it is here' FROM kept"
    " UNION ALL SELECT 'clash', source, id, why FROM clash";

bool takeover_report_write(struct takeover_stage *stage, const char *path,
                           struct store_error *error)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *out = file >= 0 ? fdopen(file, "w") : NULL;
    if (!out)
        return store_error_set(error, "--report %s: %s", path, strerror(errno));
    sqlite3_stmt *row = takeover_stage_prepare(stage, s_lines, error);
    int code = SQLITE_ERROR;
    while (row && (code = sqlite3_step(row)) == SQLITE_ROW) {
        const char *id = (const char *)sqlite3_column_text(row, 2);
        fprintf(out, "%s\t%s\t%s\t%s\n", sqlite3_column_text(row, 0), sqlite3_column_text(row, 1),
                id ? id : "-", sqlite3_column_text(row, 3));
    }
    bool good = code == SQLITE_DONE || (row && takeover_stage_failed(stage, error));
    sqlite3_finalize(row);
    bool written = fflush(out) == 0 && !ferror(out);
    if (fclose(out) != 0 || !written)
        return store_error_set(error, "--report %s: %s", path, strerror(errno));
    return good;
}
