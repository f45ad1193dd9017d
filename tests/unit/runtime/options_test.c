/* The options: where they come from, what they may be, what is said when they may not. */
#include "tests/unit/gateway/cmocka_all.h"

#include "actors/runtime/options.h"
#include "tests/unit/runtime/scratch.h"

static struct options s_options;
static char s_error[1024];

#define READ(command, ...) s_read(command, (const char *[]){__VA_ARGS__, NULL})

static bool s_read(int command, const char **arguments)
{
    static char *argv[32];
    int argc = 0;
    for (; arguments[argc]; argc++)
        argv[argc] = (char *)arguments[argc];
    s_error[0] = '\0';
    return options_read(&s_options, command, argc, argv, s_error, sizeof s_error);
}

static bool s_says(const char *what)
{
    if (strstr(s_error, what))
        return true;
    print_error("\"%s\" is not in: %s\n", what, s_error);
    return false;
}

static void without_anything_there_are_defaults(void **state)
{
    (void)state;
    assert_true(READ(SERVE, NULL));
    assert_string_equal(s_options.listen, "127.0.0.1:8081");
    assert_string_equal(s_options.database, "sqlite:codecomp.db");
    assert_int_equal(s_options.contest_duration, 600000);
    assert_int_equal(s_options.code_limit, 65536);
    assert_false(s_options.dev_login);
    assert_int_equal(s_options.sources[OPTION_listen], OPTION_FROM_DEFAULT);
    assert_int_equal(s_options.argument_count, 0);
}

static void flags_stand_over_environment_over_file_over_defaults(void **state)
{
    const char *file = scratch_write(*state, "duels.zpl",
                                     "contest-problems = \"4\"\n"
                                     "waiting-expiry = \"4m\"\n"
                                     "settle-limit = \"4m\"\n"
                                     "dev-login = \"on\"\n");
    setenv("CODECOMP_CONTEST_PROBLEMS", "5", 1);
    setenv("CODECOMP_WAITING_EXPIRY", "5m", 1);
    assert_true(READ(SERVE, "--config", file, "--contest-problems", "6"));
    assert_int_equal(s_options.contest_problems, 6);
    assert_int_equal(s_options.waiting_expiry, 300000);
    assert_int_equal(s_options.settle_limit, 240000);
    assert_true(s_options.dev_login);
    assert_int_equal(s_options.contest_duration, 600000);
    assert_int_equal(s_options.sources[OPTION_contest_problems], OPTION_FROM_FLAG);
    assert_int_equal(s_options.sources[OPTION_waiting_expiry], OPTION_FROM_ENVIRONMENT);
    assert_int_equal(s_options.sources[OPTION_settle_limit], OPTION_FROM_FILE);

    setenv("CODECOMP_CONFIG", file, 1);
    assert_true(READ(SERVE, "--dev-login=off"));
    assert_int_equal(s_options.settle_limit, 240000);
    assert_false(s_options.dev_login);
    unsetenv("CODECOMP_CONFIG");
    unsetenv("CODECOMP_CONTEST_PROBLEMS");
    unsetenv("CODECOMP_WAITING_EXPIRY");
}

static void numbers_have_units_and_bounds(void **state)
{
    (void)state;
    static const struct {
        const char *flag;
        int64_t duration_ms;
    } good[] = {{"--contest-duration=60000ms", 60000},
                {"--contest-duration=60s", 60000},
                {"--contest-duration=1m", 60000},
                {"--contest-duration=5h", 18000000}};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(READ(SERVE, good[i].flag));
        assert_int_equal(s_options.contest_duration, good[i].duration_ms);
    }
    assert_true(READ(SERVE, "--code-limit", "1MiB"));
    assert_int_equal(s_options.code_limit, 1048576);
    assert_true(READ(SERVE, "--code-limit", "100"));
    assert_int_equal(s_options.code_limit, 100);

    static const char *const bad[] = {"59s",
                                      "6h",
                                      "10",
                                      "m",
                                      "",
                                      "-1m",
                                      "+1m",
                                      " 1m",
                                      "1 m",
                                      "1m ",
                                      "1e3s",
                                      "0x10m",
                                      "ten",
                                      "1d",
                                      "1M",
                                      "1.5m",
                                      "9223372036854775807h",
                                      "99999999999999999999ms"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(READ(SERVE, "--contest-duration", bad[i]));
        assert_true(s_says("--contest-duration: \""));
        assert_true(s_says("is not a number from 60000 to 18000000 ms"));
    }
    assert_false(READ(SERVE, "--code-limit", "2MiB"));
    assert_false(READ(SERVE, "--contest-problems", "9"));
    assert_false(READ(SERVE, "--contest-problems", "3s"));
}

