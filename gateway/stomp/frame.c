/* Reading: find the blank line that ends the head, then parse it whole; find the body's end by its
 * length or its NUL. What was searched is remembered, so that bytes that come one by one cost no
 * more than bytes that come at once. */
#include "gateway/stomp/frame.h"

#include "proto/check.h"

static const char *const s_texts[] = {
#define CLIENT(name) [STOMP_##name] = #name,
#define SERVER(name) [STOMP_##name] = #name,
#include "gateway/stomp/commands.def"
#undef CLIENT
#undef SERVER
};

const char *stomp_command_text(enum stomp_command command)
{
    return s_texts[command];
}

struct slice stomp_header(const struct stomp_frame *frame, const char *name)
{
    for (size_t i = 0; i < frame->header_count; i++)
        if (slice_is(frame->headers[i].name, name))
            return frame->headers[i].value;
    return slice_from(NULL, 0);
}

/* ---- reader -------------------------------------------------------------------------------- */

void stomp_reader_init(struct stomp_reader *self)
{
    *self = (struct stomp_reader){0};
    /* One frame at its largest, and what came behind it in the same piece. */
    buffer_init(&self->pending, 2 * (STOMP_HEAD_MAX_BYTES + STOMP_BODY_MAX_BYTES));
}

void stomp_reader_fini(struct stomp_reader *self)
{
    buffer_fini(&self->pending);
}

void stomp_reader_open(struct stomp_reader *self, enum stomp_version version)
{
    self->open = true;
    self->version = version;
}

static enum stomp_read s_bad(struct stomp_reader *self, const char *reason)
{
    self->reason = reason;
    return STOMP_BAD;
}

void stomp_reader_feed(struct stomp_reader *self, struct slice bytes)
{
    if (self->reason)
        return;
    /* Move what is left to the front first: frames are consumed far more often than split. */
    if (self->start) {
        self->pending.length -= self->start;
        memmove(self->pending.data, self->pending.data + self->start, self->pending.length);
        self->start = 0;
    }
    if (!buffer_append(&self->pending, bytes.data, bytes.length))
        self->reason = "frame too large";
}

/* Bytes of the head's end at `at`: 1 for \n after \n, 2 for \r\n after \n; 0 for none, -1 when the
 * next byte decides. A CR counts only where the version lets it: in 1.2, and in CONNECT, whose
 * version nobody knows yet. */
static int s_blank_line(const struct stomp_reader *self, const char *at, const char *end)
{
    if (at == end)
        return -1;
    if (*at == '\n')
        return 1;
    if (*at != '\r' || (self->open && self->version != STOMP_1_2))
        return 0;
    if (at + 1 == end)
        return -1;
    return at[1] == '\n' ? 2 : 0;
}

/* The next line of the head, without its end. */
static struct slice s_line(const struct stomp_reader *self, struct slice *rest)
{
    const char *stop = memchr(rest->data, '\n', rest->length);
    check(stop);
    size_t length = (size_t)(stop - rest->data);
    struct slice line = slice_from(rest->data, length);
    *rest = slice_from(stop + 1, rest->length - length - 1);
    if (length && line.data[length - 1] == '\r' && (!self->open || self->version == STOMP_1_2))
        line.length--;
    return line;
}

/* Reads content-length from the head as it came: the head is unescaped, in place, only when the
 * whole frame is there. Nothing in that name or in a number can be escaped. */
static enum stomp_read s_find_length(struct stomp_reader *self)
{
    static const char name[] = "content-length:";
    size_t limit = self->open ? STOMP_BODY_MAX_BYTES : STOMP_OPENING_BODY_MAX_BYTES;
    struct slice rest = slice_from(self->pending.data + self->start, self->body);
    s_line(self, &rest);
    self->has_length = false;
    for (struct slice line = s_line(self, &rest); line.length; line = s_line(self, &rest)) {
        if (line.length < sizeof name - 1 || memcmp(line.data, name, sizeof name - 1) != 0)
            continue;
        size_t length = 0, at = sizeof name - 1;
        for (; at < line.length && line.data[at] >= '0' && line.data[at] <= '9'; at++)
            if ((length = length * 10 + (size_t)(line.data[at] - '0')) > limit)
                return s_bad(self, "body too large");
        if (at < line.length || at == sizeof name - 1)
            return s_bad(self, "content-length is not a number");
        self->has_length = true;
        self->body_length = length;
        break;
    }
    return STOMP_FRAME;
}

