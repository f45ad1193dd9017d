/* The verdict corpus: seven programs that do the same (tests/corpus/verdict), each put on both
 * sides of every limit (tests/tables/verdict.table).
 *
 *   verdict_test [REPEATS] [LOAD]   REPEATS times all of it, LOAD processes spinning beside it
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "actors/runner/judging.h"

#define SLOT 31
#define TIME_LIMIT_MS 1000
#define MEMORY_LIMIT_MB 128
#define OUTPUT_LIMIT_BYTES 65536
#define LINES_MAX 64
#define LOAD_MAX 64

static const struct {
    int64_t language_id;
    const char *file;
} s_programs[] = {{50, "main.c"},  {54, "main.cpp"}, {62, "Main.java"}, {63, "main.js"},
                  {71, "main.py"}, {60, "main.go"},  {73, "main.rs"}};
#define PROGRAMS (sizeof s_programs / sizeof s_programs[0])

struct line {
    char word[16], argument[16]; /* as in the table */
    long numbers;                /* read besides */
    char verdict[32];            /* that is right */
};

static struct line s_lines[LINES_MAX];
static size_t s_line_count;
static unsigned s_repeats = 1, s_load;
static pid_t s_spinning[LOAD_MAX];
static struct sandbox *s_sandbox;
static struct languages s_languages;
static struct compile_cache *s_cache;
static struct buffer s_input;
static char s_expected[32];

/* ---- the table ------------------------------------------------------------------------------- */

static int s_read_table(void)
{
    char text[256];
    FILE *stream = fopen(SOURCE_DIR "/tests/tables/verdict.table", "re");
    if (!stream)
        return -1;
    while (fgets(text, sizeof text, stream) && s_line_count < LINES_MAX) {
        struct line *line = &s_lines[s_line_count];
        if (text[0] != '#' && text[0] != '\n') {
            int count = sscanf(text, "%15s %15s %ld %31[^\n]", line->word, line->argument,
                               &line->numbers, line->verdict);
            if (count != 4) {
                fprintf(stderr, "verdict.table: what is this? %s", text);
                fclose(stream);
                return -1;
            }
            s_line_count++;
        }
    }
    fclose(stream);
    return 0;
}

static long s_argument(const char *text, const struct language *language)
{
    char *end;
    if (strncmp(text, "O-", 2) == 0)
        return OUTPUT_LIMIT_BYTES - strtol(text + 2, NULL, 10);
    long value = strtol(text, &end, 10);
    if (strcmp(end, "%T") == 0)
        return TIME_LIMIT_MS * (long)language->time_factor * value / 100;
    if (strcmp(end, "%M") == 0)
        return MEMORY_LIMIT_MB * value / 100;
    if (strcmp(end, "%X") == 0)
        return (MEMORY_LIMIT_MB + (long)language->memory_extra_mb) * value / 100;
    assert_string_equal(end, "");
    return value;
}

/* ---- judging --------------------------------------------------------------------------------- */

static bool s_next_test(void *context, uint32_t index, struct slice *input, struct slice *expected)
{
    (void)context;
    (void)index;
    *input = buffer_slice(&s_input);
    *expected = slice_of(s_expected);
    return true;
}

static void s_set_question(const struct line *line, const struct language *language)
{
    buffer_clear(&s_input);
    buffer_printf(&s_input, "%s %ld", line->word, s_argument(line->argument, language));
    for (long i = 0; i < line->numbers; i++)
        buffer_append_text(&s_input, " 1");
    buffer_append_text(&s_input, "\n");
    snprintf(s_expected, sizeof s_expected, "%ld\n",
             line->numbers + (strcmp(line->word, "wrong") == 0));
}

static void s_read_program(const char *file, bool broken, struct buffer *code)
{
    char path[4096], piece[4096];
    snprintf(path, sizeof path, SOURCE_DIR "/tests/corpus/verdict/%s", file);
    FILE *stream = fopen(path, "re");
    assert_non_null(stream);
    buffer_init(code, 64 * 1024);
    for (size_t got; (got = fread(piece, 1, sizeof piece, stream));)
        buffer_append(code, piece, got);
    fclose(stream);
    if (broken)
        buffer_append_text(code, ")");
}

