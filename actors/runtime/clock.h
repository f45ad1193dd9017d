/* The only clock. Wall time at process start plus monotonic time since: it never steps. */
#ifndef RUNTIME_CLOCK_H
#define RUNTIME_CLOCK_H

#include <stdint.h>

/* Milliseconds since the epoch (UTC). Any thread. */
int64_t clock_now_ms(void);
/* Monotonic microseconds, for measuring. */
int64_t clock_mono_us(void);
/* Eight bytes of chance from the system: seeds, node numbers, command ids. Any thread. */
uint64_t clock_chance(void);

#endif
