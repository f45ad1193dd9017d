/* A body in chunks (RFC 9112, 7.1), as it comes in pieces. Pure. Strict: CRLF only, and what is no
 * size in hexadecimal is no chunk, so that nobody on the way can have read it otherwise. */
#ifndef GATEWAY_HTTP_CHUNKS_H
#define GATEWAY_HTTP_CHUNKS_H

#include <stdbool.h>

#include "proto/bytes.h"

#define CHUNKS_LINE_MAX_BYTES 1024 /* of a chunk's size with its extensions; of all trailers */

enum chunks_found {
    CHUNKS_MORE, /* the body goes on */
    CHUNKS_END,  /* it is there */
    CHUNKS_FULL, /* it is longer than the buffer may be */
    CHUNKS_BAD   /* these are no chunks */
};

/* Zeroed at first. */
struct chunks {
    enum {
        CHUNKS_SIZE,       /* digits */
        CHUNKS_EXTENSION,  /* behind them, up to CR */
        CHUNKS_SIZE_LF,    /* its LF */
        CHUNKS_DATA,       /* `left` bytes */
        CHUNKS_DATA_CR,    /* behind them */
        CHUNKS_DATA_LF,    /* its LF */
        CHUNKS_TRAILER,    /* the start of a line behind the last chunk */
        CHUNKS_TRAILER_IN, /* in it */
        CHUNKS_TRAILER_LF, /* its LF */
        CHUNKS_LAST_LF,    /* of the empty line at the end */
    } state;               /* what comes next */
    size_t left;           /* size of the chunk, then what is missing of it */
    size_t digits;         /* of the size */
    size_t line;           /* bytes of this line, or of all trailers */
};

/* Appends to `body`, whose bound is the body's. What is behind the end is passed over. */
enum chunks_found chunks_read(struct chunks *self, struct slice piece, struct buffer *body);

#endif
