/* A worker of the stand-in for Judge0 (judge0.py): really compiles and runs what it is sent, in the
 * sandbox, and tells it as Judge0 1.13.1 with isolate would.
 *
 *     judge0_worker SLOT
 *
 * reads submissions from standard input, a JSON object per line with Judge0's keys (source_code and
 * stdin in base64), and writes results likewise, in the same order. Each submission is compiled
 * anew. Programs run, so to say, under a shell: a signal n is status 11 with exit code 128 + n. */
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "actors/runner/base64.h"
#include "actors/runner/sandbox.h"

#define FILE_MAX_BYTES (64u << 20)
#define OPTIONS_MAX 16

/* How each language is compiled and run, as Judge0's table has it. {box} is where the source is. */
static const struct language {
    int id;
    const char *source;
    const char *compiler; /* NULL: none; its options stand in front of the source */
    const char *artefact; /* of the compiler */
    const char *run[4];   /* argv */
} s_languages[] = {
    {43, "text.txt", NULL, NULL, {"/usr/bin/cat", "{box}/text.txt"}},
    {46, "script.sh", NULL, NULL, {"/usr/bin/bash", "{box}/script.sh"}},
    {50, "main.c", "/usr/bin/gcc", "a.out", {"{box}/a.out"}},
    {54, "main.cpp", "/usr/bin/g++", "a.out", {"{box}/a.out"}},
    {62, "Main.java", "/usr/bin/javac", "Main.class", {"/usr/bin/java", "-cp", "{box}", "Main"}},
    {63, "script.js", NULL, NULL, {"/usr/bin/node", "{box}/script.js"}},
    {71, "script.py", NULL, NULL, {"/usr/bin/python3", "{box}/script.py"}},
};

static struct sandbox *s_sandbox;

struct texts {
    struct buffer output, errors, compile_output; /* of one submission */
};

static void s_keep(void *context, const char *data, size_t length)
{
    buffer_append(context, data, length);
}

static const struct language *s_language(json_int_t id)
{
    for (size_t i = 0; i < sizeof s_languages / sizeof s_languages[0]; i++)
        if (s_languages[i].id == id)
            return &s_languages[i];
    return NULL;
}

static double s_number(const json_t *request, const char *key)
{
    return json_number_value(json_object_get(request, key));
}

static void s_decode(const json_t *request, const char *key, struct buffer *out)
{
    const json_t *text = json_object_get(request, key);
    buffer_init(out, FILE_MAX_BYTES);
    base64_decode(slice_from(json_string_value(text), json_string_length(text)), out);
}

/* ---- results -----------------------------------------------------------------------------------
 */

static void s_put_bytes(json_t *result, const char *key, const struct buffer *bytes)
{
    struct buffer text;
    buffer_init(&text, 2 * FILE_MAX_BYTES);
    base64_encode(buffer_slice(bytes), &text);
    if (bytes->length)
        json_object_set_new(result, key, json_stringn(text.data, text.length));
    buffer_fini(&text);
}

static json_t *s_result(int status, const char *message)
{
    json_t *result = json_pack("{s:i}", "status_id", status);
    struct buffer text;
    buffer_init(&text, 4096);
    buffer_append_text(&text, message);
    s_put_bytes(result, "message", &text);
    buffer_fini(&text);
    return result;
}

static json_t *s_measured(int status, const char *message, const struct outcome *outcome)
{
    json_t *result = s_result(status, message);
    char time[32];
    snprintf(time, sizeof time, "%.3f", (double)outcome->cpu_us / 1e6);
    json_object_set_new(result, "time", json_string(time));
    json_object_set_new(result, "wall_time", json_real((double)outcome->wall_us / 1e6));
    json_object_set_new(result, "memory", json_integer(outcome->memory_kb));
    return result;
}

static json_t *s_ended(const struct outcome *outcome, int64_t memory_kb)
{
    char message[64];
    int code = outcome->exit_code;
    struct outcome seen = *outcome;
    if (outcome->output_overflow)
        code = 128 + SIGXFSZ;
    else if (outcome->out_of_memory) {
        code = 128 + SIGKILL;
        seen.memory_kb = memory_kb;
    } else if (outcome->signal)
        code = 128 + outcome->signal;
    *message = '\0';
    if (code)
        snprintf(message, sizeof message, "Exited with error status %d", code);
    json_t *result = s_measured(code ? 11 : 3, message, &seen);
    json_object_set_new(result, "exit_code", json_integer(code));
    return result;
}

/* ---- running -----------------------------------------------------------------------------------
 */

/* NULL: compiled; else the result. */
static json_t *s_compile(const struct language *language, const json_t *request,
                         struct texts *texts)
{
    char options[512];
    const char *argv[OPTIONS_MAX + 3] = {language->compiler};
    size_t count = 1;
    const char *given = json_string_value(json_object_get(request, "compiler_options"));
    snprintf(options, sizeof options, "%s", given ? given : "");
    for (char *rest = options, *word; count <= OPTIONS_MAX && (word = strsep(&rest, " "));)
        if (*word)
            argv[count++] = word;
    argv[count++] = language->source;
    argv[count] = NULL;
    const char *const environment[] = {NULL};
    struct sandbox_job job = {.argv = argv,
                              .environment = environment,
                              .compiling = true,
                              .artefact = language->artefact,
                              .limits = {15000, 20000, 512000ull << 10, 256ull << 20,
                                         128000ull << 10, 4096ull << 10, 120},
                              .output = s_keep,
                              .context = &texts->compile_output};
    struct outcome outcome;
    sandbox_run(s_sandbox, &job, &outcome);
    if (outcome.failure[0])
        return s_result(13, outcome.failure);
    if (!outcome.signal && !outcome.exit_code && !outcome.artefact_missing &&
        !outcome.cpu_exceeded && !outcome.wall_exceeded && !outcome.out_of_memory)
        return NULL;
    if (outcome.cpu_exceeded || outcome.wall_exceeded) {
        buffer_clear(&texts->compile_output);
        buffer_append_text(&texts->compile_output, "Compilation time limit exceeded.");
    }
    return s_result(6, "");
}

