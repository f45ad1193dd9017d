/* The escape corpus (tests/corpus/escape): hostile programs and hostile input for compilers, each
 * with the verdicts that are allowed, in its first line. A program says "contained" when everything
 * that it tried was refused; anything else is a wrong answer, which no program is allowed. Each is
 * judged twice in a row, so that the second run would find what the first left behind.
 *
 * After each the machine is looked at (traces.h), and what hostile code could reach if it were not
 * contained: a process of the slot's own user, a port, a socket, System V memory.
 *
 *   escape_test [FOLDER] [NAME]   another corpus, or one program of it
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "actors/runner/judging.h"
#include "tests/unit/runner/harness.h"
#include "tests/unit/runner/traces.h"

#define SLOT 30
#define USER (TRACES_FIRST_UID + SLOT) /* the slot's own, when root runs it: the canary's, too */
#define PROGRAMS_MAX 256
#define SOURCE_BYTES (64 * 1024)

static char s_folder[4096];
static char *s_names[PROGRAMS_MAX];
static struct CMUnitTest s_tests[PROGRAMS_MAX];
static struct sandbox *s_sandbox;
static struct compile_cache *s_cache; /* so that what compiling left is packed */
static struct languages s_languages;
static struct judging_outcome s_outcome;

/* What hostile code would reach first. */
static struct {
    pid_t process;   /* of the slot's user */
    int port_socket; /* listening on loopback */
    unsigned port;
    int name_socket; /* listening on an abstract name */
    int segments;    /* of System V memory */
    char host[256];  /* the machine's name */
    char input[64];  /* of the programs: process, port */
} s_canary;

/* ---- the canary ------------------------------------------------------------------------------ */

/* Segments of System V memory of the user that programs are, as the machine sees him. */
static int s_segments(void)
{
    char line[512];
    unsigned user = geteuid() == 0 ? USER : geteuid(), owner;
    int count = 0;
    FILE *stream = fopen("/proc/sysvipc/shm", "re");
    while (stream && fgets(line, sizeof line, stream))
        count += sscanf(line, "%*d %*d %*o %*u %*d %*d %*u %u", &owner) == 1 && owner == user;
    if (stream)
        fclose(stream);
    return count;
}

static pid_t s_start_process(void)
{
    pid_t process = fork();
    if (process != 0)
        return process;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setgid(USER) < 0 || setuid(USER) < 0))
        _exit(1);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;)
        pause();
}

static void s_start_canary(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_un name = {AF_UNIX, "\0codecomp-canary"};
    socklen_t size = sizeof address;
    s_canary.port_socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_return_code(bind(s_canary.port_socket, (struct sockaddr *)&address, size), errno);
    assert_return_code(listen(s_canary.port_socket, 8), errno);
    assert_return_code(getsockname(s_canary.port_socket, (struct sockaddr *)&address, &size),
                       errno);
    s_canary.port = ntohs(address.sin_port);
    s_canary.name_socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    size = sizeof name.sun_family + sizeof "\0codecomp-canary" - 1;
    /* another run of this test on the machine may have the name: it is as good */
    if (bind(s_canary.name_socket, (struct sockaddr *)&name, size) == 0)
        assert_return_code(listen(s_canary.name_socket, 8), errno);
    s_canary.process = s_start_process();
    assert_true(s_canary.process > 0);
    s_canary.segments = s_segments();
    gethostname(s_canary.host, sizeof s_canary.host);
    snprintf(s_canary.input, sizeof s_canary.input, "%d %u\n", (int)s_canary.process,
             s_canary.port);
}

static void s_assert_canary_lives(void)
{
    char host[256];
    assert_int_equal(waitpid(s_canary.process, NULL, WNOHANG), 0);
    assert_int_equal(accept(s_canary.port_socket, NULL, NULL), -1);
    assert_int_equal(accept(s_canary.name_socket, NULL, NULL), -1);
    assert_int_equal(s_segments(), s_canary.segments);
    gethostname(host, sizeof host);
    assert_string_equal(host, s_canary.host);
}

static void s_end_canary(void)
{
    kill(s_canary.process, SIGKILL);
    waitpid(s_canary.process, NULL, 0);
    close(s_canary.port_socket);
    close(s_canary.name_socket);
}

/* ---- judging --------------------------------------------------------------------------------- */

static bool s_next_test(void *context, uint32_t index, struct slice *input, struct slice *expected)
{
    (void)context;
    (void)index;
    *input = slice_of(s_canary.input);
    *expected = slice_of("contained\n");
    return true;
}

static int64_t s_language_of(const char *name)
{
    static const struct {
        const char *suffix;
        int64_t id;
    } known[] = {{".c", 50},  {".cpp", 54}, {".py", 71},   {".js", 63},  {".cs", 51},
                 {".go", 60}, {".hs", 61},  {".java", 62}, {".php", 68}, {".pl", 85},
                 {".rb", 72}, {".rs", 73},  {".sh", 46}};
    const char *suffix = strrchr(name, '.');
    for (size_t i = 0; suffix && i < sizeof known / sizeof known[0]; i++)
        if (strcmp(suffix, known[i].suffix) == 0)
            return known[i].id;
    fail_msg("%s: no language has that suffix", name);
    return 0;
}

