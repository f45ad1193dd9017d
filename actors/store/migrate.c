#include "actors/store/migrate.h"

#include <inttypes.h>
#include <string.h>

bool migrate_plan(const struct migration_list *known, const struct migration_mark *applied,
                  size_t count, struct store_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (i >= known->count)
            return store_error_set(error,
                                   "the database has schema %" PRId64
                                   ", this program knows %zu: it was made by a newer version",
                                   applied[count - 1].number, known->count);
        const struct migration *migration = &known->items[i];
        if (applied[i].number != migration->number)
            return store_error_set(error, "the database lacks migration %s but has later ones",
                                   migration->name);
        if (strcmp(applied[i].sha256, migration->sha256) != 0)
            return store_error_set(error,
                                   "migration %s is not the text that the database was made with",
                                   migration->name);
    }
    return true;
}
