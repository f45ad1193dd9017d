/* Judge0's documents, by jansson in and by hand out. */
#include "actors/runner/judge0_codec.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>

#include "actors/runner/base64.h"
#include "proto/json.h"

#define WORKERS_MAX 4096 /* more than that is no number of workers */

/* ---- reading, in general -----------------------------------------------------------------------
 */

static json_t *s_load(struct slice text)
{
    json_error_t error;
    return text.data ? json_loadb(text.data, text.length, JSON_DECODE_ANY, &error) : NULL;
}

/* A number in thousandths of its unit's thousand: 1.5 s is 1500 ms. Absent: stays as it is. */
static bool s_scaled(const json_t *object, const char *key, double scale, int64_t most,
                     int64_t *value)
{
    const json_t *found = json_object_get(object, key);
    if (!found)
        return true;
    double number = json_number_value(found) * scale;
    if (!json_is_number(found) || !(number >= 0 && number <= (double)most))
        return false;
    *value = (int64_t)number;
    return true;
}

static bool s_flag(const json_t *object, const char *key, bool *value)
{
    const json_t *found = json_object_get(object, key);
    if (!found)
        return true;
    *value = json_is_true(found);
    return json_is_boolean(found);
}

static bool s_unsigned(const json_t *object, const char *key, unsigned *value)
{
    int64_t number = *value;
    bool ok = s_scaled(object, key, 1, INT32_MAX, &number);
    *value = (unsigned)number;
    return ok;
}

/* ---- the server's configuration ----------------------------------------------------------------
 */

void judge0_config_default(struct judge0_config *self)
{
    *self = (struct judge0_config){.batches = true,
                                   .callbacks = true,
                                   .options = true,
                                   .max_cpu_ms = 15000,
                                   .max_wall_ms = 20000,
                                   .max_memory_kb = 512000,
                                   .max_file_kb = 4096,
                                   .max_stack_kb = 128000,
                                   .max_processes = 120,
                                   .batch_max = JUDGE0_BATCH_MAX,
                                   .queue_max = 100};
}

/* A list that does not fit is taken as one that allows nothing: |. */
static bool s_read_options_for(const json_t *list, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    if (list && !json_is_array(list))
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));
        if (!name)
            return false;
        int length = snprintf(text + used, size - used, "|%s", name);
        if (length < 0 || (size_t)length >= size - used) {
            snprintf(text, size, "|");
            return true;
        }
        used += (size_t)length;
    }
    return true;
}

bool judge0_read_config(struct slice json, struct judge0_config *self)
{
    json_t *document = s_load(json);
    judge0_config_default(self);
    bool ok = json_is_object(document) &&
              s_flag(document, "maintenance_mode", &self->maintenance) &&
              s_flag(document, "enable_batched_submissions", &self->batches) &&
              s_flag(document, "enable_callbacks", &self->callbacks) &&
              s_flag(document, "enable_compiler_options", &self->options) &&
              s_read_options_for(json_object_get(document, "allowed_languages_for_compile_options"),
                                 self->options_for, sizeof self->options_for) &&
              s_scaled(document, "max_cpu_time_limit", 1000, INT32_MAX, &self->max_cpu_ms) &&
              s_scaled(document, "max_wall_time_limit", 1000, INT32_MAX, &self->max_wall_ms) &&
              s_scaled(document, "max_memory_limit", 1, INT32_MAX, &self->max_memory_kb) &&
              s_scaled(document, "max_max_file_size", 1, INT32_MAX, &self->max_file_kb) &&
              s_scaled(document, "max_stack_limit", 1, INT32_MAX, &self->max_stack_kb) &&
              s_scaled(document, "max_max_processes_and_or_threads", 1, INT32_MAX,
                       &self->max_processes) &&
              s_unsigned(document, "max_submission_batch_size", &self->batch_max) &&
              s_unsigned(document, "max_queue_size", &self->queue_max);
    json_decref(document);
    if (self->batch_max > JUDGE0_BATCH_MAX)
        self->batch_max = JUDGE0_BATCH_MAX;
    return ok && self->batch_max > 0;
}