static enum verdict s_verdict(const char *word)
{
    static const struct {
        const char *word;
        enum verdict verdict;
    } known[] = {{"AC", VERDICT_ACCEPTED},
                 {"TLE", VERDICT_TIME_LIMIT_EXCEEDED},
                 {"MLE", VERDICT_MEMORY_LIMIT_EXCEEDED},
                 {"OLE", VERDICT_OUTPUT_LIMIT_EXCEEDED},
                 {"RE", VERDICT_RUNTIME_ERROR},
                 {"CE", VERDICT_COMPILATION_ERROR}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(word, known[i].word) == 0)
            return known[i].verdict;
    fail_msg("%s is no verdict that a program may be allowed", word);
    return VERDICT_JUDGE_ERROR;
}

/* "// allowed: TLE RE" */
static bool s_is_allowed(const char *source, enum verdict verdict)
{
    char line[128], *rest = NULL;
    snprintf(line, sizeof line, "%.*s", (int)strcspn(source, "\n"), source);
    char *list = strstr(line, "allowed:");
    if (!list)
        fail_msg("its first line allows no verdicts");
    for (char *word = strtok_r(list + strlen("allowed:"), " ", &rest); word;
         word = strtok_r(NULL, " ", &rest))
        if (s_verdict(word) == verdict)
            return true;
    return false;
}

static void s_read_source(const char *name, char source[SOURCE_BYTES])
{
    char path[8192];
    snprintf(path, sizeof path, "%s/%s", s_folder, name);
    FILE *stream = fopen(path, "re");
    assert_non_null(stream);
    size_t length = fread(source, 1, SOURCE_BYTES - 1, stream);
    source[length] = 0;
    fclose(stream);
}

/* The secrets that were asked for must not be in what the submitter reads. */
static void s_assert_says_nothing(void)
{
    struct slice said = slice_from(s_outcome.compile_output, s_outcome.compile_output_bytes);
    assert_null(memmem(said.data, said.length, "$y$", 3)); /* a line of /etc/shadow */
    assert_null(memmem(said.data, said.length, "/home/", 6));
}

/* Every machine that judges has these; what else the corpus is written in may be missing. */
static bool s_must_have(const char *name)
{
    const char *suffix = strrchr(name, '.');
    return strcmp(suffix, ".c") == 0 || strcmp(suffix, ".cpp") == 0 || strcmp(suffix, ".py") == 0;
}

static void s_program(void **state)
{
    static char source[SOURCE_BYTES];
    const char *name = *state;
    s_read_source(name, source);
    const struct judging_task task = {.languages = &s_languages,
                                      .cache = s_cache,
                                      .language_id = s_language_of(name),
                                      .code = slice_of(source),
                                      .time_limit_ms = 500,
                                      .memory_limit_mb = 64,
                                      .output_limit_bytes = 1 << 20,
                                      .test_count = 2,
                                      .next_test = s_next_test};
    if (!languages_find(&s_languages, task.language_id, NULL)) {
        if (s_must_have(name))
            fail_msg("%s: this machine has not its language", name);
        skip();
    }
    struct traces before = traces_now();
    judging_run(s_sandbox, &task, &s_outcome);
    compile_cache_clear(s_cache);
    traces_assert_same(&before);
    s_assert_canary_lives();
    s_assert_says_nothing();
    if (!s_is_allowed(source, s_outcome.verdict))
        fail_msg("%s: %s at test %u %s\n%.*s", name,
                 word_text(&verdict_words, (uint8_t)s_outcome.verdict), s_outcome.failed_test,
                 s_outcome.reason, (int)s_outcome.compile_output_bytes, s_outcome.compile_output);
}

/* ---- the corpus ------------------------------------------------------------------------------ */

static int s_set_up(void **state)
{
    (void)state;
    s_start_canary();
    s_sandbox = harness_slot(SLOT);
    s_cache = compile_cache_new(64 << 20);
    if (s_sandbox)
        languages_detect(&s_languages, s_sandbox);
    return s_sandbox ? 0 : -1;
}

static int s_tear_down(void **state)
{
    (void)state;
    sandbox_destroy(&s_sandbox);
    compile_cache_destroy(&s_cache);
    s_end_canary();
    return 0;
}

static int s_by_name(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static size_t s_list(const char *only)
{
    DIR *list = opendir(s_folder);
    size_t count = 0;
    for (struct dirent *entry; list && (entry = readdir(list)) && count < PROGRAMS_MAX;)
        if (entry->d_name[0] != '.' && (!only || strcmp(only, entry->d_name) == 0))
            s_names[count++] = strdup(entry->d_name);
    if (list)
        closedir(list);
    qsort(s_names, count, sizeof s_names[0], s_by_name);
    for (size_t i = 0; i < count; i++)
        s_tests[i] = (struct CMUnitTest){
            .name = s_names[i], .test_func = s_program, .initial_state = s_names[i]};
    return count;
}

int main(int argument_count, char **arguments)
{
    snprintf(s_folder, sizeof s_folder, "%s",
             argument_count > 1 ? arguments[1] : SOURCE_DIR "/tests/corpus/escape");
    size_t count = s_list(argument_count > 2 ? arguments[2] : NULL);
    if (count == 0) {
        fprintf(stderr, "%s has no programs\n", s_folder);
        return 2;
    }
    int failed = _cmocka_run_group_tests("escape", s_tests, count, s_set_up, s_tear_down);
    for (size_t i = 0; i < count; i++)
        free(s_names[i]);
    return failed != 0;
}
