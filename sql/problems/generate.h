/* What a problem's generators/generate.c is written with. It defines generated_tests, rows of a
 * name and a function that prints one input; generate.c has the main function around them:
 *
 *     generate_<slug> DIRECTORY REFERENCE
 *
 * writes DIRECTORY/<name>.in for every row, and <name>.ans from what the program REFERENCE prints
 * for it. Every row has its own seed, made of its name: adding one changes no other, and every
 * machine gets the same bytes. */
#ifndef PROBLEMS_GENERATE_H
#define PROBLEMS_GENERATE_H

#include <stdint.h>
#include <stdio.h>

#include "proto/prng.h"

#define GENERATED_VALUES_MAX 4

struct generated_test {
    const char *name;                           /* "20-random"; NULL in the row after the last */
    void (*write)(const int64_t *values);       /* prints the input to stdout */
    const int64_t values[GENERATED_VALUES_MAX]; /* what tells tests of one function apart */
};

extern const struct generated_test generated_tests[];

/* Evenly one of low … high. */
int64_t between(int64_t low, int64_t high);
/* Puts an array into random order. */
void shuffle(int64_t *values, int64_t count);

#endif
