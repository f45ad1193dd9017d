/* Memory from an arena is zeroed, aligned, does not overlap, and one block of it is kept. */
#include "unit.h"

#include "proto/arena.h"
#include "proto/prng.h"

static void s_test_pieces(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct prng chance = {7};
    for (int round = 0; round < 20; round++) {
        struct {
            unsigned char *at; /* taken */
            size_t bytes;      /* as long */
        } pieces[200];
        for (int i = 0; i < 200; i++) {
            size_t bytes =
                prng_below(&chance, 10) ? prng_below(&chance, 400) : prng_below(&chance, 70000);
            unsigned char *at = arena_take(&arena, bytes);
            assert_non_null(at);
            assert_int_equal((uintptr_t)at % _Alignof(max_align_t), 0);
            for (size_t b = 0; b < bytes; b++)
                assert_int_equal(at[b], 0);
            memset(at, i + 1, bytes);
            pieces[i].at = at;
            pieces[i].bytes = bytes;
        }
        for (int i = 0; i < 200; i++)
            for (size_t b = 0; b < pieces[i].bytes; b++)
                assert_int_equal(pieces[i].at[b], (unsigned char)(i + 1));
        arena_reset(&arena);
    }
    arena_fini(&arena);
}

/* A steady load runs in one block and allocates no more. */
static void s_test_steady(void **state)
{
    (void)state;
    struct arena arena = {0};
    arena_take(&arena, 100);
    struct arena_block *block = arena.first;
    for (int i = 0; i < 1000; i++) {
        arena_reset(&arena);
        arena_take(&arena, 16000);
        assert_ptr_equal(arena.first, block);
    }
    arena_take(&arena, 1000000); /* what was large once is given back */
    arena_reset(&arena);
    assert_ptr_equal(arena.first, block);
    arena_fini(&arena);
    assert_null(arena.first);
}

static void s_test_nothing(void **state)
{
    (void)state;
    struct arena arena = {0};
    arena_reset(&arena);
    assert_non_null(arena_take(&arena, 0));
    arena_reset(&arena);
    arena_fini(&arena);
    arena_fini(&arena);
    assert_non_null(arena_take(&arena, 1)); /* usable again */
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(s_test_pieces),
        cmocka_unit_test(s_test_steady),
        cmocka_unit_test(s_test_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
