/* JSON bodies by jansson, which checks UTF-8 and bounds the nesting itself. The caller has bounded
 * the text. */
#include "gateway/http/body.h"

#include <stdio.h>

static struct param s_param(const char *name, json_t *value)
{
    struct param param = {.name = slice_of(name)};
    if (json_is_string(value)) {
        param.value = slice_from(json_string_value(value), json_string_length(value));
        if (memchr(param.value.data, 0, param.value.length))
            param = (struct param){.name = param.name, .kind = PARAM_NUL};
    } else if (json_is_integer(value)) {
        param.kind = PARAM_INTEGER;
        param.integer = json_integer_value(value);
    } else {
        param.kind = json_is_real(value) ? PARAM_NOT_WHOLE : PARAM_NOT_SCALAR;
    }
    return param;
}

static json_t *s_load(struct slice text, json_error_t *error)
{
    json_t *document = json_loadb(text.data, text.length, JSON_ALLOW_NUL, error);
    /* A number beyond 64 bits: read once more as a real, so that the refusal can name whose it is.
     */
    if (!document && json_error_code(error) == json_error_numeric_overflow)
        document =
            json_loadb(text.data, text.length, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, error);
    return document;
}

bool body_read(struct slice text, struct params *params, json_t **document,
               struct complaint *complaint)
{
    *document = NULL;
    if (!text.length) {
        snprintf(complaint->text, sizeof complaint->text, "body: missing");
        return false;
    }
    json_error_t error;
    json_t *object = s_load(text, &error);
    if (!object) {
        snprintf(complaint->text, sizeof complaint->text,
                 "body: not valid JSON (line %d, column %d)", error.line, error.column);
        return false;
    }
    if (!json_is_object(object)) {
        snprintf(complaint->text, sizeof complaint->text, "body: not a JSON object");
        json_decref(object);
        return false;
    }
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        if (!json_is_null(value) && !params_add_param(params, s_param(name, value))) {
            snprintf(complaint->text, sizeof complaint->text, "body: too many members");
            json_decref(object);
            return false;
        }
    }
    *document = object;
    return true;
}
