/* Every route of contract.md by its words, and what is refused how. */
#include "tests/unit/gateway/cmocka_all.h"

#include "gateway/http/router.h"

static struct params s_params;
static struct router_answer s_answer;

static enum router_result s_find(enum http_method method, const char *path)
{
    s_params.count = 0;
    router_find(method, slice_of(path), true, &s_params, &s_answer);
    return s_answer.result;
}

/* Written out once more, so that a slip in the table is seen. */
static const struct {
    enum http_method method;
    const char *path;
    enum route_name name;
    enum route_who who;
    const char *id; /* value of the path variable, or NULL */
} s_contract[] = {
    {METHOD_POST, "/auth/login", ROUTE_auth_login, WHO_DEVELOPMENT, NULL},
    {METHOD_GET, "/oauth2/authorization/google", ROUTE_login_begin, WHO_PUBLIC, "google"},
    {METHOD_GET, "/login/oauth2/code/google", ROUTE_login_return, WHO_PUBLIC, "google"},
    {METHOD_GET, "/auth/oauth-success", ROUTE_login_success, WHO_PUBLIC, NULL},
    {METHOD_POST, "/rooms/create", ROUTE_room_create, WHO_USER, NULL},
    {METHOD_POST, "/rooms/join", ROUTE_room_join, WHO_USER, NULL},
    {METHOD_POST, "/rooms/start", ROUTE_room_start, WHO_USER, NULL},
    {METHOD_POST, "/rooms/submit", ROUTE_room_submit, WHO_USER, NULL},
    {METHOD_POST, "/rooms/end", ROUTE_room_end, WHO_USER, NULL},
    {METHOD_POST, "/rooms/leave", ROUTE_room_leave, WHO_USER, NULL},
    {METHOD_GET, "/rooms/leaderboard", ROUTE_room_leaderboard, WHO_USER, NULL},
    {METHOD_GET, "/rooms/12/leaderboard", ROUTE_room_leaderboard_of, WHO_USER, "12"},
    {METHOD_GET, "/rooms/state", ROUTE_room_state, WHO_USER, NULL},
    {METHOD_GET, "/rooms/problems", ROUTE_room_problems, WHO_USER, NULL},
    {METHOD_GET, "/rooms/stats", ROUTE_room_stats, WHO_USER, NULL},
    {METHOD_GET, "/rooms/profile", ROUTE_room_profile, WHO_USER, NULL},
    {METHOD_GET, "/rooms/current", ROUTE_room_current, WHO_USER, NULL},
    {METHOD_GET, "/rooms/submissions", ROUTE_room_submissions, WHO_USER, NULL},
    {METHOD_GET, "/users/7/history", ROUTE_user_history, WHO_USER, "7"},
    {METHOD_GET, "/users/7", ROUTE_user_get, WHO_USER, "7"},
    {METHOD_GET, "/users/me", ROUTE_user_me, WHO_USER, NULL},
    {METHOD_GET, "/submissions/9", ROUTE_submission_get, WHO_USER, "9"},
    {METHOD_POST, "/rooms/run", ROUTE_room_run, WHO_USER, NULL},
    {METHOD_GET, "/runs/9", ROUTE_run_get, WHO_USER, "9"},
    {METHOD_GET, "/problems/files/0f.png", ROUTE_picture, WHO_PUBLIC, "0f.png"},
    {METHOD_GET, "/languages", ROUTE_languages, WHO_PUBLIC, NULL},
    {METHOD_PUT, "/runner/hints/0-17-feed", ROUTE_runner_hint, WHO_PUBLIC, "0-17-feed"},
    {METHOD_GET, "/healthz", ROUTE_healthz, WHO_PUBLIC, NULL},
    {METHOD_GET, "/readyz", ROUTE_readyz, WHO_PUBLIC, NULL},
    {METHOD_GET, "/openapi.json", ROUTE_openapi, WHO_PUBLIC, NULL},
    {METHOD_GET, "/asyncapi.json", ROUTE_asyncapi, WHO_PUBLIC, NULL},
    {METHOD_GET, "/docs", ROUTE_docs, WHO_PUBLIC, NULL},
    {METHOD_GET, "/docs.js", ROUTE_docs_script, WHO_PUBLIC, NULL},
    {METHOD_GET, "/metrics", ROUTE_metrics, WHO_PUBLIC, NULL},
};

