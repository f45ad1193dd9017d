/* A statement in TeX as Markdown, for browsers: the subset that the Kattis format promises and what
 * Polygon's olymp.sty adds. Math is left as it is, between dollars. What is not known stays as it
 * stands. Pure; any bytes may come in, time grows with their length. */
#ifndef STORE_PACKAGE_TEX_H
#define STORE_PACKAGE_TEX_H

#include "proto/bytes.h"

/* Appends the text to `out`. The name that the statement gives itself (\problemname, or the
 * environment problem) goes to `title`, which stays empty when there is none. */
void package_tex_to_markdown(struct slice tex, struct buffer *out, struct buffer *title);

#endif
