/* One pass over the records: an 'I' is fed, then each 'O' must be the outbox's next entry. Nothing
 * is compared but what left the actor: what it asked to be woken for shows in the ticks that came,
 * which are recorded inputs. Not its business: making sense of a difference. */
#include "actors/runtime/replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>

#include "actors/runtime/journal_files.h"
#include "actors/runtime/transcript.h"
#include "proto/check.h"

#define JSON_MAX_BYTES ((size_t)6 * FRAME_MAX_BYTES)

struct replay {
    const char *path;                /* borrowed: the file, for what is told */
    struct replay_report *report;    /* borrowed */
    const struct actor_class *class; /* of the actor that it is the journal of */
    void *state;                     /* the fresh actor, owned through class */
    struct outbox outbox;            /* what it wanted after the input */
    uint32_t compared;               /* entries of the outbox that were found recorded */
    struct journal_record input;     /* the last one fed; number 0: none yet */
    struct arena arena;              /* the decoded message */
    struct arena json_arena;         /* what is printed */
    struct buffer bytes;             /* an outbox entry as it would be recorded */
};

__attribute__((format(printf, 2, 3))) static void s_tell(struct replay *self, const char *format,
                                                         ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(self->report->out, "%s: ", self->path);
    vfprintf(self->report->out, format, arguments);
    fputc('\n', self->report->out);
    va_end(arguments);
}

/* ---- a difference -------------------------------------------------------------------------- */

static void s_tell_side(struct replay *self, const char *side, const struct journal_record *record)
{
    struct buffer json;
    buffer_init(&json, JSON_MAX_BYTES);
    if (record)
        transcript_record(record, &self->json_arena, &json);
    else
        buffer_append_text(&json, "nothing");
    fprintf(self->report->out, "  %s %.*s\n", side, (int)json.length, json.data);
    buffer_fini(&json);
}

static const char *s_name_of(struct slice bytes)
{
    struct frame frame;
    const char *what;
    return frame_decode(bytes, &frame, &what) ? message_name(frame.envelope.kind) : "?";
}

/* The next entry of the outbox as a journal would have it; false when there is none. */
static bool s_next_out(struct replay *self, uint64_t number, struct journal_record *record)
{
    if (self->compared == self->outbox.count)
        return false;
    struct frame frame = outbox_frame(&self->outbox, self->compared);
    buffer_clear(&self->bytes);
    envelope_encode(&frame.envelope, &self->bytes);
    buffer_append(&self->bytes, frame.body.data, frame.body.length);
    check(!self->bytes.overflow);
    *record = (struct journal_record){number, JOURNAL_OUT, buffer_slice(&self->bytes)};
    return true;
}

/* `recorded` NULL: the journal has nothing more after the input. */
static enum replay_result s_difference(struct replay *self, uint64_t number,
                                       const struct journal_record *recorded)
{
    struct journal_record replayed;
    bool more = s_next_out(self, number, &replayed);
    s_tell(self, "differs at record %" PRIu64 " (%s), after record %" PRIu64 " (%s)", number,
           s_name_of(recorded ? recorded->bytes : replayed.bytes), self->input.number,
           self->input.number ? s_name_of(self->input.bytes) : "the header");
    if (self->input.number)
        s_tell_side(self, "input:   ", &self->input);
    s_tell_side(self, "recorded:", recorded);
    s_tell_side(self, "replayed:", more ? &replayed : NULL);
    return REPLAY_DIFFERS;
}

/* ---- records ------------------------------------------------------------------------------- */

static enum replay_result s_feed(struct replay *self, const struct journal_record *record)
{
    struct frame frame;
    struct codec_error error;
    const char *what;
    if (self->compared < self->outbox.count)
        return s_difference(self, record->number, NULL);
    if (!frame_decode(record->bytes, &frame, &what)) {
        s_tell(self, "record %" PRIu64 " can't be read: %s", record->number, what);
        return REPLAY_FAILED;
    }
    arena_reset(&self->arena);
    const struct record *kind = message_by_id(frame.envelope.kind);
    void *message = kind ? arena_take(&self->arena, kind->size) : NULL;
    if (!message || !codec_decode_all(kind, frame.body, &self->arena, message, &error)) {
        s_tell(self, "record %" PRIu64 " can't be read: %s: %s", record->number,
               kind ? kind->name : "no such message", kind ? error.what : "unknown kind");
        return REPLAY_FAILED;
    }
    self->input = *record;
    self->compared = 0;
    outbox_clear(&self->outbox);
    self->class->handle(self->state, &frame.envelope, message, &self->outbox);
    self->report->inputs++;
    return REPLAY_EQUAL;
}

