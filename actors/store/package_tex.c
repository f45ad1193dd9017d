/* One walk from left to right; arguments of commands are walked by a walk of their own, to a
 * bounded depth. What should end and does not is looked for once: from then on nothing is, so that
 * hostile text costs no more than its length. */
#include "actors/store/package_tex.h"

#include <ctype.h>
#include <stdio.h>

#define S_DEPTH_MAX 12 /* arguments in arguments; deeper ones stay as they stand */
#define S_LISTS_MAX 8  /* lists in lists; deeper ones are not indented further */

struct s_tex {
    struct slice text;          /* all that this walk sees */
    size_t at;                  /* looked at so far */
    struct buffer *out;         /* what was made so far */
    struct buffer *title;       /* where the problem's name goes */
    unsigned depth;             /* of walks */
    unsigned lists;             /* open */
    bool numbered[S_LISTS_MAX]; /* each: an enumerate */
    bool *lost;                 /* something did not end; shared by all walks */
    bool one_line;              /* of a table's cell: no line may end */
};

static void s_walk(struct s_tex *self);

static void s_say(struct s_tex *self, const char *text)
{
    buffer_append_text(self->out, text);
}

static char s_peek(const struct s_tex *self, size_t ahead)
{
    return self->at + ahead < self->text.length ? self->text.data[self->at + ahead] : '\0';
}

static bool s_at_line_start(const struct s_tex *self)
{
    size_t at = self->out->length;
    while (at > 0 && self->out->data[at - 1] == ' ')
        at--;
    return at == 0 || self->out->data[at - 1] == '\n';
}

/* A blank line, once. */
static void s_break(struct s_tex *self)
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
        s_say(self, self->out->data[at - 1] == '\n' ? "\n" : "\n\n");
}

/* Behind what a list's item indents. */
static void s_indent(struct s_tex *self)
{
    for (unsigned i = 0; i < self->lists && i < S_LISTS_MAX; i++)
        s_say(self, self->numbered[i] ? "   " : "  ");
}

/* ---- what is looked for ahead ---------------------------------------------------------------- */

/* Where `word` begins, at or behind `from`; the text's length when it is not there. */
static size_t s_find(struct s_tex *self, size_t from, const char *word)
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

static void s_skip_space(struct s_tex *self)
{
    while (self->at < self->text.length && isspace((unsigned char)self->text.data[self->at]))
        self->at++;
}

