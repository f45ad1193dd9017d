/* rabbitmq-c, its TLS and its replies. Passwords stay here: sentences name user, host and vhost. */
#include "actors/judge/broker.h"

#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <errno.h>
#include <openssl/ssl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/limits.h"

#define FRAME_BYTES 131072 /* RabbitMQ's own bound */

const struct broker_queue broker_queues[QUEUES] = {
#define QUEUE(symbol, name, letters, gauge) [QUEUE_##symbol] = {name, letters},
#include "actors/judge/queues.def"
#undef QUEUE
};

/* " judge-queue …" */
static const char s_names[] =
#define QUEUE(symbol, name, letters, gauge) " " name
#include "actors/judge/queues.def"
#undef QUEUE
    ;

/* The URL, taken apart. The parts point into `text`. */
struct broker_url {
    char text[BROKER_URL_MAX];        /* cut into pieces */
    char root[2];                     /* "/" */
    struct amqp_connection_info info; /* user, password, host, port, vhost, ssl */
    const char *cacertfile;           /* NULL: the system's */
    const char *certfile, *keyfile;   /* NULL: none */
    bool verify;                      /* the chain and the host's name */
};

__attribute__((format(printf, 3, 4))) static bool s_wrong(struct broker_error *error, bool lasting,
                                                          const char *format, ...)
{
    va_list arguments;
    if (!error)
        return false;
    error->lasting = lasting;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return false;
}

/* ---- the URL --------------------------------------------------------------------------------- */

static bool s_read_query(struct broker_url *self, char *query, struct broker_error *error)
{
    for (char *word; (word = strsep(&query, "&"));) {
        char *value = strchr(word, '=');
        if (value)
            *value++ = '\0';
        if (!*word)
            continue;
        if (!self->info.ssl)
            return s_wrong(error, true, "\"%s\" belongs to amqps:// only", word);
        if (!value || !*value)
            return s_wrong(error, true, "\"%s\" has no value", word);
        if (strcmp(word, "cacertfile") == 0)
            self->cacertfile = value;
        else if (strcmp(word, "certfile") == 0)
            self->certfile = value;
        else if (strcmp(word, "keyfile") == 0)
            self->keyfile = value;
        else if (strcmp(word, "verify") == 0 && strcmp(value, "verify_none") == 0)
            self->verify = false;
        else if (strcmp(word, "verify") != 0 || strcmp(value, "verify_peer") != 0)
            return s_wrong(error, true,
                           "\"%s=%s\" is not known; write cacertfile=FILE, certfile=FILE, "
                           "keyfile=FILE, or verify=verify_peer or verify_none",
                           word, value);
    }
    if (!self->certfile != !self->keyfile)
        return s_wrong(error, true, "certfile and keyfile belong together");
    return true;
}

static bool s_read_url(struct broker_url *self, const char *url, struct broker_error *error)
{
    *self = (struct broker_url){.root = "/", .verify = true};
    if (strlen(url) >= sizeof self->text)
        return s_wrong(error, true, "the URL is longer than %d bytes", BROKER_URL_MAX - 1);
    strcpy(self->text, url);
    char *query = strchr(self->text, '?');
    if (query)
        *query++ = '\0';
    if (amqp_parse_url(self->text, &self->info) != AMQP_STATUS_OK)
        return s_wrong(error, true,
                       "the URL can't be read; write amqp://user:password@host:port/vhost, with "
                       "%%2f and the like for characters of the parts that mean something in it");
    if (!*self->info.vhost) /* a slash at the end is no virtual host without a name */
        self->info.vhost = self->root;
    return s_read_query(self, query ? query : self->text + strlen(self->text), error);
}

bool broker_url_valid(const char *url, struct broker_error *error)
{
    struct broker_url read;
    return s_read_url(&read, url, error);
}

/* ---- what went wrong ------------------------------------------------------------------------- */

