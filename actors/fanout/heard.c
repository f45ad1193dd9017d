#include "actors/fanout/heard.h"

#include <jansson.h>

/* Keys that a RoomState of the earlier backend does not have. */
static bool s_may_lack(const struct record *record, const struct field *field)
{
    static const struct {
        const struct record *record;
        const char *key;
    } later[] = {{&record_room_state, "endTime"},
                 {&record_room_state, "serverTime"},
                 {&record_room_state, "version"},
                 {&record_room_state, "settling"},
                 {&record_participant_problem, "judging"}};
    if (field->type == FIELD_OPT)
        return true;
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++)
        if (record == later[i].record && strcmp(field->key, later[i].key) == 0)
            return true;
    return false;
}

static bool s_is_word(const json_t *value, const struct vocabulary *words)
{
    const char *text = json_string_value(value);
    for (uint8_t i = 0; text && i < words->count; i++)
        if (strcmp(words->texts[i], text) == 0)
            return true;
    return false;
}

static bool s_fits_record(const json_t *object, const struct record *record);

static bool s_fits_list(const json_t *list, const struct record *record)
{
    size_t i;
    json_t *item;
    if (!json_is_array(list))
        return false;
    json_array_foreach(list, i, item) if (!s_fits_record(item, record)) return false;
    return true;
}

static bool s_fits_field(const json_t *value, const struct field *field)
{
    switch (field->type) {
    case FIELD_I64:
        return json_is_integer(value);
    case FIELD_OPT:
        return json_is_integer(value) || json_is_null(value);
    case FIELD_FLAG:
        return json_is_boolean(value);
    case FIELD_F64:
        return json_is_number(value);
    case FIELD_WORD:
        return s_is_word(value, field->words);
    case FIELD_STR:
        return json_is_string(value) && json_string_length(value) <= field->max;
    case FIELD_REC:
        return s_fits_record(value, field->record);
    case FIELD_LIST:
        return s_fits_list(value, field->record);
    case FIELD_BIN:
    case FIELD_I64S:
    case FIELD_VALUES:
        break;
    }
    return false; /* browsers get none of these */
}

/* The shape as the table has it; how many a list holds is bounded by the text's length alone. */
static bool s_fits_record(const json_t *object, const struct record *record)
{
    const struct field *fields = record->fields();
    if (!json_is_object(object))
        return false;
    for (uint16_t i = 0; i < record->field_count; i++) {
        const json_t *value = json_object_get(object, fields[i].key);
        if (!value ? !s_may_lack(record, &fields[i]) : !s_fits_field(value, &fields[i]))
            return false;
    }
    return true;
}

/* NULL: it is not of that shape, or its key does not say whose channel it came on. */
static json_t *s_load(struct slice json, const struct record *record, const char *key, int64_t id)
{
    if (json.length > HEARD_MAX_BYTES)
        return NULL;
    json_t *object = json_loadb(json.data, json.length, JSON_REJECT_DUPLICATES, NULL);
    if (object &&
        (!s_fits_record(object, record) || json_integer_value(json_object_get(object, key)) != id))
        json_decref(object), object = NULL;
    return object;
}

int64_t heard_id(struct slice channel, const char *prefix)
{
    size_t length = strlen(prefix);
    int64_t id = 0;
    if (channel.length <= length || memcmp(channel.data, prefix, length) != 0 ||
        (channel.data[length] == '0' && channel.length > length + 1))
        return -1;
    for (size_t i = length; i < channel.length; i++) {
        if (channel.data[i] < '0' || channel.data[i] > '9')
            return -1;
        id = id * 10 + (channel.data[i] - '0');
        if (id > ID_MAX)
            return -1;
    }
    return id;
}

bool heard_room(struct slice json, int64_t room_id, int64_t *version)
{
    json_t *state = s_load(json, &record_room_state, "roomId", room_id);
    if (!state)
        return false;
    const json_t *given = json_object_get(state, "version");
    *version = given ? json_integer_value(given) : I64_NONE;
    json_decref(state);
    return *version == I64_NONE || *version >= 0;
}

bool heard_verdict(struct slice json, int64_t user_id, int64_t *key, int64_t *far)
{
    json_t *verdict = s_load(json, &record_submission, "userId", user_id);
    json_t *run = verdict ? NULL : s_load(json, &record_run, "userId", user_id);
    const json_t *heard = verdict ? verdict : run;
    if (!heard)
        return false;
    const json_t *judged_ms = json_object_get(heard, "judgedAt");
    *key = verdict ? json_integer_value(json_object_get(verdict, "id"))
                   : -json_integer_value(json_object_get(run, "runId"));
    *far = json_integer_value(json_is_null(judged_ms) ? json_object_get(heard, "testsRun")
                                                      : judged_ms);
    json_decref(verdict);
    json_decref(run);
    return true;
}
