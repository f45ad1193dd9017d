/* One walk over the text, which knows code (spans and fences, where nothing is a picture) and no
 * other Markdown. */
#include "actors/store/package_markdown.h"

#include <strings.h>

struct s_walk {
    struct slice text;           /* all of it */
    size_t at;                   /* looked at so far */
    unsigned line;               /* of `at`, from 1 */
    package_picture_fn function; /* who is asked */
    void *context;               /* for it */
    struct buffer *out;          /* what was made so far */
};

static bool s_begins(const struct s_walk *self, const char *word)
{
    size_t length = strlen(word);
    return self->text.length - self->at >= length &&
           strncasecmp(self->text.data + self->at, word, length) == 0;
}

static void s_copy(struct s_walk *self, size_t length)
{
    for (size_t i = 0; i < length; i++)
        self->line += self->text.data[self->at + i] == '\n';
    buffer_append(self->out, self->text.data + self->at, length);
    self->at += length;
}

/* Code: as many backticks as it began with end it; without an end they are but backticks. */
static void s_code(struct s_walk *self)
{
    const char *data = self->text.data;
    size_t ticks = 0, end;
    while (self->at + ticks < self->text.length && data[self->at + ticks] == '`')
        ticks++;
    for (end = self->at + ticks; end < self->text.length;) {
        size_t run = 0;
        while (end + run < self->text.length && data[end + run] == '`')
            run++;
        if (run == ticks) {
            s_copy(self, end + run - self->at);
            return;
        }
        end += run ? run : 1;
    }
    s_copy(self, ticks);
}

static bool s_elsewhere(struct slice target)
{
    static const char *const begins[] = {"http://", "https://", "data:", PACKAGE_PICTURE_ROUTE};
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++)
        if (target.length >= strlen(begins[i]) &&
            strncasecmp(target.data, begins[i], strlen(begins[i])) == 0)
            return true;
    return false;
}

/* Copies up to `begin`, then the target's new address instead of it. */
static bool s_replace(struct s_walk *self, size_t begin, size_t end)
{
    struct slice target = slice_from(self->text.data + begin, end - begin);
    s_copy(self, begin - self->at);
    if (s_elsewhere(target)) {
        s_copy(self, target.length);
        return true;
    }
    self->at = end;
    return self->function(self->context, target, self->line, self->out);
}

/* ![…](target …), at its "!". */
static bool s_link(struct s_walk *self)
{
    const char *data = self->text.data;
    size_t length = self->text.length, at = self->at + 2, depth = 1;
    for (; at < length && depth; at++) {
        if (data[at] == '\\' && at + 1 < length)
            at++;
        else
            depth += (data[at] == '[') - (data[at] == ']');
    }
    if (depth || at >= length || data[at] != '(') {
        s_copy(self, 2);
        return true;
    }
    at++;
    while (at < length && (data[at] == ' ' || data[at] == '\t' || data[at] == '\n'))
        at++;
    bool angled = at < length && data[at] == '<';
    size_t begin = at + angled, end = begin;
    while (end < length &&
           (angled ? data[end] != '>' && data[end] != '\n' : !strchr(" \t\n)", data[end])))
        end++;
    if (end == begin || end == length) {
        s_copy(self, 2);
        return true;
    }
    return s_replace(self, begin, end);
}

/* <img … src="target" …>, at its "<". */
static bool s_image(struct s_walk *self)
{
    const char *data = self->text.data;
    const char *close = memchr(data + self->at, '>', self->text.length - self->at);
    size_t end = close ? (size_t)(close - data) : self->text.length;
    for (size_t at = self->at + 4; at + 5 < end; at++) {
        if (strncasecmp(data + at, "src=", 4) != 0 || !strchr(" \t\n\"'", data[at - 1]))
            continue;
        char quote = data[at + 4];
        size_t begin = at + 5;
        const char *stop =
            quote == '"' || quote == '\'' ? memchr(data + begin, quote, end - begin) : NULL;
        if (!stop || stop == data + begin)
            break;
        return s_replace(self, begin, (size_t)(stop - data));
    }
    s_copy(self, 4);
    return true;
}

/* [label]: target, at its "[" and the beginning of a line; of a picture, by the target's name. */
static bool s_definition(struct s_walk *self)
{
    static const char *const ends[] = {".png", ".jpg", ".jpeg", ".gif", ".svg"};
    const char *data = self->text.data;
    size_t length = self->text.length, at = self->at + 1;
    while (at < length && data[at] != ']' && data[at] != '\n')
        at++;
    if (at + 1 < length && data[at] == ']' && data[at + 1] == ':') {
        for (at += 2; at < length && data[at] == ' ';)
            at++;
        size_t end = at;
        while (end < length && !strchr(" \t\r\n", data[end]))
            end++;
        for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
            size_t tail = strlen(ends[i]);
            if (end - at > tail && strncasecmp(data + end - tail, ends[i], tail) == 0)
                return s_replace(self, at, end);
        }
    }
    s_copy(self, 1);
    return true;
}

bool package_markdown_pictures(struct slice text, package_picture_fn function, void *context,
                               struct buffer *out)
{
    struct s_walk self = {
        .text = text, .line = 1, .function = function, .context = context, .out = out};
    bool good = true;
    while (self.at < text.length && good) {
        if (text.data[self.at] == '\\' && self.at + 1 < text.length)
            s_copy(&self, 2);
        else if (text.data[self.at] == '`')
            s_code(&self);
        else if (s_begins(&self, "!["))
            good = s_link(&self);
        else if (text.data[self.at] == '[' && (self.at == 0 || text.data[self.at - 1] == '\n'))
            good = s_definition(&self);
        else if (s_begins(&self, "<img") && self.at + 4 < text.length &&
                 strchr(" \t\n", text.data[self.at + 4]))
            good = s_image(&self);
        else
            s_copy(&self, 1);
    }
    return good;
}