static void each_route_is_found(void **state)
{
    (void)state;
    assert_int_equal(sizeof s_contract / sizeof *s_contract, ROUTES);
    for (size_t i = 0; i < ROUTES; i++) {
        assert_int_equal(s_find(s_contract[i].method, s_contract[i].path), ROUTER_FOUND);
        assert_int_equal(s_answer.route->name, s_contract[i].name);
        assert_int_equal(s_answer.route->who, s_contract[i].who);
        assert_int_equal(s_params.count, s_contract[i].id != NULL);
        if (s_contract[i].id)
            assert_true(slice_is(s_params.items[0].value, s_contract[i].id));
        if (s_contract[i].method == METHOD_GET)
            assert_int_equal(s_find(METHOD_HEAD, s_contract[i].path), ROUTER_FOUND);
    }
}

static void a_path_variable_is_a_parameter_like_others(void **state)
{
    (void)state;
    struct arguments arguments;
    struct complaint complaint;
    assert_int_equal(s_find(METHOD_GET, "/users/x7/history"), ROUTER_FOUND);
    params_add_fragment(&s_params, slice_of("userId=3"));
    const struct route *route = s_answer.route;
    assert_false(arguments_read(&arguments, route->uses, route->use_count, &s_params, &complaint));
    assert_string_equal(complaint.text, "userId: not a number");
}

static void other_paths_are_not_found(void **state)
{
    (void)state;
    static const char *const paths[] = {"",
                                        "/",
                                        "rooms/create",
                                        "/rooms",
                                        "/rooms/",
                                        "/rooms/create/",
                                        "/rooms//create",
                                        "/Rooms/create",
                                        "/rooms/create/x",
                                        "/users/",
                                        "/users//history",
                                        "/users/7/history/8",
                                        "/ws",
                                        "/languagesx"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        assert_int_equal(s_find(METHOD_GET, paths[i]), ROUTER_NO_ROUTE);
        assert_string_equal(s_answer.allow, "");
    }
}

static void a_wrong_method_is_told_what_is_allowed(void **state)
{
    (void)state;
    assert_int_equal(s_find(METHOD_GET, "/rooms/create"), ROUTER_WRONG_METHOD);
    assert_string_equal(s_answer.allow, "POST, OPTIONS");
    assert_int_equal(s_find(METHOD_HEAD, "/rooms/create"), ROUTER_WRONG_METHOD);
    assert_int_equal(s_find(METHOD_DELETE, "/users/me"), ROUTER_WRONG_METHOD);
    assert_string_equal(s_answer.allow, "GET, HEAD, OPTIONS");
    assert_int_equal(s_find(METHOD_OPTIONS, "/rooms/state"), ROUTER_WRONG_METHOD);
    assert_string_equal(s_answer.allow, "GET, HEAD, OPTIONS");
}

static void development_routes_are_not_there_unless_on(void **state)
{
    (void)state;
    router_find(METHOD_POST, slice_of("/auth/login"), false, &s_params, &s_answer);
    assert_int_equal(s_answer.result, ROUTER_NO_ROUTE);
}

static bool s_public(enum http_method method, const char *path)
{
    s_find(method, path);
    return router_public(&s_answer, slice_of(path));
}

static void who_has_no_token_learns_little(void **state)
{
    (void)state;
    assert_true(s_public(METHOD_GET, "/languages"));
    assert_true(s_public(METHOD_POST, "/auth/login"));
    assert_true(s_public(METHOD_GET, "/auth/login"));
    assert_true(s_public(METHOD_GET, "/auth/whatever"));
    assert_true(s_public(METHOD_GET, "/ws/info"));
    assert_false(s_public(METHOD_GET, "/rooms/stats"));
    assert_false(s_public(METHOD_GET, "/rooms/create"));
    assert_false(s_public(METHOD_GET, "/nothing"));
    assert_false(s_public(METHOD_POST, "/languages"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_route_is_found),
        cmocka_unit_test(a_path_variable_is_a_parameter_like_others),
        cmocka_unit_test(other_paths_are_not_found),
        cmocka_unit_test(a_wrong_method_is_told_what_is_allowed),
        cmocka_unit_test(development_routes_are_not_there_unless_on),
        cmocka_unit_test(who_has_no_token_learns_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