static void a_flag_may_stand_alone_or_say_on_or_off(void **state)
{
    (void)state;
    assert_true(READ(SERVE, "--dev-login", "--insecure-runner=true"));
    assert_true(s_options.dev_login && s_options.insecure_runner);
    assert_true(READ(SERVE, "--dev-login=off"));
    assert_false(s_options.dev_login);
    assert_false(READ(SERVE, "--dev-login=maybe"));
    assert_true(s_says("--dev-login: \"maybe\" is neither on nor off"));
}

static void an_error_names_where_the_option_stood(void **state)
{
    assert_false(READ(SERVE, "--contest-problems", "many"));
    assert_true(s_says("--contest-problems: \"many\""));
    setenv("CODECOMP_CONTEST_PROBLEMS", "many", 1);
    assert_false(READ(SERVE, NULL));
    assert_true(s_says("CODECOMP_CONTEST_PROBLEMS: \"many\""));
    unsetenv("CODECOMP_CONTEST_PROBLEMS");
    const char *file = scratch_write(*state, "duels.zpl", "contest-problems = \"many\"\n");
    assert_false(READ(SERVE, "--config", file));
    assert_true(s_says("duels.zpl: contest-problems: \"many\""));

    char where[OPTION_WHERE_BYTES];
    file = scratch_write(*state, "duels.zpl", "listen = \"x\"\n");
    assert_true(READ(SERVE, "--config", file));
    assert_non_null(strstr(options_where(&s_options, OPTION_listen, where), "duels.zpl: listen"));
    assert_string_equal(options_where(&s_options, OPTION_data, where), "--data");
}

static void an_unknown_option_is_refused_with_the_nearest(void **state)
{
    (void)state;
    static const struct {
        const char *flag, *nearest;
    } table[] = {{"--lisen", "--listen?"},
                 {"--jurnal=x", "--journal?"},
                 {"--devlogin", "--dev-login?"},
                 {"--cors-origin", "--cors-origins?"},
                 {"--codelimit", "--code-limit?"}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        assert_false(READ(SERVE, table[i].flag));
        assert_true(s_says("there is no such option; did you mean "));
        assert_true(s_says(table[i].nearest));
    }
    assert_false(READ(SERVE, "--xyzzyxyzzy"));
    assert_true(s_says("--xyzzyxyzzy: there is no such option; --help"));
    assert_false(READ(IMPORT, "--listen", "127.0.0.1:0")); /* another command's */
    assert_false(READ(SERVE, "--"));
    assert_false(READ(SERVE, "--listen"));
    assert_true(s_says("--listen: needs a value: ADDRESS:PORT"));
}

static void what_is_no_option_is_an_argument(void **state)
{
    (void)state;
    assert_true(READ(IMPORT, "one", "--data", "there", "two", "--help"));
    assert_int_equal(s_options.argument_count, 2);
    assert_string_equal(s_options.arguments[0], "one");
    assert_string_equal(s_options.arguments[1], "two");
    assert_true(s_options.help);
}

static void a_text_that_is_too_long_is_refused(void **state)
{
    (void)state;
    char text[OPTION_TEXT_BYTES + 1];
    memset(text, 'x', OPTION_TEXT_BYTES);
    text[OPTION_TEXT_BYTES] = '\0';
    assert_false(READ(SERVE, "--data", text));
    assert_true(s_says("--data: longer than 511 bytes"));
    assert_true(READ(SERVE, "--data", text + 1));
}

static void a_file_is_refused_whole(void **state)
{
    assert_false(READ(SERVE, "--config", "/no/such/file"));
    assert_true(s_says("--config /no/such/file: No such file"));
    const char *file = scratch_write(*state, "bad.zpl", "no-such-option = \"1\"\n");
    assert_false(READ(SERVE, "--config", file));
    assert_true(s_says("bad.zpl: there is no such option: no-such-option"));
    file = scratch_write(*state, "bad.zpl", "listen = \"x\"\n  data = \"x\"\n");
    assert_false(READ(SERVE, "--config", file));
    assert_true(s_says("bad.zpl: not ZPL"));
    file = scratch_write(*state, "bad.zpl", "listen\n    data = \"x\"\n");
    assert_false(READ(SERVE, "--config", file));
    assert_true(s_says("no such option: listen"));
}

