/* The one binary: subcommands. */
#include <czmq.h>
#include <errno.h>
#include <sys/stat.h>

#include "actors/dlq.h"
#include "actors/runtime/actor.h"
#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/replay.h"
#include "actors/runtime/transcript.h"
#include "actors/engines.h"
#include "actors/health.h"
#include "actors/problems.h"
#include "actors/rejudge.h"
#include "actors/secret.h"
#include "actors/serve.h"
#include "actors/store/database.h"
#include "actors/store/takeover.h"
#include "actors/toolchains.h"
#include "gateway/token.h"

struct command {
    const char *name;                          /* as typed */
    int options;                               /* which of options.def it takes */
    int (*run)(const struct options *options); /* gives the exit code */
    size_t least, most;                        /* how many arguments that are no options */
    const char *arguments;                     /* for --help */
    const char *sentence;                      /* for --help */
};

#define USAGE 2 /* exit code of a wrong call */

static int s_fail(const char *command, const char *why)
{
    fprintf(stderr, "codecomp %s: %s\n", command, why);
    return 1;
}

static bool s_make_folder(const char *command, const char *folder)
{
    if (mkdir(folder, 0700) == 0 || errno == EEXIST)
        return true;
    fprintf(stderr, "codecomp %s: --data %s: %s\n", command, folder, strerror(errno));
    return false;
}

static bool s_open(const char *command, const struct options *options, struct database *database)
{
    struct store_error error;
    if (!s_make_folder(command, options->data))
        return false;
    if (database_open(database, options->database, options->data, &error))
        return true;
    s_fail(command, error.text);
    return false;
}

/* ---- migrate --------------------------------------------------------------------------------- */

/* The other database, and what it became: takeover.h. */
static bool s_take_over(const struct options *options, struct database *database)
{
    struct store_error error;
    char report[2 * OPTION_TEXT_BYTES];
    snprintf(report, sizeof report, "%s%s", *options->report ? "" : options->data,
             *options->report ? options->report : "/takeover.tsv");
    struct takeover takeover = {.from = options->from,
                                .database = database,
                                .folder = options->data,
                                .report = report,
                                .apply = options->apply,
                                .now_ms = clock_now_ms(),
                                .progress = isatty(STDERR_FILENO)};
    bool good = takeover_run(&takeover, &error);
    if (!good)
        s_fail("migrate", error.text);
    return good;
}

static int s_migrate(const struct options *options)
{
    struct database database;
    if (!s_open("migrate", options, &database))
        return 1;
    bool good = !*options->from || s_take_over(options, &database);
    database_close(&database);
    if (good && !*options->from)
        puts("the database has the newest schema");
    return good ? 0 : 1;
}

/* ---- journals -------------------------------------------------------------------------------- */

static const struct actor_class *s_core_class(enum actor_kind kind)
{
    static const struct actor_class *const classes[] = {
        &auth_class, &room_class, &scoring_class, &judge_class, &scheduler_class, &fanout_class};
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
        if (classes[i]->kind == kind)
            return classes[i];
    return NULL;
}

static bool s_is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static int s_replay(const struct options *options)
{
    struct replay_report report = {.out = stdout};
    enum replay_result worst = REPLAY_EQUAL;
    log_set_level(LOG_LEVEL_NONE);
    for (size_t i = 0; i < options->argument_count; i++) {
        const char *path = options->arguments[i];
        enum replay_result result = s_is_folder(path)
                                        ? replay_directory(path, s_core_class, &report)
                                        : replay_file(path, s_core_class, &report);
        worst = result > worst ? result : worst;
    }
    printf("%llu journals, %llu messages in, %llu out: %s\n", (unsigned long long)report.journals,
           (unsigned long long)report.inputs, (unsigned long long)report.outputs,
           worst == REPLAY_EQUAL     ? "equal"
           : worst == REPLAY_DIFFERS ? "different"
                                     : "failed");
    return worst == REPLAY_EQUAL ? 0 : 1;
}

static int s_log(const struct options *options)
{
    bool ok = true;
    for (size_t i = 0; i < options->argument_count; i++)
        ok &= transcript_print(options->arguments[i], stdout, stderr);
    return ok ? 0 : 1;
}

