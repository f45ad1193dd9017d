/* One walk from left to right; arguments of commands are walked by a walk of their own, to a
 * bounded depth. What should end and does not is looked for once: from then on nothing is, so that
 * hostile text costs no more than its length. */
#include "actors/store/package_tex.h"

#include <ctype.h>

#include "actors/store/package_tex_walk.h"

#define S_DEPTH_MAX 12 /* arguments in arguments; deeper ones stay as they stand */

static void s_walk(struct tex_walk *self);

void tex_say(struct tex_walk *self, const char *text)
{
    buffer_append_text(self->out, text);
}

char tex_peek(const struct tex_walk *self, size_t ahead)
{
    return self->at + ahead < self->text.length ? self->text.data[self->at + ahead] : '\0';
}

bool tex_at_line_start(const struct tex_walk *self)
{
    size_t at = self->out->length;
    while (at > 0 && self->out->data[at - 1] == ' ')
        at--;
    return at == 0 || self->out->data[at - 1] == '\n';
}

/* A blank line, once. */
void tex_break(struct tex_walk *self)
{
    size_t at = self->out->length;
    if (self->one_line) {
        buffer_append_char(self->out, ' ');
        return;
    }
    while (at > 0 && self->out->data[at - 1] == ' ')
        at--;
    if (at == 0 || self->out->data[at - 1] == '\n')
        self->out->length = at; /* but not the two spaces that break a line */
    if (at >= 2 && self->out->data[at - 1] == '\n' && self->out->data[at - 2] == '\n')
        return;
    if (at > 0)
        tex_say(self, self->out->data[at - 1] == '\n' ? "\n" : "\n\n");
}

/* Behind what a list's item indents. */
void tex_indent(struct tex_walk *self)
{
    for (unsigned i = 0; i < self->lists && i < TEX_LISTS_MAX; i++)
        tex_say(self, self->numbered[i] ? "   " : "  ");
}

/* ---- what is looked for ahead ---------------------------------------------------------------- */

/* Where `word` begins, at or behind `from`; the text's length when it is not there. */
size_t tex_find(struct tex_walk *self, size_t from, const char *word)
{
    if (*self->lost || from > self->text.length)
        return self->text.length;
    const char *found =
        memmem(self->text.data + from, self->text.length - from, word, strlen(word));
    if (!found) {
        *self->lost = true;
        return self->text.length;
    }
    return (size_t)(found - self->text.data);
}

void tex_skip_space(struct tex_walk *self)
{
    while (self->at < self->text.length && isspace((unsigned char)self->text.data[self->at]))
        self->at++;
}

/* Takes {…} at the walk's place, after white space; false when there is none. */
bool tex_argument(struct tex_walk *self, struct slice *out)
{
    size_t before = self->at, depth = 0;
    if (*self->lost)
        return false;
    tex_skip_space(self);
    if (tex_peek(self, 0) != '{') {
        self->at = before;
        return false;
    }
    for (size_t at = self->at; at < self->text.length; at++) {
        char c = self->text.data[at];
        if (c == '\\')
            at++;
        depth += c == '{';
        if (c == '}' && --depth == 0) {
            *out = slice_from(self->text.data + self->at + 1, at - self->at - 1);
            self->at = at + 1;
            return true;
        }
    }
    *self->lost = true;
    self->at = before;
    return false;
}

/* Skips […]. */
void tex_skip_option(struct tex_walk *self)
{
    size_t before = self->at;
    tex_skip_space(self);
    if (tex_peek(self, 0) != '[') {
        self->at = before;
        return;
    }
    size_t end = tex_find(self, self->at, "]");
    self->at = end < self->text.length ? end + 1 : before;
}

/* Walks a part of the text. */
void tex_inner(struct tex_walk *self, struct slice text)
{
    if (self->depth == S_DEPTH_MAX) {
        buffer_append(self->out, text.data, text.length);
        return;
    }
    struct tex_walk inner = *self;
    inner.text = text;
    inner.at = 0;
    inner.depth++;
    s_walk(&inner);
}

void tex_styled(struct tex_walk *self, const char *begin, struct slice text, const char *end)
{
    while (text.length && isspace((unsigned char)text.data[0]))
        text = slice_from(text.data + 1, text.length - 1);
    while (text.length && isspace((unsigned char)text.data[text.length - 1]))
        text.length--;
    if (!text.length)
        return;
    tex_say(self, begin);
    tex_inner(self, text);
    tex_say(self, end);
}

