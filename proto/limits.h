/* Every maximum that more than one file must know. A queue, list or text without one does not
 * exist. Where the policy at the bound is not "refuse", it stands here. */
#ifndef PROTO_LIMITS_H
#define PROTO_LIMITS_H

/* ids: below 2^53, so that JavaScript reads them exactly */
#define ID_MAX 9007199254740991LL

/* a contest */
#define ROOM_SEATS 2                          /* participants of a room */
#define ROOM_PROBLEMS_MAX 8                   /* problems of a room */
#define ROOM_SUBMISSIONS_MAX 20000            /* of both, over 5 h at the default rate: 18,000 */
#define CONTEST_DURATION_MIN_MS (60 * 1000LL) /* 1 minute */
#define CONTEST_DURATION_MAX_MS (5 * 3600 * 1000LL) /* 5 hours */
#define PROBLEM_CANDIDATES_MAX 4096                 /* problems that a draw chooses among */

/* texts, in bytes */
#define PASSWORD_MAX_BYTES 64
#define NAME_MAX_BYTES 256
#define EMAIL_MAX_BYTES 320
#define PROVIDER_MAX_BYTES 64     /* the name of who vouches for a user */
#define LOGIN_TEXT_MAX_BYTES 1000 /* of what a provider sends back by a browser */
#define LOGIN_KEY_BYTES 32        /* SHA-256 of a login's state */
#define TITLE_MAX_BYTES 256
#define SLUG_MAX_BYTES 64
#define STATEMENT_MAX_BYTES (256 * 1024)
#define CODE_MAX_BYTES (1024 * 1024) /* the bound on --code-limit */
#define COMPILE_OUTPUT_MAX_BYTES \
    (8 * 1024)                          /* kept and shown to the submitter; cut at a character */
#define RUN_INPUT_MAX_BYTES (64 * 1024) /* of a contestant's own for a run */
#define RUN_TEXTS_MAX_BYTES \
    (48 * 1024) /* of all outputs of a run together, as they are kept; each gets its share */
#define PICTURE_MAX_BYTES (2 * 1024 * 1024) /* of a statement */
#define PICTURE_NAME_MAX_BYTES 48
#define TEST_FILE_MAX_BYTES (16 * 1024 * 1024)
#define HEARD_MAX_BYTES                                                        \
    (128 * 1024) /* JSON that other processes publish; longer is not passed on \
                  */

/* lists */
#define LIST_MAX 500   /* rows of any list answer */
#define TESTS_MAX 500  /* test cases of a problem */
#define TEST_ARGUMENTS_MAX_BYTES 1024 /* of a test: options of the comparison, or words for a checker */
#define SAMPLES_MAX 16 /* of those, shown with the statement */
#define LANGUAGES_MAX 64

/* a commit */
#define COMMIT_OPS_MAX 24 /* a rejudging: 16 standings, 2 results, and 4 around them */
#define STATEMENT_PARAMS_MAX 24
#define RESULT_VALUES_MAX (ROOM_SUBMISSIONS_MAX * 8)

/* partitions of rooms, fixed for ever: room id mod PARTITIONS */
#define PARTITIONS 64

/* a frame on a socket; more is dropped by ZeroMQ before it is read */
#define FRAME_MAX_BYTES (40 * 1024 * 1024)

_Static_assert(FRAME_MAX_BYTES > 2 * TEST_FILE_MAX_BYTES + 64 * 1024, "a test case fits a frame");

#endif
