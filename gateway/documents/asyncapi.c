#include "gateway/documents/asyncapi.h"

#include "gateway/documents/schema.h"
#include "proto/json.h"

static const struct destination_row {
    const char *name;            /* of channel and message */
    const char *address;         /* the destination */
    const char *parameter;       /* in it; NULL: none */
    const struct record *record; /* the body */
    const char *summary;         /* when it is pushed */
} s_destinations[] = {
    {"room", "/topic/room/{roomId}", "roomId", &record_room_state,
     "A room, at every change and once at the subscription. Of a private room: for its two "
     "participants"},
    {"submissions", "/user/queue/submissions", NULL, &record_submission,
     "The caller's own verdicts; the CONNECT frame needs a token in Authorization"},
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
    buffer_printf(out,
                  ",\"messages\":{\"%s\":{\"$ref\":\"#/components/messages/%s\"}},"
                  "\"servers\":[{\"$ref\":\"#/servers/gateway\"}]}",
                  row->name, row->name);
}

static void s_operation(const struct destination_row *row, struct buffer *out)
{
    buffer_printf(out,
                  "\"%s\":{\"action\":\"send\",\"channel\":{\"$ref\":\"#/channels/%s\"},"
                  "\"messages\":[{\"$ref\":\"#/channels/%s/messages/%s\"}]",
                  row->name, row->name, row->name, row->name);
    schema_member(out, "summary", row->summary);
    buffer_append_char(out, '}');
}

static void s_message(const struct destination_row *row, struct buffer *out)
{
    buffer_printf(out, "\"%s\":{\"contentType\":\"application/json\"", row->name);
    schema_member(out, "summary", row->record->sentence);
    buffer_append_text(out, ",\"payload\":");
    schema_reference(row->record, out);
    buffer_append_char(out, '}');
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
    for (size_t i = 0; i < DESTINATIONS; i++)
        schemas_add(&schemas, s_destinations[i].record);
    schemas_write(&schemas, out);
    buffer_append_text(out, "}}}");
}
