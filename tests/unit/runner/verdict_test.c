/* The verdict corpus (tests/corpus/verdict): programs that do the same in every language of
 * languages.def, and what they must come to (tests/tables/verdict.table). What is not installed
 * here is said, and not judged.
 *
 *   verdict_test PROBLEM [REPEATS [LOAD [ID...]]]
 *
 * judges the programs of one problem, REPEATS times, with LOAD processes spinning beside it on each
 * processor, in the languages named, or all. */
#include <sched.h>
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
#include "tests/unit/runner/harness.h"

#define SLOT 31
#define LINES_MAX 64
#define SPINNING_MAX 1024

static struct {
    const char *name;        /* as asked for */
    long time_limit_ms;      /* by the table */
    long memory_limit_mb;    /* likewise */
    long output_limit_bytes; /* likewise */
    bool computed;           /* there is no `in` and no `ans`, but the sum of what is given */
    struct buffer in, ans;   /* else */
} s_problem;

struct line {
    char word[16], argument[16]; /* as in the table */
    long numbers;                /* read besides */
    char verdict[32];            /* that is right */
};

static struct line s_lines[LINES_MAX];
static size_t s_line_count;
static unsigned s_repeats = 1, s_load;
static pid_t s_spinning[SPINNING_MAX];
static unsigned s_spinning_count;
static struct sandbox *s_sandbox;
static struct languages s_languages;
static const struct language *s_chosen[LANGUAGES_MAX]; /* that are judged */
static size_t s_chosen_count;
static char **s_wanted;     /* ids as texts, NULL at the end; none: all */
static long long s_used_ms; /* processor time of compilers and programs */
static struct compile_cache *s_cache;
static struct buffer s_input;
static char s_expected[64];

/* ---- the table ------------------------------------------------------------------------------- */

static bool s_read_line(const char *text, bool *ours)
{
    char name[32];
    long time_ms, memory_mb, output_bytes;
    struct line *line = &s_lines[s_line_count];
    if (sscanf(text, "problem %31s %ld %ld %ld", name, &time_ms, &memory_mb, &output_bytes) == 4) {
        *ours = strcmp(name, s_problem.name) == 0;
        if (*ours) {
            s_problem.time_limit_ms = time_ms;
            s_problem.memory_limit_mb = memory_mb;
            s_problem.output_limit_bytes = output_bytes;
        }
        return true;
    }
    s_line_count += *ours;
    return sscanf(text, "%15s %15s %ld %31[^\n]", line->word, line->argument, &line->numbers,
                  line->verdict) == 4;
}

static int s_read_table(void)
{
    char text[256];
    bool good = true, ours = false;
    FILE *stream = fopen(SOURCE_DIR "/tests/tables/verdict.table", "re");
    if (!stream)
        return -1;
    while (good && fgets(text, sizeof text, stream) && s_line_count < LINES_MAX) {
        good = text[0] == '#' || text[0] == '\n' || s_read_line(text, &ours);
        if (!good)
            fprintf(stderr, "verdict.table: what is this? %s", text);
    }
    fclose(stream);
    if (good && !s_line_count)
        fprintf(stderr, "verdict.table: there is no problem \"%s\"\n", s_problem.name);
    return good && s_line_count ? 0 : -1;
}

static long s_argument(const char *text, const struct language *language)
{
    char *end;
    if (strncmp(text, "O-", 2) == 0)
        return s_problem.output_limit_bytes - strtol(text + 2, NULL, 10);
    long value = strtol(text, &end, 10);
    if (strcmp(end, "%T") == 0)
        return s_problem.time_limit_ms * value / 100;
    if (strcmp(end, "%M") == 0)
        return s_problem.memory_limit_mb * value / 100;
    if (strcmp(end, "%X") == 0)
        return (s_problem.memory_limit_mb + (long)language->memory_extra_mb) * value / 100;
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
    buffer_printf(&s_input, s_problem.computed ? "%s " : "%s\n", line->word);
    if (!s_problem.computed) {
        buffer_append(&s_input, s_problem.in.data, s_problem.in.length);
        snprintf(s_expected, sizeof s_expected, "%.*s", (int)s_problem.ans.length,
                 s_problem.ans.data);
        return;
    }
    buffer_printf(&s_input, "%ld", s_argument(line->argument, language));
    for (long i = 0; i < line->numbers; i++)
        buffer_append_text(&s_input, " 1");
    buffer_append_text(&s_input, "\n");
    snprintf(s_expected, sizeof s_expected, "%ld\n",
             line->numbers + (strcmp(line->word, "wrong") == 0));
}

/* A file of the problem's folder; false: there is none. */
static bool s_read_file(const char *name, struct buffer *content)
{
    char path[4096], piece[4096];
    snprintf(path, sizeof path, SOURCE_DIR "/tests/corpus/verdict/%s/%s", s_problem.name, name);
    buffer_init(content, 64 * 1024);
    FILE *stream = fopen(path, "re");
    if (!stream)
        return false;
    for (size_t got; (got = fread(piece, 1, sizeof piece, stream));)
        buffer_append(content, piece, got);
    fclose(stream);
    return true;
}

