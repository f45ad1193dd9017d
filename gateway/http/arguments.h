/* What a route was given, typed and checked against parameters.def. Pure.
 * A refusal is one sentence that names the parameter, for the person who reads it: "roomId: not a
 * number". */
#ifndef GATEWAY_HTTP_ARGUMENTS_H
#define GATEWAY_HTTP_ARGUMENTS_H

#include "gateway/http/params.h"
#include "proto/limits.h"
#include "proto/words.h"

enum parameter {
#define INTEGER(field, name, minimum, maximum, sentence) PARAMETER_##field,
#define WORD_OF(field, name, vocabulary, sentence) PARAMETER_##field,
#define TEXT(field, name, max_bytes, sentence) PARAMETER_##field,
#include "gateway/http/parameters.def"
#undef INTEGER
#undef WORD_OF
#undef TEXT
    PARAMETERS /* how many there are */
};

/* One field per parameter: int64_t room_id; … uint8_t difficulty; … struct slice password. Those
 * not given are 0 or empty. Texts are borrowed from whatever the params point into. */
struct arguments {
#define INTEGER(field, name, minimum, maximum, sentence) int64_t field;
#define WORD_OF(field, name, vocabulary, sentence) uint8_t field;
#define TEXT(field, name, max_bytes, sentence) struct slice field;
#include "gateway/http/parameters.def"
#undef INTEGER
#undef WORD_OF
#undef TEXT
    uint32_t given; /* bit 1 << PARAMETER_…: it was there */
};

enum parameter_type { PARAMETER_IS_INTEGER, PARAMETER_IS_WORD, PARAMETER_IS_TEXT };

struct parameter_row {
    const char *name;                    /* "roomId" */
    enum parameter_type type;            /* which of the three */
    size_t offset;                       /* of its field in struct arguments */
    int64_t minimum;                     /* of an integer */
    int64_t maximum;                     /* of an integer; of a text in bytes */
    const struct vocabulary *vocabulary; /* of a word */
    const char *sentence;                /* for the interface's description */
};
extern const struct parameter_row parameter_rows[PARAMETERS];

/* One parameter of one route. */
struct parameter_use {
    enum parameter parameter; /* which */
    bool required;            /* absent is refused */
};

struct complaint {
    char text[160]; /* a sentence, NUL-terminated; empty when all is well */
};

/* Reads the `count` parameters of `uses` from `params`; others in `params` are ignored. False at
 * the first that is missing or malformed, with the sentence in `complaint`. */
bool arguments_read(struct arguments *self, const struct parameter_use *uses, size_t count,
                    const struct params *params, struct complaint *complaint);

static inline bool arguments_given(const struct arguments *self, enum parameter parameter)
{
    return self->given >> parameter & 1;
}

#endif