/* ---- pieces ---------------------------------------------------------------------------------- */

void tex_math(struct tex_walk *self, const char *fence, size_t begin, size_t end)
{
    tex_say(self, fence);
    for (size_t i = begin; i < end; i++) {
        char c = self->text.data[i];
        buffer_append_char(self->out, self->one_line && c == '\n' ? ' ' : c);
    }
    tex_say(self, fence);
}

/* `…`: what stands there, without the backslashes that TeX wants. With math in it, plain. */
static void s_code(struct tex_walk *self, struct slice text)
{
    if (!text.length)
        return;
    if (memchr(text.data, '$', text.length) || memchr(text.data, '`', text.length)) {
        tex_inner(self, text);
        return;
    }
    buffer_append_char(self->out, '`');
    for (size_t i = 0; i < text.length; i++) {
        static const char backslash[] = "\\textbackslash";
        if (text.length - i >= sizeof backslash - 1 &&
            memcmp(text.data + i, backslash, sizeof backslash - 1) == 0) {
            buffer_append_char(self->out, '\\');
            i += sizeof backslash - 2;
        } else if (text.data[i] == '\\' && i + 1 < text.length &&
                   strchr("_#$%&{}~^ ", text.data[i + 1]))
            buffer_append_char(self->out, text.data[++i]);
        else if (!strchr("{}", text.data[i]))
            buffer_append_char(self->out, text.data[i] == '~' ? ' ' : text.data[i]);
    }
    buffer_append_char(self->out, '`');
}

void tex_heading(struct tex_walk *self, const char *words, bool small)
{
    struct slice text = slice_of(words);
    if (!words && tex_peek(self, 0) == '*')
        self->at++;
    if (!words && !tex_argument(self, &text))
        return;
    tex_break(self);
    tex_styled(self, small ? "### " : "## ", text, "");
    tex_break(self);
}

static void s_picture(struct tex_walk *self, struct slice file, struct slice caption)
{
    tex_say(self, "![");
    tex_styled(self, "", caption, "");
    buffer_printf(self->out, "](%.*s)", (int)file.length, file.data);
}

/* ---- commands -------------------------------------------------------------------------------- */

/* Those with arguments of their own. */
static bool s_special(struct tex_walk *self, struct slice name)
{
    struct slice one = {"", 0}, two = {"", 0}, three = {"", 0};
    if (slice_is(name, "begin")) {
        tex_begin(self);
    } else if (slice_is(name, "end")) {
        tex_end(self);
    } else if (slice_is(name, "item")) {
        tex_item(self);
    } else if (slice_is(name, "texttt") || slice_is(name, "t") || slice_is(name, "tt")) {
        if (tex_argument(self, &one))
            s_code(self, one);
    } else if (slice_is(name, "includegraphics")) {
        tex_skip_option(self);
        if (tex_argument(self, &one))
            s_picture(self, one, two);
    } else if (slice_is(name, "illustration")) {
        if (tex_argument(self, &one) && tex_argument(self, &two)) {
            tex_argument(self, &three);
            tex_break(self);
            s_picture(self, two, three);
            tex_break(self);
        }
    } else if (slice_is(name, "url")) {
        if (tex_argument(self, &one))
            buffer_printf(self->out, "<%.*s>", (int)one.length, one.data);
    } else if (slice_is(name, "href")) {
        if (tex_argument(self, &one) && tex_argument(self, &two)) {
            tex_styled(self, "[", two, "]");
            buffer_printf(self->out, "(%.*s)", (int)one.length, one.data);
        }
    } else if (slice_is(name, "epigraph")) {
        if (tex_argument(self, &one) && tex_argument(self, &two)) {
            tex_break(self);
            tex_styled(self, "> ", one, "  \n");
            tex_styled(self, "> ", two, "");
            tex_break(self);
        }
    } else if (slice_is(name, "problemname")) {
        if (tex_argument(self, &one) && self->title->length == 0) {
            struct tex_walk title = *self;
            title.out = self->title;
            title.one_line = true;
            tex_inner(&title, one);
        }
    } else
        return false;
    return true;
}