/* ---- languages and workers ---------------------------------------------------------------------
 */

const struct judge0_language *judge0_language_find(int64_t id)
{
    static const struct judge0_language table[] = {
#define JUDGE0(language, blank, options, syntax_check) {language, blank, options, syntax_check},
#include "actors/runner/judge0.def"
#undef JUDGE0
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].id == id)
            return &table[i];
    return NULL;
}

/* Without its options a language would be another one there: a C program that needs -lm would be
 * told that it does not compile. */
static bool s_takes_options(const struct judge0_config *config, const char *name)
{
    size_t length = strlen(name);
    const char *rest = config->options_for;
    if (!config->options || !*rest)
        return config->options;
    while (*rest == '|') {
        size_t prefix = strcspn(++rest, "|");
        if (prefix && prefix < length && strncmp(name, rest, prefix) == 0 && name[prefix] == ' ')
            return true;
        rest += prefix;
    }
    return false;
}

/* "C (GCC 9.2.0)" -> "C (GCC)" and "9.2.0"; what has no such form is a name as a whole. */
static void s_split_name(const char *text, char *name, char *version, size_t size)
{
    const char *open = strchr(text, '('), *close = strrchr(text, ')');
    snprintf(name, size, "%s", text);
    version[0] = '\0';
    if (!open || !close || close < open || close[1])
        return;
    const char *number = close;
    while (number > open && number[-1] != ' ' && number[-1] != '(')
        number--;
    if (!isdigit((unsigned char)*number) || number == open)
        return;
    snprintf(version, size, "%.*s", (int)(close - number), number);
    if (number[-1] == ' ')
        snprintf(name, size, "%.*s)", (int)(number - 1 - text), text);
    else /* "Python (3.8.1)" */
        snprintf(name, size, "%.*s", (int)(open - (open > text) - text), text);
}

static void s_offer(const json_t *item, const struct judge0_config *config, struct offer *offer)
{
    const json_t *id = json_object_get(item, "id");
    const char *name = json_string_value(json_object_get(item, "name"));
    const struct judge0_language *language = judge0_language_find(json_integer_value(id));
    if (!language || !name || strlen(name) >= sizeof offer->list[0].name ||
        offer->count == LANGUAGES_MAX)
        return;
    if (*language->options && !s_takes_options(config, name))
        return;
    for (uint32_t i = 0; i < offer->count; i++)
        if (offer->list[i].id == language->id)
            return;
    offer->list[offer->count].id = language->id;
    s_split_name(name, offer->list[offer->count].name, offer->list[offer->count].version,
                 sizeof offer->list[0].name);
    offer->count++;
}

bool judge0_read_languages(struct slice json, const struct judge0_config *config,
                           struct offer *offer)
{
    json_t *document = s_load(json);
    bool ok = json_is_array(document);
    offer->count = 0;
    for (size_t i = 0; ok && i < json_array_size(document); i++) {
        const json_t *item = json_array_get(document, i);
        ok = json_is_integer(json_object_get(item, "id")) &&
             json_is_string(json_object_get(item, "name"));
        if (ok)
            s_offer(item, config, offer);
    }
    json_decref(document);
    return ok;
}

bool judge0_read_workers(struct slice json, unsigned *workers)
{
    json_t *document = s_load(json);
    bool ok = json_is_array(document) && json_array_size(document) > 0;
    json_int_t sum = 0;
    for (size_t i = 0; ok && i < json_array_size(document); i++) {
        const json_t *available = json_object_get(json_array_get(document, i), "available");
        json_int_t count = json_integer_value(available);
        ok = json_is_integer(available) && count >= 0 && count <= WORKERS_MAX;
        sum += ok ? count : 0;
    }
    json_decref(document);
    *workers = (unsigned)(sum < WORKERS_MAX ? sum : WORKERS_MAX);
    return ok;
}

/* ---- submissions -------------------------------------------------------------------------------
 */

void judge0_write_begin(struct buffer *out)
{
    buffer_append_text(out, "{\"submissions\":[");
}