/* Looks for the blank line that ends the head; on success self->body is set. */
static enum stomp_read s_find_head(struct stomp_reader *self)
{
    const char *start = self->pending.data + self->start;
    const char *end = self->pending.data + self->pending.length;
    size_t limit = self->open ? STOMP_HEAD_MAX_BYTES : STOMP_OPENING_HEAD_MAX_BYTES;
    for (;;) {
        const char *from = start + self->scanned;
        const char *line = memchr(from, '\n', (size_t)(end - from));
        const char *stop = line ? line : end;
        if (memchr(from, 0, (size_t)(stop - from)))
            return s_bad(self, "NUL in the headers");
        if ((size_t)(stop - start) > limit)
            return s_bad(self, "headers too large");
        if (!line) {
            self->scanned = (size_t)(end - start);
            return STOMP_MORE;
        }
        int blank = s_blank_line(self, line + 1, end);
        if (blank < 0) { /* this line end again when there is more */
            self->scanned = (size_t)(line - start);
            return STOMP_MORE;
        }
        self->scanned = (size_t)(line + 1 - start);
        if (blank) {
            self->body = self->searched = self->scanned + (size_t)blank;
            return s_find_length(self);
        }
    }
}

/* Unescapes in place; false at an escape that the version does not have. 1.1 does not say what such
 * a one is, and stompjs 2 (which speaks 1.1) never escapes: there it stands for itself. */
static bool s_unescape(struct slice *text, enum stomp_version version)
{
    char *to = (char *)text->data; /* ours: it points into the reader's buffer */
    size_t length = 0;
    for (size_t i = 0; i < text->length; i++) {
        char c = text->data[i];
        if (c == '\\') {
            char next = i + 1 < text->length ? text->data[i + 1] : 0;
            char plain = next == 'n'                           ? '\n'
                         : next == 'c'                         ? ':'
                         : next == '\\'                        ? '\\'
                         : next == 'r' && version == STOMP_1_2 ? '\r'
                                                               : 0;
            if (!plain && version == STOMP_1_2)
                return false;
            if (plain) {
                c = plain;
                i++;
            }
        }
        to[length++] = c;
    }
    text->length = length;
    return true;
}

static enum stomp_read s_parse_header(struct stomp_reader *self, struct stomp_frame *frame,
                                      struct slice line)
{
    const char *colon = memchr(line.data, ':', line.length);
    if (!colon || colon == line.data)
        return s_bad(self, "a header without name or colon");
    if (frame->header_count == STOMP_HEADERS_MAX)
        return s_bad(self, "too many headers");
    size_t name_length = (size_t)(colon - line.data);
    struct stomp_header header = {
        slice_from(line.data, name_length),
        slice_from(colon + 1, line.length - name_length - 1),
    };
    /* STOMP frames escape although no version is agreed yet; 1.2's rules hold all others'. */
    enum stomp_version version = self->open ? self->version : STOMP_1_2;
    if (frame->command != STOMP_CONNECT && version != STOMP_1_0 &&
        (!s_unescape(&header.name, version) || !s_unescape(&header.value, version)))
        return s_bad(self, "undefined escape in a header");
    frame->headers[frame->header_count++] = header;
    return STOMP_FRAME;
}

static enum stomp_read s_parse_head(struct stomp_reader *self, struct stomp_frame *frame)
{
    struct slice rest = slice_from(self->pending.data + self->start, self->body);
    if (!utf8_valid(rest))
        return s_bad(self, "headers are not UTF-8");
    struct slice line = s_line(self, &rest);
    frame->command = 0;
    frame->header_count = 0;
    while (frame->command < STOMP_CLIENT_COMMANDS && !slice_is(line, s_texts[frame->command]))
        frame->command++;
    if (frame->command == STOMP_CLIENT_COMMANDS)
        return s_bad(self, "unknown command");
    for (line = s_line(self, &rest); line.length; line = s_line(self, &rest))
        if (s_parse_header(self, frame, line) == STOMP_BAD)
            return STOMP_BAD;
    return STOMP_FRAME;
}

