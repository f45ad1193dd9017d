/* The texts of problem packages; the first byte chooses which. */
#include <stdlib.h>

#include "actors/store/package_manifest.h"
#include "actors/store/package_markdown.h"
#include "actors/store/package_tex.h"
#include "actors/store/package_xml.h"
#include "actors/store/package_zip.h"
#include "proto/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void s_manifest(struct slice text)
{
    struct package_manifest manifest;
    struct package_error error = {.what = ""};
    if (!package_manifest_parse(text, "problem.yaml", "en", &manifest, &error)) {
        check(error.what[0]);
        return;
    }
    check(strlen(manifest.title) <= TITLE_MAX_BYTES && !strchr(manifest.title, '\n'));
    check(strlen(manifest.arguments) <= PACKAGE_ARGUMENTS_MAX_BYTES);
    check(manifest.time_limit_ms <= TIME_LIMIT_MAX_MS);
}

static void s_group(struct slice text)
{
    struct package_group group;
    struct package_error error = {.what = ""};
    if (package_manifest_group(text, "testdata.yaml", &group, &error))
        check(group.line || !group.arguments[0]);
    else
        check(error.what[0]);
}

static void s_xml(struct slice text)
{
    struct package_error error = {.what = ""};
    struct xml_element *root = xml_parse(text, "problem.xml", &error);
    check(root || error.what[0]);
    for (const struct xml_element *at = xml_child(root, "a"); at; at = xml_next(at)) {
        check(at->parent == root && at->line >= 1);
        check(xml_text(at).length <= text.length && xml_attribute(at, "b"));
    }
    xml_destroy(&root);
}

static void s_tex(struct slice text)
{
    struct buffer out, title;
    buffer_init(&out, 1 << 20);
    buffer_init(&title, 256);
    package_tex_to_markdown(text, &out, &title);
    if (utf8_valid(text) && !out.overflow && !title.overflow)
        check(utf8_valid(buffer_slice(&out)) && utf8_valid(buffer_slice(&title)));
    buffer_fini(&out);
    buffer_fini(&title);
}

static bool s_same_address(void *context, struct slice target, unsigned line,
                           struct buffer *address)
{
    unsigned *last = context;
    check(target.length > 0 && line >= *last);
    *last = line;
    return buffer_append(address, target.data, target.length);
}

/* With the same addresses, it is the same text. */
static void s_markdown(struct slice text)
{
    unsigned line = 1;
    struct buffer out;
    buffer_init(&out, 1 << 20);
    check(package_markdown_pictures(text, s_same_address, &line, &out));
    check(slice_equal(buffer_slice(&out), text));
    buffer_fini(&out);
}

static bool s_count_bytes(void *context, const void *data, size_t length)
{
    size_t *total = context;
    check(data && length > 0);
    *total += length;
    return true;
}

static void s_zip(struct slice bytes)
{
    struct zip zip;
    struct zip_entry entry;
    struct package_error error = {.what = ""};
    int more = 0;
    if (zip_open(&zip, bytes, &error))
        for (int i = 0; i < 16 && (more = zip_next(&zip, &entry, &error)) == 1; i++) {
            size_t total = 0;
            check(entry.name.length <= bytes.length && entry.packed.length <= bytes.length);
            if (zip_unpack(&entry, 100000, s_count_bytes, &total, &error))
                check(total == entry.size);
            check(total <= 100000);
        }
    check(more >= 0 || error.what[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const functions[])(struct slice) = {s_manifest, s_group,    s_xml,
                                                      s_tex,      s_markdown, s_zip};
    if (size < 1 || size > 64 * 1024)
        return 0;
    char *copy = malloc(size); /* exactly as long, so that a read past its end is seen */
    check(copy);
    memcpy(copy, data + 1, size - 1);
    functions[data[0] % 6](slice_from(copy, size - 1));
    free(copy);
    return 0;
}