/* False: told what is not as the line says. */
static bool s_judge(const struct line *line, const struct language *language)
{
    static struct judging_outcome outcome;
    struct buffer code;
    if (!s_read_file(language->source_name, &code))
        fail_msg("%s: there is no %s", s_problem.name, language->source_name);
    if (strcmp(line->word, "syntax") == 0)
        buffer_append_text(&code, ")");
    s_set_question(line, language);
    const struct judging_task task = {.languages = &s_languages,
                                      .cache = s_cache,
                                      .language_id = language->id,
                                      .code = buffer_slice(&code),
                                      .time_limit_ms =
                                          s_problem.time_limit_ms / language->time_factor,
                                      .memory_limit_mb = s_problem.memory_limit_mb,
                                      .output_limit_bytes = (uint64_t)s_problem.output_limit_bytes,
                                      .test_count = 1,
                                      .next_test = s_next_test};
    judging_run(s_sandbox, &task, &outcome);
    buffer_fini(&code);
    s_used_ms += outcome.compile_ms + outcome.time_ms;
    const char *verdict = word_text(&verdict_words, (uint8_t)outcome.verdict);
    bool refused = outcome.verdict == VERDICT_COMPILATION_ERROR;
    /* what compiles without a complaint shows none; what does not says why, and where: a compiler
     * that names no source is doubted (driver_sandbox.c) */
    bool named = memmem(outcome.compile_output, outcome.compile_output_bytes, language->source_name,
                        strlen(language->source_name));
    bool right = strcmp(verdict, line->verdict) == 0 &&
                 refused == (outcome.compile_output_bytes > 0) && refused == named;
    if (!right)
        print_error("%s in %s, %s %s: %s (%lld ms, %lld kB), not %s %s %.*s\n", s_problem.name,
                    language->name, line->word, line->argument, verdict, (long long)outcome.time_ms,
                    (long long)outcome.memory_kb, line->verdict, outcome.reason,
                    (int)outcome.compile_output_bytes, outcome.compile_output);
    return right;
}

static void s_line(void **state)
{
    const struct line *line = *state;
    int wrong = 0;
    for (unsigned time = 0; time < s_repeats; time++)
        for (size_t i = 0; i < s_chosen_count; i++)
            wrong += !s_judge(line, s_chosen[i]);
    assert_int_equal(wrong, 0);
}

/* ---- the languages --------------------------------------------------------------------------- */

static bool s_same_run(const struct language *left, const struct language *right)
{
    size_t i = 0;
    while (left->run[i] && right->run[i] && strcmp(left->run[i], right->run[i]) == 0)
        i++;
    return !left->run[i] && !right->run[i] && strcmp(left->source_name, right->source_name) == 0;
}

static bool s_is_wanted(const struct language *language)
{
    bool wanted = !*s_wanted;
    for (char **id = s_wanted; *id; id++)
        wanted |= atoi(*id) == language->id;
    for (size_t i = 0; i < s_chosen_count && s_problem.computed; i++)
        wanted &= !s_same_run(s_chosen[i], language);
    return wanted;
}

static void s_choose(void)
{
    size_t count;
    const struct language *table = languages_table(&count);
    for (size_t i = 0; i < count; i++)
        if (!languages_find(&s_languages, table[i].id, NULL))
            print_message("not installed, so not judged: %s\n", table[i].name);
        else if (s_is_wanted(&table[i]))
            s_chosen[s_chosen_count++] = &table[i];
}

/* ---- beside it ------------------------------------------------------------------------------- */

static void s_spin(int processor)
{
    cpu_set_t set;
    if (s_spinning_count == SPINNING_MAX)
        return;
    pid_t process = fork();
    if (process != 0) {
        s_spinning[s_spinning_count] = process;
        s_spinning_count += process > 0;
        return;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    sched_setaffinity(0, sizeof set, &set);
    for (volatile unsigned i = 0;; i++)
        ;
}

static void s_load_processors(void)
{
    cpu_set_t set;
    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    for (int processor = 0; processor < CPU_SETSIZE; processor++)
        for (unsigned i = 0; CPU_ISSET(processor, &set) && i < s_load; i++)
            s_spin(processor);
}

static int s_set_up(void **state)
{
    (void)state;
    buffer_init(&s_input, 1 << 20);
    s_sandbox = harness_slot(SLOT);
    if (!s_sandbox)
        return -1;
    languages_detect(&s_languages, s_sandbox);
    s_problem.computed = !s_read_file("in", &s_problem.in) || !s_read_file("ans", &s_problem.ans);
    s_choose();
    s_cache = compile_cache_new(64u << 20);
    s_load_processors();
    return 0;
}

static int s_tear_down(void **state)
{
    (void)state;
    for (unsigned i = 0; i < s_spinning_count; i++) {
        kill(s_spinning[i], SIGKILL);
        waitpid(s_spinning[i], NULL, 0);
    }
    print_message("%s in %zu languages: %lld ms of processor time\n", s_problem.name,
                  s_chosen_count, s_used_ms);
    compile_cache_destroy(&s_cache);
    sandbox_destroy(&s_sandbox);
    buffer_fini(&s_problem.in);
    buffer_fini(&s_problem.ans);
    buffer_fini(&s_input);
    return 0;
}

int main(int argument_count, char **arguments)
{
    static struct CMUnitTest tests[LINES_MAX];
    static char names[LINES_MAX][64];
    s_problem.name = argument_count > 1 ? arguments[1] : "sum";
    if (argument_count > 2)
        s_repeats = (unsigned)atoi(arguments[2]);
    if (argument_count > 3)
        s_load = (unsigned)atoi(arguments[3]);
    s_wanted = arguments + (argument_count < 4 ? argument_count : 4);
    if (s_read_table() < 0)
        return 2;
    for (size_t i = 0; i < s_line_count; i++) {
        snprintf(names[i], sizeof names[i], "%s %s", s_lines[i].word, s_lines[i].argument);
        tests[i] = (struct CMUnitTest){
            .name = names[i], .test_func = s_line, .initial_state = &s_lines[i]};
    }
    return _cmocka_run_group_tests("verdicts", tests, s_line_count, s_set_up, s_tear_down) != 0;
}
