/* What it does not: send anything of its own over a connection, or say what came over it. Server
 * messages may quote values and come in any language, so only their codes are used. */
#include "actors/store/link.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/stats.h"
#include "proto/check.h"
#include "proto/proto.h"

#define CONNECT_LIMIT_S 5
#define RETRY_FIRST_MS 50
#define RETRY_MAX_MS 5000
#define SQLSTATE_LENGTH 5

/* Where the URL says nothing. A peer that went without a word is noticed in 25 s, or 15 when there
 * is something to send. */
static const char *const s_defaults[][2] = {
    {"connect_timeout", "5"},      {"keepalives_idle", "10"},
    {"keepalives_interval", "5"},  {"keepalives_count", "3"},
    {"tcp_user_timeout", "15000"}, {"target_session_attrs", "read-write"},
};
/* Before the URL's own options, so that those win. A statement may take longer than a server stands
 * still for a moment, a transaction may not stay open when we are gone; plans are of short
 * statements. */
static const char s_settings[] = "-c statement_timeout=15000"
                                 " -c idle_in_transaction_session_timeout=15000"
                                 " -c jit=off";

/* ---- options --------------------------------------------------------------------------------- */

static void s_add(struct link *self, const char *keyword, const char *value)
{
    self->keywords[self->option_count] = strdup(keyword);
    self->values[self->option_count++] = strdup(value);
}

static const char *s_given(const struct link *self, const char *keyword)
{
    for (size_t i = 0; i < self->option_count; i++)
        if (strcmp(self->keywords[i], keyword) == 0)
            return self->values[i];
    return NULL;
}

static void s_add_settings(struct link *self, const char *given)
{
    char *settings;
    check(asprintf(&settings, "%s %s", s_settings, given) >= 0);
    s_add(self, "options", settings);
    free(settings);
}

/* So many hosts, each its own attempt. */
static void s_limit_connecting(struct link *self)
{
    const char *timeout = s_given(self, "connect_timeout"), *hosts = s_given(self, "host");
    int64_t limit_s = strtol(timeout, NULL, 10), attempts = 1;
    for (; hosts && (hosts = strchr(hosts, ',')); hosts++)
        attempts++;
    self->connect_limit_ms =
        (limit_s >= 2 && limit_s <= 600 ? limit_s : CONNECT_LIMIT_S) * 1000 * attempts;
}

static void s_take_options(struct link *self, const PQconninfoOption *given)
{
    const char *name = "codecomp", *settings = "";
    size_t count = sizeof s_defaults / sizeof *s_defaults + 4;
    for (const PQconninfoOption *option = given; option->keyword; option++)
        count += option->val != NULL;
    self->keywords = calloc(count, sizeof *self->keywords);
    self->values = calloc(count, sizeof *self->values);
    check(self->keywords && self->values);
    for (const PQconninfoOption *option = given; option->keyword; option++)
        if (!option->val)
            continue;
        else if (strcmp(option->keyword, "application_name") == 0)
            name = option->val;
        else if (strcmp(option->keyword, "options") == 0)
            settings = option->val;
        else if (strcmp(option->keyword, "client_encoding") != 0)
            s_add(self, option->keyword, option->val);
    for (size_t i = 0; i < sizeof s_defaults / sizeof *s_defaults; i++)
        if (!s_given(self, s_defaults[i][0]))
            s_add(self, s_defaults[i][0], s_defaults[i][1]);
    snprintf(self->name, sizeof self->name, "%.40s %016" PRIx64, name, clock_chance());
    s_add(self, "application_name", self->name);
    s_add(self, "client_encoding", "UTF8");
    s_add_settings(self, settings);
    s_limit_connecting(self);
}

bool link_init(struct link *self, const char *url, struct store_error *error)
{
    char *why = NULL; /* may quote the password */
    PQconninfoOption *given = PQconninfoParse(url, &why);
    PQfreemem(why);
    *self = (struct link){.epoll = -1, .due_ms = I64_NONE};
    if (!given)
        return store_error_set(error,
                               "the database's URL can't be read; it is to be as "
                               "postgresql://USER:PASSWORD@HOST:5432/DATABASE, with %%XX for "
                               "what is special in a password");
    s_take_options(self, given);
    PQconninfoFree(given);
    return true;
}

void link_fini(struct link *self)
{
    PQfinish(self->connection);
    for (size_t i = 0; i < self->option_count; i++) {
        free(self->keywords[i]);
        free(self->values[i]);
    }
    free(self->keywords);
    free(self->values);
}

/* ---- what is wrong --------------------------------------------------------------------------- */

/* "HOST:PORT"; of several hosts the one that was tried last. */
static const char *s_where(const struct link *self, char text[256])
{
    const char *host = PQhost(self->connection), *port = PQport(self->connection);
    snprintf(text, 256, "%.200s:%.20s", host && *host ? host : "localhost",
             port && *port ? port : "5432");
    return text;
}

