/* A database by its URL: which driver, opened and brought to the newest schema. */
#ifndef STORE_DATABASE_H
#define STORE_DATABASE_H

#include "actors/store/driver.h"

struct database {
    const struct store_driver *driver;   /* how to talk to it */
    struct store_connection *connection; /* owned; NULL: not open */
};

/* Opens "scheme:location" and migrates it. False: not open, the error says why; passwords that a
 * URL may hold are not in it. Blocking; use and close it in the same thread. */
bool database_open(struct database *self, const char *url, const char *folder,
                   struct store_error *error);
void database_close(struct database *self);

#endif
