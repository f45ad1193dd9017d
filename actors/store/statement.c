#include "actors/store/statement.h"

/* A statement that only reads begins with SELECT: that holds for all databases, and a test compares
 * it with what SQLite says of each. */
#define READS(sql) (sizeof(sql) > 6 && __builtin_memcmp(sql, "SELECT", 6) == 0)

/* Indexed by number, so a number that is used twice does not compile. */
static const struct statement s_statements[] = {
#define STATEMENT(number, name, owner, decides, params, sql, what) \
    [number] = {number, #name, ACTOR_##owner, decides, READS(sql), params, sql},
#include "actors/store/statements.def"
#undef STATEMENT
};

#define STATEMENT(number, name, owner, decides, params, sql, what) \
    _Static_assert(number > 0 && params <= STATEMENT_PARAMS_MAX, #name);
#include "actors/store/statements.def"
#undef STATEMENT

size_t statement_end(void)
{
    return sizeof s_statements / sizeof *s_statements;
}

const struct statement *statement_by_number(int64_t number)
{
    if (number < 0 || (uint64_t)number >= statement_end() || !s_statements[number].name)
        return NULL;
    return &s_statements[number];
}
