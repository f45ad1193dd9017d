/* A problem's programs in memory, for a job, and on the disk, for the next one. */
#include "actors/runner/checker_cache.h"

#include <stdio.h>
#include <stdlib.h>

static const char s_checker[] = "checker ", s_interactor[] = "interactor ";

void checker_cache_close(struct checker_cache *self)
{
    for (uint32_t i = 0; i < self->count; i++)
        buffer_fini(&self->texts[i]);
    self->count = 0;
    self->programs = (struct checker_programs){0};
    test_cache_close(&self->files);
}

/* "checker " or "interactor ", then the path. */
static bool s_take(struct checker_cache *self, struct slice name, struct slice content)
{
    bool checks =
        name.length > strlen(s_checker) && memcmp(name.data, s_checker, strlen(s_checker)) == 0;
    bool talks = name.length > strlen(s_interactor) &&
                 memcmp(name.data, s_interactor, strlen(s_interactor)) == 0;
    struct checker_source *source = checks ? &self->programs.checker : &self->programs.interactor;
    size_t used = 0;
    for (uint32_t i = 0; i < self->count; i++)
        used += self->texts[i].length;
    if ((!checks && !talks) || source->file_count == CHECKER_FILES_MAX ||
        (checks && self->programs.interactor.file_count > 0) ||
        used + name.length + content.length > CHECKER_CACHE_BYTES_MAX)
        return false;
    struct buffer *text = &self->texts[self->count];
    buffer_init(text, name.length + content.length);
    buffer_append(text, name.data, name.length);
    buffer_append(text, content.data, content.length);
    size_t head = strlen(checks ? s_checker : s_interactor);
    self->list[self->count++] =
        (struct sandbox_file){slice_from(text->data + head, name.length - head),
                              slice_from(text->data + name.length, content.length)};
    source->file_count++;
    return true;
}

static void s_settle(struct checker_cache *self)
{
    self->programs.checker.files = self->list;
    self->programs.interactor.files = self->list + self->programs.checker.file_count;
}

static bool s_load(struct checker_cache *self)
{
    char digits[16];
    if (!test_cache_get(&self->files, 0))
        return false;
    snprintf(digits, sizeof digits, "%.*s", (int)self->files.input.length, self->files.input.data);
    unsigned long count = strtoul(digits, NULL, 10);
    bool ok = count >= 1 && count <= CHECKER_CACHE_FILES_MAX;
    for (uint32_t i = 0; ok && i < count; i++)
        ok = test_cache_get(&self->files, i + 1) &&
             s_take(self, self->files.input, self->files.expected);
    test_cache_close(&self->files);
    s_settle(self);
    return ok;
}

bool checker_cache_choose(struct checker_cache *self, const char *data_folder, struct slice hash)
{
    checker_cache_close(self);
    bool there = test_cache_choose(&self->files, data_folder, hash) && s_load(self);
    if (!there)
        checker_cache_close(self);
    return there;
}

bool checker_cache_add(struct checker_cache *self, struct slice kind, struct slice path,
                       struct slice content)
{
    char name[1024];
    int length =
        snprintf(name, sizeof name, "%.*s %.*s", (int)(kind.length < 64 ? kind.length : 64),
                 kind.data, (int)(path.length < 600 ? path.length : 600), path.data);
    if (path.length > 512 || !s_take(self, slice_from(name, (size_t)length), content))
        return false;
    test_cache_put(&self->files, self->count, slice_from(name, (size_t)length), content,
                   slice_of(""));
    return true;
}

void checker_cache_finish(struct checker_cache *self)
{
    char digits[16];
    snprintf(digits, sizeof digits, "%u", self->count);
    s_settle(self);
    test_cache_put(&self->files, 0, slice_of(digits), slice_of(""), slice_of(""));
}
