#include "actors/store/database.h"

static const struct store_driver *const s_drivers[] = {&store_driver_sqlite};

bool database_open(struct database *self, const char *url, const char *folder,
                   struct store_error *error)
{
    *self = (struct database){0};
    size_t length = strcspn(url, ":");
    for (size_t i = 0; i < sizeof s_drivers / sizeof *s_drivers && url[length]; i++)
        if (slice_is(slice_from(url, length), s_drivers[i]->scheme))
            self->driver = s_drivers[i];
    if (!self->driver)
        return store_error_set(error, "the database's URL must begin with \"sqlite:\"");
    self->connection = self->driver->open(url + length + 1, folder, error);
    if (self->connection && self->driver->migrate(self->connection, error))
        return true;
    database_close(self);
    return false;
}

void database_close(struct database *self)
{
    if (self->connection)
        self->driver->close(&self->connection);
}
