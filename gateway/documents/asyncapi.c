#include "gateway/documents/asyncapi.h"

#include "gateway/documents/schema.h"
#include "proto/json.h"

static const struct destination_row {
    const char *name;            /* of channel and message */
    const char *address;         /* the destination */
    const char *parameter;       /* in it; NULL: none */
    const struct record *record; /* the body */
    const char *also;            /* name of another message there; NULL: none */
    const struct record *other;  /* its body */
    const char *summary;         /* when it is pushed */
} s_destinations[] = {
    {"room", "/topic/room/{roomId}", "roomId", &record_room_state, NULL, NULL,
     "A room, at every change and once at the subscription. Of a private room: for its two "
     "participants"},
    {"submissions", "/user/queue/submissions", NULL, &record_submission, "run", &record_run,
     "The caller's own: submissions while they are judged (test testsRun + 1 of testsTotal runs) "
     "and with their verdicts, and runs, which have a runId and no id, when they are over; the "
     "CONNECT frame needs a token in Authorization"},
};
#define DESTINATIONS (sizeof s_destinations / sizeof *s_destinations)

/* SockJS and plain WebSockets are at the same place. */
static void s_server(struct slice base, struct buffer *out)
{
    const char *mark = memmem(base.data, base.length, "://", 3);
    size_t skip = mark ? (size_t)(mark - base.data) + 3 : 0;
    struct slice host = slice_from(base.data + skip, base.length - skip);
    const char *slash = host.length ? memchr(host.data, '/', host.length) : NULL;
    size_t length = slash ? (size_t)(slash - host.data) : host.length;
    struct slice path = slice_from(host.data + length, host.length - length);
    bool secure = base.length > 8 && memcmp(base.data, "https://", 8) == 0;
    buffer_append_text(out, "{\"host\":");
    json_text(slice_from(host.data, length), out);
    schema_member(out, "protocol", secure ? "wss" : "ws");
    buffer_append_text(out, ",\"pathname\":\"");
    buffer_append(out, path.data, path.length);
    buffer_append_text(out, "/ws\"");
    schema_member(out, "description",
                  "STOMP 1.0, 1.1 or 1.2 over a WebSocket with the subprotocol v10.stomp, "
                  "v11.stomp or v12.stomp; the same by SockJS at this address");
    buffer_append_char(out, '}');
}

static void s_channel(const struct destination_row *row, struct buffer *out)
{
    buffer_printf(out, "\"%s\":{\"address\":\"%s\"", row->name, row->address);
    schema_member(out, "description", row->summary);
    if (row->parameter)
        buffer_printf(out, ",\"parameters\":{\"%s\":{\"description\":\"Its id, an integer\"}}",
                      row->parameter);
    buffer_printf(out, ",\"messages\":{\"%s\":{\"$ref\":\"#/components/messages/%s\"}", row->name,
                  row->name);
    if (row->also)
        buffer_printf(out, ",\"%s\":{\"$ref\":\"#/components/messages/%s\"}", row->also, row->also);
    buffer_append_text(out, "},\"servers\":[{\"$ref\":\"#/servers/gateway\"}]}");
}

static void s_operation(const struct destination_row *row, struct buffer *out)
{
    buffer_printf(out,
                  "\"%s\":{\"action\":\"send\",\"channel\":{\"$ref\":\"#/channels/%s\"},"
                  "\"messages\":[{\"$ref\":\"#/channels/%s/messages/%s\"}",
                  row->name, row->name, row->name, row->name);
    if (row->also)
        buffer_printf(out, ",{\"$ref\":\"#/channels/%s/messages/%s\"}", row->name, row->also);
    buffer_append_char(out, ']');
    schema_member(out, "summary", row->summary);
    buffer_append_char(out, '}');
}

static void s_body(const char *name, const struct record *record, struct buffer *out)
{
    buffer_printf(out, "\"%s\":{\"contentType\":\"application/json\"", name);
    schema_member(out, "summary", record->sentence);
    buffer_append_text(out, ",\"payload\":");
    schema_reference(record, out);
    buffer_append_char(out, '}');
}

static void s_message(const struct destination_row *row, struct buffer *out)
{
    s_body(row->name, row->record, out);
    if (!row->also)
        return;
    buffer_append_char(out, ',');
    s_body(row->also, row->other, out);
}

static void s_each(void (*write)(const struct destination_row *, struct buffer *),
                   struct buffer *out)
{
    for (size_t i = 0; i < DESTINATIONS; i++) {
        if (i)
            buffer_append_char(out, ',');
        write(&s_destinations[i], out);
    }
}

void asyncapi_write(struct slice base, struct buffer *out)
{
    struct schemas schemas = {.count = 0};
    buffer_append_text(out, "{\"asyncapi\":\"3.0.0\",\"info\":{");
    schema_member(out, "title", "CodeComp");
    schema_member(out, "version", CODECOMP_VERSION);
    schema_member(out, "description", "What CodeComp pushes. All else is in /openapi.json.");
    buffer_append_text(out,
                       "},\"defaultContentType\":\"application/json\",\"servers\":{\"gateway\":");
    s_server(base, out);
    buffer_append_text(out, "},\"channels\":{");
    s_each(s_channel, out);
    buffer_append_text(out, "},\"operations\":{");
    s_each(s_operation, out);
    buffer_append_text(out, "},\"components\":{\"messages\":{");
    s_each(s_message, out);
    buffer_append_text(out, "},\"schemas\":{");
    for (size_t i = 0; i < DESTINATIONS; i++) {
        schemas_add(&schemas, s_destinations[i].record);
        if (s_destinations[i].other)
            schemas_add(&schemas, s_destinations[i].other);
    }
    schemas_write(&schemas, out);
    buffer_append_text(out, "}}}");
}
