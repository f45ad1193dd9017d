/* STOMP frames, 1.0 to 1.2: an incremental reader and a writer. Pure.
 *
 * Frames may come in any pieces: stompjs 2 splits a large one over several WebSocket messages, and
 * one message may hold several. Escaping (STOMP 1.2, "Value Encoding"): none in 1.0; \n \c
 * \\ in 1.1; \r as well in 1.2; never in CONNECT and CONNECTED. */
#ifndef GATEWAY_STOMP_FRAME_H
#define GATEWAY_STOMP_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/bytes.h"

enum stomp_version { STOMP_1_0, STOMP_1_1, STOMP_1_2 };

enum stomp_command {
#define CLIENT(name) STOMP_##name,
#define SERVER(name)
#include "gateway/stomp/commands.def"
#undef CLIENT
#undef SERVER
    STOMP_CLIENT_COMMANDS, /* how many a client may send */
#define CLIENT(name)
#define SERVER(name) STOMP_##name,
#include "gateway/stomp/commands.def"
#undef CLIENT
#undef SERVER
};

/* "SUBSCRIBE" */
const char *stomp_command_text(enum stomp_command command);

#define STOMP_HEADERS_MAX 32             /* of one frame */
#define STOMP_HEAD_MAX_BYTES (8 * 1024)  /* command and headers of one frame */
#define STOMP_BODY_MAX_BYTES (64 * 1024) /* its body; nothing that a client sends needs one */
#define STOMP_OPENING_HEAD_MAX_BYTES (6 * 1024) /* before CONNECT: a token and not much more */
#define STOMP_OPENING_BODY_MAX_BYTES 0          /* CONNECT has none */
#define STOMP_READER_KEPT_BYTES 4096            /* an idle reader keeps no more memory */

struct stomp_header {
    struct slice name;  /* unescaped */
    struct slice value; /* unescaped */
};

struct stomp_frame {
    enum stomp_command command;                     /* one of the client's */
    struct stomp_header headers[STOMP_HEADERS_MAX]; /* `header_count`, in order, repeats and all */
    size_t header_count;                            /* how many */
    struct slice body;                              /* may hold NULs */
};

/* The first header of that name (of repeated ones the first counts); an empty slice with NULL data
 * when it is absent. */
struct slice stomp_header(const struct stomp_frame *frame, const char *name);

enum stomp_read {
    STOMP_FRAME, /* a frame */
    STOMP_MORE,  /* feed more bytes */
    STOMP_BAD    /* the peer does not speak STOMP; `reason` says how; nothing more will be read */
};

struct stomp_reader {
    struct buffer pending; /* owned; what is fed and not yet behind us */
    size_t start;          /* of the next frame in it */
    size_t scanned;        /* offset from `start` up to which no end of the head was found */
    size_t body;           /* offset from `start` of the body; 0 while the head is incomplete */
    bool has_length;       /* the frame has a content-length */
    size_t body_length;    /* of a frame with content-length, and of one just read */
    size_t searched;       /* offset from `start` up to which the body has no NUL */
    enum stomp_version version; /* negotiated; set by stomp_reader_open */
    bool open;                  /* CONNECT is behind us */
    const char *reason;         /* why it is bad, static; NULL while it is not */
};

void stomp_reader_init(struct stomp_reader *self);
void stomp_reader_fini(struct stomp_reader *self);
/* CONNECT was accepted: from here on the version's rules and the wider limits. */
void stomp_reader_open(struct stomp_reader *self, enum stomp_version version);
/* Appends bytes; call stomp_reader_next until it gives no more frames before the next feed. */
void stomp_reader_feed(struct stomp_reader *self, struct slice bytes);
/* The frame is borrowed from the reader until it is called again. End-of-lines between frames
 * (heart-beats) are skipped. */
enum stomp_read stomp_reader_next(struct stomp_reader *self, struct stomp_frame *frame);

/* Writing: begin, headers, end. In 1.0 there is no escaping, so bytes that would end a header are
 * left out. */
void stomp_write_begin(struct buffer *out, enum stomp_command command);
void stomp_write_header(struct buffer *out, enum stomp_version version, const char *name,
                        struct slice value);
void stomp_write_end(struct buffer *out,
                     struct slice body); /* adds content-length when not empty */

#endif
