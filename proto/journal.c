#include "proto/journal.h"

#include <zlib.h>

#include "proto/check.h"

static const char s_magic[16] = "codecomp-journal";

/* Where each part of a record's head begins. */
enum { AT_LENGTH = 0, AT_NUMBER = 4, AT_DIRECTION = 12, AT_BYTES_SUM = 13, AT_HEAD_SUM = 17 };

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

/* CRC-32 so far, and of these bytes too. zlib takes a NULL for "begin anew". */
static uint32_t s_sum(uint32_t sum, struct slice bytes)
{
    return bytes.length ? (uint32_t)crc32_z(sum, (const Bytef *)bytes.data, bytes.length) : sum;
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
    s_put(start + AT_LENGTH, head.length + body.length, 4);
    s_put(start + AT_NUMBER, number, 8);
    start[AT_DIRECTION] = (unsigned char)direction;
    s_put(start + AT_BYTES_SUM, s_sum(s_sum(0, head), body), 4);
    s_put(start + AT_HEAD_SUM, s_sum(0, slice_from(start, AT_HEAD_SUM)), 4);
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
    struct codec_reader reader = codec_reader_over(bytes);
    uint32_t count;
    uint64_t actor, shard;
    if (!codec_read_array(&reader, &count) || count != 5 ||
        !codec_read_bin(&reader, 64, &header->version) ||
        !codec_read_u64(&reader, &header->fingerprint) || !codec_read_u64(&reader, &actor) ||
        !codec_read_u64(&reader, &shard) || actor > UINT8_MAX || shard > UINT8_MAX ||
        !codec_read_bin(&reader, 4096, &header->config) || reader.at != reader.end)
        return false;
    header->actor = (uint8_t)actor;
    header->shard = (uint8_t)shard;
    return true;
}

/* The magic, as far as the file goes. */
static enum journal_status s_read_magic(struct slice file)
{
    size_t length = file.length < sizeof s_magic ? file.length : sizeof s_magic;
    if (length && memcmp(file.data, s_magic, length) != 0)
        return JOURNAL_DAMAGED;
    return length < sizeof s_magic ? JOURNAL_TORN : JOURNAL_RECORD;
}

static bool s_direction_fits(uint64_t number, unsigned char direction)
{
    return number == 1 ? direction == JOURNAL_HEADER
                       : direction == JOURNAL_IN || direction == JOURNAL_OUT;
}

enum journal_status journal_next(struct slice file, size_t *offset, uint64_t *expected,
                                 struct journal_record *record)
{
    if (*offset == 0) {
        enum journal_status status = s_read_magic(file);
        if (status != JOURNAL_RECORD)
            return status;
        *offset = sizeof s_magic;
        *expected = 1;
    }
    size_t left = file.length - *offset;
    if (left == 0)
        return JOURNAL_END;
    if (left < JOURNAL_HEAD_BYTES)
        return JOURNAL_TORN;
    const unsigned char *head = (const unsigned char *)file.data + *offset;
    uint64_t number = s_get(head + AT_NUMBER, 8);
    if (s_sum(0, slice_from(head, AT_HEAD_SUM)) != s_get(head + AT_HEAD_SUM, 4) ||
        number != *expected || !s_direction_fits(number, head[AT_DIRECTION]))
        return JOURNAL_DAMAGED;
    size_t length = (size_t)s_get(head + AT_LENGTH, 4);
    if (length > left - JOURNAL_HEAD_BYTES)
        return JOURNAL_TORN;
    struct slice bytes = slice_from(head + JOURNAL_HEAD_BYTES, length);
    if (s_sum(0, bytes) != s_get(head + AT_BYTES_SUM, 4))
        return JOURNAL_DAMAGED;
    *record = (struct journal_record){number, head[AT_DIRECTION], bytes};
    ++*expected;
    *offset += JOURNAL_HEAD_BYTES + length;
    return JOURNAL_RECORD;
}
