/* Environments: math and code as they stand, tables and lists as Markdown's, headings. */
#include "actors/store/package_tex_walk.h"

#include <ctype.h>
#include <stdio.h>

static void s_fenced(struct tex_walk *self, size_t begin, size_t end)
{
    const char *data = self->text.data;
    while (begin < end && data[begin] == ' ')
        begin++;
    begin += begin < end && data[begin] == '\n';
    while (end > begin && isspace((unsigned char)data[end - 1]))
        end--;
    tex_break(self);
    tex_say(self, "````\n");
    buffer_append(self->out, data + begin, end - begin);
    tex_say(self, "\n````\n\n");
}

/* A table's body, by rows and cells, each cell on one line. */
static void s_table(struct tex_walk *self, struct slice body)
{
    size_t begin = 0, depth = 0, cells = 0, rows = 0;
    bool math = false, in_row = false;
    tex_break(self);
    for (size_t at = 0; at <= body.length; at++) {
        char c = at < body.length ? body.data[at] : '\\';
        bool row = at == body.length ||
                   (c == '\\' && at + 1 < body.length && body.data[at + 1] == '\\' && !depth);
        if (row || (c == '&' && !depth && !math)) {
            struct tex_walk cell = *self;
            struct buffer text;
            buffer_init(&text, 64 * 1024);
            cell.out = &text;
            cell.one_line = true;
            cell.lists = 0;
            tex_inner(&cell, slice_from(body.data + begin, at - begin));
            while (text.length && text.data[text.length - 1] == ' ')
                text.length--;
            if (text.length || in_row || !row) {
                tex_say(self, in_row ? " " : "| ");
                buffer_append(self->out, text.data, text.length);
                tex_say(self, " |");
                in_row = true;
                cells++;
            }
            buffer_fini(&text);
            if (row && in_row) {
                tex_say(self, "\n");
                for (size_t i = 0; rows == 0 && i < cells; i++)
                    tex_say(self, i + 1 < cells ? "|---" : "|---|\n");
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
    tex_break(self);
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
static size_t s_find_end(struct tex_walk *self, struct slice name, size_t *behind)
{
    char word[64];
    if (name.length > 40)
        return self->text.length;
    int length = snprintf(word, sizeof word, "\\end{%.*s}", (int)name.length, name.data);
    size_t end = tex_find(self, self->at, word);
    *behind = end + (size_t)length;
    return end;
}

static void s_problem(struct tex_walk *self)
{
    struct slice argument;
    for (int i = 0; i < 5 && tex_argument(self, &argument); i++)
        if (i == 0 && self->title->length == 0) {
            struct tex_walk title = *self;
            title.out = self->title;
            title.one_line = true;
            tex_inner(&title, argument);
        }
}

static void s_list(struct tex_walk *self, bool numbered)
{
    tex_skip_option(self);
    tex_break(self);
    if (self->lists < TEX_LISTS_MAX)
        self->numbered[self->lists] = numbered;
    self->lists++;
}

void tex_begin(struct tex_walk *self)
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
    if (!tex_argument(self, &name))
        return;
    if (slice_is(name, "itemize") || slice_is(name, "enumerate")) {
        s_list(self, slice_is(name, "enumerate"));
    } else if (slice_is(name, "problem")) {
        s_problem(self);
    } else if (s_is_one_of(name, sections)) {
        char words[16];
        snprintf(words, sizeof words, "%.*s", (int)name.length, name.data);
        tex_heading(self, words, false);
    } else if (slice_is(name, "wrapfigure") || slice_is(name, "minipage")) {
        tex_skip_option(self);
        for (int i = 0; i < 2 && tex_argument(self, &columns); i++)
            tex_skip_option(self);
    } else if (s_is_one_of(name, display) || s_is_one_of(name, math) || s_is_one_of(name, code) ||
               s_is_one_of(name, samples) || slice_is(name, "tabular")) {
        end = s_find_end(self, name, &behind);
        if (end == self->text.length)
            return;
        if (s_is_one_of(name, display)) {
            tex_math(self, "$$", self->at, end);
        } else if (s_is_one_of(name, math)) {
            tex_math(self, "$$", before - strlen("\\begin"), behind);
        } else if (s_is_one_of(name, code)) {
            tex_skip_option(self);
            s_fenced(self, self->at < end ? self->at : end, end);
        } else if (slice_is(name, "tabular")) {
            tex_skip_option(self);
            tex_argument(self, &columns);
            if (self->at < end)
                s_table(self, slice_from(self->text.data + self->at, end - self->at));
        }
        self->at = behind;
    } else {
        tex_skip_option(self);
        tex_break(self);
    }
}

void tex_end(struct tex_walk *self)
{
    struct slice name;
    if (!tex_argument(self, &name))
        return;
    if ((slice_is(name, "itemize") || slice_is(name, "enumerate")) && self->lists)
        self->lists--;
    tex_break(self);
}

void tex_item(struct tex_walk *self)
{
    if (!tex_at_line_start(self))
        tex_say(self, "\n");
    while (self->out->length && self->out->data[self->out->length - 1] == ' ')
        self->out->length--;
    unsigned lists = self->lists;
    self->lists = lists ? lists - 1 : 0;
    tex_indent(self);
    self->lists = lists;
    bool numbered = lists && lists <= TEX_LISTS_MAX && self->numbered[lists - 1];
    tex_say(self, numbered ? "1. " : "- ");
    tex_skip_space(self);
    if (tex_peek(self, 0) == '[') {
        size_t begin = self->at + 1, end = tex_find(self, begin, "]");
        if (end < self->text.length) {
            tex_styled(self, "**", slice_from(self->text.data + begin, end - begin), "** ");
            self->at = end + 1;
            tex_skip_space(self);
        }
    }
}
