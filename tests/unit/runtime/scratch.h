/* A folder of a test's own, removed with all in it. */
#ifndef TESTS_RUNTIME_SCRATCH_H
#define TESTS_RUNTIME_SCRATCH_H

struct scratch {
    char folder[64]; /* absolute */
};

/* cmocka's setup and teardown: *state is the scratch. */
int scratch_new(void **state);
int scratch_destroy(void **state);
/* Writes a file; its path, until the next call. */
const char *scratch_write(const struct scratch *self, const char *name, const char *text);

#endif