static void the_topology_may_stand_in_the_same_file(void **state)
{
    const char *file = scratch_write(*state, "duels.zpl",
                                     "listen = \"0.0.0.0:80\"\n"
                                     "topology\n"
                                     "    auth = \"tcp://10.0.0.5:5601\"\n");
    assert_true(READ(SERVE, "--config", file));
    assert_string_equal(s_options.topology, file);
    assert_string_equal(s_options.listen, "0.0.0.0:80");
}

static void what_is_printed_reads_back(void **state)
{
    struct buffer printed, again;
    buffer_init(&printed, 65536);
    buffer_init(&again, 65536);
    assert_true(READ(SERVE, "--contest-duration", "90s", "--dev-login", "--code-limit", "1000",
                     "--actors", "room,store"));
    options_print(&s_options, SERVE, &printed);
    buffer_append(&printed, "", 1);
    assert_non_null(strstr(printed.data, "contest-duration = \"90s\"    # flag\n"));
    assert_non_null(strstr(printed.data, "code-limit = \"1000\""));
    assert_non_null(strstr(printed.data, "waiting-expiry = \"30m\"    # default\n"));

    struct options before = s_options;
    const char *file = scratch_write(*state, "printed.zpl", printed.data);
    assert_true(READ(SERVE, "--config", file));
    assert_int_equal(s_options.contest_duration, before.contest_duration);
    assert_int_equal(s_options.code_limit, before.code_limit);
    assert_int_equal(s_options.waiting_expiry, before.waiting_expiry);
    assert_string_equal(s_options.actors, before.actors);
    assert_string_equal(s_options.submit_limit, before.submit_limit);
    assert_true(s_options.dev_login);
    buffer_fini(&printed);
    buffer_fini(&again);
}

static void logins_in_urls_are_not_printed(void **state)
{
    (void)state;
    struct buffer printed;
    buffer_init(&printed, 64 * 1024);
    assert_true(READ(SERVE, "--events", "redis://user:se@sam@h:1/0", "--runner",
                     "http://h:1,http://:sesam@i:2/a@b", "--queue", "amqp://sesam@j",
                     "--database", "postgresql://h/n?user=u&password=sesam@&sslmode=require"));
    options_print(&s_options, SERVE, &printed);
    buffer_append(&printed, "", 1);
    assert_null(strstr(printed.data, "sam@"));
    assert_non_null(strstr(printed.data, "events = \"redis://***@h:1/0\""));
    assert_non_null(strstr(printed.data, "runner = \"http://h:1,http://***@i:2/a@b\""));
    assert_non_null(strstr(printed.data, "n?user=u&password=***&sslmode=require\""));
    assert_non_null(strstr(printed.data, "queue = \"amqp://***@j\""));
    buffer_fini(&printed);
}

static void help_and_the_table_have_every_option(void **state)
{
    (void)state;
    static const char *const fields[] = {
#define OPTION(field, type, commands, absent, least, most, argument, sentence) \
    (commands) & SERVE ? "--" #field : NULL,
#include "actors/runtime/options.def"
#undef OPTION
    };
    struct buffer help, table;
    buffer_init(&help, 65536);
    buffer_init(&table, 65536);
    options_help(SERVE, &help);
    options_markdown(&table);
    buffer_append(&help, "", 1);
    buffer_append(&table, "", 1);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        char flag[64];
        if (!fields[i])
            continue;
        snprintf(flag, sizeof flag, "%s", fields[i]);
        for (char *c = flag; *c; c++)
            *c = *c == '_' ? '-' : *c;
        assert_non_null(strstr(help.data, flag));
        assert_non_null(strstr(table.data, flag));
    }
    buffer_fini(&help);
    buffer_fini(&table);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, scratch_new, scratch_destroy)
    const struct CMUnitTest tests[] = {
        CASE(without_anything_there_are_defaults),
        CASE(flags_stand_over_environment_over_file_over_defaults),
        CASE(numbers_have_units_and_bounds),
        CASE(a_flag_may_stand_alone_or_say_on_or_off),
        CASE(an_error_names_where_the_option_stood),
        CASE(an_unknown_option_is_refused_with_the_nearest),
        CASE(what_is_no_option_is_an_argument),
        CASE(a_text_that_is_too_long_is_refused),
        CASE(a_file_is_refused_whole),
        CASE(the_topology_may_stand_in_the_same_file),
        CASE(what_is_printed_reads_back),
        CASE(logins_in_urls_are_not_printed),
        CASE(help_and_the_table_have_every_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
