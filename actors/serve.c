/* One process of an installation: which actors it hosts follows from the topology and --actors; it
 * starts them so that whoever needs another finds it there (store, claims, core, runners, gateway),
 * and stops them the other way round. The main thread only waits for signals and renews claims. */
#include "actors/serve.h"

#include <czmq.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "actors/claim.h"
#include "actors/engines.h"
#include "actors/fanout/events.h"
#include "actors/judge/queue.h"
#include "actors/login.h"
#include "actors/room/limiter.h"
#include "actors/runner/runner.h"
#include "actors/runtime/clock.h"
#include "actors/runtime/host.h"
#include "actors/runtime/log.h"
#include "actors/secret.h"
#include "actors/store/database.h"
#include "actors/store/store.h"
#include "gateway/gateway.h"

#define STORE_WAIT_MS 30000    /* for a store in another process, at the start */
#define ENGINE_WAIT_MS 60000   /* for a server that is just starting */
#define ENGINE_RETRY_US 500000 /* between two looks */
#define DRAIN_LIMIT_MS 10000   /* for what is open at the stop */
#define SAME_SIGNAL_US                                                                 \
    500000          /* wrappers send theirs to us and to our group: that is one signal \
                     */
#define ASK_MS 2000 /* for an answer that nothing depends on */
#define ERROR_BYTES 1024

struct server {
    const struct options *options;              /* as given */
    struct plan plan;                           /* what they come to */
    struct store_context store;                 /* the store's */
    struct secrets secrets;                     /* the gateway's */
    char cors_origins[2 * OPTION_TEXT_BYTES];   /* the gateway's */
    struct host *hosts[TOPOLOGY_ENDPOINTS_MAX]; /* by endpoint; NULL: not here */
    struct query *query;                        /* our own questions to the store */
    struct claim *claim;                        /* partitions held */
    struct queue *queues[PARTITIONS];           /* by the judge's shard; NULL: not here, or local */
    struct runner *runner;                      /* NULL: not here */
    struct events *events;                      /* NULL: not here */
    struct gateway *gateway;                    /* NULL: not here */
    char error[ERROR_BYTES];                    /* why it can't start */
};

/* ---- the plan -------------------------------------------------------------------------------- */

struct planning {
    const struct options *options; /* as given */
    struct plan *plan;             /* being made */
    char *error;                   /* where the sentence goes */
    size_t error_size;             /* its room */
};

__attribute__((format(printf, 2, 3))) static bool s_wrong(struct planning *self, const char *format,
                                                          ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(self->error, self->error_size, format, arguments);
    va_end(arguments);
    return false;
}

