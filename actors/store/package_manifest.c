/* Reading of problem.yaml with libyaml's document interface: aliases stay references there, so a
 * hostile file costs no more memory than its length allows. */
#include "actors/store/package_manifest.h"

#include <yaml.h>

#define S_BRACKETS_MAX 1000

struct manifest_reader {
    yaml_document_t document;    /* owned between s_load and s_unload */
    const char *file;            /* for errors */
    struct package_error *error; /* where they go */
};

static unsigned s_line(const yaml_node_t *node)
{
    return (unsigned)node->start_mark.line + 1;
}

static struct slice s_text(const yaml_node_t *node)
{
    return slice_from(node->data.scalar.value, node->data.scalar.length);
}

/* libyaml's time grows with the square of the depth of brackets in brackets. */
static bool s_has_many_brackets(struct slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.length; i++)
        count += text.data[i] == '[' || text.data[i] == '{';
    return count > S_BRACKETS_MAX;
}

/* Loads one document whose root is a mapping, or is empty. */
static bool s_load(struct manifest_reader *self, struct slice text)
{
    yaml_parser_t parser;
    if (s_has_many_brackets(text))
        return package_refuse(self->error, self->file, 0, "has more than %d brackets",
                              S_BRACKETS_MAX);
    if (!yaml_parser_initialize(&parser))
        return package_refuse(self->error, self->file, 0, "out of memory");
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.data, text.length);
    bool good = yaml_parser_load(&parser, &self->document);
    if (!good)
        package_refuse(self->error, self->file, (unsigned)parser.problem_mark.line + 1,
                       "is not YAML: %s", parser.problem ? parser.problem : "out of memory");
    yaml_parser_delete(&parser);
    if (!good)
        return false;
    yaml_node_t *root = yaml_document_get_root_node(&self->document);
    if (!root || root->type == YAML_MAPPING_NODE)
        return true;
    package_refuse(self->error, self->file, s_line(root), "must be a list of `key: value`");
    yaml_document_delete(&self->document);
    return false;
}

/* The value of a key of a mapping, NULL when it has none; a key given twice is refused. */
static bool s_find(struct manifest_reader *self, yaml_node_t *mapping, const char *key,
                   yaml_node_t **out)
{
    *out = NULL;
    if (!mapping || mapping->type != YAML_MAPPING_NODE)
        return true;
    for (yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
         pair < mapping->data.mapping.pairs.top; pair++) {
        yaml_node_t *name = yaml_document_get_node(&self->document, pair->key);
        if (!name || name->type != YAML_SCALAR_NODE || !slice_is(s_text(name), key))
            continue;
        if (*out)
            return package_refuse(self->error, self->file, s_line(name), "`%s` is given twice",
                                  key);
        *out = yaml_document_get_node(&self->document, pair->value);
    }
    return true;
}

static bool s_scalar(struct manifest_reader *self, const yaml_node_t *node, const char *key)
{
    if (node->type == YAML_SCALAR_NODE)
        return true;
    return package_refuse(self->error, self->file, s_line(node), "`%s` must be one value", key);
}

/* A decimal number as thousandths, exactly; false when it is none or has more than three decimals
 * or more than six digits before them. */
static bool s_thousandths(struct slice text, int64_t *out)
{
    int64_t whole = 0, part = 0;
    size_t at = 0, scale = 1000;
    while (at < text.length && text.data[at] >= '0' && text.data[at] <= '9' && at < 6)
        whole = whole * 10 + (text.data[at++] - '0');
    if (at == 0)
        return false;
    if (at < text.length && text.data[at] == '.') {
        at++;
        while (at < text.length && text.data[at] >= '0' && text.data[at] <= '9' && scale > 1) {
            part = part * 10 + (text.data[at++] - '0');
            scale /= 10;
        }
        if (scale == 1000)
            return false;
    }
    *out = whole * 1000 + part * (int64_t)scale;
    return at == text.length;
}