void broker_closed(const struct broker *self, int code, amqp_bytes_t text, const char *doing,
                   struct broker_error *error)
{
    int length = text.len < 200 ? (int)text.len : 200;
    const char *said = text.bytes;
    switch (code) {
    case AMQP_ACCESS_REFUSED:
        s_wrong(error, true,
                "%s: can't %s: %.*s; check user and password, and that the user may "
                "configure, write and read%s (rabbitmqctl set_permissions)",
                self->where, doing, length, said, s_names);
        break;
    case AMQP_NOT_ALLOWED:
        s_wrong(error, true,
                "%s: can't %s: %.*s; make the virtual host, or give the user rights "
                "to it (rabbitmqctl add_vhost, set_permissions)",
                self->where, doing, length, said);
        break;
    case AMQP_PRECONDITION_FAILED:
        s_wrong(error, true,
                "%s: can't %s: %.*s; the queue was made with other arguments: it must be durable, "
                "and %s needs x-dead-letter-exchange \"\" and x-dead-letter-routing-key "
                "\"%s\", the others nothing; empty and delete it, and it is made anew",
                self->where, doing, length, said, broker_queues[QUEUE_submissions].name,
                broker_queues[QUEUE_dead].name);
        break;
    default:
        s_wrong(error, false, "%s: can't %s: %.*s", self->where, doing, length, said);
        break;
    }
}

/* A status of the library; true: it is none of a failure. */
static bool s_status(const struct broker *self, int status, const char *doing,
                     struct broker_error *error)
{
    switch (status) {
    case AMQP_STATUS_OK:
        return true;
    case AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED:
        return s_wrong(error, true,
                       "%s: the certificate is not for this host; name the host as the certificate "
                       "does",
                       self->where);
    case AMQP_STATUS_SSL_PEER_VERIFY_FAILED:
    case AMQP_STATUS_SSL_CONNECTION_FAILED:
        return s_wrong(error, true,
                       "%s: no TLS: the certificate is not signed by an authority that we know "
                       "(?cacertfile=FILE names one), or the port speaks something else",
                       self->where);
    default:
        return s_wrong(error, false,
                       "%s: can't %s: %s; is the server running, and can it be "
                       "reached from here?",
                       self->where, doing, amqp_error_string2(status));
    }
}

bool broker_went_well(struct broker *self, amqp_rpc_reply_t reply, const char *doing,
                      struct broker_error *error)
{
    const amqp_method_t *method = &reply.reply;
    switch (reply.reply_type) {
    case AMQP_RESPONSE_NORMAL:
        return true;
    case AMQP_RESPONSE_SERVER_EXCEPTION:
        if (method->id == AMQP_CONNECTION_CLOSE_METHOD) {
            const amqp_connection_close_t *close = method->decoded;
            broker_closed(self, close->reply_code, close->reply_text, doing, error);
            return false;
        }
        if (method->id == AMQP_CHANNEL_CLOSE_METHOD) {
            const amqp_channel_close_t *close = method->decoded;
            broker_closed(self, close->reply_code, close->reply_text, doing, error);
            return false;
        }
        return s_wrong(error, false, "%s: can't %s: an answer that was not asked for", self->where,
                       doing);
    case AMQP_RESPONSE_LIBRARY_EXCEPTION:
        return s_status(self, reply.library_error, doing, error);
    default:
        return s_wrong(error, false, "%s: can't %s: no answer", self->where, doing);
    }
}

/* ---- connecting ------------------------------------------------------------------------------ */

static amqp_socket_t *s_tls_socket(struct broker *self, const struct broker_url *url,
                                   struct broker_error *error)
{
    amqp_socket_t *socket = amqp_ssl_socket_new(self->connection);
    if (!socket) {
        s_wrong(error, false, "%s: no TLS: out of memory", self->where);
        return NULL;
    }
    amqp_ssl_socket_set_verify_peer(socket, url->verify);
    amqp_ssl_socket_set_verify_hostname(socket, url->verify);
    amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST);
    if (url->certfile && amqp_ssl_socket_set_key(socket, url->certfile, url->keyfile) != 0) {
        s_wrong(error, true, "%s: certfile %s or keyfile %s can't be read", self->where,
                url->certfile, url->keyfile);
        return NULL;
    }
    if (url->cacertfile && amqp_ssl_socket_set_cacert(socket, url->cacertfile) != 0) {
        s_wrong(error, true, "%s: cacertfile %s can't be read", self->where, url->cacertfile);
        return NULL;
    }
    if (!url->cacertfile)
        SSL_CTX_set_default_verify_paths(amqp_ssl_socket_get_context(socket));
    return socket;
}

