/* A body in chunks from a hostile client: read whole or in pieces it is the same, and within its
 * bound. The first byte says how long the pieces are. */
#include "gateway/http/chunks.h"
#include "proto/check.h"

#define BODY_MAX_BYTES 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum chunks_found s_read(struct slice text, size_t piece, struct buffer *body)
{
    struct chunks chunks = {0};
    enum chunks_found found = CHUNKS_MORE;
    buffer_init(body, BODY_MAX_BYTES);
    for (size_t at = 0; at < text.length && found == CHUNKS_MORE; at += piece) {
        size_t length = text.length - at < piece ? text.length - at : piece;
        found = chunks_read(&chunks, slice_from(text.data + at, length), body);
    }
    check(body->length <= BODY_MAX_BYTES);
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct slice text = slice_from(data + 1, size - 1);
    struct buffer whole, pieces;
    enum chunks_found found = s_read(text, text.length, &whole);
    check(s_read(text, (size_t)data[0] + 1, &pieces) == found);
    check(slice_equal(buffer_slice(&whole), buffer_slice(&pieces)) || found == CHUNKS_FULL);
    buffer_fini(&whole);
    buffer_fini(&pieces);
    return 0;
}
