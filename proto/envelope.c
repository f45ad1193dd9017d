#include "proto/envelope.h"

static const struct actor_row s_actors[ACTOR_KINDS] = {
#define ACTOR(name, number, core, sharded, sentence) [number] = {#name, sentence, core, sharded},
#include "proto/actors.def"
#undef ACTOR
};

const struct actor_row *actor_row(uint8_t kind)
{
    return kind < ACTOR_KINDS && s_actors[kind].name ? &s_actors[kind] : NULL;
}

enum actor_kind actor_by_name(struct slice name)
{
    for (uint8_t kind = 1; kind < ACTOR_KINDS; kind++)
        if (slice_is(name, s_actors[kind].name))
            return kind;
    return ACTOR_NONE;
}

#define ADDRESS_FIELDS 5
#define ENVELOPE_FIELDS 12

static void s_pack_address(msgpack_packer *packer, const struct address *address)
{
    msgpack_pack_array(packer, ADDRESS_FIELDS);
    msgpack_pack_uint64(packer, address->node);
    msgpack_pack_uint8(packer, address->actor);
    msgpack_pack_uint8(packer, address->shard);
    msgpack_pack_uint32(packer, address->slot);
    msgpack_pack_uint32(packer, address->generation);
}

void envelope_encode(const struct envelope *envelope, struct buffer *out)
{
    msgpack_packer packer;
    codec_packer(&packer, out);
    msgpack_pack_array(&packer, ENVELOPE_FIELDS + 1);
    msgpack_pack_uint8(&packer, ENVELOPE_VERSION);
    msgpack_pack_uint16(&packer, envelope->kind);
    s_pack_address(&packer, &envelope->to);
    s_pack_address(&packer, &envelope->reply);
    msgpack_pack_uint64(&packer, envelope->command.high);
    msgpack_pack_uint64(&packer, envelope->command.low);
    msgpack_pack_int64(&packer, envelope->user_id);
    msgpack_pack_int64(&packer, envelope->key);
    msgpack_pack_int64(&packer, envelope->deadline_ms);
    msgpack_pack_int64(&packer, envelope->now_ms);
    msgpack_pack_uint64(&packer, envelope->seed);
    msgpack_pack_uint64(&packer, envelope->trace);
    msgpack_pack_uint64(&packer, envelope->sequence);
}

static bool s_read_bounded(struct codec_reader *reader, uint64_t max, uint64_t *value)
{
    if (!codec_read_u64(reader, value))
        return false;
    if (*value > max)
        reader->what = "number too large";
    return *value <= max;
}

static bool s_read_address(struct codec_reader *reader, struct address *address)
{
    uint32_t count;
    uint64_t actor, shard, slot, generation;
    if (!codec_read_array(reader, &count))
        return false;
    if (count != ADDRESS_FIELDS) {
        reader->what = "address has another number of fields";
        return false;
    }
    if (!codec_read_u64(reader, &address->node) || !s_read_bounded(reader, UINT8_MAX, &actor) ||
        !s_read_bounded(reader, UINT8_MAX, &shard) || !s_read_bounded(reader, UINT32_MAX, &slot) ||
        !s_read_bounded(reader, UINT32_MAX, &generation))
        return false;
    address->actor = (uint8_t)actor;
    address->shard = (uint8_t)shard;
    address->slot = (uint32_t)slot;
    address->generation = (uint32_t)generation;
    return true;
}

static bool s_read_envelope(struct codec_reader *reader, struct envelope *envelope)
{
    uint32_t count;
    uint64_t version, kind;
    if (!codec_read_array(reader, &count) || !codec_read_u64(reader, &version))
        return false;
    if (version != ENVELOPE_VERSION || count != ENVELOPE_FIELDS + 1) {
        reader->what = "another version of the protocol";
        return false;
    }
    if (!s_read_bounded(reader, UINT16_MAX, &kind))
        return false;
    envelope->kind = (uint16_t)kind;
    return s_read_address(reader, &envelope->to) && s_read_address(reader, &envelope->reply) &&
           codec_read_u64(reader, &envelope->command.high) &&
           codec_read_u64(reader, &envelope->command.low) &&
           codec_read_i64(reader, &envelope->user_id) && codec_read_i64(reader, &envelope->key) &&
           codec_read_i64(reader, &envelope->deadline_ms) &&
           codec_read_i64(reader, &envelope->now_ms) && codec_read_u64(reader, &envelope->seed) &&
           codec_read_u64(reader, &envelope->trace) && codec_read_u64(reader, &envelope->sequence);
}

bool frame_decode(struct slice bytes, struct frame *frame, const char **what)
{
    struct codec_reader reader = codec_reader_over(bytes);
    *frame = (struct frame){0};
    if (!s_read_envelope(&reader, &frame->envelope)) {
        *what = reader.what;
        return false;
    }
    frame->body = slice_from(reader.at, (size_t)(reader.end - reader.at));
    return true;
}
