/* Affinity, topology and limits, read where the kernel shows them. */
#include "actors/runner/machine.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "actors/runner/cgroup.h"
#include "actors/runner/sandbox.h"

/* ---- processors ---- */

/* A number of a list, and what follows it. False: there is none, or no set could hold it. */
static bool s_number(const char **text, long *number)
{
    char *end;
    if (**text < '0' || **text > '9')
        return false;
    *number = strtol(*text, &end, 10);
    *text = end;
    return *number < CPU_SETSIZE;
}

bool machine_parse_cpus(const char *text, cpu_set_t *set)
{
    CPU_ZERO(set);
    for (bool more = true; more; text += more) {
        long first, last;
        if (!s_number(&text, &first))
            return false;
        last = first;
        if (*text == '-' && (text++, !s_number(&text, &last) || last < first))
            return false;
        for (long cpu = first; cpu <= last; cpu++)
            CPU_SET(cpu, set);
        more = *text == ',';
    }
    return *text == '\0' || strcmp(text, "\n") == 0;
}

/* The first processor that we may use of those on the same core. */
static int s_first_of_core(int cpu, const cpu_set_t *usable, const char *folder)
{
    char path[256], text[512];
    cpu_set_t siblings;
    snprintf(path, sizeof path, "%s/cpu%d/topology/thread_siblings_list", folder, cpu);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    text[length > 0 ? length : 0] = '\0';
    bool told = machine_parse_cpus(text, &siblings);
    for (int other = 0; told && other < cpu; other++)
        if (CPU_ISSET(other, &siblings) && CPU_ISSET(other, usable))
            return other;
    return cpu;
}

void machine_order_cpus(struct machine *self, const cpu_set_t *usable, const char *folder)
{
    int others[CPU_SETSIZE];
    unsigned other_count = 0;
    self->core_count = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, usable))
            continue;
        if (s_first_of_core(cpu, usable, folder) == cpu)
            self->cpus[self->core_count++] = cpu;
        else
            others[other_count++] = cpu;
    }
    memcpy(self->cpus + self->core_count, others, other_count * sizeof *others);
    self->cpu_count = self->core_count + other_count;
}

/* ---- all of it ---- */

void machine_look(struct machine *self)
{
    cpu_set_t usable;
    struct cgroup_allowance allowance;
    *self = (struct machine){0};
    if (sched_getaffinity(0, sizeof usable, &usable) == 0)
        machine_order_cpus(self, &usable, MACHINE_CPU_FOLDER);
    cgroup_allowance(&allowance);
    self->quota_cpus = allowance.cpus;
    self->memory_bytes = (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
    if (allowance.memory_bytes && allowance.memory_bytes < self->memory_bytes)
        self->memory_bytes = allowance.memory_bytes;
}

static unsigned s_at_most(unsigned count, const struct machine *self)
{
    return self->quota_cpus && self->quota_cpus < count ? (unsigned)self->quota_cpus : count;
}

unsigned machine_slots(const struct machine *self)
{
    unsigned slots = s_at_most(self->cpu_count, self);
    if (slots > SANDBOX_SLOTS_MAX - 1)
        slots = SANDBOX_SLOTS_MAX - 1;
    return slots ? slots : 1;
}

void machine_warn(const struct machine *self, unsigned slots, unsigned memory_mb,
                  struct buffer *sentences)
{
    unsigned cores = s_at_most(self->core_count, self);
    int64_t fitting = self->memory_bytes / ((int64_t)memory_mb << 20);
    if (cores && slots > cores)
        buffer_printf(sentences,
                      "%u submissions are judged at once on %u processor core%s: what shares a "
                      "core runs slower, and close to its time limit it may exceed it; with "
                      "--runner-slots %u each has its own.\n",
                      slots, cores, cores == 1 ? "" : "s", cores);
    if (slots > fitting)
        buffer_printf(sentences,
                      "%u submission%s judged at once may take %u MB each while they are compiled, "
                      "of the %lld MB that there are: when memory runs out they are judged again",
                      slots, slots == 1 ? "" : "s", memory_mb,
                      (long long)(self->memory_bytes >> 20));
    if (slots > fitting && fitting > 0)
        buffer_printf(sentences, "; %lld fit: --runner-slots %lld", (long long)fitting,
                      (long long)fitting);
    if (slots > fitting)
        buffer_append_text(sentences, ".\n");
}
