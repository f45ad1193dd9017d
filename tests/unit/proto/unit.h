/* cmocka, with the headers that it wants first. */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/bytes.h"

/* The bytes of a slice against a literal text, with both shown when they differ. */
#define assert_text(got, expected) assert_text_at(got, expected, __FILE__, __LINE__)

static inline void assert_text_at(struct slice got, const char *expected, const char *file,
                                  int line)
{
    if (slice_is(got, expected))
        return;
    print_error("expected: %s\n     got: %.*s\n", expected, (int)got.length,
                got.data ? got.data : "");
    _fail(file, line);
}

#endif