bool package_manifest_time_limit(struct slice text, const char *file, unsigned line,
                                 int32_t *out_ms, struct package_error *error)
{
    while (text.length > 0 && strchr(" \t\r\n", text.data[text.length - 1]))
        text.length--;
    int64_t value;
    if (!s_thousandths(text, &value) || value < TIME_LIMIT_MIN_MS || value > TIME_LIMIT_MAX_MS)
        return package_refuse(error, file, line,
                              "the time limit must be seconds between %.1f and %.0f, as 1 or 1.5",
                              TIME_LIMIT_MIN_MS / 1000.0, TIME_LIMIT_MAX_MS / 1000.0);
    *out_ms = (int32_t)value;
    return true;
}

/* limits: <key>, in whole MiB; untouched when absent. */
static bool s_mebibytes(struct manifest_reader *self, yaml_node_t *limits, const char *key,
                        int32_t min, int32_t max, int32_t *out)
{
    yaml_node_t *node;
    if (!s_find(self, limits, key, &node))
        return false;
    if (!node)
        return true;
    int64_t value;
    if (!s_scalar(self, node, key))
        return false;
    if (!s_thousandths(s_text(node), &value) || value % 1000 != 0 || value < min * 1000LL ||
        value > max * 1000LL)
        return package_refuse(self->error, self->file, s_line(node),
                              "`limits: %s` must be a whole number of MiB between %d and %d", key,
                              min, max);
    *out = (int32_t)(value / 1000);
    return true;
}

static bool s_read_limits(struct manifest_reader *self, yaml_node_t *root,
                          struct package_manifest *out)
{
    yaml_node_t *limits, *time_limit;
    if (!s_find(self, root, "limits", &limits))
        return false;
    if (!limits)
        return true;
    if (limits->type != YAML_MAPPING_NODE)
        return package_refuse(self->error, self->file, s_line(limits),
                              "`limits` must be a list of `key: value`");
    if (!s_find(self, limits, "time_limit", &time_limit))
        return false;
    if (time_limit &&
        !(s_scalar(self, time_limit, "time_limit") &&
          package_manifest_time_limit(s_text(time_limit), self->file, s_line(time_limit),
                                      &out->time_limit_ms, self->error)))
        return false;
    return s_mebibytes(self, limits, "memory", MEMORY_LIMIT_MIN_MB, MEMORY_LIMIT_MAX_MB,
                       &out->memory_limit_mb) &&
           s_mebibytes(self, limits, "output", OUTPUT_LIMIT_MIN_MB, OUTPUT_LIMIT_MAX_MB,
                       &out->output_limit_mb);
}

/* `name` is a text, or texts by language. */
static bool s_read_title(struct manifest_reader *self, yaml_node_t *root, const char *language,
                         struct package_manifest *out)
{
    yaml_node_t *name, *english;
    if (!s_find(self, root, "name", &name))
        return false;
    if (!name)
        return true;
    unsigned line = s_line(name);
    if (name->type == YAML_MAPPING_NODE) {
        yaml_node_pair_t *pairs = name->data.mapping.pairs.start;
        if (!s_find(self, name, language, &english) ||
            (!english && !s_find(self, name, "en", &english)))
            return false;
        if (!english && name->data.mapping.pairs.top > pairs)
            english = yaml_document_get_node(&self->document, pairs->value);
        if (!english)
            return package_refuse(self->error, self->file, line, "`name` is empty");
        name = english;
    }
    if (!s_scalar(self, name, "name"))
        return false;
    struct slice title = s_text(name);
    if (title.length == 0 || title.length > TITLE_MAX_BYTES ||
        memchr(title.data, 0, title.length) || memchr(title.data, '\n', title.length))
        return package_refuse(self->error, self->file, line,
                              "`name` must be one line of 1 to %d bytes", TITLE_MAX_BYTES);
    memcpy(out->title, title.data, title.length);
    out->title[title.length] = '\0';
    return true;
}