/* Takes {…} at the walk's place, after white space; false when there is none. */
static bool s_argument(struct s_tex *self, struct slice *out)
{
    size_t before = self->at, depth = 0;
    if (*self->lost)
        return false;
    s_skip_space(self);
    if (s_peek(self, 0) != '{') {
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
static void s_skip_option(struct s_tex *self)
{
    size_t before = self->at;
    s_skip_space(self);
    if (s_peek(self, 0) != '[') {
        self->at = before;
        return;
    }
    size_t end = s_find(self, self->at, "]");
    self->at = end < self->text.length ? end + 1 : before;
}

/* Walks a part of the text. */
static void s_inner(struct s_tex *self, struct slice text)
{
    if (self->depth == S_DEPTH_MAX) {
        buffer_append(self->out, text.data, text.length);
        return;
    }
    struct s_tex inner = *self;
    inner.text = text;
    inner.at = 0;
    inner.depth++;
    s_walk(&inner);
}

static void s_styled(struct s_tex *self, const char *begin, struct slice text, const char *end)
{
    while (text.length && isspace((unsigned char)text.data[0]))
        text = slice_from(text.data + 1, text.length - 1);
    while (text.length && isspace((unsigned char)text.data[text.length - 1]))
        text.length--;
    if (!text.length)
        return;
    s_say(self, begin);
    s_inner(self, text);
    s_say(self, end);
}

/* ---- pieces ---------------------------------------------------------------------------------- */

static void s_math(struct s_tex *self, const char *fence, size_t begin, size_t end)
{
    s_say(self, fence);
    for (size_t i = begin; i < end; i++) {
        char c = self->text.data[i];
        buffer_append_char(self->out, self->one_line && c == '\n' ? ' ' : c);
    }
    s_say(self, fence);
}

/* `…`: what stands there, without the backslashes that TeX wants. With math in it, plain. */
static void s_code(struct s_tex *self, struct slice text)
{
    if (!text.length)
        return;
    if (memchr(text.data, '$', text.length) || memchr(text.data, '`', text.length)) {
        s_inner(self, text);
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

static void s_fenced(struct s_tex *self, size_t begin, size_t end)
{
    const char *data = self->text.data;
    while (begin < end && data[begin] == ' ')
        begin++;
    begin += begin < end && data[begin] == '\n';
    while (end > begin && isspace((unsigned char)data[end - 1]))
        end--;
    s_break(self);
    s_say(self, "````\n");
    buffer_append(self->out, data + begin, end - begin);
    s_say(self, "\n````\n\n");
}

/* A table's body, by rows and cells, each cell on one line. */
static void s_table(struct s_tex *self, struct slice body)
{
    size_t begin = 0, depth = 0, cells = 0, rows = 0;
    bool math = false, in_row = false;
    s_break(self);
    for (size_t at = 0; at <= body.length; at++) {
        char c = at < body.length ? body.data[at] : '\\';
        bool row = at == body.length ||
                   (c == '\\' && at + 1 < body.length && body.data[at + 1] == '\\' && !depth);
        if (row || (c == '&' && !depth && !math)) {
            struct s_tex cell = *self;
            struct buffer text;
            buffer_init(&text, 64 * 1024);
            cell.out = &text;
            cell.one_line = true;
            cell.lists = 0;
            s_inner(&cell, slice_from(body.data + begin, at - begin));
            while (text.length && text.data[text.length - 1] == ' ')
                text.length--;
            if (text.length || in_row || !row) {
                s_say(self, in_row ? " " : "| ");
                buffer_append(self->out, text.data, text.length);
                s_say(self, " |");
                in_row = true;
                cells++;
            }
            buffer_fini(&text);
            if (row && in_row) {
                s_say(self, "\n");
                for (size_t i = 0; rows == 0 && i < cells; i++)
                    s_say(self, i + 1 < cells ? "|---" : "|---|\n");
                rows++;
                in_row = false;
                cells = 0;
            }
            at += row;
            begin = at + !row;
            if (row)
                begin = at + 1;
            continue;
        }
        at += c == '\\';
        math ^= c == '$';
        depth += c == '{';
        depth -= c == '}' && depth;
    }
    s_break(self);
}

static void s_heading(struct s_tex *self, const char *words, bool small)
{
    struct slice text = slice_of(words);
    if (!words && s_peek(self, 0) == '*')
        self->at++;
    if (!words && !s_argument(self, &text))
        return;
    s_break(self);
    s_styled(self, small ? "### " : "## ", text, "");
    s_break(self);
}

static void s_picture(struct s_tex *self, struct slice file, struct slice caption)
{
    s_say(self, "![");
    s_styled(self, "", caption, "");
    buffer_printf(self->out, "](%.*s)", (int)file.length, file.data);
}

/* ---- environments ---------------------------------------------------------------------------- */

static bool s_is_one_of(struct slice name, const char *const *words)
{
    for (; *words; words++)
        if (slice_is(name, *words))
            return true;
    return false;
}

/* \end{name}, at or behind the walk's place; the text's length when there is none. `behind` is
 * where it ends. */
static size_t s_find_end(struct s_tex *self, struct slice name, size_t *behind)
{
    char word[64];
    if (name.length > 40)
        return self->text.length;
    int length = snprintf(word, sizeof word, "\\end{%.*s}", (int)name.length, name.data);
    size_t end = s_find(self, self->at, word);
    *behind = end + (size_t)length;
    return end;
}

static void s_problem(struct s_tex *self)
{
    struct slice argument;
    for (int i = 0; i < 5 && s_argument(self, &argument); i++)
        if (i == 0 && self->title->length == 0) {
            struct s_tex title = *self;
            title.out = self->title;
            title.one_line = true;
            s_inner(&title, argument);
        }
}

static void s_list(struct s_tex *self, bool numbered)
{
    s_skip_option(self);
    s_break(self);
    if (self->lists < S_LISTS_MAX)
        self->numbered[self->lists] = numbered;
    self->lists++;
}

static void s_begin(struct s_tex *self)
{
    static const char *const display[] = {"equation", "equation*", "displaymath", NULL};
    static const char *const math[] = {"align",     "align*",   "gather",    "gather*", "eqnarray",
                                       "eqnarray*", "multline", "multline*", NULL};
    static const char *const code[] = {"verbatim", "lstlisting", "Verbatim", NULL};
    static const char *const samples[] = {"example", "examplewide", "examplethree", "comment",
                                          NULL};
    static const char *const sections[] = {"Input", "Output", "Interaction", NULL};
    size_t before = self->at, behind = 0, end;
    struct slice name, columns;
    if (!s_argument(self, &name))
        return;
    if (slice_is(name, "itemize") || slice_is(name, "enumerate")) {
        s_list(self, slice_is(name, "enumerate"));
    } else if (slice_is(name, "problem")) {
        s_problem(self);
    } else if (s_is_one_of(name, sections)) {
        char words[16];
        snprintf(words, sizeof words, "%.*s", (int)name.length, name.data);
        s_heading(self, words, false);
    } else if (slice_is(name, "wrapfigure") || slice_is(name, "minipage")) {
        s_skip_option(self);
        for (int i = 0; i < 2 && s_argument(self, &columns); i++)
            s_skip_option(self);
    } else if (s_is_one_of(name, display) || s_is_one_of(name, math) || s_is_one_of(name, code) ||
               s_is_one_of(name, samples) || slice_is(name, "tabular")) {
        end = s_find_end(self, name, &behind);
        if (end == self->text.length)
            return;
        if (s_is_one_of(name, display)) {
            s_math(self, "$$", self->at, end);
        } else if (s_is_one_of(name, math)) {
            s_math(self, "$$", before - strlen("\\begin"), behind);
        } else if (s_is_one_of(name, code)) {
            s_skip_option(self);
            s_fenced(self, self->at < end ? self->at : end, end);
        } else if (slice_is(name, "tabular")) {
            s_skip_option(self);
            s_argument(self, &columns);
            if (self->at < end)
                s_table(self, slice_from(self->text.data + self->at, end - self->at));
        }
        self->at = behind;
    } else {
        s_skip_option(self);
        s_break(self);
    }
}

static void s_end(struct s_tex *self)
{
    struct slice name;
    if (!s_argument(self, &name))
        return;
    if ((slice_is(name, "itemize") || slice_is(name, "enumerate")) && self->lists)
        self->lists--;
    s_break(self);
}

static void s_item(struct s_tex *self)
{
    if (!s_at_line_start(self))
        s_say(self, "\n");
    while (self->out->length && self->out->data[self->out->length - 1] == ' ')
        self->out->length--;
    unsigned lists = self->lists;
    self->lists = lists ? lists - 1 : 0;
    s_indent(self);
    self->lists = lists;
    bool numbered = lists && lists <= S_LISTS_MAX && self->numbered[lists - 1];
    s_say(self, numbered ? "1. " : "- ");
    s_skip_space(self);
    if (s_peek(self, 0) == '[') {
        size_t begin = self->at + 1, end = s_find(self, begin, "]");
        if (end < self->text.length) {
            s_styled(self, "**", slice_from(self->text.data + begin, end - begin), "** ");
            self->at = end + 1;
            s_skip_space(self);
        }
    }
}

/* ---- commands -------------------------------------------------------------------------------- */

/* Those with arguments of their own. */
static bool s_special(struct s_tex *self, struct slice name)
{
    struct slice one = {"", 0}, two = {"", 0}, three = {"", 0};
    if (slice_is(name, "begin")) {
        s_begin(self);
    } else if (slice_is(name, "end")) {
        s_end(self);
    } else if (slice_is(name, "item")) {
        s_item(self);
    } else if (slice_is(name, "texttt") || slice_is(name, "t") || slice_is(name, "tt")) {
        if (s_argument(self, &one))
            s_code(self, one);
    } else if (slice_is(name, "includegraphics")) {
        s_skip_option(self);
        if (s_argument(self, &one))
            s_picture(self, one, two);
    } else if (slice_is(name, "illustration")) {
        if (s_argument(self, &one) && s_argument(self, &two)) {
            s_argument(self, &three);
            s_break(self);
            s_picture(self, two, three);
            s_break(self);
        }
    } else if (slice_is(name, "url")) {
        if (s_argument(self, &one))
            buffer_printf(self->out, "<%.*s>", (int)one.length, one.data);
    } else if (slice_is(name, "href")) {
        if (s_argument(self, &one) && s_argument(self, &two)) {
            s_styled(self, "[", two, "]");
            buffer_printf(self->out, "(%.*s)", (int)one.length, one.data);
        }
    } else if (slice_is(name, "epigraph")) {
        if (s_argument(self, &one) && s_argument(self, &two)) {
            s_break(self);
            s_styled(self, "> ", one, "  \n");
            s_styled(self, "> ", two, "");
            s_break(self);
        }
    } else if (slice_is(name, "problemname")) {
        if (s_argument(self, &one) && self->title->length == 0) {
            struct s_tex title = *self;
            title.out = self->title;
            title.one_line = true;
            s_inner(&title, one);
        }
    } else
        return false;
    return true;
}

/* Those of package_tex.def. */
static bool s_listed(struct s_tex *self, struct slice name)
{
    struct slice argument;
#define SYMBOL(command, text)       \
    if (slice_is(name, command)) {  \
        s_say(self, text);          \
        if (s_peek(self, 0) == ' ') \
            self->at++;             \
        return true;                \
    }
#define STYLE(command, begin, end)                \
    if (slice_is(name, command)) {                \
        if (s_argument(self, &argument))          \
            s_styled(self, begin, argument, end); \
        return true;                              \
    }
#define HEADING(command, words)                                     \
    if (slice_is(name, command)) {                                  \
        s_heading(self, words, (words) == NULL && name.length > 7); \
        return true;                                                \
    }
#define IGNORED(command, arguments)                                      \
    if (slice_is(name, command)) {                                       \
        s_skip_option(self);                                             \
        for (int i = 0; i < (arguments) && s_argument(self, &argument);) \
            i++;                                                         \
        return true;                                                     \
    }
#define DECLARED(command, begin, end)             \
    if (slice_is(name, command)) {                \
        if (s_argument(self, &argument))          \
            s_styled(self, begin, argument, end); \
        return true;                              \
    }
#define ACCENT(command, mark)
#include "actors/store/package_tex.def"
#undef SYMBOL
#undef STYLE
#undef HEADING
#undef IGNORED
#undef DECLARED
#undef ACCENT
    return false;
}

/* \'e, \'{e}, \c{c}: a letter and its mark. False: no accent. */
static bool s_accent(struct s_tex *self, char command)
{
    static const struct {
        char command;     /* behind the backslash */
        const char *mark; /* combines with the letter before it */
    } accents[] = {
#define SYMBOL(command, text)
#define STYLE(command, begin, end)
#define HEADING(command, words)
#define IGNORED(command, arguments)
#define DECLARED(command, begin, end)
#define ACCENT(command, mark) {command, mark},
#include "actors/store/package_tex.def"
#undef SYMBOL
#undef STYLE
#undef HEADING
#undef IGNORED
#undef DECLARED
#undef ACCENT
    };
    for (size_t i = 0; i < sizeof accents / sizeof accents[0]; i++) {
        if (accents[i].command != command)
            continue;
        struct slice letter;
        size_t before = self->at;
        if (!s_argument(self, &letter)) {
            letter = slice_from(self->text.data + self->at, self->at < self->text.length);
            self->at += letter.length;
        }
        if (letter.length == 2 && letter.data[0] == '\\') /* \i, \j */
            letter = slice_from(letter.data + 1, 1);
        if (letter.length == 1 && isalpha((unsigned char)letter.data[0])) {
            buffer_append(self->out, letter.data, 1);
            s_say(self, accents[i].mark);
            return true;
        }
        self->at = before;
        return false;
    }
    return false;
}

/* Backslash and one character that is no letter. */
static void s_control_symbol(struct s_tex *self, char c)
{
    size_t end;
    self->at += 2;
    switch (c) {
    case '(':
    case '[':
        end = s_find(self, self->at, c == '(' ? "\\)" : "\\]");
        if (end < self->text.length) {
            s_math(self, c == '(' ? "$" : "$$", self->at, end);
            self->at = end + 2;
        }
        return;
    case '\\':
        s_skip_option(self);
        s_say(self, self->one_line ? " " : "  \n");
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

static void s_command(struct s_tex *self)
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
static bool s_declaration(struct s_tex *self)
{
    size_t begin = self->at + 2, end = begin;
    if (s_peek(self, 1) != '\\')
        return false;
    while (end < self->text.length && isalpha((unsigned char)self->text.data[end]))
        end++;
    struct slice name = slice_from(self->text.data + begin, end - begin), group;
    bool typed = slice_is(name, "tt") || slice_is(name, "ttfamily");
    const char *around = NULL;
#define SYMBOL(command, text)
#define STYLE(command, begin, end)
#define HEADING(command, words)
#define IGNORED(command, arguments)
#define DECLARED(command, begin, end) around = slice_is(name, command) ? (begin) : around;
#define ACCENT(command, mark)
#include "actors/store/package_tex.def"
#undef SYMBOL
#undef STYLE
#undef HEADING
#undef IGNORED
#undef DECLARED
#undef ACCENT
    if ((!around && !typed) || !s_argument(self, &group))
        return false;
    group = slice_from(group.data + name.length + 1, group.length - name.length - 1);
    while (group.length && group.data[0] == ' ')
        group = slice_from(group.data + 1, group.length - 1);
    if (typed)
        s_code(self, group);
    else
        s_styled(self, around, group, around);
    return true;
}

/* ---- text ------------------------------------------------------------------------------------ */

static void s_dollar(struct s_tex *self)
{
    bool display = s_peek(self, 1) == '$';
    size_t begin = self->at + 1 + display, end = begin;
    if (*self->lost) {
        s_say(self, "\\$");
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
        s_say(self, "\\$");
        self->at++;
        return;
    }
    s_math(self, display ? "$$" : "$", begin, end);
    self->at = end + 1 + display;
}

static void s_newline(struct s_tex *self)
{
    size_t lines = 0;
    while (self->at < self->text.length && isspace((unsigned char)self->text.data[self->at]))
        lines += self->text.data[self->at++] == '\n';
    if (lines > 1) {
        s_break(self);
        s_indent(self);
    } else if (self->one_line || s_at_line_start(self)) {
        if (self->out->length && self->one_line)
            buffer_append_char(self->out, ' ');
    } else {
        buffer_append_char(self->out, '\n');
        s_indent(self);
    }
}

/* A character that both TeX and Markdown take for text, or that Markdown must be kept from. */
static void s_character(struct s_tex *self, char c)
{
    static const struct {
        const char *tex, *text;
    } ligatures[] = {{"---", "—"}, {"--", "–"}, {"``", "“"}, {"''", "”"},
                     {"<<", "«"},  {">>", "»"}, {"`", "‘"}};
    for (size_t i = 0; i < sizeof ligatures / sizeof ligatures[0]; i++) {
        size_t length = strlen(ligatures[i].tex);
        if (self->text.length - self->at >= length &&
            memcmp(self->text.data + self->at, ligatures[i].tex, length) == 0) {
            s_say(self, ligatures[i].text);
            self->at += length;
            return;
        }
    }
    self->at++;
    if (c == '~') {
        s_say(self, "\u00a0");
        return;
    }
    if (strchr("*_<", c) || (self->one_line && c == '|') ||
        (strchr("#>+-", c) && s_at_line_start(self)))
        buffer_append_char(self->out, '\\');
    buffer_append_char(self->out, c);
}

static void s_walk(struct s_tex *self)
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
            self->at += self->at < self->text.length && s_peek(self, 1) != '\n';
        } else if (c == '\n' || c == '\r') {
            s_newline(self);
        } else if (c == ' ' || c == '\t') {
            if (!s_at_line_start(self) && self->out->data[self->out->length - 1] != ' ')
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
    struct s_tex self = {.text = tex, .out = out, .title = title, .lost = &lost};
    s_walk(&self);
    while (out->length && isspace((unsigned char)out->data[out->length - 1]))
        out->length--;
    if (out->length)
        buffer_append_char(out, '\n');
}
