/* Refusals as bodies. */
#include "gateway/http/problem.h"

#include "proto/json.h"

static void s_write_document(const struct refusal_row *row, struct slice detail,
                             struct buffer *body)
{
    buffer_append_text(body, "{\"type\":\"urn:codecomp:problem:");
    buffer_append_text(body, row->type);
    buffer_append_text(body, "\",\"title\":");
    json_text(slice_of(row->text), body);
    buffer_append_text(body, ",\"status\":");
    buffer_append_i64(body, row->problem_status);
    if (detail.length) {
        buffer_append_text(body, ",\"detail\":");
        json_text(detail, body);
    }
    buffer_append_char(body, '}');
}

struct problem problem_write(const struct refusal_row *row, struct slice detail, bool document,
                             uint16_t retry_after_s, struct buffer *body)
{
    struct problem problem = {.status = document ? row->problem_status : row->status};
    if (problem.status == 429 || problem.status == 503)
        problem.retry_after_s = retry_after_s ? retry_after_s : 1;
    if (document) {
        problem.content_type = "application/problem+json";
        s_write_document(row, detail, body);
    } else if (row->status == 200) {
        problem.content_type = "text/plain;charset=utf-8";
        buffer_append_text(body, row->text);
    } else {
        problem.content_type = "application/json";
        buffer_append_text(body, "{\"error\":");
        json_text(detail.length ? detail : slice_of(row->text), body);
        buffer_append_char(body, '}');
    }
    return problem;
}