static enum replay_result s_compare(struct replay *self, const struct journal_record *record)
{
    struct journal_record replayed;
    if (!s_next_out(self, record->number, &replayed) || !slice_equal(record->bytes, replayed.bytes))
        return s_difference(self, record->number, record);
    self->compared++;
    self->report->outputs++;
    return REPLAY_EQUAL;
}

static enum replay_result s_begin(struct replay *self, const struct journal_record *record,
                                  replay_class_of *class_of)
{
    struct journal_header header;
    struct rec_actor_config config;
    const char *why;
    if (!transcript_header(record, &header, &config, &why)) {
        s_tell(self, "%s", why);
        return REPLAY_FAILED;
    }
    if (!slice_is(header.version, CODECOMP_VERSION))
        s_tell(self, "recorded by version %.*s, replayed by %s", (int)header.version.length,
               header.version.data, CODECOMP_VERSION);
    self->class = class_of(header.actor);
    if (!self->class) {
        s_tell(self, "this program has no actor %s to replay", actor_row(header.actor)->name);
        return REPLAY_FAILED;
    }
    self->state = self->class->create(&config, NULL);
    self->outbox.actor = header.actor;
    self->outbox.shard = header.shard;
    return self->state ? REPLAY_EQUAL : REPLAY_FAILED;
}

static enum replay_result s_end(struct replay *self, enum journal_status status, size_t offset,
                                uint64_t number)
{
    if (status == JOURNAL_DAMAGED) {
        s_tell(self, "damaged at byte %zu: record %" PRIu64 " can't be read", offset, number);
        return REPLAY_FAILED;
    }
    if (status == JOURNAL_TORN) {
        s_tell(self, "the last record, %" PRIu64 ", is torn off, as a kill leaves it: ignored",
               number);
        return REPLAY_EQUAL;
    }
    if (self->state && self->compared < self->outbox.count)
        return s_difference(self, number, NULL);
    return REPLAY_EQUAL;
}

static enum replay_result s_replay(struct replay *self, struct slice file,
                                   replay_class_of *class_of)
{
    struct journal_record record;
    size_t offset = 0;
    uint64_t expected = 1;
    enum replay_result result = REPLAY_EQUAL;
    enum journal_status status = JOURNAL_END;
    while (result == REPLAY_EQUAL &&
           (status = journal_next(file, &offset, &expected, &record)) == JOURNAL_RECORD) {
        if (record.direction == JOURNAL_HEADER)
            result = s_begin(self, &record, class_of);
        else if (record.direction == JOURNAL_IN)
            result = s_feed(self, &record);
        else
            result = s_compare(self, &record);
    }
    return result == REPLAY_EQUAL ? s_end(self, status, offset, expected) : result;
}

enum replay_result replay_file(const char *path, replay_class_of *class_of,
                               struct replay_report *report)
{
    struct replay self = {.path = path, .report = report};
    struct slice file;
    if (!journal_files_map(path, &file)) {
        s_tell(&self, "%s", strerror(errno));
        return REPLAY_FAILED;
    }
    outbox_init(&self.outbox);
    buffer_init(&self.bytes, (size_t)2 * FRAME_MAX_BYTES);
    enum replay_result result = s_replay(&self, file, class_of);
    report->journals++;
    if (self.state)
        self.class->destroy(&self.state);
    outbox_fini(&self.outbox);
    buffer_fini(&self.bytes);
    arena_fini(&self.arena);
    arena_fini(&self.json_arena);
    journal_files_unmap(&file);
    return result;
}

/* ---- a folder ------------------------------------------------------------------------------ */

struct replays {
    replay_class_of *class_of;    /* as given */
    struct replay_report *report; /* borrowed */
    enum replay_result worst;     /* so far; they are ordered */
};

static void s_replay_one(void *context, const char *path)
{
    struct replays *self = context;
    enum replay_result result = replay_file(path, self->class_of, self->report);
    self->worst = result > self->worst ? result : self->worst;
}

enum replay_result replay_directory(const char *path, replay_class_of *class_of,
                                    struct replay_report *report)
{
    struct replays self = {class_of, report, REPLAY_EQUAL};
    int count = journal_files_each(path, s_replay_one, &self);
    if (count < 0)
        fprintf(report->out, "%s: %s\n", path, strerror(errno));
    else if (count == 0)
        fprintf(report->out, "%s: no *.journal in it\n", path);
    return count > 0 ? self.worst : REPLAY_FAILED;
}
