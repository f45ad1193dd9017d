#include "actors/runtime/options.h"

#include <stddef.h>

#include "actors/runtime/zpl.h"
#include "proto/check.h"

enum option_type { TEXT, SECRET, FLAG, NUMBER, MS, BYTES };

struct option_row {
    const char *field;     /* as in the struct; hyphens for underscores make flag and key */
    enum option_type type; /* how it is read and kept */
    int commands;          /* which take it */
    size_t offset;         /* in struct options */
    const char *absent;    /* default, as written */
    int64_t least, most;   /* bounds */
    const char *argument;  /* for --help */
    const char *sentence;  /* for --help */
};

static const struct option_row s_rows[] = {
#define OPTION(field, type, commands, absent, least, most, argument, sentence)   \
    {#field, type,     commands, offsetof(struct options, field), absent, least, \
     most,   argument, sentence},
#include "actors/runtime/options.def"
#undef OPTION
};
#define NAME_SIZE 64

struct reading {
    struct options *options; /* being filled */
    char *error;             /* where the sentence goes */
    size_t error_size;       /* its room */
};

static void s_flag(const struct option_row *row, char name[NAME_SIZE])
{
    snprintf(name, NAME_SIZE, "%s", row->field);
    for (char *c = name; *c; c++)
        *c = *c == '_' ? '-' : *c;
}

static void s_variable(const struct option_row *row, char name[NAME_SIZE])
{
    snprintf(name, NAME_SIZE, "CODECOMP_%s", row->field);
    for (char *c = name; *c; c++)
        *c = (char)toupper((unsigned char)*c);
}

__attribute__((format(printf, 2, 3))) static bool s_wrong(struct reading *self, const char *format,
                                                          ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(self->error, self->error_size, format, arguments);
    va_end(arguments);
    return false;
}

/* ---- values ---------------------------------------------------------------------------------- */

static const struct unit {
    enum option_type type; /* of what */
    const char *text;      /* behind the number */
    int64_t factor;        /* in the option's own unit */
} s_units[] = {{MS, "ms", 1},  {MS, "s", 1000},      {MS, "m", 60000},        {MS, "h", 3600000},
               {BYTES, "", 1}, {BYTES, "KiB", 1024}, {BYTES, "MiB", 1048576}, {NUMBER, "", 1}};

static bool s_number(const struct option_row *row, const char *text, int64_t *value)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno || end == text || !isdigit((unsigned char)*text))
        return false;
    for (size_t i = 0; i < sizeof s_units / sizeof s_units[0]; i++)
        if (s_units[i].type == row->type && strcmp(s_units[i].text, end) == 0 &&
            number <= INT64_MAX / s_units[i].factor) {
            *value = number * s_units[i].factor;
            return *value >= row->least && *value <= row->most;
        }
    return false;
}

static const char *s_expected(const struct option_row *row, char text[160])
{
    const char *unit = row->type == MS      ? " ms, as in 90s, 10m or 1h"
                       : row->type == BYTES ? " bytes, as in 65536 or 64KiB"
                                            : "";
    snprintf(text, 160, "a number from %lld to %lld%s", (long long)row->least, (long long)row->most,
             unit);
    return text;
}

const char *options_where(const struct options *self, enum option_id option,
                          char text[OPTION_WHERE_BYTES])
{
    char name[NAME_SIZE];
    s_flag(&s_rows[option], name);
    if (self->sources[option] == OPTION_FROM_FILE)
        snprintf(text, OPTION_WHERE_BYTES, "%s: %s", self->file, name);
    else if (self->sources[option] == OPTION_FROM_ENVIRONMENT)
        s_variable(&s_rows[option], text);
    else
        snprintf(text, OPTION_WHERE_BYTES, "--%s", name);
    return text;
}

/* Sets an option from text that stood there. */
static bool s_set(struct reading *self, const struct option_row *row, enum option_source source,
                  const char *text)
{
    void *at = (char *)self->options + row->offset;
    enum option_id option = (enum option_id)(row - s_rows);
    char where[OPTION_WHERE_BYTES], expected[160];
    self->options->sources[option] = source;
    options_where(self->options, option, where);
    if (row->type == TEXT || row->type == SECRET) {
        if (strlen(text) >= OPTION_TEXT_BYTES)
            return s_wrong(self, "%s: longer than %d bytes", where, OPTION_TEXT_BYTES - 1);
        snprintf(at, OPTION_TEXT_BYTES, "%s", text);
        return true;
    }
    if (row->type == FLAG) {
        bool on = streq(text, "on") || streq(text, "true") || streq(text, "1");
        if (!on && !streq(text, "off") && !streq(text, "false") && !streq(text, "0"))
            return s_wrong(self, "%s: \"%s\" is neither on nor off", where, text);
        *(bool *)at = on;
        return true;
    }
    return s_number(row, text, at) ||
           s_wrong(self, "%s: \"%s\" is not %s", where, text, s_expected(row, expected));
}

