/* All sample packages as the build left them, for the tests about them. */
#ifndef TESTS_UNIT_PROBLEMS_PACKAGES_H
#define TESTS_UNIT_PROBLEMS_PACKAGES_H

#include <glob.h>

#include "actors/store/package.h"

#define PACKAGES_MAX 64

/* Opens every package; fails the test on the first that is refused. Returns how many there are; the
 * caller destroys them. */
static inline size_t packages_open(struct package *packages[PACKAGES_MAX])
{
    glob_t folders;
    assert_int_equal(glob(PROBLEMS_DIR "/*", 0, NULL, &folders), 0);
    size_t count = folders.gl_pathc;
    assert_in_range(count, 1, PACKAGES_MAX);
    for (size_t i = 0; i < count; i++) {
        struct package_error error;
        if (!package_open(folders.gl_pathv[i], &packages[i], &error))
            fail_msg("%s:%u: %s", error.file, error.line, error.what);
    }
    globfree(&folders);
    return count;
}

#endif
