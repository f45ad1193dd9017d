#include "actors/store/takeover.h"

#include <inttypes.h>

#include "actors/store/takeover_copy.h"
#include "actors/store/takeover_report.h"

static void s_show_read(void *user, const char *table, int64_t rows)
{
    (void)user;
    fprintf(stderr, "\r\033[Kreading %s: %" PRId64, table, rows);
}

static void s_show_copied(void *user, const char *table, int64_t rows, int64_t all)
{
    (void)user;
    fprintf(stderr, "\r\033[Kcopying %s: %" PRId64 " of %" PRId64, table, rows, all);
}

static void s_show(const struct takeover *self, const char *what)
{
    if (self->progress)
        fprintf(stderr, "\r\033[K%s", what);
}

static bool s_plan(const struct takeover *self, struct takeover_stage *stage,
                   const struct takeover_copy *copy, struct takeover_totals *totals,
                   struct store_error *error)
{
    struct takeover_source source;
    takeover_tick *tick = self->progress ? s_show_read : NULL;
    if (!takeover_source_read(&source, self->from, stage, tick, NULL, error))
        return false;
    if (!source.tables[TAKEOVER_users])
        return store_error_set(error,
                               "--from: there is no table users in %s: name the database of the "
                               "earlier backend, and its schema by ?options=-csearch_path%%3DNAME",
                               source.where);
    s_show(self, "sorting what was found");
    if (!takeover_stage_sort(stage, error))
        return false;
    s_show(self, "looking at what is there");
    if (!takeover_copy_look(copy, error) || !takeover_stage_compare(stage, error))
        return false;
    s_show(self, "");
    return takeover_report_print(stage, &source, stdout, totals, error) &&
           takeover_report_write(stage, self->report, error);
}

static bool s_apply(const struct takeover *self, const struct takeover_copy *copy,
                    const struct takeover_totals *totals, struct store_error *error)
{
    if (totals->clash)
        return store_error_set(error,
                               "%" PRId64
                               " ids belong to something else in the database that takes "
                               "over; take over into a new one, before problems are imported there",
                               totals->clash);
    if (!takeover_copy_run(copy, error))
        return false;
    s_show(self, "");
    printf("%" PRId64 " rows copied\n", totals->todo);
    return true;
}

bool takeover_run(const struct takeover *self, struct store_error *error)
{
    struct takeover_totals totals;
    struct takeover_stage *stage = takeover_stage_new(self->folder, error);
    struct takeover_copy copy = {.database = self->database,
                                 .stage = stage,
                                 .now_ms = self->now_ms,
                                 .tick = self->progress ? s_show_copied : NULL};
    bool good = stage && s_plan(self, stage, &copy, &totals, error);
    if (good) {
        int64_t told = totals.left_out + totals.mended + totals.kept + totals.clash;
        printf("%s: %" PRId64 " lines, one for each row that is not taken as it is\n", self->report,
               told);
    }
    if (good && self->apply)
        good = s_apply(self, &copy, &totals, error);
    else if (good)
        puts("nothing was copied: --apply does it");
    if (!good)
        s_show(self, "");
    takeover_stage_destroy(&stage);
    return good;
}
