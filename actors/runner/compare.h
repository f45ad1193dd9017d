/* Compares a program's output, as it arrives, with the expected one: token by token. Whitespace
 * (space, tab, newline, vertical tab, form feed, carriage return) separates tokens and its amount
 * never matters; everything else must be equal byte for byte. Pure; keeps no output. */
#ifndef ACTORS_RUNNER_COMPARE_H
#define ACTORS_RUNNER_COMPARE_H

#include "proto/bytes.h"

struct compare {
    struct slice expected; /* borrowed until compare_end */
    size_t at;             /* expected bytes matched so far */
    bool in_token;         /* the output's last byte was inside a token */
    bool differs;          /* sticks */
};

void compare_init(struct compare *self, struct slice expected);
void compare_feed(struct compare *self, const char *data, size_t length);
/* True when all that was fed equals all that was expected. */
bool compare_end(struct compare *self);

#endif
