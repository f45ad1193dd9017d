/* Reading a ZPL file (CZMQ's zconfig), so that what is wrong is told by whoever reads it. */
#ifndef RUNTIME_ZPL_H
#define RUNTIME_ZPL_H

#include <czmq.h>

#define ZPL_MAX_BYTES (1024 * 1024)

/* NULL: `error` says why, without the file's name. The tree is the caller's, zconfig_destroy. */
zconfig_t *zpl_load(const char *path, char *error, size_t error_size);

#endif
