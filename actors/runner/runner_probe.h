/* Is there what runs submissions? A Judge0 runs one small program for it. Blocking, some seconds.
 */
#ifndef RUNNER_RUNNER_PROBE_H
#define RUNNER_RUNNER_PROBE_H

#include "actors/runner/driver.h"

/* All places of --runner. True: `text` says what they judge; false: what is wrong with the first
 * that can't. No token is in it. */
bool runner_probe(const char *urls, const char *judge0_token, char *text, size_t text_size);

#endif