static void s_judge(const struct line *line, size_t program)
{
    static struct judging_outcome outcome;
    struct buffer code;
    const struct language *language =
        languages_find(&s_languages, s_programs[program].language_id, NULL);
    if (!language)
        return;
    s_read_program(s_programs[program].file, strcmp(line->word, "syntax") == 0, &code);
    s_set_question(line, language);
    const struct judging_task task = {.languages = &s_languages,
                                      .cache = s_cache,
                                      .language_id = language->id,
                                      .code = buffer_slice(&code),
                                      .time_limit_ms = TIME_LIMIT_MS,
                                      .memory_limit_mb = MEMORY_LIMIT_MB,
                                      .output_limit_bytes = OUTPUT_LIMIT_BYTES,
                                      .test_count = 1,
                                      .next_test = s_next_test};
    judging_run(s_sandbox, &task, &outcome);
    buffer_fini(&code);
    const char *verdict = word_text(&verdict_words, (uint8_t)outcome.verdict);
    if (strcmp(verdict, line->verdict) != 0)
        fail_msg("%s, %s %s: %s (%lld ms, %lld kB), not %s %s %.*s", s_programs[program].file,
                 line->word, line->argument, verdict, (long long)outcome.time_ms,
                 (long long)outcome.memory_kb, line->verdict, outcome.reason,
                 (int)outcome.compile_output_bytes, outcome.compile_output);
}

static void s_line(void **state)
{
    const struct line *line = *state;
    for (unsigned time = 0; time < s_repeats; time++)
        for (size_t i = 0; i < PROGRAMS; i++)
            s_judge(line, i);
}

/* ---- beside it ------------------------------------------------------------------------------- */

static pid_t s_spin(void)
{
    pid_t process = fork();
    if (process != 0)
        return process;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (volatile unsigned i = 0;; i++)
        ;
}

static int s_set_up(void **state)
{
    struct buffer why;
    (void)state;
    buffer_init(&why, 2048);
    buffer_init(&s_input, 1 << 20);
    s_sandbox = sandbox_new(SANDBOX_ISOLATED, SLOT, NULL, &why);
    if (!s_sandbox)
        fprintf(stderr, "this machine cannot isolate: %.*s", (int)why.length, why.data);
    buffer_fini(&why);
    if (!s_sandbox)
        return -1;
    languages_detect(&s_languages, s_sandbox);
    s_cache = compile_cache_new(64u << 20);
    for (unsigned i = 0; i < s_load; i++)
        s_spinning[i] = s_spin();
    return 0;
}

static int s_tear_down(void **state)
{
    (void)state;
    for (unsigned i = 0; i < s_load; i++) {
        kill(s_spinning[i], SIGKILL);
        waitpid(s_spinning[i], NULL, 0);
    }
    compile_cache_destroy(&s_cache);
    sandbox_destroy(&s_sandbox);
    buffer_fini(&s_input);
    return 0;
}

int main(int argument_count, char **arguments)
{
    static struct CMUnitTest tests[LINES_MAX];
    static char names[LINES_MAX][64];
    if (argument_count > 1)
        s_repeats = (unsigned)atoi(arguments[1]);
    if (argument_count > 2)
        s_load = (unsigned)atoi(arguments[2]) < LOAD_MAX ? (unsigned)atoi(arguments[2]) : LOAD_MAX;
    if (s_read_table() < 0)
        return 2;
    for (size_t i = 0; i < s_line_count; i++) {
        snprintf(names[i], sizeof names[i], "%s %s", s_lines[i].word, s_lines[i].argument);
        tests[i] = (struct CMUnitTest){
            .name = names[i], .test_func = s_line, .initial_state = &s_lines[i]};
    }
    return _cmocka_run_group_tests("verdicts", tests, s_line_count, s_set_up, s_tear_down) != 0;
}
