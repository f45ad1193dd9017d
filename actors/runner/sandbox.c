/* A slot and its box: the keeper holds both, here they are asked for. Runs are sandbox_run.c's. */
#include "actors/runner/sandbox_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "actors/runner/machine.h"
#include "actors/runner/memory_file.h"
#include "actors/runner/seccomp_filter.h"
#include "proto/check.h"

/* The first of SANDBOX_SLOTS_MAX user ids, and as many for the slots' partners: 60578 to 61183 are
 * left unused by Debian and systemd, and lie below the 65536 that a container with mapped users
 * usually has. */
#define S_FIRST_UID 60600
#define S_BOX_FILES 8192 /* inodes of a box */

int64_t sandbox_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

void sandbox_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* ---- the keeper ---- */

void sandbox_tell_failure(char *failure, size_t size, const struct keeper_record *record)
{
    snprintf(failure, size, "%.*s: %s", (int)sizeof record->what, record->what,
             strerror(record->error));
}

/* Waits for a record of that kind. False: `failure` says what came instead. */
bool sandbox_await(struct sandbox *self, enum keeper_event event, struct keeper_record *record,
                   int *descriptor, char *failure, size_t size)
{
    if (!keeper_link_receive(&self->keeper, record, descriptor, SANDBOX_SET_UP_MS)) {
        snprintf(failure, size, "the sandbox's keeper is gone or stuck");
        return false;
    }
    if (record->event == event)
        return true;
    if (*descriptor >= 0)
        close(*descriptor);
    *descriptor = -1;
    if (record->event == KEEPER_FAILED)
        sandbox_tell_failure(failure, size, record);
    else
        snprintf(failure, size, "the sandbox's keeper is out of step");
    return false;
}

/* A request that is answered by READY. After a failure the keeper is not trusted any more. */
static bool s_ask(struct sandbox *self, const void *request, size_t bytes, const int *descriptor,
                  struct keeper_record *record, struct buffer *why)
{
    int none;
    char failure[128] = "the sandbox's keeper is gone";
    if (keeper_link_send(&self->keeper, request, bytes, descriptor, descriptor != NULL) &&
        sandbox_await(self, KEEPER_READY, record, &none, failure, sizeof failure))
        return true;
    if (why)
        buffer_printf(why, "The sandbox cannot be set up (%s).\n", failure);
    keeper_link_close(&self->keeper);
    return false;
}

static bool s_start_keeper(struct sandbox *self, struct buffer *why)
{
    struct keeper_record record;
    struct keeper_start *start = calloc(1, sizeof *start);
    check(start && self->filter.len <= KEEPER_FILTER_MAX);
    *start = (struct keeper_start){.task = KEEPER_START,
                                   .isolated = self->mode == SANDBOX_ISOLATED,
                                   .mapped = self->mode == SANDBOX_ISOLATED && geteuid() != 0,
                                   .uid = self->uid,
                                   .filter_count = self->filter.len};
    root_fill(&start->root, self->uid, *self->shared ? self->shared : NULL);
    if (self->filter.len)
        memcpy(start->filter, self->filter.filter, self->filter.len * sizeof *start->filter);
    size_t bytes = offsetof(struct keeper_start, filter) + self->filter.len * sizeof *start->filter;
    bool open = keeper_link_open(&self->keeper);
    if (!open)
        buffer_printf(why, "The sandbox's keeper cannot be started: %s.\n", strerror(errno));
    bool ok = open && s_ask(self, start, bytes, NULL, &record, why);
    self->own_users = ok && self->mode == SANDBOX_ISOLATED && record.error == 0;
    free(start);
    return ok;
}

/* ---- the slot ---- */

/* Slots are spread over the processors that we may use, cores first: a run stays on its own, so
 * that the caches and the rest of the machine disturb its times as little as may be. */
static void s_choose_cpu(struct sandbox *self, unsigned slot)
{
    struct machine machine;
    machine_look(&machine);
    self->cpu = machine.cpu_count ? machine.cpus[slot % machine.cpu_count] : -1;
    self->cpus = machine.cpu_count ? machine.cpu_count : 1;
}

