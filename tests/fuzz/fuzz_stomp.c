/* STOMP from a hostile client. The first byte says the version and how the rest is cut into pieces;
 * the session must take it all, and whole or in pieces a reader must find the same frames. */
#include "gateway/stomp/session.h"
#include "proto/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void s_converse(struct slice bytes, size_t step)
{
    struct stomp_session session;
    stomp_session_init(&session, 1, 0);
    for (size_t from = 0; from < bytes.length; from += step) {
        size_t length = bytes.length - from < step ? bytes.length - from : step;
        stomp_session_feed(&session, slice_from(bytes.data + from, length), (int64_t)from);
        enum stomp_step_kind kind;
        do {
            struct stomp_step next = stomp_session_next(&session);
            kind = next.kind;
            if (kind == STOMP_STEP_LOGIN)
                stomp_session_admit(&session, next.token.length ? 7 : 0, (int64_t)from);
            else if (kind == STOMP_STEP_SUBSCRIBE)
                session.subscriptions[next.slot].handle = 1;
            check(!session.out.overflow);
            buffer_clear(&session.out);
        } while (kind != STOMP_STEP_NONE && kind != STOMP_STEP_CLOSE);
    }
    stomp_session_fini(&session);
}

/* A sum over the frames found. Feeding stops at the first bad one, as it does in a session. */
static uint64_t s_read(struct slice bytes, int version, size_t step)
{
    struct stomp_reader reader;
    struct stomp_frame frame;
    uint64_t sum = 0;
    stomp_reader_init(&reader);
    if (version < 3)
        stomp_reader_open(&reader, (enum stomp_version)version);
    for (size_t from = 0; from < bytes.length && !reader.reason; from += step) {
        size_t length = bytes.length - from < step ? bytes.length - from : step;
        stomp_reader_feed(&reader, slice_from(bytes.data + from, length));
        while (stomp_reader_next(&reader, &frame) == STOMP_FRAME) {
            sum = sum * 31 + (uint64_t)frame.command + 1;
            for (size_t i = 0; i < frame.header_count; i++)
                sum = sum * 31 + frame.headers[i].name.length * 7 + frame.headers[i].value.length;
            sum = sum * 31 + frame.body.length;
        }
    }
    stomp_reader_fini(&reader);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    int version = data[0] & 3;
    size_t step = (size_t)(data[0] >> 2) + 1;
    struct slice bytes = slice_from(data + 1, size - 1);
    s_converse(bytes, step);
    if (bytes.length && bytes.length < STOMP_BODY_MAX_BYTES)
        check(s_read(bytes, version, step) == s_read(bytes, version, bytes.length));
    return 0;
}
