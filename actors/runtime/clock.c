#include "actors/runtime/clock.h"

#include <pthread.h>
#include <sys/random.h>
#include <time.h>

#include "proto/check.h"

static int64_t s_wall_at_start_us, s_mono_at_start_us;
static pthread_once_t s_once = PTHREAD_ONCE_INIT;

static int64_t s_read_us(clockid_t clock)
{
    struct timespec now;
    check(clock_gettime(clock, &now) == 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void s_start(void)
{
    s_wall_at_start_us = s_read_us(CLOCK_REALTIME);
    s_mono_at_start_us = s_read_us(CLOCK_MONOTONIC);
}

int64_t clock_mono_us(void)
{
    return s_read_us(CLOCK_MONOTONIC);
}

int64_t clock_now_ms(void)
{
    pthread_once(&s_once, s_start);
    return (s_wall_at_start_us + clock_mono_us() - s_mono_at_start_us) / 1000;
}

uint64_t clock_chance(void)
{
    uint64_t value;
    check(getrandom(&value, sizeof value, 0) == sizeof value);
    return value;
}