static bool s_connect(struct broker *self, const struct broker_url *url, struct broker_error *error)
{
    struct timeval limit = {BROKER_STEP_MS / 1000, BROKER_STEP_MS % 1000 * 1000};
    amqp_socket_t *socket;
    self->connection = amqp_new_connection();
    if (!self->connection)
        return s_wrong(error, false, "%s: out of memory", self->where);
    if (url->info.ssl)
        socket = s_tls_socket(self, url, error);
    else if (!(socket = amqp_tcp_socket_new(self->connection)))
        s_wrong(error, false, "%s: out of memory", self->where);
    if (!socket)
        return false;
    amqp_set_handshake_timeout(self->connection, &limit);
    amqp_set_rpc_timeout(self->connection, &limit);
    return s_status(self, amqp_socket_open_noblock(socket, url->info.host, url->info.port, &limit),
                    "connect", error);
}

static amqp_table_entry_t s_flag(const char *name)
{
    amqp_table_entry_t entry = {.key = amqp_cstring_bytes(name)};
    entry.value.kind = AMQP_FIELD_KIND_BOOLEAN;
    entry.value.value.boolean = 1;
    return entry;
}

static amqp_table_entry_t s_text(const char *name, const char *value)
{
    amqp_table_entry_t entry = {.key = amqp_cstring_bytes(name)};
    entry.value.kind = AMQP_FIELD_KIND_UTF8;
    entry.value.value.bytes = amqp_cstring_bytes(value);
    return entry;
}

static bool s_log_in(struct broker *self, const struct broker_url *url, const char *purpose,
                     struct broker_error *error)
{
    char host[65] = "", name[160];
    gethostname(host, sizeof host - 1);
    snprintf(name, sizeof name, "codecomp %s %s %d", purpose, host, getpid());
    amqp_table_entry_t flags[] = {s_flag("connection.blocked"), s_flag("consumer_cancel_notify"),
                                  s_flag("authentication_failure_close")};
    amqp_table_entry_t entries[] = {s_text("product", "CodeComp"),
                                    s_text("version", CODECOMP_VERSION),
                                    s_text("connection_name", name),
                                    {.key = amqp_cstring_bytes("capabilities")}};
    entries[3].value.kind = AMQP_FIELD_KIND_TABLE;
    entries[3].value.value.table = (amqp_table_t){3, flags};
    amqp_table_t properties = {4, entries};
    amqp_rpc_reply_t reply = amqp_login_with_properties(
        self->connection, url->info.vhost, 0, FRAME_BYTES, BROKER_HEARTBEAT_S, &properties,
        AMQP_SASL_METHOD_PLAIN, url->info.user, url->info.password);
    return broker_went_well(self, reply, "log in", error);
}

bool broker_open(struct broker *self, const char *url, const char *purpose,
                 struct broker_error *error)
{
    struct broker_url read;
    *self = (struct broker){0};
    *error = (struct broker_error){0};
    if (!s_read_url(&read, url, error))
        return false;
    bool slash = read.info.vhost[0] == '/';
    snprintf(self->where, sizeof self->where, "%s://%s@%s:%d%s%s", read.info.ssl ? "amqps" : "amqp",
             read.info.user, read.info.host, read.info.port, slash ? "" : "/",
             slash ? "" : read.info.vhost);
    bool ok = s_connect(self, &read, error) && s_log_in(self, &read, purpose, error);
    explicit_bzero(&read, sizeof read);
    if (ok) {
        amqp_channel_open(self->connection, BROKER_CHANNEL);
        ok = broker_went_well(self, amqp_get_rpc_reply(self->connection), "open a channel", error);
    }
    if (!ok)
        broker_close(self, false);
    return ok;
}