void judge0_write_end(struct buffer *out)
{
    buffer_append_text(out, "]}");
}

static void s_write_bytes(const char *key, struct slice bytes, struct buffer *out)
{
    buffer_printf(out, ",\"%s\":\"", key);
    base64_encode(bytes, out);
    buffer_append_char(out, '"');
}

static void s_write_text(const char *key, const char *text, struct buffer *out)
{
    if (!*text)
        return;
    buffer_printf(out, ",\"%s\":", key);
    json_text(slice_of(text), out);
}

void judge0_write_submission(const struct judge0_submission *one, struct buffer *out)
{
    if (out->length && out->data[out->length - 1] == '}')
        buffer_append_char(out, ',');
    buffer_printf(out, "{\"language_id\":%lld", (long long)one->language_id);
    buffer_printf(out, ",\"number_of_runs\":1,\"cpu_time_limit\":%lld.%03lld,\"cpu_extra_time\":0",
                  (long long)(one->cpu_ms / 1000), (long long)(one->cpu_ms % 1000));
    buffer_printf(out, ",\"wall_time_limit\":%lld.%03lld", (long long)(one->wall_ms / 1000),
                  (long long)(one->wall_ms % 1000));
    buffer_printf(out, ",\"memory_limit\":%lld,\"stack_limit\":%lld,\"max_file_size\":%lld",
                  (long long)one->memory_kb, (long long)one->stack_kb, (long long)one->file_kb);
    buffer_printf(out,
                  ",\"max_processes_and_or_threads\":%u"
                  ",\"enable_per_process_and_thread_time_limit\":false"
                  ",\"enable_per_process_and_thread_memory_limit\":false"
                  ",\"redirect_stderr_to_stdout\":false",
                  one->processes);
    s_write_text("compiler_options", one->options, out);
    s_write_text("callback_url", one->callback_url, out);
    s_write_bytes("source_code", one->source, out);
    s_write_bytes("stdin", one->input, out);
    buffer_append_char(out, '}');
}

static bool s_token(const json_t *value, char token[JUDGE0_TOKEN_BYTES])
{
    const char *text = json_string_value(value);
    if (!text || !*text || strlen(text) >= JUDGE0_TOKEN_BYTES)
        return false;
    for (const char *at = text; *at; at++)
        if (!isalnum((unsigned char)*at) && *at != '-')
            return false;
    strcpy(token, text);
    return true;
}

/* {"error":"…"}, or {"field":["…",…],…}: the first of them. */
static void s_complaint(const json_t *object, char text[JUDGE0_WHY_BYTES])
{
    const char *key;
    json_t *value;
    text[0] = '\0';
    if (!json_is_object(object))
        return;
    json_object_foreach((json_t *)object, key, value)
    {
        const char *what =
            json_string_value(json_is_array(value) ? json_array_get(value, 0) : value);
        char raw[JUDGE0_WHY_BYTES];
        if (!what)
            continue;
        bool bare = strcmp(key, "error") == 0;
        int length = snprintf(raw, sizeof raw, "%s%s%s", bare ? "" : key, bare ? "" : ": ", what);
        struct slice cut =
            slice_from(raw, (size_t)length < sizeof raw ? (size_t)length : sizeof raw - 1);
        text[build_show(cut, text, JUDGE0_WHY_BYTES - 1)] = '\0';
        for (char *at = text; *at; at++)
            *at =
                *at == '"' || *at == '\n' || *at == '\t' ? ' ' : *at; /* it stands in a log line */
        return;
    }
}

void judge0_error_text(struct slice body, char text[JUDGE0_WHY_BYTES])
{
    json_t *document = s_load(body);
    s_complaint(json_is_array(document) ? json_array_get(document, 0) : document, text);
    json_decref(document);
}

