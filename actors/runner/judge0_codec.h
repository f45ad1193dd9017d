/* What Judge0 1.13 says and wants to hear, as JSON. Whatever comes from a server is checked for its
 * types and bounds: false means that it is not what Judge0 sends. Source: Judge0's controllers and
 * serializers (submissions, info, health, languages), version 1.13.1. No socket, no clock. */
#ifndef RUNNER_JUDGE0_CODEC_H
#define RUNNER_JUDGE0_CODEC_H

#include <jansson.h>

#include "actors/runner/driver.h"

#define JUDGE0_TOKEN_BYTES 64 /* of a token (a UUID has 36), with its NUL */
#define JUDGE0_BATCH_MAX 20   /* submissions that we put into one request, whatever is allowed */
#define JUDGE0_WHY_BYTES 160

/* /config_info; where it does not answer, what 1.13.1 has by default. */
struct judge0_config {
    bool maintenance;                   /* takes no submissions */
    bool batches;                       /* takes them in batches, as we send them */
    bool callbacks;                     /* calls callback_url */
    bool options;                       /* takes compiler_options … */
    char options_for[256];              /* … for languages whose names begin so, by |; "": all */
    int64_t max_cpu_ms, max_wall_ms;    /* that a submission may ask for */
    int64_t max_memory_kb, max_file_kb; /* likewise */
    int64_t max_stack_kb;               /* likewise */
    int64_t max_processes;              /* likewise */
    unsigned batch_max, queue_max;      /* submissions in a request, and waiting */
};

void judge0_config_default(struct judge0_config *self);
bool judge0_read_config(struct slice json, struct judge0_config *self);
/* /languages: those that are in languages.def and that the server would judge as we mean them. */
bool judge0_read_languages(struct slice json, const struct judge0_config *config,
                           struct offer *offer);
/* /workers: those that are there, of all queues. */
bool judge0_read_workers(struct slice json, unsigned *workers);

/* What this program knows of a language beyond languages.def; NULL: not judged by Judge0. */
struct judge0_language {
    int64_t id;               /* Judge0's */
    const char *blank;        /* stands for a source of white space only */
    const char *options;      /* compiler_options; "": none */
    const char *syntax_check; /* a program; "": the server compiles */
};
const struct judge0_language *judge0_language_find(int64_t id);

struct judge0_submission {
    int64_t language_id;        /* Judge0's */
    const char *options;        /* compiler_options; "": none */
    const char *callback_url;   /* "": none */
    int64_t cpu_ms, wall_ms;    /* limits */
    int64_t memory_kb;          /* limit */
    int64_t stack_kb;           /* limit; comes back with the result */
    int64_t file_kb;            /* limit of any file, stdout among them */
    unsigned processes;         /* limit */
    struct slice source, input; /* any bytes */
};

/* A batch is written by begin, one or more of these, and end. */
void judge0_write_begin(struct buffer *out);
void judge0_write_submission(const struct judge0_submission *submission, struct buffer *out);
void judge0_write_end(struct buffer *out);

/* The answer to a batch of `count`: a token for each, in order. False: `why` is what the server has
 * against one of them, or empty when this is not Judge0's answer at all. */
bool judge0_read_tokens(struct slice json, unsigned count, char tokens[][JUDGE0_TOKEN_BYTES],
                        char why[JUDGE0_WHY_BYTES]);

enum judge0_status {
    JUDGE0_IN_QUEUE = 1,
    JUDGE0_PROCESSING = 2,
    JUDGE0_TIME_LIMIT = 5,
    JUDGE0_COMPILATION_ERROR = 6,
    JUDGE0_INTERNAL_ERROR = 13,
    JUDGE0_EXEC_FORMAT_ERROR = 14,
};

struct judge0_result {
    char token[JUDGE0_TOKEN_BYTES]; /* whose */
    int status;                     /* 1 … 14 */
    int64_t stack_kb;               /* as it was sent */
    int64_t time_us, memory_kb;     /* 0: not measured */
    int exit_code, exit_signal;     /* 0: none */
    struct buffer output, errors;   /* stdout, stderr; owned by the caller */
    struct buffer compile_output;   /* likewise */
    char message[JUDGE0_WHY_BYTES]; /* the server's own, to be shown in a log */
};

/* The fields that judge0_read_result wants. */
#define JUDGE0_FIELDS                                                                      \
    "token,status_id,stack_limit,time,memory,exit_code,exit_signal,message,stdout,stderr," \
    "compile_output"

/* A batch's results: an array of `count` objects, or nulls for those that the server does not know.
 * NULL: it is not that. The caller owns *document (json_decref), which holds the array. */
json_t *judge0_read_results(struct slice json, size_t count, json_t **document);
bool judge0_read_result(const json_t *item, struct judge0_result *result);

/* What the body of an error says, as text for a log, bounded: {"error"} or {"field":["…"]}, alone
 * or the first of several; else nothing. */
void judge0_error_text(struct slice body, char text[JUDGE0_WHY_BYTES]);

#endif