bool broker_declare(struct broker *self, enum queue_number queue, struct broker_error *error)
{
    const char *name = broker_queues[queue].name;
    amqp_table_entry_t entries[] = {
        s_text("x-dead-letter-exchange", ""),
        s_text("x-dead-letter-routing-key", broker_queues[QUEUE_dead].name)};
    char doing[64];
    amqp_table_t arguments = {broker_queues[queue].letters ? 2 : 0, entries};
    snprintf(doing, sizeof doing, "declare %s", name);
    amqp_queue_declare(self->connection, BROKER_CHANNEL, amqp_cstring_bytes(name), 0, 1, 0, 0,
                       arguments);
    return broker_went_well(self, amqp_get_rpc_reply(self->connection), doing, error);
}

static bool s_confirm(struct broker *self, struct broker_error *error)
{
    amqp_confirm_select(self->connection, BROKER_CHANNEL);
    return broker_went_well(self, amqp_get_rpc_reply(self->connection),
                            "have publishings confirmed", error);
}

bool broker_prepare(struct broker *self, struct broker_error *error)
{
    for (enum queue_number queue = QUEUES; queue-- > 0;) /* the dead letters' first */
        if (!broker_declare(self, queue, error))
            return false;
    return s_confirm(self, error);
}

/* ---- publishing ------------------------------------------------------------------------------ */

bool broker_depth(struct broker *self, enum queue_number queue, uint32_t *count,
                  struct broker_error *error)
{
    amqp_queue_declare_ok_t *answer = amqp_queue_declare(
        self->connection, BROKER_CHANNEL, amqp_cstring_bytes(broker_queues[queue].name), 1, 0, 0, 0,
        amqp_empty_table);
    *count = answer ? answer->message_count : 0;
    return broker_went_well(self, amqp_get_rpc_reply(self->connection), "look into a queue", error);
}

int broker_publish(struct broker *self, enum queue_number queue, int64_t id)
{
    char body[24];
    int length = snprintf(body, sizeof body, "%lld", (long long)id);
    amqp_basic_properties_t properties = {._flags = AMQP_BASIC_CONTENT_TYPE_FLAG |
                                                    AMQP_BASIC_DELIVERY_MODE_FLAG,
                                          .content_type = amqp_cstring_bytes("application/json"),
                                          .delivery_mode = AMQP_DELIVERY_PERSISTENT};
    return amqp_basic_publish(self->connection, BROKER_CHANNEL, amqp_empty_bytes,
                              amqp_cstring_bytes(broker_queues[queue].name), 1, 0, &properties,
                              (amqp_bytes_t){(size_t)length, body});
}

bool broker_put(struct broker *self, int64_t submission_id, struct broker_error *error)
{
    struct timeval limit = {BROKER_STEP_MS / 1000, BROKER_STEP_MS % 1000 * 1000};
    amqp_frame_t frame;
    if (!s_status(self, broker_publish(self, QUEUE_submissions, submission_id), "publish", error))
        return false;
    while (s_status(self, amqp_simple_wait_frame_noblock(self->connection, &frame, &limit),
                    "have a publishing confirmed", error)) {
        if (frame.frame_type != AMQP_FRAME_METHOD)
            continue;
        if (frame.payload.method.id == AMQP_BASIC_ACK_METHOD)
            return true;
        return s_wrong(error, false, "%s: the server did not keep what was published", self->where);
    }
    return false;
}

int64_t broker_id(amqp_bytes_t body)
{
    char text[64], *end;
    if (body.len >= sizeof text)
        return 0;
    memcpy(text, body.bytes, body.len);
    text[body.len] = '\0';
    const char *at = text + strspn(text, " \t\r\n");
    if (*at < '1' || *at > '9')
        return 0;
    errno = 0;
    long long id = strtoll(at, &end, 10);
    end += strspn(end, " \t\r\n");
    return errno == 0 && end == text + body.len && id <= ID_MAX ? id : 0;
}

void broker_close(struct broker *self, bool politely)
{
    if (!self->connection)
        return;
    struct timeval moment = {1, 0}; /* a server that stands still is not waited for */
    amqp_set_rpc_timeout(self->connection, &moment);
    if (politely)
        amqp_connection_close(self->connection, AMQP_REPLY_SUCCESS);
    amqp_destroy_connection(self->connection);
    self->connection = NULL;
}
