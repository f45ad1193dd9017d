/* Packets and the backlog of one connection. */
#include "gateway/packet.h"

#include <stdlib.h>

#include "proto/check.h"

struct packet *packet_new(size_t head_room, struct slice text)
{
    struct packet *self = malloc(sizeof *self + head_room + text.length);
    check(self);
    self->references = 1;
    self->head_room = (uint32_t)head_room;
    self->length = text.length;
    if (text.length)
        memcpy(packet_data(self), text.data, text.length);
    return self;
}

struct packet *packet_share(struct packet *self)
{
    self->references++;
    return self;
}

void packet_drop(struct packet **self)
{
    if (*self && --(*self)->references == 0)
        free(*self);
    *self = NULL;
}

/* Most connections never have more than one packet waiting, so the ring starts small. */
static void s_grow(struct backlog *self)
{
    uint32_t capacity = self->capacity ? self->capacity * 2 : 4;
    struct packet **packets = calloc(capacity, sizeof(struct packet *));
    check(packets);
    for (uint32_t i = 0; i < self->count; i++)
        packets[i] = self->packets[(self->head + i) & (self->capacity - 1)];
    free(self->packets);
    self->packets = packets;
    self->capacity = capacity;
    self->head = 0;
}

bool backlog_push(struct backlog *self, struct packet *packet)
{
    if (self->count == BACKLOG_MAX_PACKETS || packet->length > BACKLOG_MAX_BYTES - self->bytes)
        return false;
    if (self->count == self->capacity)
        s_grow(self);
    self->packets[(self->head + self->count++) & (self->capacity - 1)] = packet_share(packet);
    self->bytes += packet->length;
    return true;
}

struct packet *backlog_first(const struct backlog *self)
{
    return self->count ? self->packets[self->head] : NULL;
}

void backlog_pop(struct backlog *self)
{
    check(self->count);
    struct packet *packet = self->packets[self->head];
    self->head = (self->head + 1) & (self->capacity - 1);
    self->count--;
    self->bytes -= packet->length;
    packet_drop(&packet);
}

void backlog_fini(struct backlog *self)
{
    while (self->count)
        backlog_pop(self);
    free(self->packets);
    *self = (struct backlog){0};
}
