/* Each document is named by its sum: as ETag, and the script in the page's link to it. */
#include "gateway/sockjs/iframe.h"

#include <inttypes.h>
#include <time.h>

#include "actors/runtime/clock.h"
#include "proto/check.h"

extern const char iframe_script[]; /* iframe.js, embedded */

/* FNV-1a. */
static uint64_t s_sum(struct slice text)
{
    uint64_t sum = 0xcbf29ce484222325u;
    for (size_t i = 0; i < text.length; i++)
        sum = (sum ^ (unsigned char)text.data[i]) * 0x100000001b3u;
    return sum;
}

void iframe_write_expires(struct buffer *lines)
{
    char text[40];
    time_t then = (time_t)(clock_now_ms() / 1000 + IFRAME_YEAR_S);
    struct tm tm;
    gmtime_r(&then, &tm);
    strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    buffer_printf(lines, "expires: %s\r\n", text);
}

static int s_send(struct request **request_p, const char *content_type, struct slice document)
{
    char tag[24];
    snprintf(tag, sizeof tag, "\"%016" PRIx64 "\"", s_sum(document));
    struct buffer lines;
    buffer_init(&lines, 256);
    buffer_printf(&lines, "etag: %s\r\n", tag);
    iframe_write_expires(&lines);
    struct slice known = request_header(*request_p, WSI_TOKEN_HTTP_IF_NONE_MATCH);
    struct answer answer = {.status = 200,
                            .content_type = content_type,
                            .cacheable = IFRAME_CACHEABLE,
                            .lines = buffer_slice(&lines),
                            .body = document};
    if (known.length && memmem(known.data, known.length, tag, strlen(tag)))
        answer = (struct answer){
            .status = 304, .cacheable = IFRAME_CACHEABLE, .lines = buffer_slice(&lines)};
    int result = reply_send(request_p, &answer);
    buffer_fini(&lines);
    return result;
}

int iframe_send_script(struct request **request_p)
{
    return s_send(request_p, "application/javascript; charset=UTF-8", slice_of(iframe_script));
}

int iframe_page(struct request **request_p)
{
    const char *script = (*request_p)->server->config->sockjs_client;
    struct buffer page;
    buffer_init(&page, 4096);
    buffer_append_text(
        &page, "<!DOCTYPE html>\n<html>\n<head>\n"
               "  <meta http-equiv=\"X-UA-Compatible\" content=\"IE=edge\" />\n"
               "  <meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\" />\n"
               "  <script>\n"
               "    document.domain = document.domain;\n"
               "    _sockjs_onload = function(){SockJS.bootstrap_iframe();};\n"
               "  </script>\n"
               "  <script src=\"");
    if (*script)
        buffer_append_text(&page, script);
    else
        buffer_printf(&page, "/ws/iframe.js?%016" PRIx64, s_sum(slice_of(iframe_script)));
    buffer_append_text(
        &page, "\"></script>\n</head>\n<body>\n"
               "  <h2>Don't panic!</h2>\n"
               "  <p>This is a SockJS hidden iframe. It's used for cross domain magic.</p>\n"
               "</body>\n</html>\n");
    check(!page.overflow);
    int result = s_send(request_p, "text/html; charset=UTF-8", buffer_slice(&page));
    buffer_fini(&page);
    return result;
}
