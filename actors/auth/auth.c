/* Users: who somebody is, logins by a provider, and the development login.
 *
 * In   login_begin (key)     done: the login is remembered
 *      login_take (key)      done, once and in time; else LOGIN_FAILED
 *      login_finish (key …)  the user with that email, who is made or renamed if need be; only for
 * a login that was taken, once login_dev (user)      development: the user, who is made if need be
 *      user_get (user)       the user, or USER_NOT_FOUND; another user's email stays empty
 *      store's answers
 *      ping                  done: there is nothing to get ready
 *
 * Promises: one answer to each question. Unanswered by the store for 5 s it is FAILED, and what the
 * store says later is ignored; a login that it carried out after all is found by the next try.
 * Not its business: tokens, the provider, and whether development login is on (the gateway's);
 * remembering users: the database is asked each time. Logins under way are forgotten with the
 * process: who was on his way begins again. At most OPEN_MAX questions are open; one more is
 * refused as OVERLOADED. */
#include <inttypes.h>
#include <stdio.h>

#include "actors/auth/logins.h"
#include "actors/runtime/actor.h"
#include "actors/runtime/stats.h"
#include "actors/store/commit.h"
#include "proto/check.h"

#define OPEN_MAX 1024
#define ANSWER_MS 5000 /* how long the store may take */
#define NONE UINT32_MAX

/* A question that the store has, or a free place for one. */
struct open {
    struct envelope asked; /* by whom; its kind says what. Kind 0: a free place */
    int64_t user_id;       /* who is asked about; 0: whoever has the email, last of the results */
    int64_t until_ms;      /* unanswered then: FAILED */
    uint32_t generation;   /* of this use of the place; grows */
    uint32_t next_free;    /* of a free place: the next one; NONE: the last */
};

struct auth {
    struct open opens[OPEN_MAX]; /* by slot */
    uint32_t first_free;         /* NONE: all in use */
    struct logins logins;        /* under way */
};

/* ---- open questions ------------------------------------------------------------------------ */

/* A place for a question, or NULL when all are taken; then it has been refused. */
static struct open *s_open(struct auth *self, const struct envelope *envelope, int64_t user_id,
                           struct outbox *out)
{
    if (self->first_free == NONE) {
        outbox_refuse(out, envelope, REFUSED_OVERLOADED, "");
        return NULL;
    }
    struct open *open = &self->opens[self->first_free];
    self->first_free = open->next_free;
    open->asked = *envelope;
    open->user_id = user_id;
    open->until_ms = envelope->now_ms + ANSWER_MS;
    open->generation++;
    outbox_wake(out, open->until_ms);
    return open;
}

static void s_close(struct auth *self, struct open *open)
{
    open->asked.kind = 0;
    open->next_free = self->first_free;
    self->first_free = (uint32_t)(open - self->opens);
}

/* The question that an answer belongs to; NULL when it has run out meanwhile, or never was. */
static struct open *s_find(struct auth *self, const struct address *to)
{
    struct open *open = to->slot < OPEN_MAX ? &self->opens[to->slot] : NULL;
    return open && open->asked.kind && open->generation == to->generation ? open : NULL;
}

static void s_ask_store(const struct auth *self, const struct open *open,
                        const struct commit *commit, struct outbox *out)
{
    struct question question = {(uint32_t)(open - self->opens), open->generation};
    commit_send(commit, out, &open->asked, open->user_id, question);
}

/* ---- messages ------------------------------------------------------------------------------ */

static void s_on_login_dev(struct auth *self, const struct envelope *envelope,
                           const struct msg_login_dev *login, struct outbox *out)
{
    if (login->user_id < 1 || login->user_id > ID_MAX) {
        outbox_refuse(out, envelope, REFUSED_BAD_REQUEST, "userId");
        return;
    }
    struct open *open = s_open(self, envelope, login->user_id, out);
    if (!open)
        return;
    char name[32], email[48];
    snprintf(name, sizeof name, "User %" PRId64, login->user_id);
    snprintf(email, sizeof email, "user%" PRId64 "@dev.invalid", login->user_id);
    struct commit commit;
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_user_make);
    commit_i64(&commit, login->user_id);
    commit_text(&commit, slice_of(name));
    commit_text(&commit, slice_of(email));
    commit_text(&commit, slice_of("DEVELOPMENT"));
    commit_i64(&commit, envelope->now_ms);
    commit_op(&commit, STATEMENT_user_by_id);
    commit_i64(&commit, login->user_id);
    s_ask_store(self, open, &commit, out);
}

