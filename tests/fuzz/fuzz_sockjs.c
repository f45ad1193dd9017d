/* What a hostile SockJS client sends: a message, a path, a callback's name; and whatever text is
 * framed must be read again as it was, by a JSON reader that is not ours. */
#include <jansson.h>
#include <stdlib.h>

#include "gateway/sockjs/framing.h"
#include "gateway/sockjs/inbox.h"
#include "proto/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads it as SockJS' messages and as JSON: what is messages is JSON; strings come out the same. */
static void s_read(const char *text, size_t length)
{
    char *copy = malloc(length + 1);
    check(copy);
    memcpy(copy, text, length);
    struct inbox inbox;
    struct slice message;
    enum inbox_found found = inbox_open(&inbox, copy, length);
    json_t *document = json_loadb(text, length, JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);
    size_t count = 0;
    while (found == INBOX_MESSAGES && inbox_next(&inbox, &message)) {
        check(utf8_valid(message));
        json_t *item = json_is_array(document) ? json_array_get(document, count) : document;
        check(!document ||
              slice_equal(message, slice_from(json_string_value(item), json_string_length(item))));
        count++;
    }
    if (json_is_array(document))
        check(found == INBOX_BROKEN || count == json_array_size(document));
    json_decref(document);
    free(copy);
}

static void s_write(struct slice text)
{
    struct buffer frame, wrapped;
    buffer_init(&frame, 6 * text.length + 8);
    framing_write_array(&frame, text);
    check(!frame.overflow);
    json_t *document = json_loadb(frame.data + 1, frame.length - 1, JSON_ALLOW_NUL, NULL);
    const json_t *item = json_array_get(document, 0);
    check(slice_equal(text, slice_from(json_string_value(item), json_string_length(item))));
    json_decref(document);
    check(!memchr(frame.data, '\n', frame.length) && !memchr(frame.data, '\r', frame.length));
    buffer_init(&wrapped, 6 * frame.length + 4096);
    for (size_t i = 0; i < TRANSPORTS; i++) {
        framing_write_prelude(&wrapped, &transports[i], "callback");
        framing_wrap(&wrapped, &transports[i], "callback", buffer_slice(&frame));
        check(!wrapped.overflow);
        buffer_clear(&wrapped);
    }
    buffer_fini(&frame);
    buffer_fini(&wrapped);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_from(data, size);
    struct place place = place_read(text);
    if (place.kind == PLACE_SESSION)
        check(place.session.length && place.session.length <= SOCKJS_ID_MAX_BYTES);
    framing_is_callback(text);
    s_read((const char *)data, size);
    if (size && utf8_valid(text))
        s_write(text);
    return 0;
}
