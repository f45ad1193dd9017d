#include "actors/runtime/stats.h"

#include <inttypes.h>

_Atomic int64_t stats_values[STAT_COUNT];

static const struct {
    const char *name, *type, *sentence;
} s_stats[] = {
#define COUNTER "counter"
#define GAUGE "gauge"
#define STAT(name, kind, sentence) {#name, kind, sentence},
#include "actors/runtime/stats.def"
#undef STAT
};

void stats_print(struct buffer *out)
{
    for (int i = 0; i < STAT_COUNT; i++)
        buffer_printf(out, "# HELP codecomp_%s %s\n# TYPE codecomp_%s %s\ncodecomp_%s %" PRId64 "\n",
                      s_stats[i].name, s_stats[i].sentence, s_stats[i].name, s_stats[i].type,
                      s_stats[i].name, stats_get(i));
}
