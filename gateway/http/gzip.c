/* The fastest level: answers are JSON, which shrinks to a fifth by any, and other browsers wait. */
#include "gateway/http/gzip.h"

#include <zlib.h>

#include "proto/check.h"

#define GZIP_WINDOW (15 + 16) /* the largest window; +16: with gzip's head and tail */

bool gzip_pays(const char *content_type, size_t length)
{
    static const char *const texts[] = {"application/json", "application/problem+json", "text/"};
    if (!content_type || length < GZIP_MIN_BYTES || length > GZIP_MAX_BYTES)
        return false;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strncmp(content_type, texts[i], strlen(texts[i])) == 0)
            return true;
    return false;
}

bool gzip_write(struct slice body, struct buffer *out)
{
    z_stream stream = {.next_in = (Bytef *)body.data, .avail_in = (uInt)body.length};
    char *room = buffer_reserve(out, body.length);
    check(room && deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW, 8,
                               Z_DEFAULT_STRATEGY) == Z_OK);
    stream.next_out = (Bytef *)room;
    stream.avail_out = (uInt)body.length;
    bool shorter = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    if (shorter)
        out->length += stream.total_out;
    deflateEnd(&stream);
    return shorter;
}
