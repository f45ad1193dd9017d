/* SockJS' frames (o, h, a[…], c[…]) and how each transport wraps them (sockjs-protocol 0.3.3,
 * "Protocol and framing"). Pure. */
#ifndef GATEWAY_SOCKJS_FRAMING_H
#define GATEWAY_SOCKJS_FRAMING_H

#include <stdint.h>

#include "gateway/sockjs/transport.h"

#define FRAMING_CALLBACK_MAX_BYTES 64 /* of jsonp and htmlfile, with its NUL */
#define FRAMING_BEAT_MS 25000         /* a connection that is sent nothing is sent an h */

enum framing_status {
    FRAMING_GOING_AWAY = 1001,  /* of WebSocket */
    FRAMING_INTERRUPTED = 1002, /* a receiver broke off: what it was sent may be lost */
    FRAMING_NOT_READ = 1013,    /* of WebSocket: come again later */
    FRAMING_OCCUPIED = 2010,    /* a session has one receiver at a time */
    FRAMING_GO_AWAY = 3000,     /* closed by the server */
};

/* Appends a["text"], UTF-8. Escaped is what JSON wants and, beyond it, the code points that
 * browsers are known to mangle. */
void framing_write_array(struct buffer *out, struct slice text);
/* What stands between the brackets of such a frame, for joining several. */
struct slice framing_inside(struct slice array);

#define FRAMING_CLOSE_MAX_BYTES 64 /* with its NUL */
/* c[status,"reason"]. What has a meaning of its own in SockJS or to a client that could come again
 * is said; every other status is 3000, "Go away!". */
void framing_close(char frame[FRAMING_CLOSE_MAX_BYTES], uint16_t status);

/* Whether a callback's name may be written into a script: letters, digits, dots, _ and -. */
bool framing_is_callback(struct slice name);

/* What a stream begins with; nothing for others. `callback` is htmlfile's. */
void framing_write_prelude(struct buffer *out, const struct transport *transport,
                           const char *callback);
/* A frame as that transport has it; `callback` is jsonp's. */
void framing_wrap(struct buffer *out, const struct transport *transport, const char *callback,
                  struct slice frame);

#endif
