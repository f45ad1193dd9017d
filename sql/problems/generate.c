/* The main function of every generator: opens the files, seeds, calls, and has the reference
 * solution answer. Anything that goes wrong ends the build with a sentence. */
#include "sql/problems/generate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct prng s_random;

int64_t between(int64_t low, int64_t high)
{
    return low + (int64_t)prng_below(&s_random, (uint64_t)(high - low) + 1);
}

void shuffle(int64_t *values, int64_t count)
{
    for (int64_t i = count - 1; i > 0; i--) {
        int64_t other = between(0, i), kept = values[i];
        values[i] = values[other];
        values[other] = kept;
    }
}

__attribute__((noreturn)) static void s_fail(const char *what, const char *path)
{
    fprintf(stderr, "generate: %s %s: %s\n", what, path, strerror(errno));
    exit(EXIT_FAILURE);
}

/* FNV-1a: any fixed mapping from names to seeds would do. */
static uint64_t s_seed(const char *name)
{
    uint64_t seed = 0xcbf29ce484222325u;
    for (; *name; name++)
        seed = (seed ^ (unsigned char)*name) * 0x100000001b3u;
    return seed;
}

static void s_write_input(const struct generated_test *test, const char *input)
{
    if (!freopen(input, "w", stdout))
        s_fail("cannot write", input);
    s_random = (struct prng){s_seed(test->name)};
    test->write(test->values);
    if (fflush(stdout) != 0 || ferror(stdout))
        s_fail("cannot write", input);
}

static void s_write_answer(const char *reference, const char *input, const char *answer)
{
    pid_t child = fork();
    if (child < 0)
        s_fail("cannot start", reference);
    if (child == 0) {
        if (!freopen(input, "r", stdin) || !freopen(answer, "w", stdout))
            s_fail("cannot open", answer);
        execl(reference, reference, (char *)NULL);
        s_fail("cannot start", reference);
    }
    int status;
    if (waitpid(child, &status, 0) != child || status != 0) {
        fprintf(stderr, "generate: %s failed on %s\n", reference, input);
        exit(EXIT_FAILURE);
    }
}

int main(int count, char **arguments)
{
    if (count != 3) {
        fprintf(stderr, "usage: %s DIRECTORY REFERENCE\n", arguments[0]);
        return EXIT_FAILURE;
    }
    if (mkdir(arguments[1], 0777) != 0 && errno != EEXIST)
        s_fail("cannot make", arguments[1]);
    for (const struct generated_test *test = generated_tests; test->name; test++) {
        char input[4096], answer[4096];
        snprintf(input, sizeof input, "%s/%s.in", arguments[1], test->name);
        snprintf(answer, sizeof answer, "%s/%s.ans", arguments[1], test->name);
        s_write_input(test, input);
        s_write_answer(arguments[2], input, answer);
    }
    return EXIT_SUCCESS;
}
