/* The reader of tables: lines into words, outcomes compared. Knows no rule. */
#include "tests/unit/rules/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define LINE_MAX_BYTES 512

void table_wrong(const struct table_row *row, const char *format, ...)
{
    char text[LINE_MAX_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fail_msg("tests/tables/%s.table:%" PRIu32 ": %s", row->name, row->line, text);
    abort(); /* fail_msg has left already; the compiler does not know */
}

bool table_is(const struct table_row *row, uint32_t index, const char *text)
{
    return index < row->count && strcmp(row->words[index], text) == 0;
}

int64_t table_number(const struct table_row *row, uint32_t index)
{
    long long number;
    int used = 0;
    if (index >= row->count || sscanf(row->words[index], "%lld%n", &number, &used) != 1 ||
        row->words[index][used] != '\0')
        table_wrong(row, "word %" PRIu32 " is not a number", index + 1);
    return number;
}

int64_t table_ms(const struct table_row *row, uint32_t index)
{
    unsigned minutes, seconds, ms = 0;
    int used = 0;
    if (index < row->count)
        sscanf(row->words[index], "%u:%2u%n.%3u%n", &minutes, &seconds, &used, &ms, &used);
    if (used == 0 || row->words[index][used] != '\0')
        table_wrong(row, "word %" PRIu32 " is not an instant like 4:05 or 4:05.250", index + 1);
    return (minutes * 60LL + seconds) * 1000 + ms;
}

void table_append_ms(struct buffer *outcome, int64_t ms)
{
    buffer_printf(outcome, "%" PRId64 ":%02d", ms / 60000, (int)(ms / 1000 % 60));
    if (ms % 1000 != 0)
        buffer_printf(outcome, ".%03d", (int)(ms % 1000));
}

/* Cuts the line into words, in place. */
static void s_split(char *line, struct table_row *row)
{
    char *rest = NULL;
    for (char *word = strtok_r(line, " \t\n", &rest); word != NULL;
         word = strtok_r(NULL, " \t\n", &rest)) {
        if (row->count == TABLE_WORDS_MAX)
            table_wrong(row, "more than %d words", TABLE_WORDS_MAX);
        row->words[row->count++] = word;
    }
}

static void s_compare(const struct table_row *row, const struct table_row *expected,
                      const struct buffer *outcome)
{
    struct buffer text;
    buffer_init(&text, LINE_MAX_BYTES);
    for (uint32_t i = 0; i < expected->count; i++)
        buffer_printf(&text, i == 0 ? "%s" : " %s", expected->words[i]);
    if (!slice_equal(buffer_slice(&text), buffer_slice(outcome)))
        table_wrong(row, "expected \"%.*s\", was \"%.*s\"", (int)text.length, text.data,
                    (int)outcome->length, outcome->data);
    buffer_fini(&text);
}

void table_play(const char *name, table_row_fn *row_fn, void *world)
{
    char path[LINE_MAX_BYTES], line[LINE_MAX_BYTES];
    snprintf(path, sizeof path, "%s/tests/tables/%s.table", SOURCE_DIR, name);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail_msg("cannot open %s", path);
    struct buffer outcome;
    buffer_init(&outcome, LINE_MAX_BYTES);
    uint32_t expectations = 0;
    for (uint32_t number = 1; fgets(line, sizeof line, file) != NULL; number++) {
        struct table_row row = {.name = name, .line = number};
        struct table_row expected = row;
        line[strcspn(line, "#")] = '\0';
        char *arrow = strstr(line, "->");
        if (arrow != NULL) {
            *arrow = '\0';
            s_split(arrow + 2, &expected);
            expectations++;
        }
        s_split(line, &row);
        if (row.count == 0)
            continue;
        buffer_clear(&outcome);
        row_fn(&row, world, &outcome);
        s_compare(&row, &expected, &outcome);
    }
    buffer_fini(&outcome);
    fclose(file);
    if (expectations == 0)
        fail_msg("%s expects nothing", path);
}
