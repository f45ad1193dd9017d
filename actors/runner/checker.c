/* Builds the problems' own programs, calls them and understands what they say. */
#include "actors/runner/checker.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "actors/runner/build.h"

#define S_COMPILE_CPU_MS 30000         /* testlib.h takes 3 s here */
#define S_WALL_MS (3 * CHECKER_CPU_MS) /* for one that sleeps */
#define S_SCRATCH_BYTES (64ull << 20)  /* what it may leave in its folder; counts as memory */
#define S_STDOUT_BYTES (4ull << 20)    /* of an output validator, dropped; then it is stopped */
#define S_ERRORS_BYTES 4096            /* of stderr kept */
#define S_PROCESSES 64                 /* besides those of its language */
#define S_WORDS_MAX 64                 /* of its arguments */
#define S_PATH_BYTES 32                /* of a path of SANDBOX_FILE_PATH */

static bool s_break(struct checker_word *word, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool s_break(struct checker_word *word, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    word->word = JUDGES_BROKEN;
    vsnprintf(word->reason, sizeof word->reason, format, arguments);
    va_end(arguments);
    for (char *at = word->reason; *at; at++) /* a line of the log, between quotes */
        *at = *at == '\n' || *at == '\t' || *at == '"' ? ' ' : *at;
    return false;
}

void checker_init(struct checker *self)
{
    *self = (struct checker){0};
    buffer_init(&self->errors, S_ERRORS_BYTES);
}

void checker_fini(struct checker *self)
{
    if (self->sandbox)
        sandbox_close_box(self->sandbox);
    buffer_fini(&self->errors);
}

/* ---- building ---- */

static struct slice s_extension(struct slice path)
{
    size_t at = path.length;
    while (at > 0 && path.data[at - 1] != '.' && path.data[at - 1] != '/')
        at--;
    bool has = at > 0 && path.data[at - 1] == '.';
    return has ? slice_from(path.data + at, path.length - at) : slice_of("");
}

/* Other ends of a source's name than the one that languages.def has. */
static struct slice s_usual(struct slice extension)
{
    static const char *const others[][2] = {
        {"cc", "cpp"}, {"cxx", "cpp"}, {"c++", "cpp"}, {"C", "cpp"}, {"py3", "py"}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (slice_is(extension, others[i][0]))
            return slice_of(others[i][1]);
    return extension;
}

static bool s_is_source_of(const struct language *language, struct slice path)
{
    return slice_equal(s_extension(slice_of(language->source_name)), s_usual(s_extension(path)));
}

/* The source and its language; -1: none of these files is a source that can be judged here. */
static int s_find_source(const struct checker_source *source, const struct languages *languages,
                         const struct language **language, const char **version)
{
    for (unsigned i = 0; i < source->file_count; i++)
        for (size_t j = 0; j < languages->count; j++)
            if (s_is_source_of(languages->list[j].language, source->files[i].path)) {
                *language = languages->list[j].language;
                *version = languages->list[j].version;
                return (int)i;
            }
    return -1;
}

static bool s_open_partner(struct checker *self, struct sandbox *slot, struct checker_word *word)
{
    struct buffer why;
    buffer_init(&why, sizeof word->reason);
    self->sandbox = sandbox_partner(slot, &why);
    if (!self->sandbox)
        s_break(word, "no place for a checker: %.*s", (int)why.length, why.data ? why.data : "");
    buffer_fini(&why);
    return self->sandbox != NULL;
}

static bool s_build(struct build_task *task, struct checker_word *word)
{
    struct build_outcome outcome;
    if (build_run(task, &outcome))
        return true;
    word->cancelled = outcome.cancelled;
    if (outcome.failure[0])
        return s_break(word, "the checker cannot be built: %s", outcome.failure);
    return s_break(word, "the checker does not compile: %.*s", (int)outcome.text_bytes,
                   outcome.text);
}

bool checker_build(struct checker *self, struct sandbox *slot, const struct languages *languages,
                   struct compile_cache *cache, enum checker_protocol protocol,
                   const struct checker_source *source, bool (*progress)(void *context),
                   void *context, struct checker_word *word)
{
    struct sandbox_file files[CHECKER_FILES_MAX];
    struct build_task task = {.cache = cache,
                              .files = files,
                              .file_count = source->file_count,
                              .cpu_ms = S_COMPILE_CPU_MS,
                              .progress = progress,
                              .context = context};
    *word = (struct checker_word){.word = JUDGES_BROKEN};
    if (source->file_count < 1 || source->file_count > CHECKER_FILES_MAX)
        return s_break(word, "the problem has no checker");
    int main_file = s_find_source(source, languages, &task.language, &task.version);
    if (main_file < 0)
        return s_break(word, "the checker is in no language that can be judged on this machine");
    files[0] = (struct sandbox_file){slice_of(task.language->source_name),
                                     source->files[main_file].content};
    for (unsigned i = 0, to = 1; i < source->file_count; i++)
        if (i != (unsigned)main_file)
            files[to++] = source->files[i];
    if (!s_open_partner(self, slot, word))
        return false;
    self->protocol = protocol;
    self->language = task.language;
    task.sandbox = self->sandbox;
    return s_build(&task, word);
}

/* ---- calling ---- */

/* How a program of theirs is called; job and argv point into it. */
struct call {
    struct language_arguments run, environment;     /* of its language */
    char input[S_PATH_BYTES], answer[S_PATH_BYTES]; /* paths of the test's files, */
    char output[S_PATH_BYTES];                      /* of testlib's OUTPUT, where it is a file, */
    char folder[64];                                /* and of the scratch space */
    char words[2048];                               /* its arguments, each with its NUL */
    const char *argv[LANGUAGE_ARGUMENTS_MAX + 3 + S_WORDS_MAX + 1]; /* all of it */
    struct slice files[SANDBOX_FILES_MAX];                          /* input and answer */
    struct sandbox_job job;                                         /* the run */
};

/* The words behind the paths; false: too many, or too long. */
static bool s_split(struct call *call, struct slice words, unsigned count)
{
    unsigned limit = count + S_WORDS_MAX;
    if (words.length >= sizeof call->words)
        return false;
    memcpy(call->words, words.data ? words.data : "", words.length);
    call->words[words.length] = '\0';
    for (char *at = call->words, *rest; (at = strtok_r(at, " \t\r\n\v\f", &rest)); at = NULL) {
        if (count == limit)
            return false;
        call->argv[count++] = at;
    }
    call->argv[count] = NULL;
    return true;
}

/* `output`: where testlib's second argument is. */
static bool s_fill_argv(const struct checker *self, struct call *call, const char *output,
                        struct slice arguments)
{
    unsigned count = 0;
    for (; call->run.list[count]; count++)
        call->argv[count] = call->run.list[count];
    snprintf(call->input, sizeof call->input, SANDBOX_FILE_PATH, SANDBOX_FILE_FIRST);
    snprintf(call->answer, sizeof call->answer, SANDBOX_FILE_PATH, SANDBOX_FILE_FIRST + 1);
    snprintf(call->folder, sizeof call->folder, "%s/", sandbox_scratch_path(self->sandbox));
    call->argv[count++] = call->input;
    call->argv[count++] = self->protocol == CHECKER_ICPC ? call->answer : output;
    call->argv[count++] = self->protocol == CHECKER_ICPC ? call->folder : call->answer;
    return s_split(call, arguments, count);
}

static bool s_prepare(struct checker *self, struct call *call, const struct checker_test *test,
                      const char *output, struct checker_word *word)
{
    const struct language_values values = {sandbox_box_path(self->sandbox),
                                           sandbox_scratch_path(self->sandbox),
                                           sandbox_shared_path(self->sandbox), CHECKER_MEMORY_MB};
    *word = (struct checker_word){.word = JUDGES_BROKEN};
    if (!language_expand(self->language->run, &values, &call->run) ||
        !language_expand(self->language->environment, &values, &call->environment) ||
        !s_fill_argv(self, call, output, test->arguments))
        return s_break(word, "the arguments of the checker are too long");
    buffer_clear(&self->errors);
    call->files[0] = test->input;
    call->files[1] = test->answer;
    uint64_t memory = (uint64_t)(CHECKER_MEMORY_MB + self->language->memory_extra_mb) << 20;
    call->job = (struct sandbox_job){
        .argv = call->argv,
        .environment = call->environment.list,
        .files = call->files,
        .file_count = 2,
        .limits = {.cpu_ms = CHECKER_CPU_MS,
                   .wall_ms = S_WALL_MS,
                   .memory_bytes = memory,
                   .scratch_bytes = S_SCRATCH_BYTES,
                   .stack_bytes = memory,
                   .output_bytes = S_STDOUT_BYTES,
                   .processes = S_PROCESSES + self->language->processes},
        .errors = &self->errors,
    };
    return true;
}

/* ---- understanding ---- */

static bool s_is_wrong(enum checker_protocol protocol, int exit_code)
{
    if (protocol == CHECKER_ICPC)
        return exit_code == 43;
    return exit_code == 1 || exit_code == 2 || exit_code == 8;
}

/* Why it is broken, with what it said itself, for the log. */
static void s_complain(const struct checker *self, const struct outcome *outcome,
                       struct checker_word *word)
{
    char said[160];
    said[build_show(buffer_slice(&self->errors), said, sizeof said - 1)] = '\0';
    if (outcome->failure[0])
        s_break(word, "the checker: %s", outcome->failure);
    else if (outcome->out_of_memory)
        s_break(word, "the checker used more than %u MB of memory", CHECKER_MEMORY_MB);
    else if (outcome->output_overflow)
        s_break(word, "the checker wrote too much");
    else if (outcome->cpu_exceeded || outcome->wall_exceeded)
        s_break(word, "the checker took longer than %u s", CHECKER_CPU_MS / 1000);
    else if (outcome->signal)
        s_break(word, "the checker was ended by signal %d: %s", outcome->signal, said);
    else
        s_break(word, "the checker exited with code %d: %s", outcome->exit_code, said);
}

static void s_understand(const struct checker *self, const struct outcome *outcome,
                         struct checker_word *word)
{
    bool ended = !outcome->failure[0] && !outcome->out_of_memory && !outcome->output_overflow &&
                 !outcome->cpu_exceeded && !outcome->wall_exceeded && !outcome->signal &&
                 outcome->cpu_us <= CHECKER_CPU_MS * 1000LL;
    word->cancelled = outcome->cancelled;
    if (ended && outcome->exit_code == (self->protocol == CHECKER_ICPC ? 42 : 0))
        word->word = JUDGES_RIGHT;
    else if (ended && s_is_wrong(self->protocol, outcome->exit_code))
        word->word = JUDGES_WRONG;
    else if (!word->cancelled)
        s_complain(self, outcome, word);
}

static void s_drop(void *context, const char *data, size_t length)
{
    (void)context, (void)data, (void)length;
}

void checker_judge(struct checker *self, const struct checker_test *test, int output,
                   bool (*progress)(void *context), void *context, struct checker_word *word)
{
    struct call call;
    struct outcome outcome;
    if (!s_prepare(self, &call, test, "/proc/self/fd/0", word))
        return;
    call.job.input_file = &output;
    call.job.output = s_drop;
    call.job.progress = progress;
    call.job.context = context;
    sandbox_run(self->sandbox, &call.job, &outcome);
    s_understand(self, &outcome, word);
}

/* ---- talking ---- */

/* A program that failed ends the talk, and so does an interactor that is not content. */
static bool s_goes_on(void *context, unsigned ended, const struct outcome *outcome)
{
    const struct checker *self = context;
    struct checker_word word = {.word = JUDGES_BROKEN};
    if (ended == 0)
        return !outcome->failure[0] && !outcome->signal && outcome->exit_code == 0;
    s_understand(self, outcome, &word);
    return word.word == JUDGES_RIGHT;
}

void checker_talk(struct checker *self, struct checker_talk *talk)
{
    struct call call;
    struct sandbox_pair pair = {.sandboxes = {talk->slot, self->sandbox},
                                .jobs = {talk->job, &call.job},
                                .goes_on = s_goes_on,
                                .context = self};
    talk->outcome = (struct outcome){0};
    talk->spoke_first = true;
    snprintf(call.output, sizeof call.output, SANDBOX_FILE_PATH, SANDBOX_FILE_FIRST + 2);
    if (!s_prepare(self, &call, talk->test, call.output, &talk->word))
        return;
    call.job.limits.output_bytes = CHECKER_TALK_MAX_BYTES;
    call.job.kept_file = talk->report >= 0 ? &talk->report : NULL;
    call.job.progress = talk->job->progress;
    call.job.context = talk->job->context;
    sandbox_run_pair(&pair);
    talk->outcome = pair.outcomes[0];
    talk->spoke_first = pair.first == 1;
    s_understand(self, &pair.outcomes[1], &talk->word);
}
