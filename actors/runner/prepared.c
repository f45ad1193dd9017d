/* Compiles in a box, takes the file out of the packed box and puts it in place whole, so that a
 * compiler never sees half of it; then the stamp, so that there is none beside anything else. */
#include "actors/runner/prepared.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/runner/keeper.h"
#include "actors/runner/kept_file.h"

#define S_PACKED_BYTES (256ull << 20) /* of a box with what was made in it */
#define S_SAID_BYTES 4096             /* of the compiler's messages */

struct prepared {
    int64_t language_id;        /* whose */
    const char *mark;           /* what the code has that gains by it */
    const char *source_name;    /* in the box */
    const char *source;         /* its content */
    const char *const *command; /* argv */
    const char *made;           /* in the box */
    const char *place;          /* below the shared folder */
};

#define COMMAND(...) ((const char *const[]){__VA_ARGS__, NULL})
static const struct prepared s_table[] = {
#define PREPARED(id, mark, source_name, source, command, made, place) \
    {id, mark, source_name, source, command, made, place},
#include "actors/runner/prepared.def"
#undef PREPARED
};
#undef COMMAND

/* What decides the result, as one line. */
static void s_stamp(const struct prepared *prepared, const char *version, char *stamp, size_t size)
{
    size_t used = (size_t)snprintf(stamp, size, "%s", version);
    for (const char *const *word = prepared->command; *word && used < size; word++)
        used += (size_t)snprintf(stamp + used, size - used, " %s", *word);
}

static bool s_is_current(const char *path, const char *stamp)
{
    char file[PATH_MAX], text[1024] = "";
    snprintf(file, sizeof file, "%s.stamp", path);
    FILE *stream = fopen(file, "re");
    bool read = stream && fgets(text, sizeof text, stream);
    if (stream)
        fclose(stream);
    return read && strcmp(text, stamp) == 0 && access(path, R_OK) == 0;
}

static bool s_make_folders(const char *shared, const char *place)
{
    char path[PATH_MAX];
    size_t from = (size_t)snprintf(path, sizeof path, "%s/", shared);
    snprintf(path + from, sizeof path - from, "%s", place);
    for (char *slash = strchr(path + from, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdir(path, 0755) < 0 && errno != EEXIST)
            return false;
        *slash = '/';
    }
    return true;
}

/* Finds a file among the packed ones; empty when it is not there. */
static struct slice s_find(struct slice packed, const char *name)
{
    struct keeper_file file;
    while (packed.length >= sizeof file) {
        memcpy(&file, packed.data, sizeof file);
        packed = slice_from(packed.data + sizeof file, packed.length - sizeof file);
        if (file.path_bytes > packed.length || file.bytes > packed.length - file.path_bytes)
            break;
        const char *content = packed.data + file.path_bytes;
        if (file.path_bytes == strlen(name) && memcmp(packed.data, name, file.path_bytes) == 0)
            return slice_from(content, (size_t)file.bytes);
        packed = slice_from(content + file.bytes, packed.length - file.path_bytes - file.bytes);
    }
    return slice_of("");
}

/* Puts what was made in the box, and its stamp, into place. */
static bool s_take(struct sandbox *sandbox, const struct prepared *prepared, const char *path,
                   const char *stamp)
{
    char stamp_path[PATH_MAX + 8];
    struct stat file;
    int packed = sandbox_pack_box(sandbox, S_PACKED_BYTES);
    void *data = packed >= 0 && fstat(packed, &file) == 0
                     ? mmap(NULL, (size_t)file.st_size, PROT_READ, MAP_PRIVATE, packed, 0)
                     : MAP_FAILED;
    bool ok = false;
    if (data != MAP_FAILED) {
        struct slice made = s_find(slice_from(data, (size_t)file.st_size), prepared->made);
        snprintf(stamp_path, sizeof stamp_path, "%s.stamp", path);
        unlink(stamp_path);
        ok = made.length && kept_file_write(path, made, 0644) &&
             kept_file_write(stamp_path, slice_of(stamp), 0644);
        munmap(data, (size_t)file.st_size);
    }
    if (packed >= 0)
        close(packed);
    return ok;
}

static void s_keep(void *context, const char *data, size_t length)
{
    struct buffer *said = context;
    size_t room = said->max_bytes - said->length;
    buffer_append(said, data, length < room ? length : room);
}

static bool s_compile(struct sandbox *sandbox, const struct prepared *prepared, struct buffer *said)
{
    struct outcome outcome;
    const struct sandbox_job job = {
        .argv = prepared->command,
        .compiling = true,
        .artefact = prepared->made,
        .limits = {60000, 120000, 2ull << 30, 512 << 20, 64 << 20, S_SAID_BYTES, 64},
        .output = s_keep,
        .context = said,
    };
    sandbox_run(sandbox, &job, &outcome);
    return !outcome.failure[0] && !outcome.signal && !outcome.exit_code &&
           !outcome.artefact_missing;
}

static void s_make(struct sandbox *sandbox, const struct prepared *prepared, const char *version,
                   const char *shared, struct buffer *why)
{
    char path[PATH_MAX], folder[PATH_MAX], stamp[1024];
    struct buffer said;
    snprintf(path, sizeof path, "%s/%s", shared, prepared->place);
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    kept_file_sweep(folder);
    s_stamp(prepared, version, stamp, sizeof stamp);
    if (s_is_current(path, stamp))
        return;
    buffer_init(&said, S_SAID_BYTES);
    bool ok = s_make_folders(shared, prepared->place) &&
              sandbox_open_box(sandbox, prepared->source_name, slice_of(prepared->source), &said) &&
              s_compile(sandbox, prepared, &said) && s_take(sandbox, prepared, path, stamp);
    if (!ok)
        buffer_printf(why, "%s cannot be made: %.*s\n", prepared->place, (int)said.length,
                      said.data ? said.data : "");
    sandbox_close_box(sandbox);
    buffer_fini(&said);
}

bool prepared_helps(int64_t language_id, struct slice code)
{
    for (size_t i = 0; i < sizeof s_table / sizeof s_table[0]; i++)
        if (s_table[i].language_id == language_id &&
            memmem(code.data, code.length, s_table[i].mark, strlen(s_table[i].mark)))
            return true;
    return false;
}

void prepared_make(struct sandbox *sandbox, const struct languages *languages, int64_t language_id,
                   const char *shared, struct buffer *why)
{
    const char *version;
    if (!languages_find(languages, language_id, &version))
        return;
    for (size_t i = 0; i < sizeof s_table / sizeof s_table[0]; i++)
        if (s_table[i].language_id == language_id)
            s_make(sandbox, &s_table[i], version, shared, why);
}
