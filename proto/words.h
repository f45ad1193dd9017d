/* The vocabularies of words.def and the refusals of refusals.def as C enums, with their texts.
 * Pure; links nothing. */
#ifndef PROTO_WORDS_H
#define PROTO_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/bytes.h"

/* enum room_status, enum difficulty, enum visibility, enum verdict, enum result, enum judging_mode,
 * enum checker_protocol */
#define VOCABULARY(type) enum type {
#define WORD(name, number, text) name = number,
#define END_VOCABULARY \
    }                  \
    ;
#include "proto/words.def"
#undef VOCABULARY
#undef WORD
#undef END_VOCABULARY

/* enum refusal: REFUSED_ROOM_NOT_FOUND, …; NOT_REFUSED is 0. */
enum refusal {
    NOT_REFUSED = 0,
#define REFUSAL(name, number, status, problem_status, type, text) REFUSED_##name = number,
#include "proto/refusals.def"
#undef REFUSAL
};

/* One closed vocabulary: texts[number], all dense from 0. */
struct vocabulary {
    const char *name;         /* "room_status" */
    const char *const *texts; /* count texts, by number */
    uint8_t count;            /* how many words */
};

#define VOCABULARY(type) extern const struct vocabulary type##_words;
#define WORD(name, number, text)
#define END_VOCABULARY
#include "proto/words.def"
#undef VOCABULARY
#undef WORD
#undef END_VOCABULARY

/* The text of a number; "?" when there is none. */
const char *word_text(const struct vocabulary *vocabulary, uint8_t number);
/* Finds a text; false when the vocabulary has no such word. */
bool word_number(const struct vocabulary *vocabulary, struct slice text, uint8_t *number);

static inline bool verdict_final(enum verdict verdict)
{
    return verdict >= VERDICT_ACCEPTED;
}

struct refusal_row {
    enum refusal refusal;    /* its number */
    const char *name;        /* "ROOM_NOT_FOUND" */
    uint16_t status;         /* for the deployed frontend; 200 means: plain text */
    uint16_t problem_status; /* in an RFC 9457 document */
    const char *type;        /* "room-not-found" */
    const char *text;        /* what a person reads */
};

/* Never NULL: an unknown number gives the row of REFUSED_FAILED. */
const struct refusal_row *refusal_row(uint16_t number);

#endif