/* ---- the small ones -------------------------------------------------------------------------- */

static void s_show_place(const char *name, const char *address, bool here)
{
    printf("%-12s %-28s %s\n", name, address, here ? "here" : "elsewhere");
}

/* One line for each engine. False: one of those that are used here can't be. */
static bool s_check_engines(const struct options *options, const struct plan *plan)
{
    static struct engine_finding finding; /* large */
    char where[OPTION_WHERE_BYTES];
    bool good = true;
    for (enum engine engine = 0; engine < ENGINES; engine++) {
        if (plan && !engine_used(engine, plan)) {
            printf("%-9s not used here\n", engine_name(engine));
            continue;
        }
        engine_try(engine, options, &finding);
        options_where(options, engine_option(engine), where);
        if (finding.state == ENGINE_READY)
            printf("%-9s ok: %s\n", engine_name(engine), finding.text);
        else
            printf("%-9s %s: %s: %s\n", engine_name(engine),
                   finding.state == ENGINE_AWAY ? "away" : "wrong", where, finding.text);
        good &= finding.state == ENGINE_READY;
    }
    return good;
}

static void s_show_plan(const struct options *options, const struct plan *plan)
{
    const struct topology *topology = &plan->topology;
    puts("");
    for (uint8_t kind = 1; kind < ACTOR_KINDS; kind++) {
        const struct actor_row *row = actor_row(kind);
        if (kind == ACTOR_queue)
            continue; /* where judge is */
        if (!topology->shards[kind])
            s_show_place(row->name, "connects to the others", plan_hosts(plan, kind, 0));
        for (uint8_t shard = 0; shard < topology->shards[kind]; shard++) {
            char name[32];
            snprintf(name, sizeof name, topology->shards[kind] > 1 ? "%s/%u" : "%s", row->name,
                     shard);
            s_show_place(name, topology->endpoints[topology->place[kind][shard]].connect,
                         plan_hosts(plan, kind, shard));
        }
    }
    struct buffer text;
    buffer_init(&text, 64 * 1024);
    options_print(options, SERVE, &text);
    printf("\n%.*s", (int)text.length, text.data);
    buffer_fini(&text);
}

/* Where the options don't fit together, all engines are tried: who mends them wants to know all. */
static int s_check(const struct options *options)
{
    static struct plan plan;
    char error[1024];
    struct options planned = *options;
    if (options->argument_count == 1) {
        snprintf(planned.topology, sizeof planned.topology, "%s", options->arguments[0]);
        planned.sources[OPTION_topology] = OPTION_FROM_FLAG;
    }
    bool fits = serve_plan(&planned, &plan, error, sizeof error);
    bool good = s_check_engines(&planned, fits ? &plan : NULL);
    fflush(stdout);
    if (!fits)
        return s_fail("check", error);
    s_show_plan(&planned, &plan);
    return good ? 0 : 1;
}

static int s_health(const struct options *options)
{
    static struct plan plan;
    char error[1024];
    if (!serve_plan(options, &plan, error, sizeof error))
        return s_fail("health", error);
    zsys_init();
    zsys_handler_set(NULL);
    if (!health_ask(options, &plan, error, sizeof error))
        return s_fail("health", error);
    puts("ready");
    return 0;
}

static int s_token(const struct options *options)
{
    struct secrets secrets;
    char error[512];
    if (options->user < 1) {
        fprintf(stderr, "codecomp token: name the user: --user N\n");
        return USAGE;
    }
    if (!secret_load(&secrets, options, false, error, sizeof error))
        return s_fail("token", error);
    struct tokens *tokens = tokens_new(secrets.current, secrets.previous);
    struct buffer token;
    buffer_init(&token, TOKEN_MAX_BYTES);
    tokens_sign(tokens, options->user, clock_now_ms(), &token);
    printf("%.*s\n", (int)token.length, token.data);
    buffer_fini(&token);
    tokens_destroy(&tokens);
    return 0;
}

/* ---- main ------------------------------------------------------------------------------------ */

