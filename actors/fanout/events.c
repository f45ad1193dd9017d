/* The table of drivers, and the one that has nothing to do. */
#include "actors/fanout/events.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/check.h"

static const struct events_driver *const s_drivers[] = {&events_local, &events_redis,
                                                        &events_rediss};

const struct events_driver *events_driver(const char *url)
{
    for (size_t i = 0; i < sizeof s_drivers / sizeof s_drivers[0]; i++)
        if (strncmp(url, s_drivers[i]->scheme, strlen(s_drivers[i]->scheme)) == 0)
            return s_drivers[i];
    return NULL;
}

static const struct events_driver *s_driver(const char *url, char *error, size_t error_size)
{
    const struct events_driver *driver = events_driver(url);
    if (!driver)
        snprintf(error, error_size,
                 "\"%.*s\" is not a way for events to travel; write local: or redis://host:port",
                 (int)strcspn(url, ":"), url);
    return driver;
}

bool events_check(const char *url, char *error, size_t error_size)
{
    const struct events_driver *driver = s_driver(url, error, error_size);
    return driver && driver->accepts(url, error, error_size);
}

enum events_state events_probe(const char *url, char *error, size_t error_size)
{
    if (!events_check(url, error, error_size))
        return EVENTS_WRONG;
    return events_driver(url)->probe(url, error, error_size);
}

struct events *events_start(const struct events_options *options, char *error, size_t error_size)
{
    if (!events_check(options->url, error, error_size))
        return NULL;
    return events_driver(options->url)->start(options, error, error_size);
}

void events_stop(struct events **self_p)
{
    if (*self_p)
        (*self_p)->driver->stop(self_p);
}

const char *events_stream(const struct events *self)
{
    return self ? self->driver->stream(self) : NULL;
}

/* ---- local: --------------------------------------------------------------------------------- */

static bool s_accepts(const char *url, char *error, size_t error_size)
{
    if (strcmp(url, "local:") == 0)
        return true;
    snprintf(error, error_size, "nothing stands behind local:");
    return false;
}

static enum events_state s_probe(const char *url, char *error, size_t error_size)
{
    if (!s_accepts(url, error, error_size))
        return EVENTS_WRONG;
    snprintf(error, error_size, "within the installation's own stream");
    return EVENTS_READY;
}

static struct events *s_start(const struct events_options *options, char *error, size_t error_size)
{
    (void)options;
    (void)error;
    (void)error_size;
    struct events *self = calloc(1, sizeof *self);
    check(self);
    self->driver = &events_local;
    return self; /* the stream is enough */
}

static void s_stop(struct events **self_p)
{
    free(*self_p);
    *self_p = NULL;
}

static const char *s_stream(const struct events *self)
{
    (void)self;
    return NULL;
}

const struct events_driver events_local = {.scheme = "local:",
                                           .accepts = s_accepts,
                                           .probe = s_probe,
                                           .start = s_start,
                                           .stop = s_stop,
                                           .stream = s_stream};