/* The verbosity makes libpq say the code alone: "FATAL:  28P01". */
static void s_sqlstate(const char *message, char code[SQLSTATE_LENGTH + 1])
{
    const char *at = strstr(message, ":  ");
    size_t length = at ? strspn(at + 3, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") : 0;
    snprintf(code, SQLSTATE_LENGTH + 1, "%s", length == SQLSTATE_LENGTH ? at + 3 : "");
}

/* libpq's own words, of one line. They name hosts, files and options, no password. */
static void s_own_words(const char *message, char text[300])
{
    const char *failed = strstr(message, "failed: ");
    snprintf(text, 300, "%s", failed ? failed + strlen("failed: ") : message);
    text[strcspn(text, "\n")] = '\0';
}

static void s_why_not(const struct link *self, struct store_error *error)
{
    char where[256], code[SQLSTATE_LENGTH + 1], words[300];
    const char *message = PQerrorMessage(self->connection), *user = PQuser(self->connection);
    const char *database = PQdb(self->connection);
    s_where(self, where);
    s_sqlstate(message, code);
    s_own_words(message, words);
    user = user ? user : "";
    database = database ? database : "";
    if (strcmp(code, "28P01") == 0 || PQconnectionNeedsPassword(self->connection))
        store_error_set(error,
                        "PostgreSQL at %s refuses the password of \"%.63s\"; put the right "
                        "one into the database's URL, or into PGPASSWORD",
                        where, user);
    else if (strcmp(code, "28000") == 0)
        store_error_set(error,
                        "PostgreSQL at %s does not let \"%.63s\" in: the role is missing, "
                        "or pg_hba.conf there has no line for it",
                        where, user);
    else if (strcmp(code, "3D000") == 0)
        store_error_set(error,
                        "PostgreSQL at %s has no database \"%.63s\"; make it with createdb, "
                        "or name another in the database's URL",
                        where, database);
    else if (strcmp(code, "42501") == 0)
        store_error_set(error,
                        "PostgreSQL at %s does not let \"%.63s\" into \"%.63s\"; GRANT "
                        "CONNECT on it",
                        where, user, database);
    else if (strcmp(code, "53300") == 0)
        store_error_set(error,
                        "PostgreSQL at %s takes no more connections; raise its "
                        "max_connections, or the role's limit",
                        where);
    else if (*code)
        store_error_set(error, "PostgreSQL at %s refuses the connection (SQLSTATE %s)", where,
                        code);
    else
        store_error_set(error, "PostgreSQL at %s can't be reached: %s", where, words);
}

enum link_trouble link_trouble(const PGresult *result, const char *what, struct store_error *error)
{
    static const struct {
        const char *code; /* SQLSTATE, or its beginning */
        enum link_trouble trouble;
        const char *meaning;
    } known[] = {
        {"40001", TROUBLE_CHANCE, "it met another transaction"},
        {"40P01", TROUBLE_CHANCE, "it and another transaction waited for each other"},
        {"08P01", TROUBLE_OWN, "a value does not fit"},
        {"08", TROUBLE_LINK, "the connection was lost"},
        {"57P", TROUBLE_LINK, "the server ended the connection"},
        {"25P0", TROUBLE_LINK, "the transaction was left open too long"},
        {"25006", TROUBLE_LINK, "the server only takes reads"},
        {"57014", TROUBLE_OWN, "it took too long"},
        {"42501", TROUBLE_OWN, "the role lacks the right; GRANT it"},
        {"42P01", TROUBLE_OWN, "a table is missing"},
        {"53100", TROUBLE_OWN, "the server's disk is full"},
        {"53", TROUBLE_OWN, "the server lacks resources"},
        {"23", TROUBLE_OWN, "a constraint is violated"},
        {"22", TROUBLE_OWN, "a value does not fit"},
    };
    const char *code = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *constraint = code ? PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME) : NULL;
    if (!code) {
        store_error_set(error, "%s: the connection to the database was lost", what);
        return TROUBLE_LINK;
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strncmp(code, known[i].code, strlen(known[i].code)) == 0) {
            store_error_set(error, "%s: %s%s%.63s (SQLSTATE %s)", what, known[i].meaning,
                            constraint ? ": " : "", constraint ? constraint : "", code);
            return known[i].trouble;
        }
    store_error_set(error, "%s failed (SQLSTATE %s)", what, code);
    return TROUBLE_OWN;
}

/* ---- being watched --------------------------------------------------------------------------- */

/* libpq may have changed its socket; a new one may have the number of the old one. */
static void s_watch(struct link *self, bool writes)
{
    struct epoll_event event = {.events = EPOLLIN | (writes ? EPOLLOUT : 0),
                                .data.u32 = self->number};
    self->writes = writes;
    int socket = PQsocket(self->connection);
    if (self->epoll < 0 || socket < 0)
        return;
    if (epoll_ctl(self->epoll, EPOLL_CTL_MOD, socket, &event) != 0)
        check(epoll_ctl(self->epoll, EPOLL_CTL_ADD, socket, &event) == 0);
}