static struct sandbox *s_new(enum sandbox_mode mode, unsigned slot, unsigned uid,
                             const char *shared, struct buffer *why)
{
    struct sandbox *self = calloc(1, sizeof *self);
    check(self);
    self->mode = mode;
    self->number = slot;
    self->keeper.socket = -1;
    if (shared && !realpath(shared, self->shared)) {
        buffer_printf(why, "%s: %s.\n", shared, strerror(errno));
        sandbox_destroy(&self);
        return NULL;
    }
    self->uid = mode == SANDBOX_ISOLATED || geteuid() == 0 ? uid : 0;
    s_choose_cpu(self, slot);
    bool limited = mode == SANDBOX_INSECURE ||
                   (seccomp_filter_new(&self->filter, why) && (self->cgroup = cgroup_new(why)));
    if (!limited || !s_start_keeper(self, why))
        sandbox_destroy(&self);
    return self;
}

struct sandbox *sandbox_new(enum sandbox_mode mode, unsigned slot, const char *shared,
                            struct buffer *why)
{
    check(slot < SANDBOX_SLOTS_MAX);
    return s_new(mode, slot, S_FIRST_UID + slot, shared, why);
}

struct sandbox *sandbox_partner(struct sandbox *self, struct buffer *why)
{
    if (!self->partner)
        self->partner =
            s_new(self->mode, self->number, S_FIRST_UID + SANDBOX_SLOTS_MAX + self->number,
                  *self->shared ? self->shared : NULL, why);
    return self->partner;
}

void sandbox_destroy(struct sandbox **self_p)
{
    struct sandbox *self = *self_p;
    if (!self)
        return;
    sandbox_destroy(&self->partner);
    sandbox_close_box(self);
    keeper_link_close(&self->keeper);
    cgroup_destroy(&self->cgroup);
    seccomp_filter_destroy(&self->filter);
    free(self);
    *self_p = NULL;
}

/* ---- the box ---- */

static int s_remove_one(const char *path, const struct stat *file, int kind, struct FTW *walk)
{
    (void)file;
    (void)kind;
    (void)walk;
    remove(path);
    return 0;
}

/* The folders that a file is in. False: errno. */
static bool s_make_folders(const struct sandbox *self, char *path)
{
    for (char *slash = path + strlen(self->box_path) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        bool made = mkdir(path, 0755) == 0 || errno == EEXIST;
        *slash = '/';
        if (!made)
            return false;
    }
    return true;
}

static bool s_make_file(const struct sandbox *self, const struct sandbox_file *file)
{
    char path[sizeof self->box_path + KEEPER_PATH_MAX + 2];
    snprintf(path, sizeof path, "%s/%.*s", self->box_path, (int)file->path.length, file->path.data);
    int fd = s_make_folders(self, path)
                 ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644)
                 : -1;
    bool ok = fd >= 0 && memory_file_write(fd, file->content.data, file->content.length);
    sandbox_close(&fd);
    return ok;
}

static bool s_open_plain_box(struct sandbox *self, const struct sandbox_file *files, unsigned count)
{
    bool ok = true;
    strcpy(self->box_path, "/tmp/codecomp-box-XXXXXX");
    if (!mkdtemp(self->box_path)) {
        self->box_path[0] = 0;
        return false;
    }
    for (unsigned i = 0; ok && i < count; i++)
        ok = s_make_file(self, &files[i]);
    if (ok && self->uid)
        ok = chown(self->box_path, self->uid, self->uid) == 0;
    return ok;
}

/* Within the box, whatever it says. */
static bool s_inside(struct slice path)
{
    size_t from = 0;
    if (path.length == 0 || path.length > KEEPER_PATH_MAX || memchr(path.data, 0, path.length))
        return false;
    for (size_t i = 0; i <= path.length; i++) {
        if (i < path.length && path.data[i] != '/')
            continue;
        struct slice name = slice_from(path.data + from, i - from);
        if (name.length == 0 || name.length > 255 || slice_is(name, ".") || slice_is(name, ".."))
            return false;
        from = i + 1;
    }
    return true;
}