/* Those of package_tex.def. */
static bool s_listed(struct tex_walk *self, struct slice name)
{
    struct slice argument;
#define SYMBOL(command, text)         \
    if (slice_is(name, command)) {    \
        tex_say(self, text);          \
        if (tex_peek(self, 0) == ' ') \
            self->at++;               \
        return true;                  \
    }
#define STYLE(command, begin, end)                  \
    if (slice_is(name, command)) {                  \
        if (tex_argument(self, &argument))          \
            tex_styled(self, begin, argument, end); \
        return true;                                \
    }
#define HEADING(command, words)                                       \
    if (slice_is(name, command)) {                                    \
        tex_heading(self, words, (words) == NULL && name.length > 7); \
        return true;                                                  \
    }
#define IGNORED(command, arguments)                                        \
    if (slice_is(name, command)) {                                         \
        tex_skip_option(self);                                             \
        for (int i = 0; i < (arguments) && tex_argument(self, &argument);) \
            i++;                                                           \
        return true;                                                       \
    }
#define DECLARED(command, begin, end)               \
    if (slice_is(name, command)) {                  \
        if (tex_argument(self, &argument))          \
            tex_styled(self, begin, argument, end); \
        return true;                                \
    }
#include "actors/store/package_tex.def"
    return false;
}

/* \'e, \'{e}, \c{c}: a letter and its mark. False: no accent. */
static bool s_accent(struct tex_walk *self, char command)
{
    static const struct {
        char command;     /* behind the backslash */
        const char *mark; /* combines with the letter before it */
    } accents[] = {
#define ACCENT(command, mark) {command, mark},
#include "actors/store/package_tex.def"
    };
    for (size_t i = 0; i < sizeof accents / sizeof accents[0]; i++) {
        if (accents[i].command != command)
            continue;
        struct slice letter;
        size_t before = self->at;
        if (!tex_argument(self, &letter)) {
            letter = slice_from(self->text.data + self->at, self->at < self->text.length);
            self->at += letter.length;
        }
        if (letter.length == 2 && letter.data[0] == '\\') /* \i, \j */
            letter = slice_from(letter.data + 1, 1);
        if (letter.length == 1 && isalpha((unsigned char)letter.data[0])) {
            buffer_append(self->out, letter.data, 1);
            tex_say(self, accents[i].mark);
            return true;
        }
        self->at = before;
        return false;
    }
    return false;
}

/* Backslash and one character that is no letter. */
static void s_control_symbol(struct tex_walk *self, char c)
{
    size_t end;
    self->at += 2;
    switch (c) {
    case '(':
    case '[':
        end = tex_find(self, self->at, c == '(' ? "\\)" : "\\]");
        if (end < self->text.length) {
            tex_math(self, c == '(' ? "$" : "$$", self->at, end);
            self->at = end + 2;
        }
        return;
    case '\\':
        tex_skip_option(self);
        tex_say(self, self->one_line ? " " : "  \n");
        return;
    case '%':
    case '&':
    case '{':
    case '}':
    case ' ':
        buffer_append_char(self->out, c);
        return;
    case ',':
    case ';':
    case ':':
    case '\n':
        buffer_append_char(self->out, ' ');
        return;
    case '/':
    case '!':
    case '-':
    case '@':
        return;
    default:
        if (!s_accent(self, c))
            buffer_printf(self->out, "\\%c", c); /* Markdown's escape, too: \$ \_ \# */
    }
}

static void s_command(struct tex_walk *self)
{
    size_t begin = self->at + 1, end = begin;
    while (end < self->text.length && isalpha((unsigned char)self->text.data[end]))
        end++;
    if (end == begin) {
        if (begin < self->text.length && (unsigned char)self->text.data[begin] < 0x80)
            s_control_symbol(self, self->text.data[begin]);
        else
            self->at++;
        return;
    }
    struct slice name = slice_from(self->text.data + begin, end - begin);
    self->at = end;
    if (s_special(self, name) || s_listed(self, name))
        return;
    if (name.length == 1 && s_accent(self, name.data[0]))
        return;
    buffer_printf(self->out, "\\%.*s", (int)name.length, name.data);
}

