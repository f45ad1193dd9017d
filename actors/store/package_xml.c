/* Expat does the parsing; it is stopped at the first thing that is not wanted. */
#include "actors/store/package_xml.h"

#include <expat.h>
#include <stdlib.h>

#include "proto/check.h"

struct s_tree {
    XML_Parser parser;           /* owned */
    struct xml_element *root;    /* owned */
    struct xml_element *current; /* being read */
    unsigned depth, elements;    /* so far */
    const char *refused;         /* why it was stopped; NULL: it was not */
};

static void s_stop(struct s_tree *self, const char *why)
{
    if (!self->refused)
        self->refused = why;
    XML_StopParser(self->parser, XML_FALSE);
}

static char **s_attributes(const XML_Char **given)
{
    size_t count = 0;
    while (given[count])
        count++;
    char **list = calloc(count + 1, sizeof *list);
    check(list);
    for (size_t i = 0; i < count; i++) {
        list[i] = strdup(given[i]);
        check(list[i]);
    }
    return list;
}

static void s_on_start(void *context, const XML_Char *name, const XML_Char **attributes)
{
    struct s_tree *self = context;
    if (self->refused)
        return;
    if (++self->depth > XML_DEPTH_MAX || ++self->elements > XML_ELEMENTS_MAX) {
        s_stop(self, "has too many elements, or too deep ones");
        return;
    }
    struct xml_element *element = calloc(1, sizeof *element);
    check(element);
    element->name = strdup(name);
    check(element->name);
    element->attributes = s_attributes(attributes);
    element->line = (unsigned)XML_GetCurrentLineNumber(self->parser);
    element->parent = self->current;
    buffer_init(&element->text, XML_MAX_BYTES);
    if (!self->current)
        self->root = element;
    else if (self->current->last)
        self->current->last->next = element;
    else
        self->current->first = element;
    if (self->current)
        self->current->last = element;
    self->current = element;
}

static void s_on_end(void *context, const XML_Char *name)
{
    struct s_tree *self = context;
    (void)name;
    if (self->refused)
        return;
    self->depth--;
    self->current = self->current->parent;
}

static void s_on_text(void *context, const XML_Char *text, int length)
{
    struct s_tree *self = context;
    if (self->current && !self->refused)
        buffer_append(&self->current->text, text, (size_t)length);
}

static void s_on_doctype(void *context, const XML_Char *name, const XML_Char *system,
                         const XML_Char *public, int internal)
{
    (void)name, (void)system, (void)public, (void)internal;
    s_stop(context, "has a document type; entities are not taken");
}

struct xml_element *xml_parse(struct slice text, const char *file, struct package_error *error)
{
    struct s_tree self = {.parser = XML_ParserCreate(NULL)};
    check(self.parser && text.length <= XML_MAX_BYTES);
    XML_SetUserData(self.parser, &self);
    XML_SetElementHandler(self.parser, s_on_start, s_on_end);
    XML_SetCharacterDataHandler(self.parser, s_on_text);
    XML_SetStartDoctypeDeclHandler(self.parser, s_on_doctype);
    bool good = XML_Parse(self.parser, text.data, (int)text.length, XML_TRUE) == XML_STATUS_OK;
    if (!good)
        package_refuse(error, file, (unsigned)XML_GetCurrentLineNumber(self.parser), "%s%s",
                       self.refused ? "" : "is not XML: ",
                       self.refused ? self.refused
                                    : XML_ErrorString(XML_GetErrorCode(self.parser)));
    XML_ParserFree(self.parser);
    if (!good)
        xml_destroy(&self.root);
    return self.root;
}

static void s_free(struct xml_element *element)
{
    for (char **attribute = element->attributes; *attribute; attribute++)
        free(*attribute);
    free(element->attributes);
    free(element->name);
    buffer_fini(&element->text);
    free(element);
}

/* As deep as the tree is: XML_DEPTH_MAX. */
void xml_destroy(struct xml_element **root)
{
    struct xml_element *element = *root;
    if (!element)
        return;
    while (element->first) {
        struct xml_element *child = element->first;
        element->first = child->next;
        xml_destroy(&child);
    }
    s_free(element);
    *root = NULL;
}

static const struct xml_element *s_named(const struct xml_element *element, const char *name)
{
    while (element && strcmp(element->name, name) != 0)
        element = element->next;
    return element;
}

const struct xml_element *xml_child(const struct xml_element *self, const char *name)
{
    return self ? s_named(self->first, name) : NULL;
}

const struct xml_element *xml_next(const struct xml_element *self)
{
    return s_named(self->next, self->name);
}

const char *xml_attribute(const struct xml_element *self, const char *name)
{
    for (char **at = self ? self->attributes : NULL; at && *at; at += 2)
        if (strcmp(at[0], name) == 0)
            return at[1];
    return "";
}

struct slice xml_text(const struct xml_element *self)
{
    struct slice text = self ? buffer_slice(&self->text) : slice_of("");
    while (text.length && strchr(" \t\r\n", text.data[0]))
        text = slice_from(text.data + 1, text.length - 1);
    while (text.length && strchr(" \t\r\n", text.data[text.length - 1]))
        text.length--;
    return text;
}
