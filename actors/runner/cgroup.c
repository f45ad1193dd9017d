/* Places and groups as directories; what their files are called is the back ends' business. */
#include "actors/runner/cgroup_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "actors/runner/sandbox.h"
#include "proto/check.h"

#define S_BASE "codecomp.runner" /* below our own group: all places */
#define S_DEPTH_MAX 64           /* groups in each other, above us */
/* Places under one base: slots and their partners, of several servers. */
#define S_PLACES_MAX (4 * SANDBOX_SLOTS_MAX)

/* In a place: the group of the run under way, and that of the next one, in turn. */
static const char *const s_runs[] = {"run-0", "run-1"};

struct cgroup {
    const struct cgroup_driver *driver; /* version 1 or 2 */
    int base[CGROUP_HIERARCHIES_MAX];   /* directories, -1 when not open */
    int place[CGROUP_HIERARCHIES_MAX];  /* ours; each carries a lock */
    int group[CGROUP_HIERARCHIES_MAX];  /* of the run under way; -1 between runs */
    int spare[CGROUP_HIERARCHIES_MAX];  /* of the next run; -1 when it is not prepared */
    unsigned turn;                      /* the name of `group` in s_runs; `spare` has the other */
    struct cgroup_entry entry;          /* of that group */
    char name[24];                      /* of the place; empty until there is one */
};

/* ---- files of a group ---- */

bool cgroup_write(int directory, const char *file, const char *text)
{
    int fd = openat(directory, file, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t written = write(fd, text, strlen(text));
    int error = errno;
    close(fd);
    errno = error;
    return written >= 0;
}

bool cgroup_write_u64(int directory, const char *file, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, value);
    return cgroup_write(directory, file, text);
}

bool cgroup_read_text(int directory, const char *file, char *text, size_t size)
{
    int fd = openat(directory, file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t length = read(fd, text, size - 1);
    int error = length < 0 ? errno : ENODATA;
    close(fd);
    errno = error;
    text[length > 0 ? length : 0] = 0;
    return length > 0;
}

int64_t cgroup_read(int directory, const char *file, const char *key)
{
    char text[2048];
    if (!cgroup_read_text(directory, file, text, sizeof text))
        return -1;
    if (!key)
        return strtoll(text, NULL, 10);
    size_t key_length = strlen(key);
    for (char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, key_length) == 0 && line[key_length] == ' ')
            return strtoll(line + key_length, NULL, 10);
    }
    errno = ENODATA;
    return -1;
}

/* ---- where we are ---- */

/* True when the comma-separated list has the word. */
static bool s_listed(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; (at = strstr(at, word)); at += length)
        if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == 0))
            return true;
    return false;
}

/* Our own group's path in the hierarchy of a controller, as the kernel tells it: "/" upwards. */
static bool s_own_path(const char *controller, char *path, size_t size)
{
    FILE *stream = fopen("/proc/self/cgroup", "re");
    char line[PATH_MAX + 128];
    bool found = false;
    while (stream && !found && fgets(line, sizeof line, stream)) {
        char *list = strchr(line, ':'), *own = list ? strchr(list + 1, ':') : NULL;
        if (!own)
            continue;
        *list++ = *own++ = 0;
        own[strcspn(own, "\n")] = 0;
        found = controller ? s_listed(list, controller) : *list == 0;
        if (found)
            found = snprintf(path, size, "%s", own) < (int)size;
    }
    if (stream)
        fclose(stream);
    return found;
}

/* Takes a line of mountinfo apart; false when it is not the mount of that hierarchy. */
static bool s_is_mount(char *line, const char *controller, char **root, char **point)
{
    char *fields[5], *rest = NULL, *dash = strstr(line, " - ");
    if (!dash)
        return false;
    *dash = 0;
    for (unsigned i = 0; i < 5; i++)
        if (!(fields[i] = strtok_r(i ? NULL : line, " ", &rest)))
            return false;
    char *type = strtok_r(dash + 3, " ", &rest), *source = strtok_r(NULL, " ", &rest);
    char *options = strtok_r(NULL, " \n", &rest);
    *root = fields[3];
    *point = fields[4];
    if (!type || !source || !options)
        return false;
    return controller ? strcmp(type, "cgroup") == 0 && s_listed(options, controller)
                      : strcmp(type, "cgroup2") == 0;
}