/* {\bf …} and its like; the walk is at "{". */
static bool s_declaration(struct tex_walk *self)
{
    size_t begin = self->at + 2, end = begin;
    if (tex_peek(self, 1) != '\\')
        return false;
    while (end < self->text.length && isalpha((unsigned char)self->text.data[end]))
        end++;
    struct slice name = slice_from(self->text.data + begin, end - begin), group;
    bool typed = slice_is(name, "tt") || slice_is(name, "ttfamily");
    const char *around = NULL;
#define DECLARED(command, begin, end) around = slice_is(name, command) ? (begin) : around;
#include "actors/store/package_tex.def"
    if ((!around && !typed) || !tex_argument(self, &group))
        return false;
    group = slice_from(group.data + name.length + 1, group.length - name.length - 1);
    while (group.length && group.data[0] == ' ')
        group = slice_from(group.data + 1, group.length - 1);
    if (typed)
        s_code(self, group);
    else
        tex_styled(self, around, group, around);
    return true;
}

/* ---- text ------------------------------------------------------------------------------------ */

static void s_dollar(struct tex_walk *self)
{
    bool display = tex_peek(self, 1) == '$';
    size_t begin = self->at + 1 + display, end = begin;
    if (*self->lost) {
        tex_say(self, "\\$");
        self->at++;
        return;
    }
    for (; end < self->text.length; end++) {
        if (self->text.data[end] == '\\')
            end++;
        else if (self->text.data[end] == '$' &&
                 (!display || (end + 1 < self->text.length && self->text.data[end + 1] == '$')))
            break;
    }
    if (end >= self->text.length) {
        *self->lost = true;
        tex_say(self, "\\$");
        self->at++;
        return;
    }
    tex_math(self, display ? "$$" : "$", begin, end);
    self->at = end + 1 + display;
}

static void s_newline(struct tex_walk *self)
{
    size_t lines = 0;
    while (self->at < self->text.length && isspace((unsigned char)self->text.data[self->at]))
        lines += self->text.data[self->at++] == '\n';
    if (lines > 1) {
        tex_break(self);
        tex_indent(self);
    } else if (self->one_line || tex_at_line_start(self)) {
        if (self->out->length && self->one_line)
            buffer_append_char(self->out, ' ');
    } else {
        buffer_append_char(self->out, '\n');
        tex_indent(self);
    }
}

/* A character that both TeX and Markdown take for text, or that Markdown must be kept from. */
static void s_character(struct tex_walk *self, char c)
{
    static const struct {
        const char *tex, *text;
    } ligatures[] = {{"---", "—"}, {"--", "–"}, {"``", "“"}, {"''", "”"},
                     {"<<", "«"},  {">>", "»"}, {"`", "‘"}};
    for (size_t i = 0; i < sizeof ligatures / sizeof ligatures[0]; i++) {
        size_t length = strlen(ligatures[i].tex);
        if (self->text.length - self->at >= length &&
            memcmp(self->text.data + self->at, ligatures[i].tex, length) == 0) {
            tex_say(self, ligatures[i].text);
            self->at += length;
            return;
        }
    }
    self->at++;
    if (c == '~') {
        tex_say(self, "\u00a0");
        return;
    }
    if (strchr("*_<", c) || (self->one_line && c == '|') ||
        (strchr("#>+-", c) && tex_at_line_start(self)))
        buffer_append_char(self->out, '\\');
    buffer_append_char(self->out, c);
}

static void s_walk(struct tex_walk *self)
{
    while (self->at < self->text.length && !self->out->overflow) {
        char c = self->text.data[self->at];
        if (c == '\0') {
            self->at++;
        } else if (c == '\\') {
            s_command(self);
        } else if (c == '$') {
            s_dollar(self);
        } else if (c == '%') {
            while (self->at < self->text.length && self->text.data[self->at] != '\n')
                self->at++;
            self->at += self->at < self->text.length && tex_peek(self, 1) != '\n';
        } else if (c == '\n' || c == '\r') {
            s_newline(self);
        } else if (c == ' ' || c == '\t') {
            if (!tex_at_line_start(self) && self->out->data[self->out->length - 1] != ' ')
                buffer_append_char(self->out, ' ');
            self->at++;
        } else if (c == '{') {
            if (!s_declaration(self))
                self->at++;
        } else if (c == '}') {
            self->at++;
        } else
            s_character(self, c);
    }
}

void package_tex_to_markdown(struct slice tex, struct buffer *out, struct buffer *title)
{
    bool lost = false;
    struct tex_walk self = {.text = tex, .out = out, .title = title, .lost = &lost};
    s_walk(&self);
    while (out->length && isspace((unsigned char)out->data[out->length - 1]))
        out->length--;
    if (out->length)
        buffer_append_char(out, '\n');
}
