/* What a peer may send. The first two bytes choose a message by its id, the rest is read as one;
 * id 0 stands for a whole frame, whose body is then read as the message that its envelope names.
 * What is read is written and read again: the second writing must equal the first, byte for byte.
 */
#include "proto/check.h"
#include "proto/envelope.h"
#include "proto/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads a record that we wrote ourselves: it has to be right, and all of it. */
static void s_read_ours(const struct record *record, struct slice bytes, struct arena *arena,
                        union any_message *value)
{
    struct codec_error error;
    size_t taken;
    check(codec_decode(record, bytes, arena, value, &taken, &error));
    check(taken == bytes.length);
}

static void s_try_message(const struct record *record, struct slice bytes)
{
    static union any_message first, second;
    struct arena arena = {0};
    struct buffer written, again, json;
    struct codec_error error;
    size_t taken;
    buffer_init(&written, FRAME_MAX_BYTES);
    buffer_init(&again, FRAME_MAX_BYTES);
    buffer_init(&json, FRAME_MAX_BYTES);
    bool ok = codec_decode(record, bytes, &arena, &first, &taken, &error);
    check(taken <= bytes.length);
    if (ok) {
        codec_encode(record, &first, &written);
        check(!written.overflow && written.length <= taken); /* ours is the shortest form */
        s_read_ours(record, buffer_slice(&written), &arena, &second);
        codec_encode(record, &second, &again);
        check(slice_equal(buffer_slice(&written), buffer_slice(&again)));
        json_record(record, &first, &json);
        check(!json.overflow && utf8_valid(buffer_slice(&json)));
    } else
        check(error.record && error.field && error.what);
    buffer_fini(&written);
    buffer_fini(&again);
    buffer_fini(&json);
    arena_fini(&arena);
}

static void s_try_frame(struct slice bytes)
{
    struct frame frame, second;
    struct buffer written;
    const char *what = NULL;
    if (!frame_decode(bytes, &frame, &what)) {
        check(what);
        return;
    }
    buffer_init(&written, FRAME_MAX_BYTES);
    envelope_encode(&frame.envelope, &written);
    check(written.length <= bytes.length - frame.body.length);
    size_t length = written.length;
    buffer_append(&written, frame.body.data, frame.body.length);
    check(frame_decode(buffer_slice(&written), &second, &what));
    check(slice_equal(frame.body, second.body));
    struct buffer again;
    buffer_init(&again, FRAME_MAX_BYTES);
    envelope_encode(&second.envelope, &again);
    check(slice_equal(buffer_slice(&again), slice_from(written.data, length)));
    const struct record *message = message_by_id(frame.envelope.kind);
    if (message)
        s_try_message(message, frame.body);
    buffer_fini(&again);
    buffer_fini(&written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    uint16_t id = (uint16_t)(data[0] << 8 | data[1]);
    struct slice bytes = slice_from(data + 2, size - 2);
    const struct record *message = message_by_id(id);
    if (message)
        s_try_message(message, bytes);
    else if (id == 0)
        s_try_frame(bytes);
    return 0;
}
