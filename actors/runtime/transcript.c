/* Not its business: what a record means; replay.c compares. */
#include "actors/runtime/transcript.h"

#include <errno.h>
#include <inttypes.h>

#include "actors/runtime/journal_files.h"
#include "proto/json.h"

/* A line: the largest message, its bytes as hexadecimal digits or its text escaped. */
#define LINE_MAX_BYTES ((size_t)6 * FRAME_MAX_BYTES)

bool transcript_header(const struct journal_record *record, struct journal_header *header,
                       struct rec_actor_config *config, const char **why)
{
    struct codec_error error;
    struct arena arena = {0};
    if (!journal_header_decode(record->bytes, header)) {
        *why = "its header can't be read";
        return false;
    }
    if (header->fingerprint != proto_fingerprint()) {
        *why = "it was recorded by a program whose messages are others than this one's";
        return false;
    }
    /* a configuration has no lists, so nothing stays in the arena */
    bool ok = codec_decode_all(&record_actor_config, header->config, &arena, config, &error);
    arena_fini(&arena);
    *why = "its actor's configuration can't be read";
    return ok && actor_row(header->actor);
}

static void s_member(const char *name, int64_t value, struct buffer *out)
{
    buffer_printf(out, ",\"%s\":%" PRId64, name, value);
}

static void s_digits(const char *name, uint64_t value, struct buffer *out)
{
    buffer_printf(out, ",\"%s\":\"%016" PRIx64 "\"", name, value);
}

static void s_address(const char *name, const struct address *address, struct buffer *out)
{
    const struct actor_row *row = actor_row(address->actor);
    buffer_printf(out, ",\"%s\":", name);
    if (address->actor == ACTOR_NONE) {
        buffer_append_text(out, "null");
        return;
    }
    buffer_printf(out,
                  "{\"actor\":\"%s\",\"shard\":%u,\"node\":\"%016" PRIx64 "\",\"slot\":%" PRIu32
                  ",\"generation\":%" PRIu32 "}",
                  row ? row->name : "?", address->shard, address->node, address->slot,
                  address->generation);
}

static void s_body(const struct frame *frame, struct arena *arena, struct buffer *out)
{
    const struct record *record = message_by_id(frame->envelope.kind);
    struct codec_error error;
    arena_reset(arena);
    void *message = record ? arena_take(arena, record->size) : NULL;
    if (message && codec_decode_all(record, frame->body, arena, message, &error))
        json_record(record, message, out);
    else
        buffer_append_text(out, "null");
}

static void s_frame(const struct frame *frame, struct arena *arena, struct buffer *out)
{
    const struct envelope *envelope = &frame->envelope;
    buffer_printf(out, ",\"kind\":\"%s\"", message_name(envelope->kind));
    s_address("to", &envelope->to, out);
    s_address("reply", &envelope->reply, out);
    s_member("user", envelope->user_id, out);
    s_member("key", envelope->key, out);
    if (envelope->command.high || envelope->command.low)
        buffer_printf(out, ",\"command\":\"%016" PRIx64 "%016" PRIx64 "\"", envelope->command.high,
                      envelope->command.low);
    else
        buffer_append_text(out, ",\"command\":null");
    s_member("deadline", envelope->deadline_ms, out);
    s_member("now", envelope->now_ms, out);
    s_digits("seed", envelope->seed, out);
    s_digits("trace", envelope->trace, out);
    buffer_printf(out, ",\"sequence\":%" PRIu64 ",\"message\":", envelope->sequence);
    s_body(frame, arena, out);
}

static void s_header(const struct journal_record *record, struct buffer *out)
{
    struct journal_header header;
    struct rec_actor_config config;
    const char *why;
    if (!transcript_header(record, &header, &config, &why)) {
        buffer_append_text(out, ",\"message\":null");
        return;
    }
    buffer_printf(out, ",\"actor\":\"%s\",\"shard\":%u,\"version\":", actor_row(header.actor)->name,
                  header.shard);
    json_text(utf8_valid(header.version) ? header.version : slice_of("?"), out);
    s_digits("fingerprint", header.fingerprint, out);
    buffer_append_text(out, ",\"config\":");
    json_record(&record_actor_config, &config, out);
}

void transcript_record(const struct journal_record *record, struct arena *arena, struct buffer *out)
{
    struct frame frame;
    const char *what;
    const char *direction = record->direction == JOURNAL_HEADER ? "header"
                            : record->direction == JOURNAL_IN   ? "in"
                                                                : "out";
    buffer_printf(out, "{\"number\":%" PRIu64 ",\"direction\":\"%s\"", record->number, direction);
    if (record->direction == JOURNAL_HEADER)
        s_header(record, out);
    else if (frame_decode(record->bytes, &frame, &what))
        s_frame(&frame, arena, out);
    else
        buffer_append_text(out, ",\"message\":null");
    buffer_append_char(out, '}');
}

/* ---- whole files --------------------------------------------------------------------------- */

struct printing {
    FILE *out, *errors; /* borrowed */
    bool ok;            /* nothing was told that is a failure */
};

static void s_print_records(struct printing *self, const char *path, struct slice file)
{
    struct journal_record record;
    struct arena arena = {0};
    struct buffer line;
    size_t offset = 0;
    uint64_t expected = 0;
    enum journal_status status;
    buffer_init(&line, LINE_MAX_BYTES);
    while ((status = journal_next(file, &offset, &expected, &record)) == JOURNAL_RECORD) {
        buffer_clear(&line);
        transcript_record(&record, &arena, &line);
        buffer_append_char(&line, '\n');
        fwrite(line.data, 1, line.length, self->out);
    }
    if (status == JOURNAL_TORN)
        fprintf(self->errors, "%s: the last record is torn off, as a kill leaves it\n", path);
    if (status == JOURNAL_DAMAGED)
        fprintf(self->errors, "%s: damaged at byte %zu: record %" PRIu64 " can't be read\n", path,
                offset, expected ? expected : 1);
    self->ok = self->ok && status != JOURNAL_DAMAGED;
    buffer_fini(&line);
    arena_fini(&arena);
}

static void s_print_file(void *context, const char *path)
{
    struct printing *self = context;
    struct slice file;
    if (!journal_files_map(path, &file)) {
        fprintf(self->errors, "%s: %s\n", path, strerror(errno));
        self->ok = false;
        return;
    }
    s_print_records(self, path, file);
    journal_files_unmap(&file);
}

bool transcript_print(const char *path, FILE *out, FILE *errors)
{
    struct printing self = {out, errors, true};
    int count = journal_files_each(path, s_print_file, &self);
    if (count < 0)
        fprintf(errors, "%s: %s\n", path, strerror(errno));
    else if (count == 0)
        fprintf(errors, "%s: no *.journal in it\n", path);
    return self.ok && count > 0;
}