static int s_pack_files(const struct sandbox_file *files, unsigned count)
{
    int packed = memory_file_new();
    bool ok = packed >= 0;
    for (unsigned i = 0; ok && i < count; i++) {
        const struct keeper_file head = {(uint32_t)files[i].path.length, false,
                                         files[i].content.length};
        ok = memory_file_write(packed, &head, sizeof head) &&
             memory_file_write(packed, files[i].path.data, files[i].path.length) &&
             memory_file_write(packed, files[i].content.data, files[i].content.length);
    }
    return memory_file_seal(packed, ok);
}

bool sandbox_open_box(struct sandbox *self, const char *source_name, struct slice source,
                      struct buffer *why)
{
    return sandbox_open_files(self, &(struct sandbox_file){slice_of(source_name), source}, 1, why);
}

bool sandbox_open_files(struct sandbox *self, const struct sandbox_file *files, unsigned count,
                        struct buffer *why)
{
    sandbox_close_box(self);
    for (unsigned i = 0; i < count; i++)
        if (!s_inside(files[i].path)) {
            buffer_printf(why, "A file of the box has no proper name.\n");
            return false;
        }
    if (self->mode == SANDBOX_INSECURE) {
        bool made = s_open_plain_box(self, files, count);
        if (!made)
            buffer_printf(why, "No folder can be made under /tmp: %s.\n", strerror(errno));
        return made;
    }
    int packed = s_pack_files(files, count);
    if (packed < 0) {
        buffer_printf(why, "No file can be made in memory: %s.\n", strerror(errno));
        return false;
    }
    bool open = sandbox_open_packed_box(self, packed, why);
    close(packed);
    return open;
}

bool sandbox_open_packed_box(struct sandbox *self, int packed, struct buffer *why)
{
    const struct keeper_box box = {KEEPER_OPEN_BOX, SANDBOX_BOX_BYTES, S_BOX_FILES};
    struct keeper_record record;
    char path[32];
    sandbox_close_box(self);
    if (self->keeper.process == 0 && !s_start_keeper(self, why))
        return false;
    /* a file position of its own: several slots may open the same one at once */
    snprintf(path, sizeof path, "/proc/self/fd/%d", packed);
    int files = open(path, O_RDONLY | O_CLOEXEC);
    if (files < 0) {
        buffer_printf(why, "The files of a box cannot be read: %s.\n", strerror(errno));
        return false;
    }
    bool ok = s_ask(self, &box, sizeof box, &files, &record, why);
    close(files);
    if (ok)
        strcpy(self->box_path, "/box");
    return ok;
}

int sandbox_pack_box(struct sandbox *self, uint64_t max_bytes)
{
    const struct keeper_box box = {KEEPER_PACK_BOX, max_bytes, S_BOX_FILES};
    struct keeper_record record;
    if (self->mode == SANDBOX_INSECURE)
        return -1;
    int files = memory_file_new();
    return memory_file_seal(files, files >= 0 &&
                                       s_ask(self, &box, sizeof box, &files, &record, NULL) &&
                                       record.error == 0);
}

