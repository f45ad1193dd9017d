/* Why a problem package is refused: which file, which line, what is wrong, for the person who wrote
 * it. Shared by the reader and its parts. */
#ifndef STORE_PACKAGE_ERROR_H
#define STORE_PACKAGE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

struct package_error {
    char file[1024]; /* as the caller's folder names it: "problems/x/problem.yaml" */
    unsigned line;   /* from 1; 0 when the whole file or folder is meant */
    char what[512];  /* a sentence without a full stop */
};

/* What packages say of themselves goes to an operator's terminal: without its control characters.
 */
static inline void package_error_tame(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
}

/* Fills the error; always false, so that a refusal is one line: return package_refuse (…). */
__attribute__((format(printf, 4, 5))) static inline bool
package_refuse(struct package_error *self, const char *file, unsigned line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(self->what, sizeof self->what, format, arguments);
    va_end(arguments);
    snprintf(self->file, sizeof self->file, "%s", file);
    package_error_tame(self->what);
    package_error_tame(self->file);
    self->line = line;
    return false;
}

#endif