static void s_done(const struct envelope *envelope, struct outbox *out)
{
    struct msg_done done = {0};
    outbox_reply(out, envelope, MSG_done, &done);
}

static void s_on_login_begin(struct auth *self, const struct envelope *envelope,
                             const struct msg_login_begin *begin, struct outbox *out)
{
    bool dropped;
    if (!logins_begin(&self->logins, begin->key, envelope->now_ms, &dropped)) {
        outbox_refuse(out, envelope, REFUSED_BAD_REQUEST, "key");
        return;
    }
    stats_add(STAT_logins_begun, 1);
    if (dropped)
        stats_add(STAT_logins_dropped, 1);
    s_done(envelope, out);
}

static void s_on_login_take(struct auth *self, const struct envelope *envelope,
                            const struct msg_login_take *take, struct outbox *out)
{
    if (logins_take(&self->logins, take->key, envelope->now_ms))
        s_done(envelope, out);
    else
        outbox_refuse(out, envelope, REFUSED_LOGIN_FAILED, "");
}

static void s_on_login_finish(struct auth *self, const struct envelope *envelope,
                              const struct msg_login_finish *finish, struct outbox *out)
{
    if (!finish->email.length || !finish->provider.length) {
        outbox_refuse(out, envelope, REFUSED_BAD_REQUEST, "email");
        return;
    }
    if (!logins_finish(&self->logins, finish->key, envelope->now_ms)) {
        outbox_refuse(out, envelope, REFUSED_LOGIN_FAILED, "");
        return;
    }
    struct open *open = s_open(self, envelope, 0, out);
    if (!open)
        return;
    struct commit commit;
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_user_add);
    commit_text(&commit, finish->name);
    commit_text(&commit, finish->email);
    commit_text(&commit, finish->provider);
    commit_i64(&commit, envelope->now_ms);
    commit_op(&commit, STATEMENT_user_rename);
    commit_text(&commit, finish->name);
    commit_text(&commit, finish->email);
    commit_op(&commit, STATEMENT_user_by_email);
    commit_text(&commit, finish->email);
    s_ask_store(self, open, &commit, out);
}

static void s_on_user_get(struct auth *self, const struct envelope *envelope,
                          const struct msg_user_get *get, struct outbox *out)
{
    struct open *open = s_open(self, envelope, get->user_id, out);
    if (!open)
        return;
    struct commit commit;
    commit_begin(&commit);
    commit_op(&commit, STATEMENT_user_by_id);
    commit_i64(&commit, get->user_id);
    s_ask_store(self, open, &commit, out);
}

static uint32_t s_statements(uint16_t kind)
{
    return kind == MSG_login_finish ? 3 : kind == MSG_login_dev ? 2 : 1;
}

/* What to tell about the user whom the store found, or why nothing can be told. A login that finds
 * nobody means that another user has that email or id: for the operator to sort out. */
static enum refusal s_read_user(const struct open *open, const struct msg_store_done *done,
                                struct msg_user *user)
{
    enum { ID, NAME, EMAIL };
    bool login = open->asked.kind != MSG_user_get;
    if (done->refused || done->results.count != s_statements(open->asked.kind))
        return REFUSED_FAILED;
    const struct rec_store_result *users = &done->results.items[done->results.count - 1];
    if (result_rows(users) == 0)
        return login ? REFUSED_FAILED : REFUSED_USER_NOT_FOUND;
    bool own = login || open->asked.user_id == open->user_id;
    *user = (struct msg_user){result_i64(users, 0, ID), result_text(users, 0, NAME),
                              own ? result_text(users, 0, EMAIL) : slice_of("")};
    bool fits = user->name.length <= NAME_MAX_BYTES && user->email.length <= EMAIL_MAX_BYTES;
    bool right = open->user_id ? user->id == open->user_id : user->id > 0 && user->id <= ID_MAX;
    return right && fits ? NOT_REFUSED : REFUSED_FAILED;
}

