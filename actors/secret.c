#include "actors/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "actors/runtime/clock.h"

#define SECRET_MIN_BYTES 32 /* HS256 with less can be guessed (RFC 7518, 3.2) */
#define MADE_WORDS 4        /* of 64 bits */

/* First line: the secret; second, if any: the one before. */
static void s_split(struct secrets *self)
{
    char *line = strchr(self->text, '\n');
    self->current = slice_of(self->text);
    self->previous = slice_of("");
    if (!line)
        return;
    self->current.length = (size_t)(line - self->text);
    self->previous = slice_from(line + 1, strcspn(line + 1, "\n"));
}

static bool s_read(struct secrets *self, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t length = read(fd, self->text, sizeof self->text - 1);
    close(fd);
    if (length < 0)
        return false;
    self->text[length] = '\0';
    s_split(self);
    return true;
}

/* Whole or not at all: written beside, then linked to its name, which fails when another process
 * was quicker. */
static bool s_make(struct secrets *self, const char *path)
{
    char beside[OPTION_TEXT_BYTES + 64];
    int length = 0;
    for (int i = 0; i < MADE_WORDS; i++)
        length += snprintf(self->text + length, sizeof self->text - (size_t)length, "%016llx",
                           (unsigned long long)clock_chance());
    s_split(self);
    snprintf(beside, sizeof beside, "%s.XXXXXX", path);
    int fd = mkostemp(beside, O_CLOEXEC); /* 0600 */
    if (fd < 0)
        return false;
    bool ok = write(fd, self->text, (size_t)length) == length && fsync(fd) == 0;
    ok = close(fd) == 0 && ok &&
         (link(beside, path) == 0 || (errno == EEXIST && s_read(self, path)));
    int cause = errno;
    unlink(beside);
    errno = cause;
    return ok;
}

bool secret_load(struct secrets *self, const struct options *options, bool make, char *error,
                 size_t error_size)
{
    const char *given = getenv("CODECOMP_JWT_SECRET");
    const char *file = options->jwt_secret_file;
    char path[OPTION_TEXT_BYTES + 32];
    snprintf(path, sizeof path, "%s/jwt.secret", options->data);
    if (*file) {
        if (!s_read(self, file)) {
            snprintf(error, error_size, "--jwt-secret-file %s: %s", file, strerror(errno));
            return false;
        }
    } else if (given && *given) {
        snprintf(self->text, sizeof self->text, "%s", given);
        s_split(self);
    } else if (!s_read(self, path)) {
        if (errno != ENOENT) {
            snprintf(error, error_size, "%s: %s", path, strerror(errno));
            return false;
        }
        if (!make) {
            snprintf(error, error_size,
                     "no secret for tokens: give every process the same one by --jwt-secret-file "
                     "or CODECOMP_JWT_SECRET");
            return false;
        }
        if (!s_make(self, path)) {
            snprintf(error, error_size, "%s: can't be written: %s", path, strerror(errno));
            return false;
        }
    }
    if (self->current.length < SECRET_MIN_BYTES) {
        snprintf(error, error_size, "the secret for tokens is shorter than %d bytes",
                 SECRET_MIN_BYTES);
        return false;
    }
    return true;
}
