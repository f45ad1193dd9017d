/* The parameters of one request: a flat list of name and value from its path, its query string, a
 * form body or a JSON body, in that order. The first of equal names wins. Pure, no allocation.
 *
 * A value that cannot be used (a broken escape, a NUL, invalid UTF-8, a JSON list) stays in the
 * list with its fault: a route that takes that parameter names it in its refusal, all others ignore
 * it. */
#ifndef GATEWAY_HTTP_PARAMS_H
#define GATEWAY_HTTP_PARAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/bytes.h"

#define PARAMS_MAX 32 /* of one request; more are refused, not cut */

enum param_kind {
    PARAM_TEXT,       /* `value` holds it */
    PARAM_INTEGER,    /* `integer` holds it: a JSON number */
    PARAM_BAD_ESCAPE, /* a % without two hexadecimal digits */
    PARAM_BAD_UTF8,   /* not UTF-8 */
    PARAM_NUL,        /* a NUL inside */
    PARAM_NOT_WHOLE,  /* a JSON number with a fraction, or one beyond 64 bits */
    PARAM_NOT_SCALAR, /* a JSON list, object, true or false */
};

struct param {
    struct slice name;    /* borrowed, decoded */
    struct slice value;   /* borrowed, decoded; empty for all kinds but PARAM_TEXT */
    int64_t integer;      /* of PARAM_INTEGER */
    enum param_kind kind; /* what it is, or what is wrong with it */
};

struct params {
    struct param items[PARAMS_MAX]; /* the first `count` are there */
    size_t count;                   /* how many */
};

/* Each adds to the list; false when it is full. */

/* One name and value as they are (path variables): checks for NUL and UTF-8. */
bool params_add(struct params *self, struct slice name, struct slice value);
/* As it stands: kind and all. */
bool params_add_param(struct params *self, struct param param);
/* "name=value", already decoded (libwebsockets does that to a query string). */
bool params_add_fragment(struct params *self, struct slice fragment);
/* application/x-www-form-urlencoded: split at &, + is a space, %XX decoded. Decodes in place:
 * `text` is changed and must live as long as the list. */
bool params_add_form(struct params *self, char *text, size_t length);

/* The first of that name; NULL when it is absent. "name=" and "name" are there, and empty. */
const struct param *params_find(const struct params *self, const char *name);

#endif