void link_watch(struct link *self, int epoll, uint32_t number)
{
    self->epoll = epoll;
    self->number = number;
    if (self->state == LINK_UP)
        s_watch(self, false);
}

void link_want_writing(struct link *self, bool writes)
{
    if (writes != self->writes)
        s_watch(self, writes);
}

/* ---- connecting ------------------------------------------------------------------------------ */

static void s_ignore_notice(void *user, const PGresult *result)
{
    (void)user, (void)result;
}

static void s_down(struct link *self, const char *why)
{
    int64_t wait_ms = RETRY_FIRST_MS;
    for (unsigned i = 0; i < self->failures && wait_ms < RETRY_MAX_MS; i++)
        wait_ms *= 2;
    wait_ms = wait_ms < RETRY_MAX_MS ? wait_ms : RETRY_MAX_MS;
    store_error_set(&self->error, "%s", why);
    PQfinish(self->connection);
    self->connection = NULL;
    self->state = LINK_DOWN;
    self->failures++;
    self->due_ms =
        clock_now_ms() + wait_ms / 2 + (int64_t)(clock_chance() % (uint64_t)(wait_ms / 2 + 1));
}

static void s_start(struct link *self)
{
    self->connection = PQconnectStartParams((const char *const *)self->keywords,
                                            (const char *const *)self->values, 0);
    check(self->connection);
    PQsetErrorVerbosity(self->connection, PQERRORS_SQLSTATE);
    PQsetNoticeReceiver(self->connection, s_ignore_notice, NULL);
    self->state = LINK_CONNECTING;
    self->due_ms = clock_now_ms() + self->connect_limit_ms;
    s_watch(self, true); /* PQconnectPoll is first to be called when it can be written to */
}

/* It is connected; is it one that we can use? */
static void s_examine(struct link *self)
{
    char where[256];
    struct store_error why;
    int version = PQserverVersion(self->connection);
    const char *encoding = PQparameterStatus(self->connection, "server_encoding");
    s_where(self, where);
    if (version < LINK_VERSION_MIN) {
        store_error_set(&why, "PostgreSQL at %s is version %d; 13 or newer is needed", where,
                        version / 10000);
        s_down(self, why.text);
    } else if (!encoding || strcmp(encoding, "UTF8") != 0) {
        store_error_set(&why,
                        "the database \"%.63s\" at %s is encoded in %.32s; make one with "
                        "ENCODING 'UTF8'",
                        PQdb(self->connection), where, encoding ? encoding : "something unknown");
        s_down(self, why.text);
    } else {
        self->state = LINK_UP;
        self->due_ms = I64_NONE;
        s_watch(self, false);
    }
}

static void s_go_on(struct link *self)
{
    struct store_error why;
    char where[256];
    if (clock_now_ms() >= self->due_ms) {
        store_error_set(&why, "PostgreSQL at %s does not answer within %" PRId64 " s",
                        s_where(self, where), self->connect_limit_ms / 1000);
        s_down(self, why.text);
        return;
    }
    switch (PQconnectPoll(self->connection)) {
    case PGRES_POLLING_OK:
        s_examine(self);
        break;
    case PGRES_POLLING_READING:
        s_watch(self, false);
        break;
    case PGRES_POLLING_WRITING:
        s_watch(self, true);
        break;
    default:
        s_why_not(self, &why);
        s_down(self, why.text);
    }
}

enum link_state link_step(struct link *self)
{
    enum link_state before = self->state;
    if (before == LINK_DOWN && clock_now_ms() >= self->due_ms)
        s_start(self);
    else if (before == LINK_CONNECTING)
        s_go_on(self);
    if (before == LINK_CONNECTING && self->state == LINK_DOWN)
        log_warn("database-unreachable", "attempts=%u why=\"%s\"", self->failures,
                 self->error.text);
    return self->state;
}

bool link_open(struct link *self, struct store_error *error)
{
    s_start(self);
    while (self->state == LINK_CONNECTING) {
        struct pollfd socket = {PQsocket(self->connection), self->writes ? POLLOUT : POLLIN, 0};
        int64_t left_ms = self->due_ms - clock_now_ms();
        if (socket.fd >= 0 && poll(&socket, 1, left_ms > 0 ? (int)left_ms : 0) < 0)
            check(errno == EINTR);
        s_go_on(self);
    }
    if (self->state != LINK_UP)
        *error = self->error;
    return self->state == LINK_UP;
}

void link_lose(struct link *self, const char *why)
{
    stats_add(STAT_database_lost, 1);
    log_warn("database-lost", "why=\"%s\"", why);
    s_down(self, why);
}

void link_good(struct link *self)
{
    self->failures = 0;
}
