/* One structured line per event on standard error: time, level, event, key=value …  No secrets.
 * Any thread; a line is one write. */
#ifndef RUNTIME_LOG_H
#define RUNTIME_LOG_H

#include <stdbool.h>
#include <stddef.h>

enum log_level {
    LOG_LEVEL_DEBUG,
    LOG_LEVEL_INFO,
    LOG_LEVEL_WARN,
    LOG_LEVEL_ERROR,
    LOG_LEVEL_NONE /* writes nothing: a replay says again what was said when it was recorded */
};

/* Lines below this level are not written. Default INFO. Set before threads start. */
void log_set_level(enum log_level level);

/* Whether lines of this level are written: for details that cost something. */
bool log_writes(enum log_level level);

/* event: a few words with hyphens, "room-loaded"; details: "key=%d name=\"%s\"", may be "". */
__attribute__((format(printf, 3, 4))) void log_line(enum log_level level, const char *event,
                                                    const char *details, ...);

/* A line for each line of `text`: `what` is the words. */
void log_sentences(enum log_level level, const char *event, const char *text, size_t length);

#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_warn(...) log_line(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)

#endif
