/* Which driver a URL is for. */
#include "actors/runner/driver.h"

#include <stdio.h>

const struct runner_driver *runner_driver_for(const char *url, char *error, size_t error_size)
{
    static const struct runner_driver *const drivers[] = {&runner_sandbox, &runner_judge0};
    error[0] = '\0';
    for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++) {
        if (drivers[i]->takes(url, error, error_size))
            return drivers[i];
        if (error[0])
            return NULL;
    }
    snprintf(
        error, error_size,
        "\"%.*s\" is no runner; there are sandbox: and http://HOST:PORT or https:// of a Judge0",
        (int)strcspn(url, "@"), url); /* in front of an @ there may be a password */
    return NULL;
}