void sandbox_close_box(struct sandbox *self)
{
    if (self->mode == SANDBOX_INSECURE && self->box_path[0])
        nftw(self->box_path, s_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    else if (self->box_path[0] && self->keeper.process) {
        enum keeper_task task = KEEPER_CLOSE_BOX;
        struct keeper_record record;
        s_ask(self, &task, sizeof task, NULL, &record, NULL); /* else the next keeper has none */
    }
    self->box_path[0] = 0;
}

const char *sandbox_box_path(const struct sandbox *self)
{
    return self->box_path;
}

const char *sandbox_shared_path(const struct sandbox *self)
{
    return self->mode == SANDBOX_ISOLATED ? ROOT_SHARED_PATH : self->shared;
}

const char *sandbox_scratch_path(const struct sandbox *self)
{
    return self->mode == SANDBOX_ISOLATED ? "/tmp" : self->box_path;
}

/* ---- can it? ---- */

static void s_drop(void *context, const char *data, size_t length)
{
    (void)context;
    (void)data;
    (void)length;
}

static bool s_swap_on(void)
{
    char text[512];
    int fd = open("/proc/swaps", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof text);
    if (fd >= 0)
        close(fd);
    /* a heading, then a line per swap space */
    const char *end = length > 0 ? memchr(text, '\n', (size_t)length) : NULL;
    return end && end + 1 < text + length;
}

/* Is there a hard limit on stacks that we may not lift for a program? */
static bool s_stack_bound(uint64_t *bytes)
{
    struct rlimit limit, lifted;
    if (getrlimit(RLIMIT_STACK, &limit) < 0 || limit.rlim_max == RLIM_INFINITY)
        return false;
    lifted = (struct rlimit){limit.rlim_cur, RLIM_INFINITY};
    *bytes = limit.rlim_max;
    if (setrlimit(RLIMIT_STACK, &lifted) < 0)
        return true;
    setrlimit(RLIMIT_STACK, &limit);
    return false;
}

/* How programs are isolated, and what is weaker than it should be. */
static void s_tell(const struct sandbox *self, struct buffer *sentences)
{
    uint64_t stack_bytes;
    buffer_printf(sentences, "Submissions are isolated by namespaces, seccomp and %s.\n",
                  cgroup_kind(self->cgroup));
    if (!self->own_users)
        buffer_append_text(sentences, "Programs get no user namespace of their own here "
                                      "(user.max_user_namespaces, or a container's rules).\n");
    if (geteuid() != 0 && getgroups(0, NULL) > 0)
        buffer_append_text(sentences, "Programs keep this user's supplementary groups, which only "
                                      "root could drop: let a user without any run this.\n");
    if (s_swap_on() && !cgroup_limits_swap(self->cgroup))
        buffer_append_text(sentences, "Swap is on and cannot be limited here: a submission can "
                                      "fill it; switch it off or boot with swapaccount=1.\n");
    if (!cgroup_keeps_peak(self->cgroup))
        buffer_append_text(sentences, "This kernel keeps no peak of a control group's memory "
                                      "(Linux 5.19 does): what is reported is the memory of a "
                                      "submission's largest process; limits are not affected.\n");
    if (s_stack_bound(&stack_bytes))
        buffer_printf(sentences,
                      "No stack can be larger than %llu MB here, whatever a problem's memory "
                      "limit is: deep recursion ends in a Runtime Error; lift the hard limit "
                      "(ulimit -Hs unlimited, LimitSTACK=infinity, --ulimit stack=-1).\n",
                      (unsigned long long)(stack_bytes >> 20));
}

bool sandbox_check(struct buffer *sentences)
{
    struct sandbox *self = sandbox_new(SANDBOX_ISOLATED, SANDBOX_SLOTS_MAX - 1, NULL, sentences);
    if (!self)
        return false;
    struct outcome outcome = {0};
    const struct sandbox_job job = {
        .argv = (const char *const[]){"/usr/bin/true", NULL},
        .limits = {1000, 5000, 64 << 20, 1 << 20, 8 << 20, 1024, 8},
        .output = s_drop,
    };
    bool ok = sandbox_open_files(self, NULL, 0, sentences);
    if (ok) {
        sandbox_run(self, &job, &outcome);
        ok = !outcome.failure[0] && outcome.exit_code == 0 && outcome.signal == 0;
        if (!ok)
            buffer_printf(sentences, "A program cannot be run in the sandbox (%s).\n",
                          outcome.failure[0] ? outcome.failure : "it failed");
    }
    if (ok)
        s_tell(self, sentences);
    sandbox_destroy(&self);
    return ok;
}