bool judge0_read_tokens(struct slice json, unsigned count, char tokens[][JUDGE0_TOKEN_BYTES],
                        char why[JUDGE0_WHY_BYTES])
{
    json_t *document = s_load(json);
    bool ok = json_is_array(document) && json_array_size(document) == count;
    why[0] = '\0';
    for (unsigned i = 0; ok && i < count; i++) {
        const json_t *item = json_array_get(document, i);
        ok = s_token(json_object_get(item, "token"), tokens[i]);
        if (!ok)
            s_complaint(item, why);
        for (unsigned j = 0; ok && j < i; j++)
            ok = strcmp(tokens[i], tokens[j]) != 0;
    }
    json_decref(document);
    return ok;
}

/* ---- results -----------------------------------------------------------------------------------
 */

json_t *judge0_read_results(struct slice json, size_t count, json_t **document)
{
    *document = s_load(json);
    json_t *list = json_object_get(*document, "submissions");
    if (json_is_array(list) && json_array_size(list) == count)
        return list;
    json_decref(*document);
    *document = NULL;
    return NULL;
}

/* Absent or null: nothing. */
static bool s_bytes(const json_t *item, const char *key, struct buffer *out)
{
    const json_t *value = json_object_get(item, key);
    buffer_clear(out);
    if (!value || json_is_null(value))
        return true;
    struct slice text = {json_string_value(value), json_string_length(value)};
    out->max_bytes = text.length + 3;
    return json_is_string(value) && base64_decode(text, out);
}

/* A decimal, as a number or as text ("0.012"). Absent or null: 0. */
static bool s_seconds(const json_t *item, const char *key, int64_t *time_us)
{
    const json_t *value = json_object_get(item, key);
    double seconds = json_number_value(value);
    *time_us = 0;
    if (!value || json_is_null(value))
        return true;
    if (json_is_string(value)) {
        char *end;
        const char *text = json_string_value(value);
        seconds = strtod(text, &end);
        if (!isdigit((unsigned char)*text) || *end)
            return false;
    } else if (!json_is_number(value))
        return false;
    if (!(seconds >= 0 && seconds <= 86400))
        return false;
    *time_us = llround(seconds * 1e6);
    return true;
}

/* Absent or null: 0. Judge0 averages the memory of its runs, so it may come with a point. */
static bool s_number(const json_t *item, const char *key, int64_t *number)
{
    const json_t *value = json_object_get(item, key);
    *number = 0;
    if (!value || json_is_null(value))
        return true;
    double real = json_number_value(value);
    if (!json_is_number(value) || !(real >= INT32_MIN && real <= 1e12))
        return false;
    *number = (int64_t)real;
    return true;
}

bool judge0_read_result(const json_t *item, struct judge0_result *result)
{
    int64_t status, code, signal;
    struct buffer message;
    const json_t *id = json_object_get(item, "status_id");
    if (!json_is_integer(id) || !s_token(json_object_get(item, "token"), result->token) ||
        !json_is_integer(json_object_get(item, "stack_limit")) ||
        !s_number(item, "status_id", &status) || status < JUDGE0_IN_QUEUE ||
        status > JUDGE0_EXEC_FORMAT_ERROR)
        return false;
    buffer_init(&message, 0);
    bool ok = s_number(item, "stack_limit", &result->stack_kb) &&
              s_seconds(item, "time", &result->time_us) &&
              s_number(item, "memory", &result->memory_kb) && s_number(item, "exit_code", &code) &&
              s_number(item, "exit_signal", &signal) && s_bytes(item, "message", &message) &&
              s_bytes(item, "stdout", &result->output) &&
              s_bytes(item, "stderr", &result->errors) &&
              s_bytes(item, "compile_output", &result->compile_output);
    if (ok) {
        struct slice text = buffer_slice(&message);
        text.length = text.length < JUDGE0_WHY_BYTES / 2 ? text.length : JUDGE0_WHY_BYTES / 2;
        result->message[build_show(text, result->message, JUDGE0_WHY_BYTES - 1)] = '\0';
        for (char *at = result->message; *at; at++)
            *at = *at == '"' || *at == '\n' || *at == '\t' ? ' ' : *at;
        result->status = (int)status;
        result->exit_code = (int)code;
        result->exit_signal = (int)signal;
    }
    buffer_fini(&message);
    return ok;
}
