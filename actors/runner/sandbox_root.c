/* The sandbox's root: /usr and the links into it, devices that hold no secrets, an /etc made for
 * it, and what toolchains keep elsewhere. Nothing else: no home, no data, no /run, no /sys. What
 * lies under /usr is visible to every submission. */
#include "actors/runner/sandbox_root.h"

#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/check.h"

static void s_add(struct root *self, enum root_kind kind, const char *path, const char *text)
{
    check(self->count < ROOT_ENTRIES_MAX && strlen(path) < sizeof self->list[0].path &&
          strlen(text) < sizeof self->list[0].text);
    struct root_entry *entry = &self->list[self->count++];
    *entry = (struct root_entry){.kind = kind, .text_bytes = strlen(text)};
    strcpy(entry->path, path);
    strcpy(entry->text, text);
}

/* The same as outside: a link stays a link, a folder or a file is bound, what is missing or odd
 * stays away. */
static void s_add_same(struct root *self, const char *path)
{
    char target[sizeof self->list[0].text];
    struct stat file;
    if (lstat(path, &file) < 0)
        return;
    ssize_t length = S_ISLNK(file.st_mode) ? readlink(path, target, sizeof target - 1) : -1;
    if (length > 0) {
        target[length] = 0;
        s_add(self, ROOT_LINK, path, target);
    } else if (S_ISDIR(file.st_mode)) {
        s_add(self, ROOT_BIND_FOLDER, path, "");
    } else if (S_ISREG(file.st_mode)) {
        s_add(self, ROOT_BIND_FILE, path, "");
    }
}

/* The folders above, as far as they are not there yet. */
static void s_add_parents(struct root *self, const char *path)
{
    char parent[sizeof self->list[0].path];
    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        bool there = false;
        snprintf(parent, sizeof parent, "%.*s", (int)(slash - path), path);
        for (size_t i = 0; i < self->count; i++)
            there |= strcmp(self->list[i].path, parent) == 0;
        if (!there)
            s_add(self, ROOT_FOLDER, parent, "");
    }
}

/* What toolchains need outside /usr: the Java runtimes' settings, in /etc/java-17-openjdk and the
 * like; where Mono has its native libraries; the list of GHC's libraries. */
static void s_add_toolchains(struct root *self)
{
    static const char *const patterns[] = {"/etc/java*", "/etc/mono", "/var/lib/ghc"};
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        glob_t found;
        if (glob(patterns[i], 0, NULL, &found) != 0)
            continue;
        for (size_t k = 0; k < found.gl_pathc && k < 8; k++) {
            if (strlen(found.gl_pathv[k]) >= sizeof self->list[0].path)
                continue;
            s_add_parents(self, found.gl_pathv[k]);
            s_add_same(self, found.gl_pathv[k]);
        }
        globfree(&found);
    }
}

void root_fill(struct root *self, unsigned uid, const char *shared)
{
    static const char *const folders[] = {"/dev", "/etc", "/proc", "/tmp", "/box"};
    static const char *const same[] = {"/usr",   "/bin",   "/sbin",  "/lib",
                                       "/lib32", "/lib64", "/libx32"};
    static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random",
                                          "/dev/urandom"};
    char passwd[160], group[80];
    self->count = 0;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        s_add(self, ROOT_FOLDER, folders[i], "");
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        s_add_same(self, same[i]);
    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++)
        s_add(self, ROOT_DEVICE, devices[i], "");
    s_add(self, ROOT_LINK, "/dev/fd", "/proc/self/fd");
    s_add(self, ROOT_LINK, "/dev/stdin", "/proc/self/fd/0");
    s_add(self, ROOT_LINK, "/dev/stdout", "/proc/self/fd/1");
    s_add(self, ROOT_LINK, "/dev/stderr", "/proc/self/fd/2");
    s_add(self, ROOT_LINK, "/dev/shm", "/tmp");
    s_add_same(self, "/etc/ld.so.cache");
    s_add_same(self, "/etc/alternatives");
    s_add_toolchains(self);
    if (shared)
        s_add(self, ROOT_SHARED, ROOT_SHARED_PATH, shared);
    snprintf(passwd, sizeof passwd,
             "root:x:0:0:root:/:/usr/sbin/nologin\n"
             "player:x:%u:%u:player:/tmp:/usr/sbin/nologin\n",
             uid, uid);
    snprintf(group, sizeof group, "root:x:0:\nplayer:x:%u:\n", uid);
    s_add(self, ROOT_FILE, "/etc/passwd", passwd);
    s_add(self, ROOT_FILE, "/etc/group", group);
}
