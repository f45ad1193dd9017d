/* messages.def as C: a struct per record and message, and a description of each that the codec, the
 * JSON writer and the fingerprint interpret. Pure: no allocation, no library.
 *
 *   struct rec_room          a record;    struct msg_room_join   a message
 *   MSG_ROOM_JOIN = 32       its id, by name as written: MSG_room_join
 *
 * Texts, bytes and lists are borrowed: from the frame and arena that they were decoded with, or
 * from whatever the sender points them to until the message is encoded. */
#ifndef PROTO_PROTO_H
#define PROTO_PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/bytes.h"
#include "proto/limits.h"
#include "proto/words.h"

/* An OPT number that is not there. */
#define I64_NONE INT64_MIN

enum value_type { VALUE_NULL, VALUE_I64, VALUE_TEXT, VALUE_BLOB };

/* A database value. */
struct value {
    enum value_type type; /* which of the two below counts */
    union {
        int64_t i64;       /* VALUE_I64 */
        struct slice text; /* VALUE_TEXT, VALUE_BLOB: borrowed */
    };
};

struct i64_list {
    uint32_t count; /* how many */
    int64_t *items; /* borrowed */
};

struct value_list {
    uint32_t count;      /* how many */
    struct value *items; /* borrowed */
};

/* The shape that all LIST fields share in memory. */
struct any_list {
    uint32_t count; /* how many */
    void *items;    /* borrowed */
};

enum message_id {
#define RECORD(name, sentence)
#define MESSAGE(id, name, sentence) MSG_##name = id,
#include "proto/heads.h"
};

#define RECORD(name, sentence) struct rec_##name {
#define MESSAGE(id, name, sentence) struct msg_##name {
#define I64(field, key) int64_t field;
#define OPT(field, key) int64_t field;
#define FLAG(field, key) bool field;
#define F64(field, key) double field;
#define WORD_OF(field, key, words) uint8_t field;
#define STR(field, key, max) struct slice field;
#define BIN(field, key, max) struct slice field;
#define REC(field, key, record) struct rec_##record field;
#define LIST(field, key, record, max) \
    struct {                          \
        uint32_t count;               \
        struct rec_##record *items;   \
    } field;
#define I64S(field, key, max) struct i64_list field;
#define VALUES(field, key, max) struct value_list field;
#define END \
    }       \
    ;
#include "proto/messages.def"
#include "proto/undef.h"

enum field_type {
    FIELD_I64,
    FIELD_OPT,
    FIELD_FLAG,
    FIELD_F64,
    FIELD_WORD,
    FIELD_STR,
    FIELD_BIN,
    FIELD_REC,
    FIELD_LIST,
    FIELD_I64S,
    FIELD_VALUES
};

struct field {
    const char *name;               /* as in the struct */
    const char *key;                /* as in JSON */
    enum field_type type;           /* how it is kept */
    uint16_t offset;                /* in the struct */
    uint32_t max;                   /* bytes of a text, entries of a list; else 0 */
    const struct record *record;    /* of REC and LIST */
    const struct vocabulary *words; /* of WORD_OF */
};

struct record {
    const char *name;                    /* "room_join" */
    const char *sentence;                /* what it is for */
    uint16_t id;                         /* of a message; 0 for a record */
    uint16_t field_count;                /* how many fields */
    uint32_t size;                       /* sizeof its struct */
    const struct field *(*fields)(void); /* field_count of them, in order */
};

/* The description of rec_name or msg_name: &record_room, &message_room_join. */
#define RECORD(name, sentence) extern const struct record record_##name;
#define MESSAGE(id, name, sentence) extern const struct record message_##name;
#include "proto/heads.h"

/* By id; NULL when there is no such message. */
const struct record *message_by_id(uint16_t id);
/* The name of a message, "?" when there is none. */
const char *message_name(uint16_t id);
/* All messages in the table's order; *count of them. */
const struct record *const *message_all(size_t *count);
/* Changes with whatever changes the encoding of any message: two programs whose fingerprints
 * differ do not understand each other. */
uint64_t proto_fingerprint(void);
/* Room for any message's struct, to decode into. */
union any_message {
#define RECORD(name, sentence)
#define MESSAGE(id, name, sentence) struct msg_##name name;
#include "proto/heads.h"
};

#endif