static bool s_read_version(struct manifest_reader *self, yaml_node_t *root,
                           struct package_manifest *out)
{
    static const char *const known[] = {"legacy",        "legacy-icpc", "draft",
                                        "2023-07-draft", "2023-07",     "2025-09"};
    yaml_node_t *version;
    out->legacy = true;
    if (!s_find(self, root, "problem_format_version", &version))
        return false;
    if (!version)
        return true;
    if (!s_scalar(self, version, "problem_format_version"))
        return false;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (slice_is(s_text(version), known[i])) {
            out->legacy = i < 2;
            return true;
        }
    return package_refuse(self->error, self->file, s_line(version),
                          "this problem_format_version is not known; legacy and 2023-07-draft are");
}

/* Looks at one word of a list. False: it is refused, and the error is filled. */
typedef bool (*s_word_fn)(struct manifest_reader *self, struct slice word, unsigned line,
                          void *context);

/* Calls the function for each word of a text. */
static bool s_words_of_text(struct manifest_reader *self, struct slice text, unsigned line,
                            s_word_fn function, void *context)
{
    while (text.length > 0) {
        size_t length = 0;
        while (length < text.length && !memchr(" \t\n", text.data[length], 3))
            length++;
        if (length > 0 && !function(self, slice_from(text.data, length), line, context))
            return false;
        length += length < text.length;
        text = slice_from(text.data + length, text.length - length);
    }
    return true;
}

/* Calls the function for each word of the key's value, a text or a list of texts. False also when
 * it is neither. */
static bool s_words(struct manifest_reader *self, yaml_node_t *root, const char *key,
                    s_word_fn function, void *context)
{
    yaml_node_t *node;
    if (!s_find(self, root, key, &node))
        return false;
    if (!node)
        return true;
    if (node->type == YAML_SCALAR_NODE)
        return s_words_of_text(self, s_text(node), s_line(node), function, context);
    if (node->type != YAML_SEQUENCE_NODE)
        return package_refuse(self->error, self->file, s_line(node),
                              "`%s` must be a text or a list of texts", key);
    for (yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top; item++) {
        yaml_node_t *value = yaml_document_get_node(&self->document, *item);
        if (!value || value->type != YAML_SCALAR_NODE)
            return package_refuse(self->error, self->file, s_line(value ? value : node),
                                  "`%s` must be a text or a list of texts", key);
        if (!s_words_of_text(self, s_text(value), s_line(value), function, context))
            return false;
    }
    return true;
}

static bool s_type_word(struct manifest_reader *self, struct slice word, unsigned line,
                        void *context)
{
    struct package_manifest *out = context;
    if (slice_is(word, "interactive")) {
        out->interactive = true;
        out->interactive_line = line;
        return true;
    }
    return slice_is(word, "pass-fail") ||
           package_refuse(self->error, self->file, line,
                          "`type`: only pass-fail and interactive problems are judged here, not "
                          "%.*s",
                          word.length < 60 ? (int)word.length : 60, word.data);
}

static bool s_validation_word(struct manifest_reader *self, struct slice word, unsigned line,
                              void *context)
{
    struct package_manifest *out = context;
    if (slice_is(word, "interactive")) {
        out->interactive = true;
        out->interactive_line = line;
    } else if (slice_is(word, "custom"))
        out->custom = true;
    else if (!slice_is(word, "default"))
        return package_refuse(self->error, self->file, line,
                              "`validation`: default, custom and interactive are judged here, not "
                              "%.*s",
                              word.length < 60 ? (int)word.length : 60, word.data);
    return true;
}

