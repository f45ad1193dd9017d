/* The one binary: subcommands. */
#include <czmq.h>
#include <errno.h>
#include <sys/stat.h>

#include "actors/runner/languages.h"
#include "actors/runner/sandbox.h"
#include "actors/runtime/actor.h"
#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "actors/runtime/replay.h"
#include "actors/runtime/transcript.h"
#include "actors/secret.h"
#include "actors/serve.h"
#include "actors/store/database.h"
#include "actors/store/import.h"
#include "gateway/token.h"

struct command {
    const char *name;                          /* as typed */
    int options;                               /* which of options.def it takes */
    int (*run)(const struct options *options); /* gives the exit code */
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

/* ---- import ---------------------------------------------------------------------------------- */

static void s_show_test(void *user, const char *dir, size_t done, size_t total)
{
    (void)user;
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%s: test %zu of %zu ", dir, done, total);
}

static void s_show_package(void *user, const char *dir, enum import_outcome outcome,
                           const struct package_error *error)
{
    static const char *const words[] = {"added", "changed", "unchanged", "refused"};
    (void)user;
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K");
    if (!error)
        printf("%s: %s\n", dir, words[outcome]);
    else if (error->line)
        printf("%s: refused: %s:%u: %s\n", dir, error->file, (unsigned)error->line, error->what);
    else
        printf("%s: refused: %s: %s\n", dir, error->file, error->what);
}

static int s_import(const struct options *options)
{
    struct database database;
    struct import_report report = {NULL, s_show_test, s_show_package};
    struct import_summary summary = {0};
    bool ok = true;
    if (options->argument_count == 0) {
        fprintf(stderr, "codecomp import: name the folder of a package, or of packages\n");
        return USAGE;
    }
    if (!s_open("import", options, &database))
        return 1;
    for (size_t i = 0; i < options->argument_count; i++)
        ok &= import_folder(&database, options->arguments[i], clock_now_ms(), &report, &summary);
    database_close(&database);
    printf("%zu added, %zu changed, %zu unchanged, %zu refused\n", summary.packages[IMPORT_ADDED],
           summary.packages[IMPORT_CHANGED], summary.packages[IMPORT_UNCHANGED],
           summary.packages[IMPORT_REFUSED]);
    return ok ? 0 : 1;
}

static int s_migrate(const struct options *options)
{
    struct database database;
    if (!s_open("migrate", options, &database))
        return 1;
    database_close(&database);
    puts("the database has the newest schema");
    return 0;
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
    if (options->argument_count == 0) {
        fprintf(stderr, "codecomp replay: name the journals' folder\n");
        return USAGE;
    }
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
    bool ok = options->argument_count > 0;
    if (!ok) {
        fprintf(stderr, "codecomp log: name the journals' folder\n");
        return USAGE;
    }
    for (size_t i = 0; i < options->argument_count; i++)
        ok &= transcript_print(options->arguments[i], stdout, stderr);
    return ok ? 0 : 1;
}

/* ---- the small ones -------------------------------------------------------------------------- */

static int s_check(const struct options *options)
{
    static struct topology topology;
    struct hosting hosting;
    char error[512];
    if (!serve_plan(options, &topology, &hosting, error, sizeof error))
        return s_fail("check", error);
    for (uint8_t kind = 1; kind < ACTOR_KINDS; kind++) {
        const struct actor_row *row = actor_row(kind);
        if (!topology.shards[kind])
            printf("%-10s %-28s %s\n", row->name, "connects to the others",
                   hosting.shards[kind] ? "here" : "");
        for (uint8_t shard = 0; shard < topology.shards[kind]; shard++)
            printf("%s%s%-*u %-28s %s\n", row->name, topology.shards[kind] > 1 ? "/" : " ",
                   (int)(9 - strlen(row->name)), shard,
                   topology.endpoints[topology.place[kind][shard]].connect,
                   hosting.shards[kind] >> shard & 1 ? "here" : "");
    }
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

static int s_languages(const struct options *options)
{
    (void)options;
    static struct languages languages;
    struct buffer why;
    buffer_init(&why, 64 * 1024);
    struct sandbox *sandbox = sandbox_new(SANDBOX_ISOLATED, 0, &why);
    if (sandbox) {
        languages_detect(&languages, sandbox);
        for (size_t i = 0; i < languages.count; i++)
            printf("%4u  %-22s %s\n", languages.list[i].language->id,
                   languages.list[i].language->name, languages.list[i].version);
    } else
        fprintf(stderr, "codecomp languages: this machine can't isolate submissions:\n%.*s\n",
                (int)why.length, why.data ? why.data : "");
    bool ok = sandbox != NULL;
    sandbox_destroy(&sandbox);
    buffer_fini(&why);
    return ok ? 0 : 1;
}

/* ---- main ------------------------------------------------------------------------------------ */

static const struct command s_commands[] = {
    {"serve", SERVE, serve, "", "serve duels: all in one process, or the actors of --actors"},
    {"import", IMPORT, s_import, "FOLDER…", "put problem packages into the database"},
    {"migrate", MIGRATE, s_migrate, "", "bring the database to the newest schema"},
    {"replay", 0, s_replay, "JOURNALS…", "feed recorded messages to fresh actors and compare"},
    {"log", 0, s_log, "JOURNALS…", "print recorded messages as JSON lines"},
    {"check", CHECK, s_check, "", "explain a topology, and what this process would host"},
    {"token", TOKEN, s_token, "", "print a token for a user, signed with the secret"},
    {"languages", 0, s_languages, "", "list what can be judged on this machine"},
};
#define COMMANDS (sizeof s_commands / sizeof s_commands[0])

static int s_help(FILE *out)
{
    fprintf(out, "codecomp %s: real-time 1v1 programming duels\n\n", CODECOMP_VERSION);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  codecomp %-10s %-12s %s\n", s_commands[i].name, s_commands[i].arguments,
                s_commands[i].sentence);
    fprintf(out, "\ncodecomp COMMAND --help tells more.\n");
    return out == stdout ? 0 : USAGE;
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

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    bool help = streq(name, "help");
    if (help && argc > 2 && streq(argv[2], "--markdown"))
        return s_markdown();
    if (help || streq(name, "--help") || streq(name, "-h"))
        return s_help(stdout);
    if (streq(name, "--version")) {
        puts("codecomp " CODECOMP_VERSION);
        return 0;
    }
    for (size_t i = 0; i < COMMANDS; i++) {
        static struct options options;
        char error[1024];
        if (!streq(s_commands[i].name, name))
            continue;
        if (!options_read(&options, s_commands[i].options, argc - 2, argv + 2, error,
                          sizeof error)) {
            fprintf(stderr, "codecomp %s: %s\n", name, error);
            return USAGE;
        }
        return options.help ? s_command_help(&s_commands[i]) : s_commands[i].run(&options);
    }
    return s_help(stderr);
}