/* The same, after the name of the option as it was written. */
__attribute__((format(printf, 3, 4))) static bool
s_wrong_option(struct planning *self, enum option_id option, const char *format, ...)
{
    char where[OPTION_WHERE_BYTES], what[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return s_wrong(self, "%s: %s", options_where(self->options, option, where), what);
}

/* One word of --actors: a name, or name/shard. */
static bool s_host_word(struct planning *self, const char *word)
{
    const char *slash = strchr(word, '/');
    size_t length = slash ? (size_t)(slash - word) : strlen(word);
    enum actor_kind kind = actor_by_name(slice_from(word, length));
    if (kind == ACTOR_NONE)
        return s_wrong_option(self, OPTION_actors, "there is no actor \"%s\"", word);
    if (kind == ACTOR_queue)
        return s_wrong_option(self, OPTION_actors, "queue is where judge is: name judge");
    uint8_t shards = self->plan->topology.shards[kind] ? self->plan->topology.shards[kind] : 1;
    if (!slash) {
        self->plan->hosted[kind] |= shards == 64 ? UINT64_MAX : (1ull << shards) - 1;
        return true;
    }
    char *end;
    unsigned long shard = strtoul(slash + 1, &end, 10);
    if (!isdigit((unsigned char)slash[1]) || *end || shard >= shards)
        return s_wrong_option(self, OPTION_actors, "%s: there is no such shard", word);
    self->plan->hosted[kind] |= 1ull << shard;
    return true;
}

static bool s_read_actors(struct planning *self)
{
    char list[OPTION_TEXT_BYTES], *rest = list;
    bool any = false;
    snprintf(list, sizeof list, "%s", self->options->actors);
    for (char *word; (word = strsep(&rest, ", "));) {
        any |= *word != '\0';
        if (streq(word, "all")) {
            for (uint8_t kind = 1; kind < ACTOR_KINDS; kind++)
                if (kind != ACTOR_queue && !s_host_word(self, actor_row(kind)->name))
                    return false;
        } else if (*word && !s_host_word(self, word))
            return false;
    }
    return any || s_wrong_option(self, OPTION_actors, "names nobody");
}

/* Actors at one address share a thread: all of them are here, or none. Those that are elsewhere
 * must have an address that can be reached. */
static bool s_plan_fits(struct planning *self)
{
    const struct plan *plan = self->plan;
    const struct topology *topology = &plan->topology;
    bool here[TOPOLOGY_ENDPOINTS_MAX] = {0}, elsewhere[TOPOLOGY_ENDPOINTS_MAX] = {0};
    for (uint8_t kind = 1; kind < ACTOR_KINDS; kind++)
        for (uint8_t shard = 0; shard < topology->shards[kind]; shard++)
            (plan_hosts(plan, kind, shard) ? here : elsewhere)[topology->place[kind][shard]] = true;
    for (uint32_t i = 0; i < topology->endpoint_count; i++) {
        const char *address = topology->endpoints[i].connect;
        if (here[i] && elsewhere[i])
            return s_wrong_option(self, OPTION_actors,
                                  "names only some of the actors at %s; actors at one address "
                                  "share a thread: name all of them, or give them addresses of "
                                  "their own in a topology file",
                                  address);
        if (elsewhere[i] && !topology_is_tcp(address))
            return s_wrong_option(self, OPTION_actors,
                                  "leaves out the actors at %s, which can't be reached from "
                                  "another process; in the topology file, give them a tcp:// "
                                  "address",
                                  address);
    }
    if (topology->shards[ACTOR_judge] > 1 && !plan->config.queue_shared)
        return s_wrong_option(
            self, OPTION_queue,
            "local: has room for one judge, and the topology has %u; name a queue "
            "that they can share, as in amqp://user:password@host/vhost",
            topology->shards[ACTOR_judge]);
    if (plan->hosted[ACTOR_gateway] && !plan_hears_stream(plan) &&
        !events_driver(self->options->events)->remote)
        return s_wrong_option(self, OPTION_topology,
                              "fanout's stream %s can't be reached from another process",
                              topology->stream.connect);
    return true;
}

static bool s_read_topology(struct planning *self)
{
    struct topology *topology = &self->plan->topology;
    if (*self->options->topology)
        return topology_load(topology, self->options->topology, self->error, self->error_size);
    topology_default(topology);
    return true;
}

static bool s_check_queue(struct planning *self)
{
    const char *url = self->options->queue;
    struct broker_error error;
    if (streq(url, "local:"))
        return true;
    if (!queue_url_shared(url))
        return s_wrong_option(self, OPTION_queue,
                              "%.*s is not to be had; this version knows local:, amqp:// and "
                              "amqps://",
                              (int)strcspn(url, ":"), url);
    return queue_url_valid(url, &error) || s_wrong_option(self, OPTION_queue, "%s", error.text);
}

static bool s_check_drivers(struct planning *self)
{
    const struct options *options = self->options;
    struct store_error error;
    if (!database_driver(options->database, &error))
        return s_wrong_option(self, OPTION_database, "%s", error.text);
    if (!s_check_queue(self))
        return false;
    char why[512];
    if (!runner_urls_check(options->runner, why, sizeof why))
        return s_wrong_option(self, OPTION_runner, "%s", why);
    return events_check(options->events, why, sizeof why) ||
           s_wrong_option(self, OPTION_events, "%s", why);
}

static bool s_read_rate(struct planning *self, enum option_id option, const char *text,
                        struct limiter_rate *rate)
{
    return limiter_rate_parse(slice_of(text), rate) ||
           s_wrong_option(self, option,
                          "\"%s\" is not a number up to %d and a time up to 24 h, as in 5/10s",
                          text, LIMITER_MAX);
}

static bool s_read_rules(struct planning *self)
{
    const struct options *options = self->options;
    struct limiter_rate rate, runs;
    if (!s_read_rate(self, OPTION_submit_limit, options->submit_limit, &rate) ||
        !s_read_rate(self, OPTION_run_limit, options->run_limit, &runs))
        return false;
    self->plan->config =
        (struct rec_actor_config){.shards = 1,
                                  .contest_duration_ms = options->contest_duration,
                                  .contest_problems = options->contest_problems,
                                  .waiting_expiry_ms = options->waiting_expiry,
                                  .settle_limit_ms = options->settle_limit,
                                  .submit_limit = rate.limit,
                                  .submit_window_ms = rate.window_ms,
                                  .run_limit = runs.limit,
                                  .run_window_ms = runs.window_ms,
                                  .queue_shared = queue_url_shared(options->queue)};
    return true;
}

/* Ports above would be cut to 16 bits without a word. */
static bool s_check_listen(struct planning *self)
{
    const char *listen = self->options->listen, *colon = strrchr(listen, ':');
    char *end = NULL;
    unsigned long port = colon ? strtoul(colon + 1, &end, 10) : 0;
    if (colon && isdigit((unsigned char)colon[1]) && *end == '\0' && port <= UINT16_MAX)
        return true;
    return s_wrong_option(self, OPTION_listen,
                          "\"%s\" is not an address and a port, as in 127.0.0.1:8081", listen);
}

static const char *const s_levels[] = {"debug", "info", "warn", "error"};

/* LOG_LEVEL_ERROR + 1: there is no such level. */
static enum log_level s_log_level(const char *name)
{
    enum log_level level = LOG_LEVEL_DEBUG;
    while (level <= LOG_LEVEL_ERROR && !streq(name, s_levels[level]))
        level++;
    return level;
}

static bool s_check_log_level(struct planning *self)
{
    return s_log_level(self->options->log_level) <= LOG_LEVEL_ERROR ||
           s_wrong_option(self, OPTION_log_level, "\"%s\" is not debug, info, warn or error",
                          self->options->log_level);
}

bool serve_plan(const struct options *options, struct plan *plan, char *error, size_t error_size)
{
    struct planning planning = {options, plan, error, error_size};
    *plan = (struct plan){0};
    return s_check_log_level(&planning) && s_check_listen(&planning) &&
           s_check_drivers(&planning) && s_read_rules(&planning) && s_read_topology(&planning) &&
           s_read_actors(&planning) && s_plan_fits(&planning) &&
           login_read(options, &plan->provider, error, error_size);
}

/* ---- preparing ------------------------------------------------------------------------------- */

static bool s_all_here(const struct plan *plan)
{
    for (uint8_t kind = 1; kind < ACTOR_KINDS; kind++)
        for (uint8_t shard = 0; shard < plan->topology.shards[kind]; shard++)
            if (!plan_hosts(plan, kind, shard))
                return false;
    return true;
}

/* The origin of the frontend's address, and any in development, unless the operator says. */
static void s_choose_origins(struct server *self)
{
    const struct options *options = self->options;
    const char *scheme = strstr(options->frontend, "://");
    size_t origin =
        scheme ? (size_t)(scheme + 3 - options->frontend) + strcspn(scheme + 3, "/") : 0;
    if (*options->cors_origins)
        snprintf(self->cors_origins, sizeof self->cors_origins, "%s", options->cors_origins);
    else if (origin)
        snprintf(self->cors_origins, sizeof self->cors_origins, "%.*s", (int)origin,
                 options->frontend);
    else if (options->dev_login)
        snprintf(self->cors_origins, sizeof self->cors_origins, "*");
}

static bool s_make_folder(struct server *self)
{
    char where[OPTION_WHERE_BYTES];
    const char *data = self->options->data;
    if (mkdir(data, 0700) == 0 || errno == EEXIST)
        return true;
    snprintf(self->error, ERROR_BYTES, "%s: %s: %s",
             options_where(self->options, OPTION_data, where), data, strerror(errno));
    return false;
}

/* As many descriptors as we may have: each browser is one, each mailbox another. */
static void s_raise_limits(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* A database or a queue that is not there yet is waited for, because nothing goes without it;
 * events and runners come back some time, and what only a change can mend is told at once. */
static bool s_try_engine(struct server *self, enum engine engine)
{
    static struct engine_finding finding; /* large */
    char where[OPTION_WHERE_BYTES];
    const char *name = engine_name(engine);
    for (int64_t end_ms = clock_now_ms() + ENGINE_WAIT_MS;; usleep(ENGINE_RETRY_US)) {
        engine_try(engine, self->options, &finding);
        options_where(self->options, engine_option(engine), where);
        if (finding.state == ENGINE_READY) {
            log_info("engine", "name=%s what=\"%s\"", name, finding.text);
            return true;
        }
        if (finding.state == ENGINE_AWAY && engine == ENGINE_events) {
            log_warn("events-away", "option=%s why=\"%s\"", where, finding.text);
            return true;
        }
        if (finding.state == ENGINE_WRONG || clock_now_ms() > end_ms)
            break;
        log_info("waiting", "for=%s why=\"%s\"", name, finding.text);
    }
    snprintf(self->error, ERROR_BYTES, "%s: %s", where, finding.text);
    return false;
}

/* The runner tells by itself what it lacks: everything else works without it. */
static bool s_try_engines(struct server *self)
{
    for (enum engine engine = 0; engine < ENGINES; engine++)
        if (engine != ENGINE_runner && engine_used(engine, &self->plan) &&
            !s_try_engine(self, engine))
            return false;
    return true;
}

static bool s_prepare(struct server *self)
{
    const struct options *options = self->options;
    if (!serve_plan(options, &self->plan, self->error, ERROR_BYTES))
        return false;
    log_set_level(s_log_level(options->log_level));
    self->store = (struct store_context){options->database, options->data};
    s_choose_origins(self);
    return s_make_folder(self) &&
           (!self->plan.hosted[ACTOR_gateway] ||
            secret_load(&self->secrets, options, s_all_here(&self->plan), self->error,
                        ERROR_BYTES)) &&
           s_try_engines(self);
}

/* ---- starting -------------------------------------------------------------------------------- */

static const struct actor_class *const s_classes[ACTOR_KINDS] = {
    [ACTOR_auth] = &auth_class,           [ACTOR_room] = &room_class,
    [ACTOR_scoring] = &scoring_class,     [ACTOR_judge] = &judge_class,
    [ACTOR_scheduler] = &scheduler_class, [ACTOR_fanout] = &fanout_class,
    [ACTOR_store] = &store_class};

static bool s_start_host(struct server *self, uint32_t endpoint)
{
    static struct host_actor actors[HOST_ACTORS_MAX];
    struct host_options options = {.topology = &self->plan.topology,
                                   .endpoint = (int)endpoint,
                                   .actors = actors,
                                   .journal_folder =
                                       *self->options->journal ? self->options->journal : NULL};
    for (uint8_t kind = 1; kind < ACTOR_KINDS; kind++)
        for (uint8_t shard = 0; shard < self->plan.topology.shards[kind]; shard++) {
            if (self->plan.topology.place[kind][shard] != endpoint ||
                !plan_hosts(&self->plan, kind, shard))
                continue;
            if (options.actor_count == HOST_ACTORS_MAX) {
                snprintf(self->error, ERROR_BYTES, "more than %d actors at %s", HOST_ACTORS_MAX,
                         self->plan.topology.endpoints[endpoint].connect);
                return false;
            }
            struct host_actor *actor = &actors[options.actor_count++];
            *actor = (struct host_actor){s_classes[kind], self->plan.config,
                                         kind == ACTOR_store ? &self->store : NULL};
            actor->config.shard = shard;
            actor->config.shards = self->plan.topology.shards[kind];
        }
    if (options.actor_count == 0 || self->hosts[endpoint])
        return true;
    self->hosts[endpoint] = host_new(&options, self->error, ERROR_BYTES);
    return self->hosts[endpoint] != NULL;
}

static bool s_start_queues(struct server *self)
{
    struct queue_options options = {.topology = &self->plan.topology, .url = self->options->queue};
    uint8_t shards = self->plan.config.queue_shared ? self->plan.topology.shards[ACTOR_judge] : 0;
    for (options.shard = 0; options.shard < shards; options.shard++)
        if (plan_hosts(&self->plan, ACTOR_judge, options.shard) &&
            !(self->queues[options.shard] = queue_start(&options, self->error, ERROR_BYTES)))
            return false;
    return true;
}

static bool s_only_runner(const struct server *self)
{
    for (uint8_t kind = 1; kind < ACTOR_KINDS; kind++)
        if (kind != ACTOR_runner && self->plan.hosted[kind])
            return false;
    return true;
}

static void s_tell_not_judging(void)
{
    log_error("not-judging", "what=\"submissions wait for a runner elsewhere; --insecure-runner "
                             "judges here without isolation, for development\"");
}

/* Where this machine can't isolate, everything else still works. */
static bool s_start_runner(struct server *self)
{
    struct runner_options options = {.topology = &self->plan.topology,
                                     .data_folder = self->options->data,
                                     .urls = self->options->runner,
                                     .judges = self->plan.hosted[ACTOR_judge],
                                     .slots = (unsigned)self->options->runner_slots,
                                     .insecure = self->options->insecure_runner,
                                     .compile_cache_bytes = (uint64_t)self->options->compile_cache,
                                     .judge0_token = self->options->judge0_token,
                                     .public_url = self->options->public_url};
    struct buffer why;
    buffer_init(&why, 64 * 1024);
    if (options.insecure)
        log_warn("insecure-runner",
                 "what=\"submissions run without isolation: for development only\"");
    self->runner = runner_start(&options, &why);
    log_sentences(LOG_LEVEL_ERROR, "runner-lacks", why.data, why.length);
    if (!self->runner)
        s_tell_not_judging();
    buffer_fini(&why);
    if (self->runner || !s_only_runner(self))
        return true;
    snprintf(self->error, ERROR_BYTES, "nothing else was to be hosted here than the runner");
    return false;
}

static bool s_start_events(struct server *self)
{
    char where[OPTION_WHERE_BYTES], why[512];
    struct events_options options = {.topology = &self->plan.topology,
                                     .url = self->options->events,
                                     .publishes = self->plan.hosted[ACTOR_fanout],
                                     .hears = self->plan.hosted[ACTOR_gateway],
                                     .streamed = plan_hears_stream(&self->plan)};
    if (!options.publishes && !options.hears)
        return true;
    self->events = events_start(&options, why, sizeof why);
    if (!self->events)
        snprintf(self->error, ERROR_BYTES, "%s: %s",
                 options_where(self->options, OPTION_events, where), why);
    return self->events != NULL;
}

static bool s_make_gateway(struct server *self)
{
    struct gateway_config config = {
        .topology = &self->plan.topology,
        .listen = self->options->listen,
        .cors_origins = self->cors_origins,
        .secret = self->secrets.current,
        .previous_secret = self->secrets.previous,
        .no_stream = !plan_hears_stream(&self->plan),
        .events = events_stream(self->events),
        .public_url = self->options->public_url,
        .trusted_proxies = self->options->trusted_proxies,
        .tls_cert = self->options->tls_cert,
        .tls_key = self->options->tls_key,
        .address_connections = self->options->address_connections,
        .address_requests = self->options->address_requests,
        .frontend = self->options->frontend,
        .provider = *self->plan.provider.client_id ? &self->plan.provider : NULL,
        .redirect_uri = self->options->oauth_redirect_uri,
        .dev_login = self->options->dev_login,
        .code_limit_bytes = self->options->code_limit,
        .sockjs_response_bytes = self->options->sockjs_response_limit,
        .sockjs_cookie = self->options->sockjs_cookie,
        .sockjs_client = self->options->sockjs_client};
    self->gateway = gateway_new(&config, self->error, ERROR_BYTES);
    return self->gateway != NULL;
}

static void s_listen(struct server *self)
{
    gateway_listen(self->gateway);
    const char *port = strrchr(self->options->listen, ':');
    size_t host = port ? (size_t)(port - self->options->listen) : strlen(self->options->listen);
    log_info("listening", "address=%.*s:%u", (int)host, self->options->listen,
             gateway_port(self->gateway));
}

/* An installation without problems can't start a contest: say so before somebody wonders. */
static void s_look_for_problems(struct server *self)
{
    struct commit commit;
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_problem_candidates);
    commit_i64(&commit, 0);
    commit_i64(&commit, 0);
    const struct msg_store_done *done = query_run(self->query, &commit, ASK_MS);
    if (done && done->results.count == 1 && result_rows(&done->results.items[0]) == 0)
        log_warn("no-problems",
                 "what=\"no contest can start: import problem packages with "
                 "codecomp import --data %s FOLDER\"",
                 self->options->data);
}

static bool s_start(struct server *self)
{
    bool store = self->plan.hosted[ACTOR_store];
    if (store && !s_start_host(self, self->plan.topology.place[ACTOR_store][0]))
        return false;
    self->query = query_new(&self->plan.topology, self->error, ERROR_BYTES);
    if (!self->query)
        return false;
    self->claim = claim_new(self->query, &self->plan.topology, self->plan.hosted, STORE_WAIT_MS,
                            self->error, ERROR_BYTES);
    if (!self->claim)
        return false;
    if (!s_start_events(self))
        return false;
    for (uint32_t i = 0; i < self->plan.topology.endpoint_count; i++)
        if (!s_start_host(self, i))
            return false;
    if (!s_start_queues(self))
        return false;
    if (self->plan.hosted[ACTOR_gateway] && !s_make_gateway(self))
        return false;
    if (self->plan.hosted[ACTOR_runner] && !s_start_runner(self))
        return false;
    if (self->gateway)
        s_listen(self);
    log_info("ready", "version=%s actors=%s", CODECOMP_VERSION, self->options->actors);
    if (store)
        s_look_for_problems(self);
    return true;
}

/* ---- stopping -------------------------------------------------------------------------------- */

static void s_stop(struct server *self)
{
    if (self->gateway && !gateway_drain(self->gateway, DRAIN_LIMIT_MS))
        log_warn("drain-cut-short", "limit_ms=%d", DRAIN_LIMIT_MS);
    gateway_destroy(&self->gateway);
    uint32_t store = self->plan.topology.place[ACTOR_store][0];
    for (uint32_t i = 0; i < self->plan.topology.endpoint_count; i++)
        if (self->hosts[i])
            host_drain(self->hosts[i]);
    runner_stop(&self->runner);
    for (uint32_t i = 0; i < self->plan.topology.endpoint_count; i++)
        if (i != store)
            host_destroy(&self->hosts[i]);
    for (uint32_t shard = 0; shard < PARTITIONS; shard++)
        queue_stop(&self->queues[shard]); /* with the last acknowledgements */
    events_stop(&self->events);
    claim_destroy(&self->claim);
    query_destroy(&self->query);
    host_destroy(&self->hosts[store]);
}

static int64_t s_stopping_us; /* when the first signal came */

static void s_on_second_signal(int signal)
{
    if (clock_mono_us() - s_stopping_us > SAME_SIGNAL_US)
        _exit(128 + signal);
}

/* From now on a signal ends us at once: whoever sends it does not want to wait. */
static void s_hear_second_signal(sigset_t *signals)
{
    struct sigaction action = {.sa_handler = s_on_second_signal, .sa_flags = SA_RESTART};
    s_stopping_us = clock_mono_us();
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigdelset(signals, SIGHUP);
    pthread_sigmask(SIG_UNBLOCK, signals, NULL);
}

/* Waits for the signal to stop; false: the claims are lost. */
static bool s_wait(struct server *self, const sigset_t *signals)
{
    for (int64_t renew_ms = clock_now_ms() + CLAIM_RENEW_MS;;) {
        int64_t left_ms = renew_ms - clock_now_ms();
        struct timespec timeout = {left_ms > 0 ? left_ms / 1000 : 0,
                                   left_ms > 0 ? left_ms % 1000 * 1000000 : 0};
        int got = sigtimedwait(signals, NULL, &timeout);
        if (got == SIGINT || got == SIGTERM) {
            log_info("stopping", "signal=%s", got == SIGINT ? "INT" : "TERM");
            return true;
        }
        if (got == SIGHUP && self->gateway)
            gateway_reload(self->gateway);
        if (clock_now_ms() < renew_ms)
            continue;
        renew_ms = clock_now_ms() + CLAIM_RENEW_MS;
        if (!claim_renew(self->claim)) {
            log_error("claims-lost", "what=\"another process has taken over our partitions\"");
            return false;
        }
    }
}

int serve(const struct options *options)
{
    static struct server self; /* large, and there is one */
    self.options = options;
    if (!s_prepare(&self)) {
        fprintf(stderr, "codecomp serve: %s\n", self.error);
        return 2;
    }
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL); /* before any thread: all inherit it */
    signal(SIGPIPE, SIG_IGN);
    zsys_init();
    zsys_handler_set(NULL);
    zsys_set_max_sockets(0);
    s_raise_limits();
    bool started = s_start(&self), ended_well = started && s_wait(&self, &signals);
    if (!started)
        log_error("not-started", "why=\"%s\"", self.error);
    s_hear_second_signal(&signals);
    s_stop(&self);
    log_info("stopped", "code=%d", ended_well ? 0 : 1);
    return ended_well ? 0 : 1;
}