/* Whether the body is there, up to and with its NUL; sets self->body_length. */
static enum stomp_read s_find_body(struct stomp_reader *self)
{
    const char *start = self->pending.data + self->start;
    const char *end = self->pending.data + self->pending.length;
    if (self->has_length) {
        if ((size_t)(end - start) <= self->body + self->body_length)
            return STOMP_MORE;
        if (start[self->body + self->body_length] != 0)
            return s_bad(self, "content-length does not lead to a NUL");
        return STOMP_FRAME;
    }
    size_t limit = self->open ? STOMP_BODY_MAX_BYTES : STOMP_OPENING_BODY_MAX_BYTES;
    const char *from = start + self->searched;
    const char *stop = memchr(from, 0, (size_t)(end - from));
    self->searched = (size_t)((stop ? stop : end) - start);
    if (self->searched - self->body > limit)
        return s_bad(self, "body too large");
    if (!stop)
        return STOMP_MORE;
    self->body_length = self->searched - self->body;
    return STOMP_FRAME;
}

/* Passes over the end-of-lines between frames; false when no frame has begun behind them. */
static bool s_skip_beats(struct stomp_reader *self)
{
    const struct buffer *pending = &self->pending;
    while (self->start < pending->length) {
        const char *at = pending->data + self->start;
        bool last = self->start + 1 == pending->length;
        if (*at == '\r' && last)
            return false;
        if (*at != '\n' && !(*at == '\r' && at[1] == '\n'))
            return true;
        self->start += *at == '\n' ? 1 : 2;
    }
    self->start = 0;
    if (pending->capacity > STOMP_READER_KEPT_BYTES)
        buffer_fini(&self->pending);
    else
        buffer_clear(&self->pending);
    return false;
}

enum stomp_read stomp_reader_next(struct stomp_reader *self, struct stomp_frame *frame)
{
    if (self->reason)
        return STOMP_BAD;
    if (!self->body) {
        if (!self->scanned && !s_skip_beats(self))
            return STOMP_MORE;
        enum stomp_read found = s_find_head(self);
        if (found != STOMP_FRAME)
            return found;
    }
    enum stomp_read found = s_find_body(self);
    if (found == STOMP_FRAME)
        found = s_parse_head(self, frame);
    if (found != STOMP_FRAME)
        return found;
    frame->body = slice_from(self->pending.data + self->start + self->body, self->body_length);
    self->start += self->body + self->body_length + 1;
    self->scanned = self->body = 0;
    return STOMP_FRAME;
}

/* ---- writer -------------------------------------------------------------------------------- */

void stomp_write_begin(struct buffer *out, enum stomp_command command)
{
    buffer_append_text(out, s_texts[command]);
    buffer_append_char(out, '\n');
}

static void s_write_escaped(struct buffer *out, enum stomp_version version, struct slice text)
{
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        const char *escape = c == '\n'                           ? "\\n"
                             : c == ':'                          ? "\\c"
                             : c == '\\'                         ? "\\\\"
                             : c == '\r' && version == STOMP_1_2 ? "\\r"
                                                                 : NULL;
        bool ends = c == '\n' || c == '\r' || c == 0;
        if (escape && version != STOMP_1_0)
            buffer_append_text(out, escape);
        else if (!ends)
            buffer_append_char(out, c);
    }
}

void stomp_write_header(struct buffer *out, enum stomp_version version, const char *name,
                        struct slice value)
{
    buffer_append_text(out, name);
    buffer_append_char(out, ':');
    s_write_escaped(out, version, value);
    buffer_append_char(out, '\n');
}

void stomp_write_end(struct buffer *out, struct slice body)
{
    if (body.length) {
        buffer_append_text(out, "content-length:");
        buffer_append_i64(out, (int64_t)body.length);
        buffer_append_char(out, '\n');
    }
    buffer_append_char(out, '\n');
    buffer_append(out, body.data, body.length);
    buffer_append_char(out, 0);
}
