#include "proto/proto.h"

/* The fields of a record stand inside a function, because only there can `self` name a different
 * struct each time; offsetof needs that name, and the table's field words do not carry it. */
#define RECORD(name, sentence)                                \
    static const struct field *s_record_##name##_fields(void) \
    {                                                         \
        typedef struct rec_##name self;                       \
        static const struct field fields[] = {
#define MESSAGE(id, name, sentence)                            \
    static const struct field *s_message_##name##_fields(void) \
    {                                                          \
        typedef struct msg_##name self;                        \
        static const struct field fields[] = {
#define PLAIN(field, key, type, max) {#field, key, type, offsetof(self, field), max, NULL, NULL},
#define I64(field, key) PLAIN(field, key, FIELD_I64, 0)
#define OPT(field, key) PLAIN(field, key, FIELD_OPT, 0)
#define FLAG(field, key) PLAIN(field, key, FIELD_FLAG, 0)
#define F64(field, key) PLAIN(field, key, FIELD_F64, 0)
#define WORD_OF(field, key, vocabulary) \
    {#field, key, FIELD_WORD, offsetof(self, field), 0, NULL, &vocabulary##_words},
#define STR(field, key, max) PLAIN(field, key, FIELD_STR, max)
#define BIN(field, key, max) PLAIN(field, key, FIELD_BIN, max)
#define REC(field, key, of) {#field, key, FIELD_REC, offsetof(self, field), 0, &record_##of, NULL},
#define LIST(field, key, of, max) \
    {#field, key, FIELD_LIST, offsetof(self, field), max, &record_##of, NULL},
#define I64S(field, key, max) PLAIN(field, key, FIELD_I64S, max)
#define VALUES(field, key, max) PLAIN(field, key, FIELD_VALUES, max)
#define END        \
    }              \
    ;              \
    return fields; \
    }
#include "proto/messages.def"
#include "proto/undef.h"

/* How many fields each has: an enum that counts them. */
#define RECORD(name, sentence) enum { COUNT_record_##name = 0
#define MESSAGE(id, name, sentence) enum { COUNT_message_##name = 0
#define I64(field, key) +1
#define OPT(field, key) +1
#define FLAG(field, key) +1
#define F64(field, key) +1
#define WORD_OF(field, key, words) +1
#define STR(field, key, max) +1
#define BIN(field, key, max) +1
#define REC(field, key, record) +1
#define LIST(field, key, record, max) +1
#define I64S(field, key, max) +1
#define VALUES(field, key, max) +1
#define END \
    }       \
    ;
#include "proto/messages.def"
#include "proto/undef.h"

#define RECORD(name, sentence)                                      \
    const struct record record_##name = {#name,                     \
                                         sentence,                  \
                                         0,                         \
                                         COUNT_record_##name,       \
                                         sizeof(struct rec_##name), \
                                         s_record_##name##_fields};
#define MESSAGE(id, name, sentence)                                  \
    const struct record message_##name = {#name,                     \
                                          sentence,                  \
                                          id,                        \
                                          COUNT_message_##name,      \
                                          sizeof(struct msg_##name), \
                                          s_message_##name##_fields};
#include "proto/heads.h"

static const struct record *const s_messages[] = {
#define RECORD(name, sentence)
#define MESSAGE(id, name, sentence) &message_##name,
#include "proto/heads.h"
};

const struct record *message_by_id(uint16_t id)
{
    switch (id) { /* two messages with one id do not compile */
#define RECORD(name, sentence)
#define MESSAGE(id, name, sentence) \
    case id:                        \
        return &message_##name;
#include "proto/heads.h"
    default:
        return NULL;
    }
}

const char *message_name(uint16_t id)
{
    const struct record *message = message_by_id(id);
    return message ? message->name : "?";
}

const struct record *const *message_all(size_t *count)
{
    *count = sizeof s_messages / sizeof s_messages[0];
    return s_messages;
}

static uint64_t s_mix(uint64_t hash, uint64_t value)
{
    for (int i = 0; i < 8; i++, value >>= 8) /* FNV-1a */
        hash = (hash ^ (value & 0xff)) * 0x100000001b3u;
    return hash;
}

static uint64_t s_mix_text(uint64_t hash, const char *text)
{
    hash = s_mix(hash, strlen(text));
    for (; *text; text++)
        hash = s_mix(hash, (unsigned char)*text);
    return hash;
}

static uint64_t s_mix_words(uint64_t hash, const struct vocabulary *words)
{
    hash = s_mix(hash, words->count);
    for (uint8_t i = 0; i < words->count; i++)
        hash = s_mix_text(hash, words->texts[i]);
    return hash;
}

/* The count of fields and of words is mixed in too: else a field that moves from the end of a
 * record into the one that holds it, or a new last word, would go unnoticed. */
static uint64_t s_mix_record(uint64_t hash, const struct record *record)
{
    hash = s_mix(hash, record->id);
    hash = s_mix(hash, record->field_count);
    const struct field *fields = record->fields();
    for (uint16_t i = 0; i < record->field_count; i++) {
        hash = s_mix(hash, fields[i].type);
        hash = s_mix(hash, fields[i].max);
        hash = s_mix_text(hash, fields[i].name);
        if (fields[i].record)
            hash = s_mix_record(hash, fields[i].record);
        if (fields[i].words)
            hash = s_mix_words(hash, fields[i].words);
    }
    return hash;
}

uint64_t proto_fingerprint(void)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < sizeof s_messages / sizeof s_messages[0]; i++)
        hash = s_mix_record(hash, s_messages[i]);
    return hash;
}
