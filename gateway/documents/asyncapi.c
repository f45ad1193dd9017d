#include "gateway/documents/asyncapi.h"

#include "gateway/documents/schema.h"
#include "proto/json.h"

#define MESSAGES_MAX 3 /* of one destination, and the end */

static const struct destination_row {
    const char *channel;   /* what it is called */
    const char *name;      /* the destination, without its parameter */
    const char *parameter; /* behind it; "": none */
    const char *when;      /* it is pushed */
    struct message {
        const char *name;            /* what it is called; NULL: the end */
        const struct record *record; /* the body */
    } messages[MESSAGES_MAX];        /* that come there */
} s_destinations[] = {
#define DESTINATION(kind, channel, name, parameter, pushes, when) \
    {#channel, name, parameter, when, {pushes{NULL, NULL}}},
#define PUSHES(message, record) {#message, &record_##record},
#include "gateway/stomp/destinations.def"
#undef DESTINATION
#undef PUSHES
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

static void s_comma(struct buffer *out, bool first)
{
    if (!first)
        buffer_append_char(out, ',');
}

static void s_channel(const struct destination_row *row, struct buffer *out)
{
    buffer_printf(out, "\"%s\":{\"address\":\"%s", row->channel, row->name);
    if (*row->parameter)
        buffer_printf(out, "{%s}", row->parameter);
    buffer_append_char(out, '"');
    schema_member(out, "description", row->when);
    if (*row->parameter)
        buffer_printf(out, ",\"parameters\":{\"%s\":{\"description\":\"Its id, an integer\"}}",
                      row->parameter);
    buffer_append_text(out, ",\"messages\":{");
    for (const struct message *message = row->messages; message->name; message++) {
        s_comma(out, message == row->messages);
        buffer_printf(out, "\"%s\":{\"$ref\":\"#/components/messages/%s\"}", message->name,
                      message->name);
    }
    buffer_append_text(out, "},\"servers\":[{\"$ref\":\"#/servers/gateway\"}]}");
}

static void s_operation(const struct destination_row *row, struct buffer *out)
{
    buffer_printf(out,
                  "\"%s\":{\"action\":\"send\",\"channel\":{\"$ref\":\"#/channels/%s\"},"
                  "\"messages\":[",
                  row->channel, row->channel);
    for (const struct message *message = row->messages; message->name; message++) {
        s_comma(out, message == row->messages);
        buffer_printf(out, "{\"$ref\":\"#/channels/%s/messages/%s\"}", row->channel, message->name);
    }
    buffer_append_char(out, ']');
    schema_member(out, "summary", row->when);
    buffer_append_char(out, '}');
}

static void s_messages(const struct destination_row *row, struct buffer *out)
{
    for (const struct message *message = row->messages; message->name; message++) {
        s_comma(out, message == row->messages);
        buffer_printf(out, "\"%s\":{\"contentType\":\"application/json\"", message->name);
        schema_member(out, "summary", message->record->sentence);
        buffer_append_text(out, ",\"payload\":");
        schema_reference(message->record, out);
        buffer_append_char(out, '}');
    }
}

static void s_each(void (*write)(const struct destination_row *, struct buffer *),
                   struct buffer *out)
{
    for (size_t i = 0; i < DESTINATIONS; i++) {
        s_comma(out, !i);
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
    s_each(s_messages, out);
    buffer_append_text(out, "},\"schemas\":{");
    for (size_t i = 0; i < DESTINATIONS; i++)
        for (const struct message *message = s_destinations[i].messages; message->name; message++)
            schemas_add(&schemas, message->record);
    schemas_write(&schemas, out);
    buffer_append_text(out, "}}}");
}
