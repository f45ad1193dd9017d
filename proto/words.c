#include "proto/words.h"

#define VOCABULARY(type) static const char *const s_##type##_texts[] = {
#define WORD(name, number, text) [number] = text,
#define END_VOCABULARY \
    }                  \
    ;
#include "proto/words.def"
#undef VOCABULARY
#undef WORD
#undef END_VOCABULARY

#define VOCABULARY(type)                                             \
    const struct vocabulary type##_words = {#type, s_##type##_texts, \
                                            sizeof s_##type##_texts / sizeof s_##type##_texts[0]};
#define WORD(name, number, text)
#define END_VOCABULARY
#include "proto/words.def"
#undef VOCABULARY
#undef WORD
#undef END_VOCABULARY

const char *word_text(const struct vocabulary *vocabulary, uint8_t number)
{
    return number < vocabulary->count ? vocabulary->texts[number] : "?";
}

bool word_number(const struct vocabulary *vocabulary, struct slice text, uint8_t *number)
{
    for (uint8_t i = 0; i < vocabulary->count; i++)
        if (slice_is(text, vocabulary->texts[i])) {
            *number = i;
            return true;
        }
    return false;
}

static const struct refusal_row s_refusals[] = {
#define REFUSAL(name, number, status, problem_status, type, text) \
    {REFUSED_##name, #name, status, problem_status, type, text},
#include "proto/refusals.def"
#undef REFUSAL
};

const struct refusal_row *refusal_row(uint16_t number)
{
    const struct refusal_row *failed = NULL;
    for (size_t i = 0; i < sizeof s_refusals / sizeof s_refusals[0]; i++) {
        if (s_refusals[i].refusal == number)
            return &s_refusals[i];
        if (s_refusals[i].refusal == REFUSED_FAILED)
            failed = &s_refusals[i];
    }
    return failed;
}
