/* Compares a program's output, as it arrives, with the judges' answer by the rules of the ICPC
 * problem format's default output validator (problemtools: support/default_validator). Pure; keeps
 * no more of the output than one token that may be a number.
 *
 * Tokens are separated by white space (space, tab, newline, vertical tab, form feed, carriage
 * return), whose amount does not matter unless it is asked for. Where a tolerance is given and the
 * judges' token is a finite number, the program's must be one as well and near enough, by either
 * of the two tolerances; every other token must be equal, but for upper and lower case (ASCII)
 * unless that is asked for. A number is what C's scanf takes as one to the token's last character:
 * "+1", "0x1p3", ".5", "1e" are numbers; "inf", "nan", "1e400" and "1,5" are texts.
 *
 * Stricter than theirs in two points: a NUL does not end a token, and a token with one, or longer
 * than COMPARE_NUMBER_MAX_BYTES, is no number. */
#ifndef ACTORS_RUNNER_COMPARE_H
#define ACTORS_RUNNER_COMPARE_H

#include "proto/bytes.h"

#define COMPARE_NUMBER_MAX_BYTES 4096

struct compare_rules {
    bool case_sensitive;  /* upper and lower case are different */
    bool space_sensitive; /* white space must be equal byte for byte */
    double absolute;      /* how far a number may be off; below 0: no such tolerance */
    double relative;      /* likewise, as a part of the judges' number */
};

/* The rules that these words ask for: the flags of the default validator, separated by white space:
 * case_sensitive, space_change_sensitive, float_tolerance E, float_absolute_tolerance E,
 * float_relative_tolerance E. No words: neither case nor space matters, and no number is near
 * another. False: `error` says what is wrong. */
bool compare_rules_parse(struct slice words, struct compare_rules *rules, char *error,
                         size_t error_size);

struct compare {
    struct compare_rules rules; /* as given */
    struct slice expected;      /* borrowed until compare_end */
    size_t at;                  /* expected bytes that are done with */
    bool in_token;              /* the output's last byte was inside a token */
    bool differs;               /* sticks */
    bool number;                /* the token under way must be near `judges`, not equal: */
    double judges;              /* their number */
    size_t length;              /* of the output's token so far: */
    char text[COMPARE_NUMBER_MAX_BYTES + 1]; /* what it is */
};

void compare_init(struct compare *self, const struct compare_rules *rules, struct slice expected);
void compare_feed(struct compare *self, const char *data, size_t length);
/* True when what was fed is as good as what was expected. */
bool compare_end(struct compare *self);

#endif
