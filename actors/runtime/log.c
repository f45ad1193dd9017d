#include "actors/runtime/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "actors/runtime/clock.h"

static enum log_level s_level = LOG_LEVEL_INFO;
static const char *const s_names[] = {"debug", "info", "warn", "error"};

void log_set_level(enum log_level level)
{
    s_level = level;
}

bool log_writes(enum log_level level)
{
    return level >= s_level;
}

void log_line(enum log_level level, const char *event, const char *details, ...)
{
    if (level < s_level)
        return;
    char line[1024];
    int64_t now_ms = clock_now_ms();
    time_t seconds = now_ms / 1000;
    struct tm utc;
    gmtime_r(&seconds, &utc);
    size_t length = strftime(line, sizeof line, "%Y-%m-%dT%H:%M:%S", &utc);
    length += (size_t)snprintf(line + length, sizeof line - length, ".%03dZ level=%s event=%s ",
                               (int)(now_ms % 1000), s_names[level], event);
    va_list arguments;
    va_start(arguments, details);
    int written = vsnprintf(line + length, sizeof line - length, details, arguments);
    va_end(arguments);
    length += written > 0 ? (size_t)written : 0;
    if (length > sizeof line - 2)
        length = sizeof line - 2; /* cut: a log line is bounded too */
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)line[i] < 0x20) /* nobody forges a second line */
            line[i] = ' ';
    line[length] = '\n';
    if (write(STDERR_FILENO, line, length + 1) < 0)
        return; /* nowhere to say so */
}

void log_sentences(enum log_level level, const char *event, const char *text, size_t length)
{
    for (const char *end = text + length; text < end; text++) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t words = (size_t)((stop ? stop : end) - text);
        if (words)
            log_line(level, event, "what=\"%.*s\"", (int)words, text);
        text += words;
    }
}