/* "{box}" at the front of an argument is where the source is. */
static void s_expand(const char *const *patterns, char texts[4][512], const char *argv[5])
{
    size_t count = 0;
    for (; count < 4 && patterns[count]; count++) {
        bool box = strncmp(patterns[count], "{box}", 5) == 0;
        snprintf(texts[count], 512, "%s%s", box ? sandbox_box_path(s_sandbox) : "",
                 patterns[count] + (box ? 5 : 0));
        argv[count] = texts[count];
    }
    argv[count] = NULL;
}

static json_t *s_run(const struct language *language, const json_t *request, struct slice input,
                     struct texts *texts)
{
    char arguments[4][512];
    const char *argv[5], *const environment[] = {NULL};
    uint64_t memory = (uint64_t)s_number(request, "memory_limit") << 10;
    s_expand(language->run, arguments, argv);
    struct sandbox_job job = {
        .argv = argv,
        .environment = environment,
        .input = input,
        .limits = {.cpu_ms = llround(s_number(request, "cpu_time_limit") * 1000),
                   .wall_ms = llround(s_number(request, "wall_time_limit") * 1000),
                   .memory_bytes = memory,
                   .scratch_bytes = memory < 64u << 20 ? memory : 64u << 20,
                   .stack_bytes = (uint64_t)s_number(request, "stack_limit") << 10,
                   .output_bytes = (uint64_t)s_number(request, "max_file_size") << 10,
                   .processes = (uint32_t)s_number(request, "max_processes_and_or_threads")},
        .output = s_keep,
        .errors = &texts->errors,
        .context = &texts->output};
    struct outcome outcome;
    sandbox_run(s_sandbox, &job, &outcome);
    if (outcome.failure[0])
        return s_result(13, outcome.failure);
    if (outcome.cpu_exceeded || outcome.wall_exceeded || outcome.cpu_us > job.limits.cpu_ms * 1000)
        return s_measured(
            5, outcome.wall_exceeded ? "Time limit exceeded (wall clock)" : "Time limit exceeded",
            &outcome);
    return s_ended(&outcome, (int64_t)(memory >> 10));
}

static json_t *s_judge(const json_t *request, struct texts *texts)
{
    const struct language *language =
        s_language(json_integer_value(json_object_get(request, "language_id")));
    struct buffer source, input, why;
    json_t *result = NULL;
    if (!language)
        return s_result(13, "no such language here");
    s_decode(request, "source_code", &source);
    s_decode(request, "stdin", &input);
    buffer_init(&why, 1024);
    if (!sandbox_open_box(s_sandbox, language->source, buffer_slice(&source), &why))
        result = s_result(13, "no box");
    if (!result && language->compiler)
        result = s_compile(language, request, texts);
    if (!result)
        result = s_run(language, request, buffer_slice(&input), texts);
    sandbox_close_box(s_sandbox);
    buffer_fini(&source);
    buffer_fini(&input);
    buffer_fini(&why);
    return result;
}

static void s_answer(const json_t *request)
{
    struct texts texts;
    buffer_init(&texts.output, FILE_MAX_BYTES);
    buffer_init(&texts.errors, (size_t)s_number(request, "max_file_size") << 10);
    buffer_init(&texts.compile_output, 4096u << 10);
    json_t *result = s_judge(request, &texts);
    s_put_bytes(result, "stdout", &texts.output);
    s_put_bytes(result, "stderr", &texts.errors);
    s_put_bytes(result, "compile_output", &texts.compile_output);
    json_dumpf(result, stdout, JSON_COMPACT);
    putchar('\n');
    fflush(stdout);
    json_decref(result);
    buffer_fini(&texts.output);
    buffer_fini(&texts.errors);
    buffer_fini(&texts.compile_output);
}

int main(int argc, char **argv)
{
    struct buffer why;
    char *line = NULL;
    size_t size = 0;
    buffer_init(&why, 4096);
    s_sandbox = sandbox_new(SANDBOX_ISOLATED, argc > 1 ? (unsigned)atoi(argv[1]) : 0, NULL, &why);
    if (!s_sandbox) {
        fprintf(stderr, "judge0_worker: %.*s", (int)why.length, why.data);
        return 1;
    }
    puts("ready");
    fflush(stdout);
    while (getline(&line, &size, stdin) > 0) {
        json_t *request = json_loads(line, 0, NULL);
        if (!request)
            break;
        s_answer(request);
        json_decref(request);
    }
    free(line);
    buffer_fini(&why);
    sandbox_destroy(&s_sandbox);
    return 0;
}
