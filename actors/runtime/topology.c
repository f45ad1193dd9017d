#include "actors/runtime/topology.h"

#include "actors/runtime/zpl.h"
#include "proto/check.h"

#define TEMPLATE_CORE "inproc://core"
#define TEMPLATE_STORE "inproc://store"
#define TEMPLATE_STREAM "inproc://stream"

/* The index of an endpoint, added when it is new; -1 when there are too many. */
static int s_endpoint(struct topology *self, const char *connect, const char *bind)
{
    for (uint32_t i = 0; i < self->endpoint_count; i++)
        if (strcmp(self->endpoints[i].connect, connect) == 0)
            return (int)i;
    if (self->endpoint_count == TOPOLOGY_ENDPOINTS_MAX)
        return -1;
    struct topology_endpoint *endpoint = &self->endpoints[self->endpoint_count];
    snprintf(endpoint->connect, sizeof endpoint->connect, "%s", connect);
    snprintf(endpoint->bind, sizeof endpoint->bind, "%s", bind);
    return (int)self->endpoint_count++;
}

static bool s_placed(uint8_t kind)
{
    return kind != ACTOR_gateway && kind != ACTOR_runner && kind != ACTOR_queue;
}

void topology_default(struct topology *self)
{
    *self = (struct topology){0};
    int core = s_endpoint(self, TEMPLATE_CORE, TEMPLATE_CORE);
    int store = s_endpoint(self, TEMPLATE_STORE, TEMPLATE_STORE);
    for (uint8_t kind = 1; kind < ACTOR_KINDS; kind++)
        if (s_placed(kind)) {
            self->shards[kind] = 1;
            self->place[kind][0] = (uint8_t)(kind == ACTOR_store ? store : core);
        }
    snprintf(self->stream.connect, ENDPOINT_MAX_BYTES, "%s", TEMPLATE_STREAM);
    snprintf(self->stream.bind, ENDPOINT_MAX_BYTES, "%s", TEMPLATE_STREAM);
}

struct loading {
    struct topology *topology; /* being filled */
    const char *path;          /* for errors */
    char *error;               /* where the sentence goes */
    size_t error_size;         /* its room */
};

__attribute__((format(printf, 2, 3))) static bool s_wrong(struct loading *self, const char *format,
                                                          ...)
{
    int length = snprintf(self->error, self->error_size, "%s: ", self->path);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(self->error + length, self->error_size - (size_t)length, format, arguments);
    va_end(arguments);
    return false;
}

/* Reads an address and its `bind`; `what` names it in errors. */
static bool s_address(struct loading *self, zconfig_t *node, const char *what,
                      struct topology_endpoint *address)
{
    const char *connect = zconfig_value(node);
    const char *bind = zconfig_get(node, "bind", connect);
    if (!connect || !*connect)
        return s_wrong(self, "%s has no address; write %s = \"tcp://host:port\"", what, what);
    if (strlen(connect) >= ENDPOINT_MAX_BYTES || strlen(bind) >= ENDPOINT_MAX_BYTES)
        return s_wrong(self, "the address of %s is longer than %d bytes", what,
                       ENDPOINT_MAX_BYTES - 1);
    if (!topology_is_tcp(connect) && strncmp(connect, "inproc://", 9) != 0)
        return s_wrong(self, "%s = \"%s\": an address begins with tcp:// or inproc://", what,
                       connect);
    if (topology_is_tcp(connect) != topology_is_tcp(bind))
        return s_wrong(self, "%s: its bind is not of the same kind as its address", what);
    snprintf(address->connect, ENDPOINT_MAX_BYTES, "%s", connect);
    snprintf(address->bind, ENDPOINT_MAX_BYTES, "%s", bind);
    return true;
}

static bool s_place(struct loading *self, zconfig_t *node, uint8_t kind, uint32_t shard,
                    const char *what)
{
    struct topology_endpoint address;
    if (!s_address(self, node, what, &address))
        return false;
    int endpoint = s_endpoint(self->topology, address.connect, address.bind);
    if (endpoint < 0)
        return s_wrong(self, "more than %d different addresses", TOPOLOGY_ENDPOINTS_MAX);
    self->topology->place[kind][shard] = (uint8_t)endpoint;
    return true;
}

/* A sharded actor: children 0, 1, … each with an address; or one address, one shard. */
static bool s_place_shards(struct loading *self, zconfig_t *node, uint8_t kind)
{
    const char *name = zconfig_name(node), *value = zconfig_value(node);
    if (value && *value) {
        self->topology->shards[kind] = 1;
        return s_place(self, node, kind, 0, name);
    }
    uint32_t shards = 0;
    for (zconfig_t *child = zconfig_child(node); child; child = zconfig_next(child), shards++) {
        char expected[24], what[64];
        snprintf(expected, sizeof expected, "%u", shards);
        snprintf(what, sizeof what, "%s/%u", name, shards);
        if (shards == PARTITIONS)
            return s_wrong(self, "%s has more than %d shards", name, PARTITIONS);
        if (strcmp(zconfig_name(child), expected) != 0)
            return s_wrong(self, "the shards of %s are named 0, 1, 2, …: expected %s, found %s",
                           name, expected, zconfig_name(child));
        if (!s_place(self, child, kind, shards, what))
            return false;
    }
    if (shards == 0)
        return s_wrong(self, "%s has no address", name);
    self->topology->shards[kind] = (uint8_t)shards;
    return true;
}

static bool s_load_actor(struct loading *self, zconfig_t *node)
{
    const char *name = zconfig_name(node);
    uint8_t kind = actor_by_name(slice_of(name));
    if (kind == ACTOR_NONE)
        return s_wrong(self, "there is no actor \"%s\"", name);
    if (kind == ACTOR_queue)
        return s_wrong(self, "queue has no address: it is where judge is; take it out");
    if (!s_placed(kind))
        return s_wrong(self, "%s has no address: it connects to the others; take it out", name);
    if (self->topology->shards[kind])
        return s_wrong(self, "%s stands twice", name);
    if (actor_row(kind)->sharded)
        return s_place_shards(self, node, kind);
    self->topology->shards[kind] = 1;
    if (!s_place(self, node, kind, 0, name))
        return false;
    if (kind != ACTOR_fanout)
        return true;
    zconfig_t *stream = zconfig_locate(node, "stream");
    return stream ? s_address(self, stream, "stream", &self->topology->stream)
                  : s_wrong(self, "fanout has no stream; write below it: stream = "
                                  "\"tcp://host:port\" (another port than its own)");
}

static bool s_load(struct loading *self, zconfig_t *root)
{
    zconfig_t *topology = zconfig_locate(root, "topology");
    if (!topology)
        return s_wrong(self, "no section `topology`");
    for (zconfig_t *node = zconfig_child(topology); node; node = zconfig_next(node))
        if (!s_load_actor(self, node))
            return false;
    for (uint8_t kind = 1; kind < ACTOR_KINDS; kind++)
        if (s_placed(kind) && !self->topology->shards[kind])
            return s_wrong(self, "%s is missing; every process needs to know where it is",
                           actor_row(kind)->name);
    return true;
}

bool topology_load(struct topology *self, const char *path, char *error, size_t error_size)
{
    *self = (struct topology){0};
    struct loading loading = {self, path, error, error_size};
    char why[256];
    zconfig_t *root = zpl_load(path, why, sizeof why);
    if (!root)
        return s_wrong(&loading, "%s", why);
    bool ok = s_load(&loading, root);
    zconfig_destroy(&root);
    return ok;
}
