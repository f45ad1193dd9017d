/* Why something failed, for the operator: never a value, never SQL, never a password. */
#ifndef STORE_ERROR_H
#define STORE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

struct store_error {
    char text[512]; /* a sentence without a full stop */
};

/* Fills the error; always false, so that a failure is one line: return store_error_set (…). */
__attribute__((format(printf, 2, 3))) static inline bool store_error_set(struct store_error *self,
                                                                         const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(self->text, sizeof self->text, format, arguments);
    va_end(arguments);
    return false;
}

#endif
