/* check(): guards our own logic, in every build. What comes from outside (peers, disk, database,
 * environment) never goes through here: it gets an error path. */
#ifndef PROTO_CHECK_H
#define PROTO_CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define check(condition)                                  \
    do {                                                  \
        if (__builtin_expect(!(condition), 0))            \
            check_failed(#condition, __FILE__, __LINE__); \
    } while (0)

#define unreachable() check_failed("unreachable", __FILE__, __LINE__)

__attribute__((noreturn, cold)) static inline void check_failed(const char *what, const char *file,
                                                                int line)
{
    fprintf(stderr, "codecomp: check failed: %s at %s:%d\n", what, file, line);
    abort();
}

#endif
