/* A slot that runs hostile programs, one at a time: new namespaces, control group, resource limits
 * and system call filter for each run; only /usr, a box and a scratch space to see; no network.
 *
 * A slot keeps what is dear to make and carries no state: the namespace with the root, the empty
 * network namespace, its place among the control groups. The box holds one submission: source and
 * what the compiler made of it. It is writable while compiling and read-only afterwards. Nothing a
 * run writes survives it, box while compiling apart.
 *
 * Everything hangs on descriptors and processes of ours: when this process is killed, the kernel
 * ends the runs and frees the rest, but for empty control groups, which the next start sweeps.
 *
 * A slot belongs to one thread: runs die when the thread that started them ends. Descriptors 0 to 2
 * of the process must be open. Everything under /usr can be read by every submission. */
#ifndef ACTORS_RUNNER_SANDBOX_H
#define ACTORS_RUNNER_SANDBOX_H

#include "actors/runner/outcome.h"
#include "proto/bytes.h"

#define SANDBOX_SLOTS_MAX 256

enum sandbox_mode {
    SANDBOX_ISOLATED, /* all of the above, or sandbox_new fails */
    /* The operator's switch for development: a child process with resource limits, under another
     * user when we are root, in a folder under /tmp. It can read what that user can, use the
     * network, and leave processes behind; memory and time are measured less exactly. */
    SANDBOX_INSECURE,
};

struct sandbox;

/* `slot` (below SANDBOX_SLOTS_MAX) is the thread's number in this process: slots have a user each.
 * `shared` is a folder of this machine that every program may read; NULL: none. NULL when this
 * machine cannot do it: `why` gets a sentence per line on what is missing. */
struct sandbox *sandbox_new(enum sandbox_mode mode, unsigned slot, const char *shared,
                            struct buffer *why);
void sandbox_destroy(struct sandbox **self);

/* What this machine gives, one sentence per line, for the log at the start: what is missing and
 * what is weaker than it should be. True: submissions can be judged in isolation (a program has
 * been run to find out). */
bool sandbox_check(struct buffer *sentences);

/* The slot's second one, for what judges the programs of the first: another box, keeper, user,
 * control group and network namespace. Made when first asked for, destroyed with its slot. NULL: as
 * sandbox_new. */
struct sandbox *sandbox_partner(struct sandbox *self, struct buffer *why);

/* Starts a submission: a box with one file in it and nothing else. False: `why` has the reason, for
 * the log. */
bool sandbox_open_box(struct sandbox *self, const char *source_name, struct slice source,
                      struct buffer *why);
struct sandbox_file {
    struct slice path;    /* within the box: "main.c", "include/a.h" */
    struct slice content; /* of it */
};
/* The same with several. */
bool sandbox_open_files(struct sandbox *self, const struct sandbox_file *files, unsigned count,
                        struct buffer *why);
/* The same with the files of a box that was packed; the descriptor stays the caller's. */
bool sandbox_open_packed_box(struct sandbox *self, int packed, struct buffer *why);
/* The ordinary files of the open box, for another box (keeper.h has the format): a sealed file in
 * memory, the caller's. -1: they are more than max_bytes, or can't be packed; insecure boxes never
 * are. */
int sandbox_pack_box(struct sandbox *self, uint64_t max_bytes);
/* Ends it and frees what it held. */
void sandbox_close_box(struct sandbox *self);
/* What {box}, {scratch} and {shared} stand for in this slot; valid while the box is open. */
const char *sandbox_box_path(const struct sandbox *self);
const char *sandbox_shared_path(const struct sandbox *self);
const char *sandbox_scratch_path(const struct sandbox *self);

struct sandbox_limits {
    int64_t cpu_ms;         /* of all its processes together */
    int64_t wall_ms;        /* from its start, without the time in which it waited for a processor:
                             * what else the machine does is not its fault; when it has waited
                             * until ten times this, that is our failure */
    uint64_t memory_bytes;  /* of all of them, with what they write to the scratch space */
    uint64_t scratch_bytes; /* size of the scratch space, and of any one file */
    uint64_t stack_bytes;   /* of its first thread */
    uint64_t output_bytes;  /* to stdout; one more, and it is killed */
    uint32_t processes;     /* processes and threads at once */
};

/* Each of a run's files has a path of its own, whose number is FIRST and its place among them. */
#define SANDBOX_FILES_MAX 2
#define SANDBOX_FILE_PATH "/proc/self/fd/%u"
#define SANDBOX_FILE_FIRST 100

struct sandbox_job {
    const char *const *argv;        /* argv[0] an absolute path; NULL at its end */
    const char *const *environment; /* besides PATH, HOME and LANG; NULL at its end */
    struct slice input;             /* stdin; borrowed during the run */
    const int *input_file;          /* a file to be stdin instead; borrowed; NULL: none */
    const struct slice *files;      /* what it may read besides, see SANDBOX_FILE_PATH */
    unsigned file_count;            /* of them, at most SANDBOX_FILES_MAX */
    const int *kept_file;         /* a file in memory that it may write, behind those; NULL: none */
    bool compiling;               /* the box is writable, and where the program starts */
    const char *artefact;         /* ordinary file that must be in the box afterwards; NULL: none */
    struct sandbox_limits limits; /* all of them set */
    /* Gets stdout in pieces as it comes, never more than output_bytes in all. */
    void (*output)(void *context, const char *data, size_t length);
    struct buffer *errors; /* stderr up to max_bytes, the rest is dropped; NULL: joins stdout */
    /* Called several times a second while the program runs; false kills it. NULL: never. */
    bool (*progress)(void *context);
    void *context; /* handed to both */
};

/* Runs to the end, blocking. The box must be open. */
void sandbox_run(struct sandbox *self, const struct sandbox_job *job, struct outcome *outcome);

/* Two runs at once, each in a box of its own, the stdout of one being the stdin of the other. Both
 * are bounded by their limits, output_bytes by what passes from one to the other; what they write
 * never waits in our memory. Inputs and outputs of the jobs are not used.
 *
 * While the first runs, the second's time is not its own, and its wall clock stands still while the
 * second is at work; the second's wall clock begins when the first has ended. A run hears that the
 * other has ended (end of file, SIGPIPE) only after we have seen it: so whoever fails because of
 * the other is known to have ended later. After the end of the first, the second's output is
 * dropped, so that nothing keeps it from saying what it thinks. */
struct sandbox_pair {
    struct sandbox *sandboxes[2];      /* borrowed: of the first, the program; and the second */
    const struct sandbox_job *jobs[2]; /* borrowed */
    struct outcome outcomes[2];        /* filled */
    /* One has ended, the other not yet: shall that go on? False kills it. */
    bool (*goes_on)(void *context, unsigned ended, const struct outcome *outcome);
    void *context;  /* handed to it */
    unsigned first; /* filled: which of them ended, or had to be stopped, first: 0 or 1 */
};
void sandbox_run_pair(struct sandbox_pair *pair);

#endif
