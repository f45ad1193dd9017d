/* A zip archive in memory: its list of files, and what each holds. Pure. Stored and deflated files;
 * encryption, several discs and archives beyond 4 GB are refused. What the archive says of sizes is
 * a claim: nothing is given out beyond the bound that the caller names. */
#ifndef STORE_PACKAGE_ZIP_H
#define STORE_PACKAGE_ZIP_H

#include "actors/store/package_error.h"
#include "proto/bytes.h"

#define ZIP_ENTRIES_MAX 10000

struct zip {
    struct slice bytes; /* the archive; borrowed */
    size_t next;        /* where the list's next entry begins */
    unsigned left;      /* entries that the list still has */
    size_t base;        /* where the list begins: files stand before it */
};

struct zip_entry {
    struct slice name;   /* as it stands there; borrowed */
    bool folder;         /* its name ends in "/" */
    bool link;           /* a symbolic link, or anything but a file or a folder */
    struct slice packed; /* its bytes in the archive */
    bool deflated;       /* they are compressed */
    uint32_t size, crc;  /* of its content, as the archive says */
};

/* False: it is no archive that we read; `what` of the error says why. */
bool zip_open(struct zip *self, struct slice bytes, struct package_error *error);
/* The next entry. 1; 0: there is none; -1: the list is broken, the error says how. */
int zip_next(struct zip *self, struct zip_entry *entry, struct package_error *error);
/* Unpacks to a function, piece by piece; false from it ends it. False also when the content is
 * broken, longer than max_bytes, or not what the archive says. */
bool zip_unpack(const struct zip_entry *entry, size_t max_bytes,
                bool (*write)(void *context, const void *data, size_t length), void *context,
                struct package_error *error);

#endif
