/* A journal from a disk that nobody vouches for. The input is read as a whole file; as the bytes of
 * a header; and, since chance finds no checksum, as what a journal of ours holds: written, read
 * back, then cut and damaged at places that the input chooses, which must never pass unnoticed. */
#include "proto/check.h"
#include "proto/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads to the end; *records is how many there were. */
static enum journal_status s_read(struct slice file, uint64_t *records)
{
    size_t offset = 0;
    uint64_t expected;
    struct journal_record record;
    enum journal_status status;
    *records = 0;
    for (;;) {
        size_t before = offset;
        status = journal_next(file, &offset, &expected, &record);
        if (status != JOURNAL_RECORD)
            return status;
        check(record.number == ++*records);
        check(offset > before && offset <= file.length);
        check(record.bytes.data + record.bytes.length == file.data + offset);
        if (record.direction == JOURNAL_HEADER) {
            struct journal_header header;
            journal_header_decode(record.bytes, &header);
        }
    }
}

static void s_try_header(struct slice bytes)
{
    struct journal_header header, second;
    struct buffer written;
    if (!journal_header_decode(bytes, &header))
        return;
    buffer_init(&written, bytes.length);
    journal_header_encode(&header, &written);
    check(!written.overflow); /* ours is the shortest form */
    check(journal_header_decode(buffer_slice(&written), &second));
    check(slice_equal(header.version, second.version) && slice_equal(header.config, second.config));
    check(header.fingerprint == second.fingerprint);
    check(header.actor == second.actor && header.shard == second.shard);
    buffer_fini(&written);
}

/* Two bytes choose the place, the third what becomes of it; the rest is what the records hold. */
static void s_try_own(const uint8_t *data, size_t size)
{
    struct buffer file;
    uint64_t records;
    size_t half = (size - 3) / 2;
    buffer_init(&file, 3 * size + 256);
    journal_magic(&file);
    journal_append(&file, 1, JOURNAL_HEADER, slice_from(data + 3, half), (struct slice){NULL, 0});
    journal_append(&file, 2, JOURNAL_IN, slice_from(data + 3, half),
                   slice_from(data + 3 + half, size - 3 - half));
    journal_append(&file, 3, JOURNAL_OUT, (struct slice){NULL, 0}, slice_from(data + 3, half));
    check(!file.overflow);
    check(s_read(buffer_slice(&file), &records) == JOURNAL_END && records == 3);

    size_t place = (size_t)(data[0] << 8 | data[1]) % file.length;
    enum journal_status cut = s_read(slice_from(file.data, place), &records);
    check((cut == JOURNAL_TORN || cut == JOURNAL_END) && records < 3);
    if (data[2]) {
        file.data[place] ^= (char)data[2];
        check(s_read(buffer_slice(&file), &records) == JOURNAL_DAMAGED && records < 3);
    }
    buffer_fini(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t records;
    struct slice bytes = slice_from(data, size);
    s_read(bytes, &records);
    s_try_header(bytes);
    if (size >= 3)
        s_try_own(data, size);
    return 0;
}
