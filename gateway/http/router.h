/* Method and path to a row of routes.def. Pure. */
#ifndef GATEWAY_HTTP_ROUTER_H
#define GATEWAY_HTTP_ROUTER_H

#include "gateway/http/arguments.h"
#include "proto/envelope.h"

enum http_method {
    METHOD_OTHER,
    METHOD_GET,
    METHOD_HEAD,
    METHOD_POST,
    METHOD_PUT,
    METHOD_PATCH,
    METHOD_DELETE,
    METHOD_OPTIONS,
};

enum route_who { WHO_PUBLIC, WHO_USER, WHO_DEVELOPMENT };

enum route_body { BODY_FORM, BODY_JSON };

enum route_shape {
    SHAPE_TOKEN,
    SHAPE_PLAIN_TEXT,
    SHAPE_ROOM,
    SHAPE_ROOM_STATE,
    SHAPE_SUBMITTED,
    SHAPE_RESULT,
    SHAPE_LEADERBOARD,
    SHAPE_PROBLEMS,
    SHAPE_STATS,
    SHAPE_PROFILE,
    SHAPE_HISTORIES,
    SHAPE_USER_SELF,
    SHAPE_USER_OTHER,
    SHAPE_SUBMISSION,
    SHAPE_SUBMISSIONS,
    SHAPE_RUN_ACCEPTED,
    SHAPE_RUN,
    SHAPE_LANGUAGES,
    SHAPE_PICTURE,
    SHAPE_REDIRECT,
    SHAPE_HEALTH,
    SHAPE_METRICS,
    SHAPE_DOCUMENT,
    SHAPE_PAGE,
    SHAPE_SCRIPT,
    SHAPES /* how many there are */
};

enum route_name {
#define ROUTE(name, method, path, who, body, takes, asks, shape, limit_ms, summary) ROUTE_##name,
#define PUBLIC_UNDER(prefix)
#include "gateway/routes/routes.def"
#undef ROUTE
#undef PUBLIC_UNDER
    ROUTES /* how many there are */
};

struct route {
    const char *path;                 /* "/users/{userId}" */
    const struct parameter_use *uses; /* what it takes, `use_count` of them */
    size_t use_count;                 /* may be 0 */
    const char *summary;              /* one line for the interface's description */
    uint32_t limit_ms;                /* after which the browser gets 504 */
    enum route_name name;             /* its number */
    enum http_method method;          /* GET rows answer HEAD, too */
    enum route_who who;               /* who may */
    enum route_body body;             /* how its parameters may come */
    enum actor_kind asks;             /* who is asked; ACTOR_NONE: the gateway answers itself */
    enum route_shape shape;           /* of the answer */
};
extern const struct route routes[ROUTES];

enum router_result { ROUTER_FOUND, ROUTER_NO_ROUTE, ROUTER_WRONG_METHOD };

#define ALLOW_MAX 64 /* bytes of an Allow header's value, with its NUL */

struct router_answer {
    enum router_result result; /* which of the three */
    const struct route *route; /* of ROUTER_FOUND */
    char allow[ALLOW_MAX];     /* of ROUTER_WRONG_METHOD: "GET, HEAD, OPTIONS" */
};

/* Finds the row for a decoded path. Path variables are put into `params`, in front of everything
 * else: it is empty before. `development` lets the development's routes be there at all. */
void router_find(enum http_method method, struct slice path, bool development,
                 struct params *params, struct router_answer *answer);

/* Whether this answer may be told to somebody without a valid token. */
bool router_public(const struct router_answer *answer, struct slice path);

#endif
