/* The fingerprint is the same for the same table, on every machine and compiler, and another for
 * every change that the encoding would notice. Includes the source, to reach the part that mixes
 * one record and try it on records made for the purpose. */
#include "unit.h"

#include "proto/proto.c"

#define START 0xcbf29ce484222325u

static const char *const s_two[] = {"one", "two"};
static const char *const s_three[] = {"one", "two", "three"};
static const char *const s_shifted[] = {"onet", "wo"};
static const struct vocabulary s_two_words = {"words", s_two, 2};
static const struct vocabulary s_three_words = {"words", s_three, 3};
static const struct vocabulary s_shifted_words = {"words", s_shifted, 2};

static uint64_t s_hash(const struct record *record)
{
    return s_mix_record(START, record);
}

/* A record with these fields; each use has its own function that returns them. */
#define RECORD_WITH(name, count, ...)                       \
    static const struct field *s_##name##_fields(void)      \
    {                                                       \
        static const struct field fields[] = {__VA_ARGS__}; \
        return fields;                                      \
    }                                                       \
    static const struct record s_##name = {"r", "", 9, count, 0, s_##name##_fields}

RECORD_WITH(plain, 2, {"a", "a", FIELD_I64, 0, 0, NULL, NULL},
            {"b", "b", FIELD_STR, 8, 10, NULL, NULL});
RECORD_WITH(keys, 2, {"a", "A", FIELD_I64, 0, 0, NULL, NULL},
            {"b", "B", FIELD_STR, 16, 10, NULL, NULL});
RECORD_WITH(order, 2, {"b", "b", FIELD_STR, 8, 10, NULL, NULL},
            {"a", "a", FIELD_I64, 0, 0, NULL, NULL});
RECORD_WITH(longer, 2, {"a", "a", FIELD_I64, 0, 0, NULL, NULL},
            {"b", "b", FIELD_STR, 8, 11, NULL, NULL});
RECORD_WITH(type, 2, {"a", "a", FIELD_OPT, 0, 0, NULL, NULL},
            {"b", "b", FIELD_STR, 8, 10, NULL, NULL});
RECORD_WITH(renamed, 2, {"a2", "a", FIELD_I64, 0, 0, NULL, NULL},
            {"b", "b", FIELD_STR, 8, 10, NULL, NULL});
RECORD_WITH(fewer, 1, {"a", "a", FIELD_I64, 0, 0, NULL, NULL});
RECORD_WITH(inner, 1, {"b", "b", FIELD_I64, 0, 0, NULL, NULL});
RECORD_WITH(inner_more, 2, {"b", "b", FIELD_I64, 0, 0, NULL, NULL},
            {"c", "c", FIELD_I64, 8, 0, NULL, NULL});
RECORD_WITH(outer, 2, {"a", "a", FIELD_REC, 0, 0, &s_inner, NULL},
            {"c", "c", FIELD_I64, 8, 0, NULL, NULL});
RECORD_WITH(outer_less, 1, {"a", "a", FIELD_REC, 0, 0, &s_inner_more, NULL});
RECORD_WITH(words, 1, {"w", "w", FIELD_WORD, 0, 0, NULL, &s_two_words});
RECORD_WITH(more_words, 1, {"w", "w", FIELD_WORD, 0, 0, NULL, &s_three_words});
RECORD_WITH(other_words, 1, {"w", "w", FIELD_WORD, 0, 0, NULL, &s_shifted_words});

static void s_test_printed(void **state)
{
    (void)state;
    uint64_t fingerprint = proto_fingerprint();
    print_message("proto_fingerprint: %016llx\n", (unsigned long long)fingerprint);
    assert_true(fingerprint != 0 && fingerprint != START);
    for (int i = 0; i < 10; i++)
        assert_true(proto_fingerprint() == fingerprint);
}

/* A number worked out once: another compiler or machine must come to the same. */
static void s_test_stable(void **state)
{
    (void)state;
    assert_true(s_mix(START, 'a') == 0x6926124a7b1433c4);
    assert_true(s_hash(&s_plain) == 0x98e58ba75bd7e0c2);
}

/* Keys of JSON and places in memory are nobody's business but our own. */
static void s_test_unaffected(void **state)
{
    (void)state;
    assert_true(s_hash(&s_keys) == s_hash(&s_plain));
}

static void s_test_every_change(void **state)
{
    (void)state;
    struct record other_id = s_plain;
    other_id.id = 10;
    const struct record *const all[] = {&s_plain,      &other_id,  &s_order,      &s_longer,
                                        &s_type,       &s_renamed, &s_fewer,      &s_outer,
                                        &s_outer_less, &s_words,   &s_more_words, &s_other_words};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        for (size_t j = 0; j < i; j++)
            if (s_hash(all[i]) == s_hash(all[j]))
                fail_msg("%zu and %zu are the same", i, j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(s_test_printed),
        cmocka_unit_test(s_test_stable),
        cmocka_unit_test(s_test_unaffected),
        cmocka_unit_test(s_test_every_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
