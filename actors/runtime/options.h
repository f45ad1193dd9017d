/* The options of options.def, read: flags over environment over a ZPL file over defaults. */
#ifndef RUNTIME_OPTIONS_H
#define RUNTIME_OPTIONS_H

#include "proto/bytes.h"

#define OPTION_TEXT_BYTES 512

/* Which commands take an option. */
enum {
    SERVE = 1,
    IMPORT = 2,
    MIGRATE = 4,
    TOKEN = 8,
    DLQ = 16,
    LANGUAGES = 32,
    PROBLEMS = 64,
    REJUDGE = 128
};

enum option_id {
#define OPTION(field, type, commands, absent, least, most, argument, sentence) OPTION_##field,
#include "actors/runtime/options.def"
#undef OPTION
    OPTION_COUNT
};

enum option_source {
    OPTION_FROM_DEFAULT,
    OPTION_FROM_FILE,
    OPTION_FROM_ENVIRONMENT,
    OPTION_FROM_FLAG
};

struct options {
#define OPTION(field, type, commands, absent, least, most, argument, sentence) \
    OPTION_FIELD_##type(field)
#define OPTION_FIELD_TEXT(field) char field[OPTION_TEXT_BYTES];
#define OPTION_FIELD_SECRET(field) char field[OPTION_TEXT_BYTES];
#define OPTION_FIELD_FLAG(field) bool field;
#define OPTION_FIELD_NUMBER(field) int64_t field;
#define OPTION_FIELD_MS(field) int64_t field;
#define OPTION_FIELD_BYTES(field) int64_t field;
#include "actors/runtime/options.def"
#undef OPTION
    enum option_source sources[OPTION_COUNT]; /* where each came from */
    char file[OPTION_TEXT_BYTES];             /* the --config file that was read; or "" */
    char **arguments;                         /* what is no option, borrowed from argv */
    size_t argument_count;                    /* how many */
    bool help;                                /* --help was among them */
};

/* Reads the arguments behind a command's name. False: `error` names the option, where it stood, and
 * what is wrong with it. */
bool options_read(struct options *self, int command, int argc, char **argv, char *error,
                  size_t error_size);
#define OPTION_WHERE_BYTES (OPTION_TEXT_BYTES + 64)
/* The option as its user wrote it: "--listen", "CODECOMP_LISTEN", "duels.zpl: listen". */
const char *options_where(const struct options *self, enum option_id option,
                          char text[OPTION_WHERE_BYTES]);
/* All that a command takes, as a ZPL file would have them, with where each came from. Logins in
 * URLs are not shown. */
void options_print(const struct options *self, int command, struct buffer *out);
/* The options of a command as --help shows them. */
void options_help(int command, struct buffer *out);
/* All of serve's as a table in Markdown. */
void options_markdown(struct buffer *out);

#endif
