#include "proto/journal.h"

#include <zlib.h>

#include "proto/check.h"

static const char s_magic[16] = "codecomp-journal";

static void s_put(unsigned char *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++, value >>= 8)
        at[i] = (unsigned char)value;
}

static uint64_t s_get(const unsigned char *at, int bytes)
{
    uint64_t value = 0;
    while (bytes--)
        value = value << 8 | at[bytes];
    return value;
}

void journal_magic(struct buffer *out)
{
    buffer_append(out, s_magic, sizeof s_magic);
}

void journal_append(struct buffer *out, uint64_t number, enum journal_direction direction,
                    struct slice head, struct slice body)
{
    unsigned char start[JOURNAL_HEAD_BYTES];
    check(head.length + body.length <= UINT32_MAX);
    s_put(start, head.length + body.length, 4);
    s_put(start + 8, number, 8);
    start[16] = (unsigned char)direction;
    uLong sum = crc32(0, start + 8, JOURNAL_HEAD_BYTES - 8);
    sum = crc32_z(sum, (const Bytef *)head.data, head.length);
    if (body.length)
        sum = crc32_z(sum, (const Bytef *)body.data, body.length);
    s_put(start + 4, sum, 4);
    buffer_append(out, start, sizeof start);
    buffer_append(out, head.data, head.length);
    buffer_append(out, body.data, body.length);
}

void journal_header_encode(const struct journal_header *header, struct buffer *out)
{
    msgpack_packer packer;
    codec_packer(&packer, out);
    msgpack_pack_array(&packer, 5);
    msgpack_pack_bin(&packer, header->version.length);
    msgpack_pack_bin_body(&packer, header->version.data, header->version.length);
    msgpack_pack_uint64(&packer, header->fingerprint);
    msgpack_pack_uint8(&packer, header->actor);
    msgpack_pack_uint8(&packer, header->shard);
    msgpack_pack_bin(&packer, header->config.length);
    msgpack_pack_bin_body(&packer, header->config.data, header->config.length);
}

bool journal_header_decode(struct slice bytes, struct journal_header *header)
{
    const unsigned char *start = (const unsigned char *)bytes.data;
    struct codec_reader reader = {start, start + bytes.length, NULL};
    uint32_t count;
    uint64_t actor, shard;
    if (!codec_read_array(&reader, &count) || count != 5 ||
        !codec_read_bin(&reader, 64, &header->version) ||
        !codec_read_u64(&reader, &header->fingerprint) || !codec_read_u64(&reader, &actor) ||
        !codec_read_u64(&reader, &shard) || actor > UINT8_MAX || shard > UINT8_MAX ||
        !codec_read_bin(&reader, 4096, &header->config))
        return false;
    header->actor = (uint8_t)actor;
    header->shard = (uint8_t)shard;
    return true;
}

enum journal_status journal_next(struct slice file, size_t *offset, uint64_t *expected,
                                 struct journal_record *record)
{
    if (*offset == 0) {
        if (file.length < sizeof s_magic)
            return JOURNAL_TORN;
        if (memcmp(file.data, s_magic, sizeof s_magic) != 0)
            return JOURNAL_DAMAGED;
        *offset = sizeof s_magic;
        *expected = 1;
    }
    size_t left = file.length - *offset;
    if (left == 0)
        return JOURNAL_END;
    const unsigned char *at = (const unsigned char *)file.data + *offset;
    if (left < JOURNAL_HEAD_BYTES || left - JOURNAL_HEAD_BYTES < s_get(at, 4))
        return JOURNAL_TORN;
    size_t length = (size_t)s_get(at, 4);
    if (crc32_z(0, at + 8, JOURNAL_HEAD_BYTES - 8 + length) != s_get(at + 4, 4))
        return JOURNAL_DAMAGED;
    record->number = s_get(at + 8, 8);
    record->direction = at[16];
    record->bytes = slice_from(at + JOURNAL_HEAD_BYTES, length);
    if (record->number != *expected)
        return JOURNAL_DAMAGED;
    ++*expected;
    *offset += JOURNAL_HEAD_BYTES + length;
    return JOURNAL_RECORD;
}
