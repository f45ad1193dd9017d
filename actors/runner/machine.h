/* What this machine gives to those who judge on it: processors, in the order in which slots take
 * them, and memory. As far as it is given to us: affinity and the limits of our own control group
 * and those above it count. */
#ifndef ACTORS_RUNNER_MACHINE_H
#define ACTORS_RUNNER_MACHINE_H

#include <sched.h>

#include "proto/bytes.h"

#define MACHINE_CPU_FOLDER "/sys/devices/system/cpu"

struct machine {
    int cpus[CPU_SETSIZE]; /* numbers of the processors that we may use: first one of each core,
                            * then the others */
    unsigned cpu_count;    /* of them; 0: it cannot be known */
    unsigned core_count;   /* of them, the first that many: each on a core of its own */
    int64_t quota_cpus;    /* processors' time that we may use at once, rounded up; 0: no bound */
    int64_t memory_bytes;  /* that we may use */
};

void machine_look(struct machine *self);
/* How many submissions it can judge at once, each on a processor of its own: at least 1, and less
 * than SANDBOX_SLOTS_MAX. Pure. */
unsigned machine_slots(const struct machine *self);
/* A sentence per line on what is to be expected of so many, each of which may need that much
 * memory: nothing when all is well. Pure. */
void machine_warn(const struct machine *self, unsigned slots, unsigned memory_mb,
                  struct buffer *sentences);

/* The kernel's lists of processors: "0-3,8,10-11". False: it is none; `set` means nothing then.
 * Pure. */
bool machine_parse_cpus(const char *text, cpu_set_t *set);
/* Fills cpus and both counts from those that we may use and what the kernel's folder tells about
 * cores; where it tells nothing each is one of its own. */
void machine_order_cpus(struct machine *self, const cpu_set_t *usable, const char *folder);

#endif
