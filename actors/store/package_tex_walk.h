/* What the two halves of the walk over a statement in TeX share: package_tex.c has text and
 * commands, package_tex_blocks.c environments. Nobody else includes this. */
#ifndef STORE_PACKAGE_TEX_WALK_H
#define STORE_PACKAGE_TEX_WALK_H

#include "proto/bytes.h"

#define TEX_LISTS_MAX 8 /* lists in lists; deeper ones are not indented further */

struct tex_walk {
    struct slice text;            /* all that this walk sees */
    size_t at;                    /* looked at so far */
    struct buffer *out;           /* what was made so far */
    struct buffer *title;         /* where the problem's name goes */
    unsigned depth;               /* of walks */
    unsigned lists;               /* open */
    bool numbered[TEX_LISTS_MAX]; /* each: an enumerate */
    bool *lost;                   /* something did not end; shared by all walks */
    bool one_line;                /* of a table's cell: no line may end */
};

/* ---- package_tex.c */

void tex_say(struct tex_walk *self, const char *text);
/* The character so far ahead; NUL behind the end. */
char tex_peek(const struct tex_walk *self, size_t ahead);
/* Does nothing but white space stand on the line that was begun? */
bool tex_at_line_start(const struct tex_walk *self);
/* A blank line, once. */
void tex_break(struct tex_walk *self);
/* What a list's item indents. */
void tex_indent(struct tex_walk *self);
/* Where `word` begins, at or behind `from`; the text's length when it is not there. */
size_t tex_find(struct tex_walk *self, size_t from, const char *word);
void tex_skip_space(struct tex_walk *self);
/* Skips one argument in brackets, if there is one. */
void tex_skip_option(struct tex_walk *self);
/* Takes {…} at the walk's place, after white space; false when there is none. */
bool tex_argument(struct tex_walk *self, struct slice *out);
/* Walks a part of the text; with something around it, unless it is empty. */
void tex_inner(struct tex_walk *self, struct slice text);
void tex_styled(struct tex_walk *self, const char *begin, struct slice text, const char *end);
/* The bytes from begin to end, as they stand, between fences. */
void tex_math(struct tex_walk *self, const char *fence, size_t begin, size_t end);
/* A heading of these words; NULL: of its argument. */
void tex_heading(struct tex_walk *self, const char *words, bool small);

/* ---- package_tex_blocks.c: what stands behind \\begin, \\end and \\item */

void tex_begin(struct tex_walk *self);
void tex_end(struct tex_walk *self);
void tex_item(struct tex_walk *self);

#endif
