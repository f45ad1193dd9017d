/* Pictures in a Markdown text: ![…](file "title"), [label]: file, and <img src="file">. Pure: what
 * to put in the place of each comes from a function. Everything else stays byte for byte, math and
 * code too. */
#ifndef STORE_PACKAGE_MARKDOWN_H
#define STORE_PACKAGE_MARKDOWN_H

#include "proto/bytes.h"

/* Where the gateway serves pictures: routes.def has it, too. */
#define PACKAGE_PICTURE_ROUTE "/problems/files/"

/* `target` is what the text points at, on this line; its new address goes to `address`. Not called
 * for addresses of other hosts, nor for those that we made. False ends the walk. */
typedef bool (*package_picture_fn)(void *context, struct slice target, unsigned line,
                                   struct buffer *address);

/* Copies the text to `out`. False when the function said so. */
bool package_markdown_pictures(struct slice text, package_picture_fn function, void *context,
                               struct buffer *out);

#endif
