#include "actors/engines.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <libpq-fe.h>

#include "actors/fanout/events.h"
#include "actors/judge/queue.h"
#include "actors/runner/runner_probe.h"
#include "actors/store/database.h"

static const struct {
    const char *name;      /* for people */
    enum option_id option; /* that names it */
} s_engines[ENGINES] = {
    [ENGINE_database] = {"database", OPTION_database},
    [ENGINE_queue] = {"queue", OPTION_queue},
    [ENGINE_events] = {"events", OPTION_events},
    [ENGINE_runner] = {"runner", OPTION_runner},
};

const char *engine_name(enum engine engine)
{
    return s_engines[engine].name;
}

enum option_id engine_option(enum engine engine)
{
    return s_engines[engine].option;
}

bool engine_used(enum engine engine, const struct plan *plan)
{
    switch (engine) {
    case ENGINE_database:
        return plan->hosted[ACTOR_store];
    case ENGINE_queue:
        return plan->hosted[ACTOR_judge];
    case ENGINE_events:
        return plan->hosted[ACTOR_fanout] || plan->hosted[ACTOR_gateway];
    case ENGINE_runner:
        return plan->hosted[ACTOR_runner];
    case ENGINES:
        break;
    }
    return false;
}

/* A server that refuses for now, or is not to be reached: libpq tells that from a wrong password or
 * name without having either. */
static bool s_database_is_away(const char *url)
{
    static const char *const keys[] = {"connect_timeout", "dbname", NULL};
    const char *const values[] = {"5", url, NULL};
    if (strncmp(url, "postgres", 8) != 0)
        return false;
    PGPing ping = PQpingParams(keys, values, 1);
    return ping == PQPING_REJECT || ping == PQPING_NO_RESPONSE;
}

/* The data folder is made at the start: until then it is its parent that counts. */
static void s_try_database(const struct options *options, struct engine_finding *finding)
{
    struct store_error error;
    char folder[OPTION_TEXT_BYTES];
    snprintf(folder, sizeof folder, "%s", options->data);
    if (access(folder, F_OK) != 0) {
        char *slash = strrchr(folder, '/');
        snprintf(slash ? slash + (slash == folder) : folder, 2, "%s", slash ? "" : ".");
    }
    if (database_probe(options->database, folder, &error))
        finding->state = ENGINE_READY;
    else
        finding->state = s_database_is_away(options->database) ? ENGINE_AWAY : ENGINE_WRONG;
    snprintf(finding->text, sizeof finding->text, "%s", error.text);
}

static void s_try_queue(const struct options *options, struct engine_finding *finding)
{
    struct broker_error error = {0};
    if (strcmp(options->queue, "local:") == 0) {
        finding->state = ENGINE_READY;
        snprintf(finding->text, sizeof finding->text, "the database's, for one judge");
        return;
    }
    bool shared = queue_url_shared(options->queue);
    if (!shared)
        snprintf(error.text, sizeof error.text,
                 "the URL must be local:, or begin with \"amqp://\" or \"amqps://\"");
    bool ready =
        shared && queue_url_valid(options->queue, &error) && queue_probe(options->queue, &error);
    finding->state = ready ? ENGINE_READY : shared && !error.lasting ? ENGINE_AWAY : ENGINE_WRONG;
    snprintf(finding->text, sizeof finding->text, "%s", error.text);
}

static void s_try_events(const struct options *options, struct engine_finding *finding)
{
    enum events_state state = EVENTS_WRONG;
    if (events_check(options->events, finding->text, sizeof finding->text))
        state = events_probe(options->events, finding->text, sizeof finding->text);
    finding->state = state == EVENTS_READY  ? ENGINE_READY
                     : state == EVENTS_AWAY ? ENGINE_AWAY
                                            : ENGINE_WRONG;
}

static void s_try_runner(const struct options *options, struct engine_finding *finding)
{
    finding->state =
        runner_probe(options->runner, options->judge0_token, finding->text, sizeof finding->text)
            ? ENGINE_READY
            : ENGINE_WRONG;
}

void engine_try(enum engine engine, const struct options *options, struct engine_finding *finding)
{
    static void (*const tries[ENGINES])(const struct options *, struct engine_finding *) = {
        s_try_database, s_try_queue, s_try_events, s_try_runner};
    tries[engine](options, finding);
}
