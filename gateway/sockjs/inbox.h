/* What a SockJS client sends: one JSON string, or an array of them, each a message. Pure, no
 * allocation.
 *
 * JavaScript's strings may hold half a surrogate pair, which no UTF-8 has; it becomes U+FFFD, as in
 * a browser's WebSocket. */
#ifndef GATEWAY_SOCKJS_INBOX_H
#define GATEWAY_SOCKJS_INBOX_H

#include <stdbool.h>

#include "proto/bytes.h"

enum inbox_found {
    INBOX_MESSAGES, /* perhaps none: "[]" */
    INBOX_EMPTY,    /* no text at all */
    INBOX_BROKEN    /* not JSON, or not strings */
};

struct inbox {
    char *at;  /* what is not read yet */
    char *end; /* of the text */
};

/* Looks through all of the text, so that a broken one delivers nothing. `text` must live as long as
 * the messages, which are decoded in place. */
enum inbox_found inbox_open(struct inbox *self, char *text, size_t length);
/* The next message, borrowed from the text; false after the last one. Only after INBOX_MESSAGES. */
bool inbox_next(struct inbox *self, struct slice *message);

#endif
