#include "gateway/documents/documents.h"

#include "gateway/documents/asyncapi.h"
#include "gateway/documents/openapi.h"
#include "proto/check.h"

#define DOCUMENT_MAX_BYTES (1024 * 1024)

extern const char documents_page[], documents_script[]; /* made from page.html and page.js */

/* The page may run our script, ask us, and nothing else. */
static const char s_policy[] =
    "content-security-policy: default-src 'none'; script-src 'self'; connect-src 'self'; style-src "
    "'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n";

static int s_send_text(struct request **request_p, const char *type, const char *text)
{
    struct answer answer = {.status = 200,
                            .content_type = type,
                            .cacheable = "no-cache",
                            .lines = slice_of(s_policy),
                            .body = slice_of(text)};
    return reply_send(request_p, &answer);
}

int documents_send(struct request **request_p)
{
    struct request *request = *request_p;
    struct buffer base, body;
    switch (request->route->name) {
    case ROUTE_docs:
        return s_send_text(request_p, "text/html;charset=utf-8", documents_page);
    case ROUTE_docs_script:
        return s_send_text(request_p, "text/javascript;charset=utf-8", documents_script);
    default:
        break;
    }
    buffer_init(&base, DOCUMENT_MAX_BYTES);
    buffer_init(&body, DOCUMENT_MAX_BYTES);
    request_base(request, &base);
    if (request->route->name == ROUTE_openapi)
        openapi_write(buffer_slice(&base), request->server->config->dev_login, &body);
    else
        asyncapi_write(buffer_slice(&base), &body);
    check(!body.overflow);
    struct answer answer = {.status = 200,
                            .content_type = "application/json",
                            .cacheable = "no-cache",
                            .body = buffer_slice(&body)};
    int result = reply_send(request_p, &answer);
    buffer_fini(&base);
    buffer_fini(&body);
    return result;
}