/* The directory of our own group: the mount point, then our path less the part above the mount's
 * root; in a container that sees paths of its host, the mount point itself. */
static int s_open_own(const char *controller)
{
    char own[PATH_MAX], line[2 * PATH_MAX + 256], path[2 * PATH_MAX + 1];
    FILE *stream =
        s_own_path(controller, own, sizeof own) ? fopen("/proc/self/mountinfo", "re") : NULL;
    int directory = -1;
    while (stream && directory < 0 && fgets(line, sizeof line, stream)) {
        char *root, *point;
        if (!s_is_mount(line, controller, &root, &point))
            continue;
        size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);
        if (strncmp(own, root, length) == 0 && (own[length] == '/' || own[length] == 0)) {
            snprintf(path, sizeof path, "%s%s", point, own + length);
            directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        }
        if (directory < 0)
            directory = open(point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (stream)
        fclose(stream);
    /* An earlier start moved its shell, and so us, into the leaf that version 2 asks for. */
    size_t length = directory < 0 ? 0 : strlen(own);
    const char *leaf = "/codecomp.host";
    if (!controller && length >= strlen(leaf) && strcmp(own + length - strlen(leaf), leaf) == 0) {
        int parent = openat(directory, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        close(directory);
        directory = parent;
    }
    return directory;
}

/* ---- places ---- */

static int s_make(int parent, const char *name)
{
    if (mkdirat(parent, name, 0755) < 0 && errno != EEXIST)
        return -1;
    return openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void s_close_all(int *directories)
{
    for (unsigned i = 0; i < CGROUP_HIERARCHIES_MAX; i++) {
        if (directories[i] >= 0)
            close(directories[i]);
        directories[i] = -1;
    }
}

/* Removes a group that has no processes any more; the kernel may need a moment to see that. */
static void s_remove(int parent, const char *name)
{
    for (int tries = 0; unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno == EBUSY; tries++) {
        if (tries == 200)
            return;
        nanosleep(&(struct timespec){.tv_nsec = 1000 * 1000}, NULL);
    }
}

/* Removes a place of one hierarchy that nobody holds. Its processes died with the one who started
 * them; should one be left, it ends here. */
static void s_sweep_place(int base, const char *name)
{
    char path[64];
    int64_t process;
    for (unsigned i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s/cgroup.procs", name, s_runs[i]);
        for (int n = 0; n < 10000 && (process = cgroup_read(base, path, NULL)) > 0; n++)
            kill((pid_t)process, SIGKILL);
        snprintf(path, sizeof path, "%s/%s", name, s_runs[i]);
        s_remove(base, path);
    }
    s_remove(base, name);
}

/* Removes and closes the directories of a run's group. */
static void s_remove_run(struct cgroup *self, int *group, unsigned turn)
{
    for (unsigned i = 0; i < self->driver->hierarchies; i++)
        if (group[i] >= 0)
            s_remove(self->place[i], s_runs[turn]);
    s_close_all(group);
}

/* Is a place of that name held in any hierarchy? Where it is there and nobody holds it, it goes. */
static bool s_held(struct cgroup *self, const char *name)
{
    bool held = false;
    for (unsigned i = 0; i < self->driver->hierarchies; i++) {
        int place = openat(self->base[i], name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (place < 0)
            continue;
        if (flock(place, LOCK_EX | LOCK_NB) < 0)
            held = true;
        else
            s_sweep_place(self->base[i], name);
        close(place);
    }
    return held;
}

static bool s_make_place(struct cgroup *self, const char *name)
{
    for (unsigned i = 0; i < self->driver->hierarchies; i++) {
        self->place[i] = s_make(self->base[i], name);
        if (self->place[i] < 0 || flock(self->place[i], LOCK_EX | LOCK_NB) < 0)
            return false;
    }
    return true;
}

/* Removes dead places and takes the first name that is free in every hierarchy: processes that
 * share our group in one of them need not share it in another. */
static bool s_take_place(struct cgroup *self)
{
    for (unsigned n = 0; n < S_PLACES_MAX; n++) {
        char name[24];
        snprintf(name, sizeof name, "slot-%u", n);
        if (s_held(self, name) || self->name[0])
            continue;
        snprintf(self->name, sizeof self->name, "%s", name);
        if (!s_make_place(self, name))
            return false;
    }
    return self->name[0] != 0;
}

static bool s_open_base(struct cgroup *self, struct buffer *why)
{
    for (unsigned i = 0; i < self->driver->hierarchies; i++) {
        const char *controller = self->driver->controllers[i];
        int own = s_open_own(controller);
        if (own < 0) {
            buffer_printf(why, "There is no control group hierarchy for %s.\n",
                          controller ? controller : "version 2");
            return false;
        }
        bool enabled = self->driver->enable(own, why);
        self->base[i] = enabled ? s_make(own, S_BASE) : -1;
        int error = errno;
        close(own);
        if (!enabled)
            return false;
        if (self->base[i] < 0) {
            buffer_printf(why, "No control group can be made for %s: %s.\n",
                          controller ? controller : "version 2", strerror(error));
            return false;
        }
        if (!self->driver->enable(self->base[i], why))
            return false;
    }
    return true;
}

/* Version 2 when its hierarchy has the controllers (a hybrid system has it without them). */
static const struct cgroup_driver *s_choose(void)
{
    char controllers[512];
    int own = s_open_own(NULL);
    bool told = own >= 0 &&
                cgroup_read_text(own, "cgroup.controllers", controllers, sizeof controllers) &&
                strstr(controllers, "memory") && strstr(controllers, "pids");
    if (own >= 0)
        close(own);
    return told ? &cgroup_v2 : &cgroup_v1;
}

/* ---- what we may use ---- */

/* Above the uppermost group is something else, or nothing. */
int64_t cgroup_least(int directory, int64_t (*bound)(int directory))
{
    int64_t least = 0;
    for (unsigned depth = 0; directory >= 0 && depth < S_DEPTH_MAX; depth++) {
        int64_t here = bound(directory);
        if (here > 0 && (least == 0 || here < least))
            least = here;
        int above = openat(directory, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        close(directory);
        directory = above;
        if (above >= 0 && faccessat(above, "cgroup.procs", F_OK, 0) < 0)
            break;
    }
    if (directory >= 0)
        close(directory);
    return least;
}

void cgroup_allowance(struct cgroup_allowance *allowance)
{
    const struct cgroup_driver *driver = s_choose();
    allowance->cpus = cgroup_least(s_open_own(driver->cpu), driver->cpus);
    allowance->memory_bytes = cgroup_least(s_open_own(driver->memory), driver->memory_bytes);
}

/* Base, place and its lock. */
static bool s_settle(struct cgroup *self, struct buffer *why)
{
    if (!s_open_base(self, why))
        return false;
    for (unsigned i = 0; i < self->driver->hierarchies; i++)
        flock(self->base[i], LOCK_EX); /* always in this order */
    bool ok = s_take_place(self);
    for (unsigned i = 0; i < self->driver->hierarchies; i++)
        flock(self->base[i], LOCK_UN);
    if (!ok)
        buffer_printf(why, "No control group could be taken: %s.\n", strerror(errno));
    return ok && self->driver->enable(self->place[0], why);
}

struct cgroup *cgroup_new(struct buffer *why)
{
    struct cgroup *self = calloc(1, sizeof *self);
    check(self);
    self->driver = s_choose();
    for (unsigned i = 0; i < CGROUP_HIERARCHIES_MAX; i++)
        self->base[i] = self->place[i] = self->group[i] = self->spare[i] = -1;
    if (s_settle(self, why))
        cgroup_prepare(self);
    else
        cgroup_destroy(&self);
    return self;
}

void cgroup_destroy(struct cgroup **self_p)
{
    struct cgroup *self = *self_p;
    if (!self)
        return;
    cgroup_close(self);
    s_remove_run(self, self->spare, !self->turn);
    if (self->name[0])
        for (unsigned i = self->driver->hierarchies; i-- > 0;)
            s_remove(self->base[i], self->name);
    s_close_all(self->place);
    s_close_all(self->base);
    free(self);
    *self_p = NULL;
}

const char *cgroup_kind(const struct cgroup *self)
{
    return self->driver->kind;
}

bool cgroup_limits_swap(const struct cgroup *self)
{
    return self->driver->limits_swap(self->place[0]);
}

bool cgroup_keeps_peak(const struct cgroup *self)
{
    return self->driver->keeps_peak(self->place[0]);
}

/* ---- the group of a run ---- */

/* Of no place any more: the next open takes one. */
static void s_leave(struct cgroup *self)
{
    s_close_all(self->place);
    s_close_all(self->base);
    self->name[0] = 0;
}

/* Another place, where ours was removed: between runs it is empty, and whoever tidies up control
 * groups may take it for forgotten. */
static bool s_move(struct cgroup *self)
{
    struct buffer why;
    buffer_init(&why, 1024);
    s_close_all(self->group);
    s_leave(self);
    bool ok = s_settle(self, &why);
    int error = errno;
    if (!ok)
        s_leave(self);
    buffer_fini(&why);
    errno = error;
    return ok;
}

static bool s_make_spare(struct cgroup *self)
{
    if (self->spare[0] >= 0)
        return true;
    for (unsigned i = 0; i < self->driver->hierarchies; i++)
        if ((self->spare[i] = s_make(self->place[i], s_runs[!self->turn])) < 0)
            return false;
    return true;
}

/* The spare group becomes that of the run. */
static bool s_begin(struct cgroup *self, const struct cgroup_limits *limits)
{
    bool ok = s_make_spare(self);
    memcpy(self->group, self->spare, sizeof self->group);
    memset(self->spare, -1, sizeof self->spare);
    self->turn = !self->turn;
    return ok && self->driver->limit(self->group, limits) &&
           self->driver->entry(self->group, &self->entry);
}

bool cgroup_open(struct cgroup *self, const struct cgroup_limits *limits,
                 struct cgroup_entry *entry)
{
    check(self->group[0] < 0);
    self->entry = (struct cgroup_entry){.directory = -1};
    bool placed = self->name[0] != 0, ok = placed && s_begin(self, limits);
    if (!ok && (!placed || errno == ENOENT || errno == ENODEV))
        ok = s_move(self) && s_begin(self, limits);
    *entry = self->entry;
    if (!ok) {
        int error = errno;
        cgroup_close(self);
        errno = error;
    }
    return ok;
}

/* What fails here is made at the next open, and told there. */
void cgroup_prepare(struct cgroup *self)
{
    if (!s_make_spare(self))
        s_remove_run(self, self->spare, !self->turn);
}

int64_t cgroup_cpu_us(struct cgroup *self)
{
    return self->driver->cpu_us(self->group);
}

bool cgroup_usage(struct cgroup *self, struct cgroup_usage *usage)
{
    return self->driver->usage(self->group, usage);
}

/* The state behind the name in /proc/N/stat; the name may have brackets and blanks in it. */
static bool s_is_busy(const char *thread)
{
    char path[48], text[512], *state;
    snprintf(path, sizeof path, "/proc/%s/stat", thread);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    text[length > 0 ? length : 0] = 0;
    state = strrchr(text, ')');
    return state && state[1] == ' ' && state[2] == 'R';
}

bool cgroup_busy(struct cgroup *self)
{
    char line[32];
    int fd = openat(self->group[0], self->driver->threads, O_RDONLY | O_CLOEXEC);
    FILE *stream = fd < 0 ? NULL : fdopen(fd, "r");
    bool busy = false, any = false;
    while (stream && !busy && fgets(line, sizeof line, stream)) {
        line[strcspn(line, "\n")] = 0;
        any = true;
        busy = s_is_busy(line);
    }
    if (stream)
        fclose(stream);
    return busy || !any;
}

void cgroup_close(struct cgroup *self)
{
    for (unsigned i = 0; i < self->entry.task_count; i++)
        close(self->entry.tasks[i]);
    if (self->entry.directory > 0)
        close(self->entry.directory);
    self->entry = (struct cgroup_entry){.directory = -1};
    s_remove_run(self, self->group, self->turn);
    cgroup_prepare(self);
}