static const struct command s_commands[] = {
    {"serve", SERVE, serve, 0, 0, "", "serve duels: all in one process, or the actors of --actors"},
    {"import", IMPORT, problems_import, 1, SIZE_MAX, "FOLDER|ZIP...",
     "put problem packages, or folders of them, into the database; their solutions are run first"},
    {"problems", PROBLEMS, problems, 1, SIZE_MAX, "list|show|retire|restore [N|NAME...]",
     "show the problems in the database, or keep some out of future contests"},
    {"migrate", MIGRATE, s_migrate, 0, 0, "",
     "bring the database to the newest schema, and take over one of the earlier backend"},
    {"replay", 0, s_replay, 1, SIZE_MAX, "FOLDER...",
     "feed recorded messages to fresh actors and compare what they say"},
    {"log", 0, s_log, 1, SIZE_MAX, "FOLDER...", "print recorded messages as JSON lines"},
    {"check", SERVE, s_check, 0, 1, "[TOPOLOGY]",
     "try database, queue, events and runner; explain options, topology, and what would run here"},
    {"dlq", DLQ, dlq, 1, SIZE_MAX, "list|retry|drop [N...]",
     "show the dead letters of a shared queue, have submissions judged again, or drop them"},
    {"rejudge", REJUDGE, rejudge, 0, 2, "[list|show N|apply N|discard N]",
     "judge submissions again, show what that would change, and apply it or not"},
    {"health", SERVE, s_health, 0, 0, "",
     "ask the process that runs with these options whether it is ready"},
    {"token", TOKEN, s_token, 0, 0, "", "print a token for a user, signed with the secret"},
    {"languages", LANGUAGES, toolchains, 0, LANGUAGES_MAX, "[ID...]",
     "list what can be judged on this machine, or test it"},
};
#define COMMANDS (sizeof s_commands / sizeof s_commands[0])

static void s_help(FILE *out)
{
    fprintf(out, "codecomp %s: real-time 1v1 programming duels\n\n", CODECOMP_VERSION);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  codecomp %-10s %-11s %s\n", s_commands[i].name, s_commands[i].arguments,
                s_commands[i].sentence);
    fprintf(out, "  codecomp %-10s %-11s %s\n\ncodecomp COMMAND --help tells more.\n", "help",
            "[--markdown]", "this list, or a table of all options");
}

static int s_command_help(const struct command *command)
{
    struct buffer text;
    buffer_init(&text, 64 * 1024);
    buffer_printf(&text, "codecomp %s %s\n  %s\n\n", command->name, command->arguments,
                  command->sentence);
    options_help(command->options, &text);
    printf("%.*s", (int)text.length, text.data);
    buffer_fini(&text);
    return 0;
}

static int s_markdown(void)
{
    struct buffer text;
    buffer_init(&text, 64 * 1024);
    options_markdown(&text);
    printf("%.*s", (int)text.length, text.data);
    buffer_fini(&text);
    return 0;
}

static int s_run(const struct command *command, int argc, char **argv)
{
    static struct options options;
    char error[1024];
    if (!options_read(&options, command->options, argc, argv, error, sizeof error)) {
        fprintf(stderr, "codecomp %s: %s\n", command->name, error);
        return USAGE;
    }
    if (options.help)
        return s_command_help(command);
    if (options.argument_count < command->least) {
        fprintf(stderr, "codecomp %s: there must be more: codecomp %s %s\n", command->name,
                command->name, command->arguments);
        return USAGE;
    }
    if (options.argument_count > command->most) {
        fprintf(stderr, "codecomp %s: \"%s\" is one argument too many; --help tells more\n",
                command->name, options.arguments[command->most]);
        return USAGE;
    }
    return command->run(&options);
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (streq(name, "help") && argc > 2 && streq(argv[2], "--markdown"))
        return s_markdown();
    if (streq(name, "help") || streq(name, "--help") || streq(name, "-h")) {
        s_help(stdout);
        return 0;
    }
    if (streq(name, "--version")) {
        puts("codecomp " CODECOMP_VERSION);
        return 0;
    }
    for (size_t i = 0; i < COMMANDS; i++)
        if (streq(s_commands[i].name, name))
            return s_run(&s_commands[i], argc - 2, argv + 2);
    if (*name)
        fprintf(stderr, "codecomp: there is no command \"%s\"\n\n", name);
    s_help(stderr);
    return USAGE;
}