/* ---- sources --------------------------------------------------------------------------------- */

static bool s_read_defaults(struct reading *self)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (!s_set(self, &s_rows[i], OPTION_FROM_DEFAULT, s_rows[i].absent))
            return false;
    return true;
}

static bool s_read_environment(struct reading *self)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        char name[NAME_SIZE];
        s_variable(&s_rows[i], name);
        const char *text = getenv(name);
        if (text && !s_set(self, &s_rows[i], OPTION_FROM_ENVIRONMENT, text))
            return false;
    }
    return true;
}

static const struct option_row *s_row(const char *name, size_t length)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        char flag[NAME_SIZE];
        s_flag(&s_rows[i], flag);
        if (strlen(flag) == length && strncmp(flag, name, length) == 0)
            return &s_rows[i];
    }
    return NULL;
}

/* One line of the file. The section `topology` may stand in the same file: then it is that one. */
static bool s_read_line(struct reading *self, zconfig_t *node)
{
    const char *name = zconfig_name(node), *value = zconfig_value(node);
    const struct option_row *row = s_row(name, strlen(name));
    bool section = zconfig_child(node) != NULL;
    if (!row || (section && row != &s_rows[OPTION_topology]))
        return s_wrong(self, "%s: there is no such option: %s", self->options->file, name);
    if (section)
        value = self->options->file;
    return s_set(self, row, OPTION_FROM_FILE, value ? value : "");
}

static bool s_read_file(struct reading *self)
{
    char why[256];
    zconfig_t *root = zpl_load(self->options->file, why, sizeof why);
    if (!root)
        return s_wrong(self, "--config %s: %s", self->options->file, why);
    bool ok = true;
    for (zconfig_t *node = zconfig_child(root); ok && node; node = zconfig_next(node))
        ok = s_read_line(self, node);
    zconfig_destroy(&root);
    return ok;
}

/* How many letters must be put in, taken out or changed to make one name of the other. */
static size_t s_distance(const char *a, const char *b)
{
    size_t row[NAME_SIZE], width = strlen(b);
    for (size_t k = 0; k <= width; k++)
        row[k] = k;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t k = 1; k <= width; k++) {
            size_t best = corner + (a[i - 1] != b[k - 1]);
            corner = row[k];
            best = row[k - 1] + 1 < best ? row[k - 1] + 1 : best;
            row[k] = corner + 1 < best ? corner + 1 : best;
        }
    }
    return row[width];
}

/* The flag most like an unknown one; "" when none is. */
static const char *s_nearest(const char *name, int command, char flag[NAME_SIZE])
{
    size_t best = 1 + strlen(name) / 2;
    flag[0] = '\0';
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        char candidate[NAME_SIZE];
        s_flag(&s_rows[i], candidate);
        size_t distance = s_rows[i].commands & command ? s_distance(name, candidate) : SIZE_MAX;
        if (distance >= best)
            continue;
        best = distance;
        snprintf(flag, NAME_SIZE, "%s", candidate);
    }
    return flag;
}

static bool s_unknown(struct reading *self, const char *argument, int command)
{
    char nearest[NAME_SIZE];
    char name[2 * NAME_SIZE];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(argument, "="), argument);
    s_nearest(name + 2, command, nearest);
    return s_wrong(self, "%s: there is no such option%s%s%s; --help lists them", name,
                   *nearest ? "; did you mean --" : "", nearest, *nearest ? "?" : "");
}

/* One flag with its value, which may stand in the next argument; *used counts them. */
static bool s_read_flag(struct reading *self, int command, int argc, char **argv, int *used)
{
    const char *name = argv[0] + 2;
    const char *equals = strchr(name, '=');
    const struct option_row *row = s_row(name, equals ? (size_t)(equals - name) : strlen(name));
    *used = 1;
    if (!row || !(row->commands & command))
        return s_unknown(self, argv[0], command);
    const char *value = equals ? equals + 1 : NULL;
    if (!value && row->type == FLAG)
        value = "on";
    if (!value && argc < 2)
        return s_wrong(self, "%s: needs a value: %s", argv[0], row->argument);
    if (!value) {
        value = argv[1];
        *used = 2;
    }
    return s_set(self, row, OPTION_FROM_FLAG, value);
}