static void s_on_store_done(struct auth *self, const struct envelope *envelope,
                            const struct msg_store_done *done, struct outbox *out)
{
    struct open *open = s_find(self, &envelope->to);
    struct msg_user user;
    if (!open)
        return;
    enum refusal refusal = s_read_user(open, done, &user);
    if (refusal == NOT_REFUSED)
        outbox_reply(out, &open->asked, MSG_user, &user);
    else
        outbox_refuse(out, &open->asked, refusal, "");
    s_close(self, open);
}

/* The store could not, or its mailbox was full. */
static void s_on_failure(struct auth *self, const struct envelope *envelope, enum refusal refusal,
                         struct outbox *out)
{
    struct open *open = s_find(self, &envelope->to);
    if (!open)
        return;
    outbox_refuse(out, &open->asked, refusal, "");
    s_close(self, open);
}

static void s_on_tick(struct auth *self, const struct envelope *envelope, struct outbox *out)
{
    for (uint32_t slot = 0; slot < OPEN_MAX; slot++) {
        struct open *open = &self->opens[slot];
        if (!open->asked.kind)
            continue;
        if (open->until_ms > envelope->now_ms) {
            outbox_wake(out, open->until_ms);
            continue;
        }
        outbox_refuse(out, &open->asked, REFUSED_FAILED, "");
        s_close(self, open);
    }
}

/* ---- the actor ----------------------------------------------------------------------------- */

static void *s_create(const struct rec_actor_config *config, void *context)
{
    (void)config;
    (void)context;
    struct auth *self = calloc(1, sizeof *self);
    check(self);
    self->first_free = NONE;
    for (uint32_t slot = OPEN_MAX; slot-- > 0;)
        s_close(self, &self->opens[slot]);
    return self;
}

static void s_destroy(void **self_p)
{
    free(*self_p);
    *self_p = NULL;
}

static void s_handle(void *state, const struct envelope *envelope, const void *message,
                     struct outbox *out)
{
    struct auth *self = state;
    const struct msg_refused *refused = message;
    struct msg_done done = {0};
    switch (envelope->kind) {
    case MSG_login_begin:
        s_on_login_begin(self, envelope, message, out);
        break;
    case MSG_login_take:
        s_on_login_take(self, envelope, message, out);
        break;
    case MSG_login_finish:
        s_on_login_finish(self, envelope, message, out);
        break;
    case MSG_login_dev:
        s_on_login_dev(self, envelope, message, out);
        break;
    case MSG_user_get:
        s_on_user_get(self, envelope, message, out);
        break;
    case MSG_store_done:
        s_on_store_done(self, envelope, message, out);
        break;
    case MSG_store_failed:
        s_on_failure(self, envelope, REFUSED_FAILED, out);
        break;
    case MSG_refused:
        s_on_failure(self, envelope,
                     refused->refusal == REFUSED_OVERLOADED ? REFUSED_OVERLOADED : REFUSED_FAILED,
                     out);
        break;
    case MSG_tick:
        s_on_tick(self, envelope, out);
        break;
    case MSG_ping:
        done.id = ((const struct msg_ping *)message)->id;
        outbox_reply(out, envelope, MSG_done, &done);
        break;
    case MSG_start: /* nothing is remembered from before */
    case MSG_drain: /* who asks now is still answered */
        break;
    }
}

static const uint16_t s_receives[] = {
    MSG_login_begin, MSG_login_take,   MSG_login_finish, MSG_login_dev, MSG_user_get,
    MSG_store_done,  MSG_store_failed, MSG_refused,      MSG_ping,      0};

const struct actor_class auth_class = {
    .kind = ACTOR_auth,
    .create = s_create,
    .handle = s_handle,
    .destroy = s_destroy,
    .receives = s_receives,
};
