#include "gateway/documents/openapi.h"

#include "gateway/documents/schema.h"
#include "gateway/http/router.h"
#include "gateway/routes/shape.h"
#include "proto/json.h"

static const char *const s_ids[ROUTES] = {
#define ROUTE(name, method, path, who, body, takes, asks, shape, limit_ms, summary) \
    [ROUTE_##name] = #name,
#define PUBLIC_UNDER(prefix)
#include "gateway/routes/routes.def"
#undef ROUTE
#undef PUBLIC_UNDER
};

static const char s_json[] = "application/json";
static const char s_text[] = "text/plain;charset=utf-8";

/* What is not simply a record: the schema of a shape's body, and its type. */
static const struct special {
    const char *type;   /* NULL: the shape is a record, or a list of them */
    const char *schema; /* JSON */
} s_specials[SHAPES] = {
    [SHAPE_TOKEN] = {s_json, "{\"type\":\"object\",\"required\":[\"token\"],\"properties\":"
                             "{\"token\":{\"type\":\"string\"}}}"},
    [SHAPE_PLAIN_TEXT] = {s_text, "{\"type\":\"string\"}"},
    [SHAPE_USER_OTHER] = {s_json, "{\"type\":\"object\",\"required\":[\"id\",\"name\"],"
                                  "\"properties\":{\"id\":{\"type\":\"integer\"},"
                                  "\"name\":{\"type\":\"string\"}}}"},
    [SHAPE_HEALTH] = {s_json, "{\"type\":\"object\",\"required\":[\"status\"],\"properties\":"
                              "{\"status\":{\"const\":\"UP\"}}}"},
    [SHAPE_METRICS] = {"text/plain;version=0.0.4", "{\"type\":\"string\"}"},
    [SHAPE_PICTURE] = {"image/*", "{}"},
    [SHAPE_DOCUMENT] = {s_json, "{\"type\":\"object\"}"},
    [SHAPE_PAGE] = {"text/html;charset=utf-8", "{\"type\":\"string\"}"},
    [SHAPE_SCRIPT] = {"text/javascript;charset=utf-8", "{\"type\":\"string\"}"},
};

/* ---- requests -------------------------------------------------------------------------------- */

static bool s_in_path(const struct route *route, const struct parameter_row *row)
{
    const char *open = strchr(route->path, '{');
    size_t length = strlen(row->name);
    return open && strncmp(open + 1, row->name, length) == 0 && open[1 + length] == '}';
}

static void s_parameters(const struct route *route, struct buffer *out)
{
    buffer_append_text(out, ",\"parameters\":[");
    for (size_t i = 0; i < route->use_count; i++) {
        const struct parameter_use *use = &route->uses[i];
        const struct parameter_row *row = &parameter_rows[use->parameter];
        buffer_append_text(out, i ? ",{" : "{");
        schema_member(out, "name", row->name);
        schema_member(out, "in", s_in_path(route, row) ? "path" : "query");
        schema_member(out, "description", row->sentence);
        buffer_printf(out, ",\"required\":%s,\"schema\":", use->required ? "true" : "false");
        schema_parameter(row, out);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
}

static void s_body(const struct route *route, struct buffer *out)
{
    buffer_append_text(out, ",\"requestBody\":{\"required\":true,\"content\":{\"application/json\":"
                            "{\"schema\":{\"type\":\"object\",\"required\":[");
    const char *comma = "";
    for (size_t i = 0; i < route->use_count; i++) {
        if (!route->uses[i].required)
            continue;
        buffer_printf(out, "%s\"%s\"", comma, parameter_rows[route->uses[i].parameter].name);
        comma = ",";
    }
    buffer_append_text(out, "],\"properties\":{");
    for (size_t i = 0; i < route->use_count; i++) {
        const struct parameter_row *row = &parameter_rows[route->uses[i].parameter];
        buffer_printf(out, "%s\"%s\":{\"description\":", i ? "," : "", row->name);
        json_text(slice_of(row->sentence), out);
        buffer_append_text(out, ",\"allOf\":[");
        schema_parameter(row, out);
        buffer_append_text(out, "]}");
    }
    buffer_append_text(out, "}}}}}");
}

/* ---- answers --------------------------------------------------------------------------------- */

static void s_content(const struct route *route, struct buffer *out)
{
    const struct special *special = &s_specials[route->shape];
    const struct shape_row *row = shape_row(route->shape);
    buffer_printf(out, ",\"content\":{\"%s\":{\"schema\":", special->type ? special->type : s_json);
    if (special->type) {
        buffer_append_text(out, special->schema);
    } else if (row->list) {
        buffer_append_text(out, "{\"type\":\"array\",\"items\":");
        schema_reference(row->record, out);
        buffer_append_char(out, '}');
    } else {
        schema_reference(row->record, out);
    }
    buffer_append_text(out, "}}");
}

static void s_answers(const struct route *route, struct buffer *out)
{
    static const char *const location =
        ",\"headers\":{\"Location\":{\"required\":true,\"schema\":{\"type\":\"string\",\"format\":"
        "\"uri\"}}}";
    bool redirects = route->shape == SHAPE_REDIRECT;
    buffer_printf(out, ",\"responses\":{\"%s\":{", redirects ? "302" : "200");
    schema_member(out, "description", route->summary);
    if (redirects)
        buffer_append_text(out, location);
    else
        s_content(route, out);
    if (route->shape == SHAPE_RESULT) {
        buffer_append_text(out, "},\"202\":{\"description\":\"It is still being judged\"");
        s_content(route, out);
    }
    buffer_append_text(out, "},\"default\":{\"$ref\":\"#/components/responses/Refused\"}}");
}

/* ---- the document ---------------------------------------------------------------------------- */

/* The first word of the path, which is what it is about. */
static void s_tag(const struct route *route, struct buffer *out)
{
    struct slice word = slice_from(route->path + 1, strcspn(route->path + 1, "/"));
    buffer_append_text(out, ",\"tags\":[");
    json_text(word, out);
    buffer_append_char(out, ']');
}

static void s_operation(const struct route *route, struct buffer *out)
{
    static const char *const methods[] = {[METHOD_GET] = "get",
                                          [METHOD_POST] = "post",
                                          [METHOD_PUT] = "put",
                                          [METHOD_PATCH] = "patch",
                                          [METHOD_DELETE] = "delete"};
    bool post = route->method == METHOD_POST;
    buffer_printf(out, "\"%s\":{", methods[route->method]);
    schema_member(out, "operationId", s_ids[route->name]);
    schema_member(out, "summary", route->summary);
    if (post && route->body == BODY_FORM)
        schema_member(out, "description", "Parameters may come as a form in the body, too.");
    s_tag(route, out);
    if (route->body == BODY_JSON)
        s_body(route, out);
    else
        s_parameters(route, out);
    s_answers(route, out);
    buffer_printf(out, ",\"security\":[%s]}", route->who == WHO_USER ? "{\"bearer\":[]}" : "");
}

static bool s_shown(const struct route *route, bool development)
{
    return development || route->who != WHO_DEVELOPMENT;
}

static void s_paths(bool development, struct buffer *out)
{
    const char *comma = "";
    for (size_t i = 0; i < ROUTES; i++) {
        if (!s_shown(&routes[i], development))
            continue;
        buffer_append_text(out, comma);
        json_text(slice_of(routes[i].path), out);
        buffer_append_text(out, ":{");
        s_operation(&routes[i], out);
        buffer_append_char(out, '}');
        comma = ",";
    }
}

static void s_components(struct buffer *out)
{
    struct schemas schemas = {.count = 0};
    for (size_t i = 0; i < ROUTES; i++)
        if (shape_row(routes[i].shape)->record)
            schemas_add(&schemas, shape_row(routes[i].shape)->record);
    buffer_append_text(
        out, "\"securitySchemes\":{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\","
             "\"bearerFormat\":\"JWT\"}},\"responses\":{\"Refused\":{\"description\":\"No, and "
             "why. With status 200, as text, the outcome of a join\",\"headers\":{\"Retry-After\":"
             "{\"description\":\"With 429 and 503\",\"schema\":{\"type\":\"integer\"}}},"
             "\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/"
             "Error\"}},\"application/problem+json\":{\"schema\":{\"$ref\":\"#/components/schemas/"
             "Refusal\"}}}}},\"schemas\":{\"Error\":{\"type\":\"object\",\"required\":[\"error\"],"
             "\"properties\":{\"error\":{\"type\":\"string\"}}},\"Refusal\":{\"type\":\"object\","
             "\"description\":\"RFC 9457, for clients that accept application/problem+json\","
             "\"required\":[\"type\",\"title\",\"status\"],\"properties\":{\"type\":{\"type\":"
             "\"string\",\"format\":\"uri\"},\"title\":{\"type\":\"string\"},\"status\":{\"type\":"
             "\"integer\"},\"detail\":{\"type\":\"string\"}}},");
    schemas_write(&schemas, out);
    buffer_append_char(out, '}');
}

void openapi_write(struct slice base, bool development, struct buffer *out)
{
    buffer_append_text(out, "{\"openapi\":\"3.1.0\",\"info\":{");
    schema_member(out, "title", "CodeComp");
    schema_member(out, "version", CODECOMP_VERSION);
    schema_member(
        out, "description",
        "Programming duels. Ids are integers below 2^53, times are milliseconds since the "
        "epoch. What is pushed is described in /asyncapi.json.");
    buffer_append_text(out, "},\"servers\":[{\"url\":");
    json_text(base, out);
    buffer_append_text(out, "}],\"paths\":{");
    s_paths(development, out);
    buffer_append_text(out, "},\"components\":{");
    s_components(out);
    buffer_append_text(out, "}}");
}
