/* A database by its URL: which driver, opened and brought to the newest schema. */
#ifndef STORE_DATABASE_H
#define STORE_DATABASE_H

#include "actors/store/driver.h"

struct database {
    const struct store_driver *driver;   /* how to talk to it */
    struct store_connection *connection; /* owned; NULL: not open */
};

/* The driver of a URL; NULL: none, the error says which there are. */
const struct store_driver *database_driver(const char *url, struct store_error *error);

/* Looking into the wrong folder must not make a database there. False: SQLite's file is not there,
 * and the error says so; whether a server is, only opening it tells. */
bool database_there(const char *url, const char *folder, struct store_error *error);
/* Opens a connection and migrates. False: not open, the error says why; passwords that a URL may
 * hold are not in it. Blocking; use and close it in the same thread. */
bool database_open(struct database *self, const char *url, const char *folder,
                   struct store_error *error);
void database_close(struct database *self);

/* Could database_open do it? Reachability, password, version, rights and schema are looked at,
 * nothing is changed. True: the error's text says what is there. False: the error says what is wrong and how to mend it. `folder` is the data
 * folder. Blocking, for seconds at most. */
bool database_probe(const char *url, const char *folder, struct store_error *error);

#endif
