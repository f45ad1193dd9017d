/* SockJS' page for iframes, in which a client's script works on our origin for a page of another,
 * and the script of ours that it loads unless the configuration names a client's. Both for caches.
 */
#ifndef GATEWAY_SOCKJS_IFRAME_H
#define GATEWAY_SOCKJS_IFRAME_H

#include "gateway/http/reply.h"

#define IFRAME_YEAR_S (365 * 24 * 3600)
#define IFRAME_CACHEABLE "public, max-age=31536000"

/* As reply.h has it. */
int iframe_page(struct request **request_p);
int iframe_send_script(struct request **request_p);

/* Appends an Expires line: in a year. */
void iframe_write_expires(struct buffer *lines);

#endif
