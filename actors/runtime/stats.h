/* The counters of stats.def. Any thread; relaxed atomics. */
#ifndef RUNTIME_STATS_H
#define RUNTIME_STATS_H

#include <stdatomic.h>
#include <stdint.h>

#include "proto/bytes.h"

enum stat_id {
#define STAT(name, kind, sentence) STAT_##name,
#include "actors/runtime/stats.def"
#undef STAT
    STAT_COUNT
};

extern _Atomic int64_t stats_values[STAT_COUNT];

static inline void stats_add(enum stat_id stat, int64_t count)
{
    atomic_fetch_add_explicit(&stats_values[stat], count, memory_order_relaxed);
}

static inline void stats_set(enum stat_id stat, int64_t value)
{
    atomic_store_explicit(&stats_values[stat], value, memory_order_relaxed);
}

static inline int64_t stats_get(enum stat_id stat)
{
    return atomic_load_explicit(&stats_values[stat], memory_order_relaxed);
}

/* Appends all of them in the Prometheus text format, version 0.0.4. */
void stats_print(struct buffer *out);

#endif
