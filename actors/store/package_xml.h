/* A small XML file as a tree: elements, attributes, text. Pure. A document type, and with it every
 * entity, is refused, so nothing expands and nothing is fetched; size, depth and number of elements
 * are bounded. */
#ifndef STORE_PACKAGE_XML_H
#define STORE_PACKAGE_XML_H

#include "actors/store/package_error.h"
#include "proto/bytes.h"

#define XML_MAX_BYTES (1024 * 1024) /* of a file */
#define XML_DEPTH_MAX 32            /* elements in elements */
#define XML_ELEMENTS_MAX 20000      /* of a file */

struct xml_element {
    char *name;                 /* owned */
    char **attributes;          /* owned; name, value, name, value, …, NULL */
    struct buffer text;         /* what stands directly in it; not NUL-terminated */
    unsigned line;              /* where it begins, from 1 */
    struct xml_element *parent; /* NULL: the root */
    struct xml_element *first;  /* owned; the elements in it, */
    struct xml_element *last;   /* in order */
    struct xml_element *next;   /* behind it in its parent */
};

/* NULL with the error filled, its file being `file`. */
struct xml_element *xml_parse(struct slice text, const char *file, struct package_error *error);
void xml_destroy(struct xml_element **root);

/* The first element of that name directly in this one; NULL: none, also when `self` is NULL. */
const struct xml_element *xml_child(const struct xml_element *self, const char *name);
/* The next one of the same name beside it; NULL: none. */
const struct xml_element *xml_next(const struct xml_element *self);
/* An attribute's value; "" when it has none, also when `self` is NULL. */
const char *xml_attribute(const struct xml_element *self, const char *name);
/* Its text without white space around it. */
struct slice xml_text(const struct xml_element *self);

#endif