static bool s_read_flags(struct reading *self, int command, int argc, char **argv)
{
    self->options->argument_count = 0;
    for (int i = 0, used; i < argc; i += used) {
        used = 1;
        if (streq(argv[i], "--help") || streq(argv[i], "-h"))
            self->options->help = true;
        else if (strncmp(argv[i], "--", 2) != 0)
            self->options->arguments[self->options->argument_count++] = argv[i];
        else if (!s_read_flag(self, command, argc - i, argv + i, &used))
            return false;
    }
    return true;
}

bool options_read(struct options *self, int command, int argc, char **argv, char *error,
                  size_t error_size)
{
    struct reading reading = {self, error, error_size};
    *self = (struct options){.arguments = argv};
    char **flags = malloc((size_t)(argc + 1) * sizeof *flags); /* read twice: argv is rearranged */
    check(flags);
    memcpy(flags, argv, (size_t)argc * sizeof *flags);
    /* once for --config and --help, once over what the file says */
    bool ok = s_read_defaults(&reading) && s_read_environment(&reading) &&
              s_read_flags(&reading, command, argc, flags);
    snprintf(self->file, sizeof self->file, "%s", self->config);
    if (ok && *self->file)
        ok = s_read_defaults(&reading) && s_read_file(&reading) && s_read_environment(&reading) &&
             s_read_flags(&reading, command, argc, flags);
    free(flags);
    return ok;
}

/* ---- printing -------------------------------------------------------------------------------- */

/* A number in the largest unit that keeps it whole. */
static void s_print_number(const struct option_row *row, int64_t value, struct buffer *out)
{
    const struct unit *best = NULL;
    for (size_t i = 0; i < sizeof s_units / sizeof s_units[0]; i++)
        if (s_units[i].type == row->type && value % s_units[i].factor == 0 &&
            (!best || value >= s_units[i].factor))
            best = &s_units[i];
    buffer_printf(out, "%lld%s", (long long)(value / best->factor), best->text);
}

/* As it is, but for the logins of URLs: this is printed where others may look. */
static void s_print_text(const char *text, struct buffer *out)
{
    for (const char *mark; (mark = strstr(text, "://")); text = mark) {
        const char *place = mark + 3;
        size_t length = strcspn(place, "/,");
        const char *at = memrchr(place, '@', length);
        buffer_append(out, text, (size_t)(place - text));
        buffer_append_text(out, at ? "***" : "");
        mark = at ? at : place;
    }
    const char *word = strstr(text, "password=");
    if (word) {
        buffer_append(out, text, (size_t)(word - text));
        buffer_append_text(out, "password=***");
        text = word + strcspn(word, "&,");
    }
    buffer_append_text(out, text);
}

void options_print(const struct options *self, int command, struct buffer *out)
{
    static const char *const sources[] = {"default", "file", "environment", "flag"};
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *row = &s_rows[i];
        const void *at = (const char *)self + row->offset;
        char flag[NAME_SIZE];
        if (!(row->commands & command))
            continue;
        s_flag(row, flag);
        buffer_printf(out, "%s = \"", flag);
        if (row->type == TEXT)
            s_print_text(at, out);
        else if (row->type == SECRET)
            buffer_append_text(out, *(const char *)at ? "(not shown)" : "");
        else if (row->type == FLAG)
            buffer_append_text(out, *(const bool *)at ? "on" : "off");
        else
            s_print_number(row, *(const int64_t *)at, out);
        buffer_printf(out, "\"    # %s\n", sources[self->sources[i]]);
    }
}

/* ---- help ------------------------------------------------------------------------------------ */

void options_help(int command, struct buffer *out)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *row = &s_rows[i];
        char flag[NAME_SIZE], left[2 * NAME_SIZE];
        if (!(row->commands & command))
            continue;
        s_flag(row, flag);
        snprintf(left, sizeof left, "--%s %s", flag, row->argument);
        buffer_printf(out, "  %-28s %s", left, row->sentence);
        if (row->type != FLAG && *row->absent)
            buffer_printf(out, " (%s)", row->absent);
        buffer_append_text(out, "\n");
    }
}

void options_markdown(struct buffer *out)
{
    buffer_append_text(out, "| option | environment | default | what it is |\n|---|---|---|---|\n");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *row = &s_rows[i];
        char flag[NAME_SIZE], variable[NAME_SIZE];
        if (!(row->commands & SERVE))
            continue;
        s_flag(row, flag);
        s_variable(row, variable);
        buffer_printf(out, "| `--%s%s%s` | `%s` | %s%s%s | %s |\n", flag, *row->argument ? " " : "",
                      row->argument, variable, *row->absent ? "`" : "", row->absent,
                      *row->absent ? "`" : "", row->sentence);
    }
}
