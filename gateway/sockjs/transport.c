/* The table, and paths taken apart. */
#include "gateway/sockjs/transport.h"

const struct transport transports[TRANSPORTS] = {
#define TRANSPORT(name_, method_, does_, content_type_)   \
    [TRANSPORT_##name_] = {.word = #name_,                \
                           .method = #method_,            \
                           .content_type = content_type_, \
                           .name = TRANSPORT_##name_,     \
                           .does = DOES_##does_},
#include "gateway/sockjs/transports.def"
#undef TRANSPORT
};

static const char s_base[] = SOCKJS_BASE;

bool place_is_ours(struct slice path)
{
    size_t length = sizeof s_base - 1;
    return path.length >= length && memcmp(path.data, s_base, length) == 0 &&
           (path.length == length || path.data[length] == '/');
}

/* "iframe.html", "iframe-1.6.1.html": versions are for caches. */
static bool s_is_iframe(struct slice name)
{
    static const char first[] = "iframe", last[] = ".html";
    size_t shortest = sizeof first - 1 + sizeof last - 1;
    if (name.length < shortest || memcmp(name.data, first, sizeof first - 1) != 0 ||
        memcmp(name.data + name.length - (sizeof last - 1), last, sizeof last - 1) != 0)
        return false;
    return name.length == shortest || name.data[sizeof first - 1] == '-';
}

/* Not empty, and without dots: those look like files. */
static bool s_is_id(struct slice part)
{
    return part.length && part.length <= SOCKJS_ID_MAX_BYTES &&
           !memchr(part.data, '.', part.length) && !memchr(part.data, 0, part.length);
}

/* Cuts "a/b" at its first slash: true when there was one. */
static bool s_cut(struct slice *rest, struct slice *part)
{
    const char *slash = rest->length ? memchr(rest->data, '/', rest->length) : NULL;
    size_t length = slash ? (size_t)(slash - rest->data) : rest->length;
    *part = slice_from(rest->data, length);
    size_t used = slash ? length + 1 : length;
    *rest = slice_from(rest->data + used, rest->length - used);
    return slash != NULL;
}

static struct place s_session(struct slice server, struct slice rest)
{
    struct place place = {.kind = PLACE_NOWHERE};
    if (!s_is_id(server) || !s_cut(&rest, &place.session) || !s_is_id(place.session))
        return place;
    for (size_t i = 0; i < TRANSPORTS; i++)
        if (slice_is(rest, transports[i].word))
            place = (struct place){PLACE_SESSION, &transports[i], place.session};
    return place;
}

struct place place_read(struct slice path)
{
    struct place place = {.kind = PLACE_ELSEWHERE};
    if (!place_is_ours(path))
        return place;
    place.kind = PLACE_GREETING;
    struct slice rest =
        slice_from(path.data + sizeof s_base - 1, path.length - (sizeof s_base - 1));
    if (rest.length <= 1)
        return place;
    rest = slice_from(rest.data + 1, rest.length - 1);
    struct slice first;
    if (s_cut(&rest, &first))
        return s_session(first, rest);
    place.kind = slice_is(first, "info")        ? PLACE_INFO
                 : slice_is(first, "websocket") ? PLACE_RAW
                 : slice_is(first, "iframe.js") ? PLACE_SCRIPT
                 : s_is_iframe(first)           ? PLACE_IFRAME
                                                : PLACE_NOWHERE;
    return place;
}
