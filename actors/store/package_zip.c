/* The list at the archive's end is what counts; each local header is looked at only for where its
 * bytes begin. All offsets are checked against the archive before anything is read. */
#include "actors/store/package_zip.h"

#include <zlib.h>

#include "proto/check.h"

#define S_END_BYTES 22u   /* end of central directory, without its comment */
#define S_ENTRY_BYTES 46u /* of an entry of the list, without its name */
#define S_LOCAL_BYTES 30u /* of a local header, without its name */
#define S_PIECE (64 * 1024)

static bool s_refuse(struct package_error *error, const char *what)
{
    return package_refuse(error, "", 0, "%s", what);
}

static int s_broken(struct package_error *error, const char *what)
{
    s_refuse(error, what);
    return -1;
}

static uint32_t s_number(const struct zip *self, size_t at, unsigned bytes)
{
    uint32_t value = 0;
    check(at <= self->bytes.length && bytes <= self->bytes.length - at);
    for (unsigned i = 0; i < bytes; i++)
        value |= (uint32_t)(unsigned char)self->bytes.data[at + i] << (8 * i);
    return value;
}

static bool s_is(const struct zip *self, size_t at, const char *mark)
{
    return at <= self->bytes.length && self->bytes.length - at >= 4 &&
           memcmp(self->bytes.data + at, mark, 4) == 0;
}

bool zip_open(struct zip *self, struct slice bytes, struct package_error *error)
{
    *self = (struct zip){.bytes = bytes};
    if (bytes.length < S_END_BYTES)
        return s_refuse(error, "is no zip archive: it is too short");
    size_t at = bytes.length - S_END_BYTES;
    size_t least = at > 65535 ? at - 65535 : 0;
    while (!s_is(self, at, "PK\5\6") && at > least)
        at--;
    if (!s_is(self, at, "PK\5\6"))
        return s_refuse(error, "is no zip archive: it has no list of its files");
    uint32_t entries = s_number(self, at + 10, 2);
    uint32_t size = s_number(self, at + 12, 4), base = s_number(self, at + 16, 4);
    if (s_number(self, at + 4, 2) != 0 || s_number(self, at + 8, 2) != entries)
        return s_refuse(error, "is one disc of several");
    if (base > at || size > at - base)
        return s_refuse(error, "is broken, or beyond 4 GB: its list lies outside of it");
    if (entries > ZIP_ENTRIES_MAX)
        return s_refuse(error, "has more than 10000 files");
    self->next = self->base = base;
    self->left = entries;
    return true;
}

/* Where an entry's bytes stand, by its local header. */
static bool s_find_packed(const struct zip *self, size_t local, uint32_t packed,
                          struct zip_entry *entry, struct package_error *error)
{
    if (!s_is(self, local, "PK\3\4") || self->base - local < S_LOCAL_BYTES)
        return s_refuse(error, "is broken: a file does not begin where the list says");
    size_t begin =
        local + S_LOCAL_BYTES + s_number(self, local + 26, 2) + s_number(self, local + 28, 2);
    if (begin > self->base || packed > self->base - begin)
        return s_refuse(error, "is broken: a file lies outside of it");
    entry->packed = slice_from(self->bytes.data + begin, packed);
    return true;
}

int zip_next(struct zip *self, struct zip_entry *entry, struct package_error *error)
{
    size_t at = self->next;
    *entry = (struct zip_entry){.folder = false};
    if (self->left == 0)
        return 0;
    if (!s_is(self, at, "PK\1\2") || self->bytes.length - at < S_ENTRY_BYTES)
        return s_broken(error, "is broken: its list ends too early");
    uint32_t flags = s_number(self, at + 8, 2), method = s_number(self, at + 10, 2);
    uint32_t name = s_number(self, at + 28, 2);
    size_t length =
        (size_t)S_ENTRY_BYTES + name + s_number(self, at + 30, 2) + s_number(self, at + 32, 2);
    uint32_t packed = s_number(self, at + 20, 4), local = s_number(self, at + 42, 4);
    uint32_t mode = s_number(self, at + 5, 1) == 3 ? s_number(self, at + 40, 2) & 0170000 : 0;
    if (length > self->bytes.length - at || local >= self->base)
        return s_broken(error, "is broken, or beyond 4 GB: its list points outside of it");
    if (flags & 1)
        return s_broken(error, "is encrypted");
    if (method != 0 && method != 8)
        return s_broken(error, "is compressed by another way than deflate");
    entry->name = slice_from(self->bytes.data + at + S_ENTRY_BYTES, name);
    entry->folder = name > 0 && entry->name.data[name - 1] == '/';
    entry->link = mode != 0 && mode != 0100000 && mode != 0040000;
    entry->deflated = method == 8;
    entry->crc = s_number(self, at + 16, 4);
    entry->size = s_number(self, at + 24, 4);
    self->next = at + length;
    self->left--;
    return s_find_packed(self, local, packed, entry, error) ? 1 : -1;
}

struct s_unpacking {
    size_t done, max_bytes; /* of the content */
    uLong crc;              /* so far */
    bool (*write)(void *context, const void *data, size_t length);
    void *context; /* for it */
};

static bool s_give(struct s_unpacking *self, const void *data, size_t length,
                   struct package_error *error)
{
    if (length > self->max_bytes - self->done)
        return package_refuse(error, "", 0, "unpacks to more than %zu bytes", self->max_bytes);
    self->done += length;
    self->crc = crc32(self->crc, data, (uInt)length);
    return length == 0 || self->write(self->context, data, length);
}

static bool s_inflate(const struct zip_entry *entry, struct s_unpacking *to,
                      struct package_error *error)
{
    unsigned char piece[S_PIECE];
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)entry->packed.data,
                       .avail_in = (uInt)entry->packed.length};
    check(inflateInit2(&stream, -MAX_WBITS) == Z_OK); /* no head of its own */
    int result = Z_OK;
    bool good = true;
    while (good && result == Z_OK) {
        stream.next_out = piece;
        stream.avail_out = sizeof piece;
        result = inflate(&stream, Z_NO_FLUSH);
        if (result == Z_OK || result == Z_STREAM_END)
            good = s_give(to, piece, sizeof piece - stream.avail_out, error);
    }
    inflateEnd(&stream);
    return good && (result == Z_STREAM_END || s_refuse(error, "is broken: it does not unpack"));
}

bool zip_unpack(const struct zip_entry *entry, size_t max_bytes,
                bool (*write)(void *context, const void *data, size_t length), void *context,
                struct package_error *error)
{
    struct s_unpacking to = {
        .max_bytes = max_bytes, .crc = crc32(0, NULL, 0), .write = write, .context = context};
    bool good = entry->deflated ? s_inflate(entry, &to, error)
                                : s_give(&to, entry->packed.data, entry->packed.length, error);
    return good && ((to.done == entry->size && (uint32_t)to.crc == entry->crc) ||
                    s_refuse(error, "is broken: its content is not what its list says"));
}
