/* What a person reads of a take-over: a table of counts and the reasons on the screen, bounded;
 * each row that is not taken as it is in a file. */
#ifndef STORE_TAKEOVER_REPORT_H
#define STORE_TAKEOVER_REPORT_H

#include "actors/store/takeover_source.h"

struct takeover_totals {
    int64_t todo;     /* rows to be copied */
    int64_t left_out; /* rows that are not taken */
    int64_t mended;   /* changes to rows that are */
    int64_t kept;     /* rows that are there and differ */
    int64_t clash;    /* ids that belong to something else there: nothing can be copied */
};

/* Prints what was found, what will be done, and why the rest will not. After compare. */
bool takeover_report_print(struct takeover_stage *stage, const struct takeover_source *source,
                           FILE *out, struct takeover_totals *totals, struct store_error *error);
/* Writes the file, 0600: kind, table, id, sentence, with tabs between. */
bool takeover_report_write(struct takeover_stage *stage, const char *path,
                           struct store_error *error);

#endif
