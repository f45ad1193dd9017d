/* Purpose and promises: see recorder.h. Not its business: deleting old journals, and whether they
 * survive the machine (the store's commits do; a journal explains them). */
#include "actors/runtime/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "proto/check.h"
#include "proto/journal.h"

/* Written early past this, so that a long turn does not fill the memory. */
#define PENDING_MAX_BYTES ((size_t)4 * 1024 * 1024)
#define ENVELOPE_ROOM_BYTES 512

struct recorder {
    char path[PATH_MAX];    /* of the file */
    int file;               /* owned descriptor; -1: not open */
    uint64_t number;        /* of the last record */
    struct buffer pending;  /* records not yet written */
    struct buffer envelope; /* one envelope, while it is recorded */
};

/* "20261123T111603.042Z": sorts by time, and is a file name everywhere. */
static void s_time_text(char *text, size_t size)
{
    int64_t now_ms = clock_now_ms();
    time_t seconds = now_ms / 1000;
    struct tm utc;
    gmtime_r(&seconds, &utc);
    size_t length = strftime(text, size, "%Y%m%dT%H%M%S", &utc);
    snprintf(text + length, size - length, ".%03dZ", (int)(now_ms % 1000));
}

static bool s_create_file(struct recorder *self, const char *folder, enum actor_kind actor,
                          uint8_t shard, char *error, size_t error_size)
{
    char time_text[32];
    s_time_text(time_text, sizeof time_text);
    int length = snprintf(self->path, sizeof self->path, "%s/%s-%u-%s-%ld.journal", folder,
                          actor_row(actor)->name, shard, time_text, (long)getpid());
    if (length < 0 || (size_t)length >= sizeof self->path) {
        snprintf(error, error_size, "the path of the journal folder is too long");
        return false;
    }
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        snprintf(error, error_size, "cannot make the journal folder %s: %s", folder,
                 strerror(errno));
        return false;
    }
    self->file = open(self->path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    if (self->file < 0)
        snprintf(error, error_size, "cannot create the journal %s: %s", self->path,
                 strerror(errno));
    return self->file >= 0;
}

static void s_begin(struct recorder *self, enum actor_kind actor, uint8_t shard,
                    const struct rec_actor_config *config)
{
    struct buffer config_bytes, header_bytes;
    buffer_init(&config_bytes, 4096);
    buffer_init(&header_bytes, 8192);
    codec_encode(&record_actor_config, config, &config_bytes);
    struct journal_header header = {.version = slice_of(CODECOMP_VERSION),
                                    .fingerprint = proto_fingerprint(),
                                    .actor = (uint8_t)actor,
                                    .shard = shard,
                                    .config = buffer_slice(&config_bytes)};
    journal_header_encode(&header, &header_bytes);
    journal_magic(&self->pending);
    journal_append(&self->pending, ++self->number, JOURNAL_HEADER, buffer_slice(&header_bytes),
                   slice_of(""));
    buffer_fini(&header_bytes);
    buffer_fini(&config_bytes);
    recorder_flush(self);
}

struct recorder *recorder_new(const char *folder, enum actor_kind actor, uint8_t shard,
                              const struct rec_actor_config *config, char *error, size_t error_size)
{
    struct recorder *self = calloc(1, sizeof *self);
    check(self);
    if (!s_create_file(self, folder, actor, shard, error, error_size)) {
        free(self);
        return NULL;
    }
    buffer_init(&self->pending, PENDING_MAX_BYTES + (size_t)2 * FRAME_MAX_BYTES);
    buffer_init(&self->envelope, ENVELOPE_ROOM_BYTES);
    s_begin(self, actor, shard, config);
    return self;
}

void recorder_destroy(struct recorder **self_p)
{
    struct recorder *self = *self_p;
    if (!self)
        return;
    recorder_flush(self);
    close(self->file);
    buffer_fini(&self->pending);
    buffer_fini(&self->envelope);
    free(self);
    *self_p = NULL;
}

static void s_record(struct recorder *self, enum journal_direction direction,
                     const struct frame *frame)
{
    if (self->pending.length > PENDING_MAX_BYTES)
        recorder_flush(self);
    buffer_clear(&self->envelope);
    envelope_encode(&frame->envelope, &self->envelope);
    journal_append(&self->pending, ++self->number, direction, buffer_slice(&self->envelope),
                   frame->body);
    check(!self->envelope.overflow && !self->pending.overflow);
}

void recorder_in(struct recorder *self, const struct frame *frame)
{
    s_record(self, JOURNAL_IN, frame);
}

void recorder_out(struct recorder *self, const struct frame *frame)
{
    s_record(self, JOURNAL_OUT, frame);
}

void recorder_flush(struct recorder *self)
{
    const char *at = self->pending.data;
    size_t left = self->pending.length;
    while (left > 0) {
        ssize_t written = write(self->file, at, left);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            log_error("journal-not-written", "file=\"%s\" why=\"%s\" so=\"the process ends\"",
                      self->path, strerror(errno));
            _exit(EXIT_FAILURE); /* no handlers: other threads are at work, and must not go on */
        }
        at += written;
        left -= (size_t)written;
    }
    stats_add(STAT_journal_bytes, (int64_t)self->pending.length);
    buffer_clear(&self->pending);
}

const char *recorder_path(const struct recorder *self)
{
    return self->path;
}