/* Appends the word to a text of PACKAGE_ARGUMENTS_MAX_BYTES. */
static bool s_argument_word(struct manifest_reader *self, struct slice word, unsigned line,
                            void *context)
{
    char *arguments = context;
    size_t used = strlen(arguments);
    if (used + 1 + word.length > PACKAGE_ARGUMENTS_MAX_BYTES)
        return package_refuse(self->error, self->file, line, "more than %d bytes of arguments",
                              PACKAGE_ARGUMENTS_MAX_BYTES);
    if (memchr(word.data, '\0', word.length))
        return package_refuse(self->error, self->file, line, "an argument has a NUL character");
    if (used)
        arguments[used++] = ' ';
    memcpy(arguments + used, word.data, word.length);
    arguments[used + word.length] = '\0';
    return true;
}

/* A mapping or list that must be empty, or a flag that must be off. */
static bool s_absent(struct manifest_reader *self, yaml_node_t *root, const char *key,
                     const char *why)
{
    yaml_node_t *node;
    if (!s_find(self, root, key, &node))
        return false;
    if (!node ||
        (node->type == YAML_MAPPING_NODE &&
         node->data.mapping.pairs.start == node->data.mapping.pairs.top) ||
        (node->type == YAML_SEQUENCE_NODE &&
         node->data.sequence.items.start == node->data.sequence.items.top) ||
        (node->type == YAML_SCALAR_NODE &&
         (slice_is(s_text(node), "false") || slice_is(s_text(node), ""))))
        return true;
    return package_refuse(self->error, self->file, s_line(node), "`%s`: %s", key, why);
}

static bool s_read(struct manifest_reader *self, yaml_node_t *root, const char *language,
                   struct package_manifest *out)
{
    yaml_node_t *difficulty, *flags;
    if (!s_find(self, root, "difficulty", &difficulty) ||
        !s_find(self, root, "validator_flags", &flags))
        return false;
    uint8_t number;
    out->arguments_line = flags ? s_line(flags) : 0;
    if (difficulty && difficulty->type == YAML_SCALAR_NODE &&
        word_number(&difficulty_words, s_text(difficulty), &number) && number != DIFFICULTY_MIXED)
        out->difficulty = (enum difficulty)number;
    return s_read_version(self, root, out) && s_read_title(self, root, language, out) &&
           s_read_limits(self, root, out) && s_words(self, root, "type", s_type_word, out) &&
           s_words(self, root, "validation", s_validation_word, out) &&
           s_words(self, root, "validator_flags", s_argument_word, out->arguments) &&
           s_absent(self, root, "constants", "constants are not filled in here; write them out");
}

bool package_manifest_parse(struct slice text, const char *file, const char *language,
                            struct package_manifest *out, struct package_error *error)
{
    struct manifest_reader self = {.file = file, .error = error};
    *out = (struct package_manifest){.difficulty = DIFFICULTY_MEDIUM,
                                     .memory_limit_mb = MEMORY_LIMIT_DEFAULT_MB,
                                     .output_limit_mb = OUTPUT_LIMIT_DEFAULT_MB};
    if (!s_load(&self, text))
        return false;
    bool good = s_read(&self, yaml_document_get_root_node(&self.document), language, out);
    yaml_document_delete(&self.document);
    return good;
}

bool package_manifest_group(struct slice text, const char *file, struct package_group *out,
                            struct package_error *error)
{
    static const char *const keys[] = {"output_validator_flags", "output_validator_args"};
    struct manifest_reader self = {.file = file, .error = error};
    *out = (struct package_group){0};
    if (!s_load(&self, text))
        return false;
    yaml_node_t *root = yaml_document_get_root_node(&self.document), *found;
    bool good =
        s_absent(&self, root, "args", "programs are not given arguments here") &&
        s_absent(&self, root, "static_validation", "submissions are not validated statically here");
    for (size_t i = 0; i < 2 && good; i++) {
        good = s_find(&self, root, keys[i], &found) &&
               s_words(&self, root, keys[i], s_argument_word, out->arguments);
        if (good && found)
            out->line = s_line(found);
    }
    yaml_document_delete(&self.document);
    return good;
}
