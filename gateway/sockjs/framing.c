/* The writers. A frame is JSON without a raw line end, whatever was in the message. */
#include "gateway/sockjs/framing.h"

#include <stdio.h>

#include "proto/check.h"

#define PRELUDE_BYTES 2048      /* of xhr_streaming: what browsers hold back at most */
#define HTML_PRELUDE_BYTES 1024 /* of htmlfile */

/* ---- frames --------------------------------------------------------------------------------- */

/* The code point of the three bytes at `at` when it must be escaped; else 0. All that must be are
 * in these two blocks. */
static unsigned s_mangled(const unsigned char *at, const unsigned char *end)
{
    if (end - at < 3)
        return 0;
    unsigned point = (at[0] & 0x0fu) << 12 | (at[1] & 0x3fu) << 6 | (at[2] & 0x3fu);
    bool escaped = (point >= 0x200c && point <= 0x200f) || (point >= 0x2028 && point <= 0x202f) ||
                   (point >= 0x2060 && point <= 0x206f) || point >= 0xfff0;
    return escaped ? point : 0;
}

static void s_write_escape(struct buffer *out, unsigned point)
{
    static const char letters[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
                                   ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};
    if (point < sizeof letters && letters[point])
        buffer_printf(out, "\\%c", letters[point]);
    else
        buffer_printf(out, "\\u%04x", point);
}

void framing_write_array(struct buffer *out, struct slice text)
{
    const unsigned char *at = (const unsigned char *)text.data, *end = at + text.length;
    const unsigned char *plain = at;
    buffer_append_text(out, "a[\"");
    while (at < end) {
        size_t length = 1;
        unsigned point = 0;
        bool escaped = *at < 0x20 || *at == '"' || *at == '\\';
        if (escaped) {
            point = *at;
        } else if (*at == 0xe2 || *at == 0xef) {
            point = s_mangled(at, end);
            escaped = point != 0;
            length = escaped ? 3 : 1;
        }
        if (escaped) {
            buffer_append(out, plain, (size_t)(at - plain));
            s_write_escape(out, point);
            plain = at + length;
        }
        at += length;
    }
    buffer_append(out, plain, (size_t)(end - plain));
    buffer_append_text(out, "\"]");
}

struct slice framing_inside(struct slice array)
{
    check(array.length >= 4); /* a[""] */
    return slice_from(array.data + 2, array.length - 3);
}

void framing_close(char frame[FRAMING_CLOSE_MAX_BYTES], uint16_t status)
{
    const char *reason = "Go away!";
    switch (status) {
    case FRAMING_GOING_AWAY:
        reason = "Going away";
        break;
    case FRAMING_INTERRUPTED:
        reason = "Connection interrupted";
        break;
    case FRAMING_NOT_READ:
        reason = "Not read in time";
        break;
    case FRAMING_OCCUPIED:
        reason = "Another connection still open";
        break;
    default:
        status = FRAMING_GO_AWAY;
    }
    snprintf(frame, FRAMING_CLOSE_MAX_BYTES, "c[%u,\"%s\"]", status, reason);
}

/* ---- wrapping ------------------------------------------------------------------------------- */

bool framing_is_callback(struct slice name)
{
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!word && !(c && strchr("._-", c)))
            return false;
    }
    return name.length && name.length < FRAMING_CALLBACK_MAX_BYTES;
}

static void s_write_html_prelude(struct buffer *out, const char *callback)
{
    size_t start = out->length;
    buffer_printf(out,
                  "<!doctype html>\n<html><head>\n"
                  "  <meta http-equiv=\"X-UA-Compatible\" content=\"IE=edge\" />\n"
                  "  <meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\" />\n"
                  "</head><body><h2>Don't panic!</h2>\n"
                  "  <script>\n"
                  "    document.domain = document.domain;\n"
                  "    var c = parent.%s;\n"
                  "    c.start();\n"
                  "    function p(d) {c.message(d);};\n"
                  "    window.onload = function() {c.stop();};\n"
                  "  </script>",
                  callback);
    while (out->length - start < HTML_PRELUDE_BYTES && !out->overflow)
        buffer_append_char(out, ' ');
    buffer_append_text(out, "\r\n\r\n");
}

void framing_write_prelude(struct buffer *out, const struct transport *transport,
                           const char *callback)
{
    if (transport->name == TRANSPORT_xhr_streaming) {
        char *room = buffer_reserve(out, PRELUDE_BYTES);
        if (room) {
            memset(room, 'h', PRELUDE_BYTES);
            out->length += PRELUDE_BYTES;
        }
        buffer_append_char(out, '\n');
    } else if (transport->name == TRANSPORT_eventsource) {
        buffer_append_text(out, "\r\n");
    } else if (transport->name == TRANSPORT_htmlfile) {
        s_write_html_prelude(out, callback);
    }
}

/* Appends the text, with each byte of `special` as the escape of the same index. */
static void s_write_replacing(struct buffer *out, struct slice text, const char *special,
                              const char *const escapes[])
{
    size_t plain = 0;
    for (size_t i = 0; i < text.length; i++) {
        const char *found = text.data[i] ? strchr(special, text.data[i]) : NULL;
        if (!found)
            continue;
        buffer_append(out, text.data + plain, i - plain);
        buffer_append_text(out, escapes[found - special]);
        plain = i + 1;
    }
    buffer_append(out, text.data + plain, text.length - plain);
}

/* As a JavaScript string, which may stand in a page. */
static void s_write_script_string(struct buffer *out, struct slice frame)
{
    static const char *const escapes[] = {"\\\"", "\\\\", "\\u003c"};
    buffer_append_char(out, '"');
    s_write_replacing(out, frame, "\"\\<", escapes);
    buffer_append_char(out, '"');
}

void framing_wrap(struct buffer *out, const struct transport *transport, const char *callback,
                  struct slice frame)
{
    static const char *const percent[] = {"%25"}; /* clients decode the data as a URI */
    switch (transport->name) {
    case TRANSPORT_eventsource:
        buffer_append_text(out, "data: ");
        s_write_replacing(out, frame, "%", percent);
        buffer_append_text(out, "\r\n\r\n");
        break;
    case TRANSPORT_htmlfile:
        buffer_append_text(out, "<script>\np(");
        s_write_script_string(out, frame);
        buffer_append_text(out, ");\n</script>\r\n");
        break;
    case TRANSPORT_jsonp:
        buffer_append_text(out, callback);
        buffer_append_char(out, '(');
        s_write_script_string(out, frame);
        buffer_append_text(out, ");\r\n");
        break;
    default:
        buffer_append(out, frame.data, frame.length);
        buffer_append_char(out, '\n');
    }
}
