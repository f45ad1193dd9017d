#include "actors/store/database.h"

#include <stdlib.h>
#include <unistd.h>

#include "proto/check.h"

static const struct store_driver *const s_drivers[] = {&store_driver_sqlite,
                                                       &store_driver_postgres};

const struct store_driver *database_driver(const char *url, struct store_error *error)
{
    size_t length = strcspn(url, ":");
    for (size_t i = 0; i < sizeof s_drivers / sizeof *s_drivers && url[length]; i++)
        for (const char *const *scheme = s_drivers[i]->schemes; *scheme; scheme++)
            if (slice_is(slice_from(url, length), *scheme))
                return s_drivers[i];
    store_error_set(error, "the database's URL must begin with \"sqlite:\" or \"postgresql://\"");
    return NULL;
}

bool database_there(const char *url, const char *folder, struct store_error *error)
{
    static const char scheme[] = "sqlite:";
    char *path;
    if (strncmp(url, scheme, strlen(scheme)) != 0)
        return true;
    const char *name = url + strlen(scheme);
    check(asprintf(&path, "%s%s%s", *name == '/' ? "" : folder, *name == '/' ? "" : "/", name) >=
          0);
    bool there = access(path, F_OK) == 0;
    free(path);
    return there || store_error_set(error, "the database is not there; name it with --database "
                                           "and --data");
}

bool database_open(struct database *self, const char *url, const char *folder,
                   struct store_error *error)
{
    *self = (struct database){.driver = database_driver(url, error)};
    self->connection = self->driver ? self->driver->open(url, folder, error) : NULL;
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

bool database_probe(const char *url, const char *folder, struct store_error *error)
{
    const struct store_driver *driver = database_driver(url, error);
    return driver && driver->probe(url, folder, error);
}
