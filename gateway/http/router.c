/* routes.def walked from top to bottom: two dozen rows cost less than whatever would spare them. */
#include "gateway/http/router.h"

#include <stdio.h>

#define NEEDS(field) {PARAMETER_##field, true},
#define MAY(field) {PARAMETER_##field, false},
/* One more than it takes, since C has no empty array; route.use_count leaves it out. */
#define ROUTE(name, method, path, who, body, takes, asks, shape, limit_ms, summary) \
    static const struct parameter_use s_uses_##name[] = {takes{PARAMETERS, false}};
#define PUBLIC_UNDER(prefix)
#include "gateway/routes/routes.def"
#undef ROUTE
#undef NEEDS
#undef MAY

#define ASKS(actor, key, message) ACTOR_##actor
#define LOCAL ACTOR_NONE
const struct route routes[ROUTES] = {
#define ROUTE(route_name, http_method, route_path, user, body_kind, takes, asks_whom, answer, \
              limit, words)                                                                   \
    [ROUTE_##route_name] = {                                                                  \
        .path = route_path,                                                                   \
        .uses = s_uses_##route_name,                                                          \
        .use_count = sizeof s_uses_##route_name / sizeof *s_uses_##route_name - 1,            \
        .summary = words,                                                                     \
        .limit_ms = limit,                                                                    \
        .name = ROUTE_##route_name,                                                           \
        .method = METHOD_##http_method,                                                       \
        .who = WHO_##user,                                                                    \
        .body = BODY_##body_kind,                                                             \
        .asks = asks_whom,                                                                    \
        .shape = SHAPE_##answer,                                                              \
    },
#include "gateway/routes/routes.def"
#undef ROUTE
#undef PUBLIC_UNDER
};

static const char *const s_public[] = {
#define ROUTE(name, method, path, who, body, takes, asks, shape, limit_ms, summary)
#define PUBLIC_UNDER(prefix) prefix,
#include "gateway/routes/routes.def"
#undef ROUTE
#undef PUBLIC_UNDER
};

/* Cuts the first segment off "/a/b": "a" is returned, "/b" stays. */
static struct slice s_segment(struct slice *path)
{
    const char *start = path->data + 1, *end = path->data + path->length;
    const char *stop = memchr(start, '/', (size_t)(end - start));
    if (!stop)
        stop = end;
    *path = slice_from(stop, (size_t)(end - stop));
    return slice_from(start, (size_t)(stop - start));
}

/* Compares segment by segment; at most one is a variable, whose name and value are handed out. */
static bool s_match(const char *pattern, struct slice path, struct slice *name, struct slice *value)
{
    struct slice rest = slice_of(pattern);
    *name = slice_of("");
    while (rest.length && path.length) {
        struct slice expected = s_segment(&rest), found = s_segment(&path);
        if (expected.length && expected.data[0] == '{') {
            *name = slice_from(expected.data + 1, expected.length - 2);
            *value = found;
            if (!found.length)
                return false;
        } else if (!slice_equal(expected, found)) {
            return false;
        }
    }
    return !rest.length && !path.length;
}

static bool s_answers(const struct route *route, enum http_method method)
{
    return route->method == method || (route->method == METHOD_GET && method == METHOD_HEAD);
}

static void s_allow(char *allow, enum http_method method)
{
    const char *words = method == METHOD_GET   ? "GET, HEAD, "
                        : method == METHOD_PUT ? "PUT, "
                                               : "POST, ";
    size_t at = strlen(allow);
    if (!strstr(allow, words)) /* /users/me is /users/{userId}, too */
        snprintf(allow + at, ALLOW_MAX - at, "%s", words);
}

void router_find(enum http_method method, struct slice path, bool development,
                 struct params *params, struct router_answer *answer)
{
    *answer = (struct router_answer){.result = ROUTER_NO_ROUTE};
    if (!path.length || path.data[0] != '/')
        return;
    for (size_t i = 0; i < ROUTES; i++) {
        const struct route *route = &routes[i];
        struct slice name, value;
        if (route->who == WHO_DEVELOPMENT && !development)
            continue;
        if (!s_match(route->path, path, &name, &value))
            continue;
        s_allow(answer->allow, route->method);
        answer->result = ROUTER_WRONG_METHOD;
        if (!s_answers(route, method))
            continue;
        if (name.length)
            params_add(params, name, value);
        answer->result = ROUTER_FOUND;
        answer->route = route;
        return;
    }
    if (answer->result == ROUTER_WRONG_METHOD)
        strcat(answer->allow, "OPTIONS");
}

bool router_public(const struct router_answer *answer, struct slice path)
{
    if (answer->result == ROUTER_FOUND)
        return answer->route->who != WHO_USER;
    for (size_t i = 0; i < sizeof s_public / sizeof *s_public; i++) {
        struct slice prefix = slice_of(s_public[i]);
        bool under = path.length == prefix.length ||
                     (path.length > prefix.length && path.data[prefix.length] == '/');
        if (under && memcmp(path.data, prefix.data, prefix.length) == 0)
            return true;
    }
    return false;
}
