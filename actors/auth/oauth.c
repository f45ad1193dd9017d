/* One thread around curl's multi interface. Questions are jobs in a table of fixed size; each walks
 * through its steps, a transfer at a time. Discovery document and keys belong to all jobs: fetched
 * once for all that wait, kept for an hour, and fetched again when a token names a key that is not
 * there, though not more often than a liar's tokens deserve. */
#include "actors/auth/oauth.h"

#include <curl/curl.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "actors/auth/encode.h"
#include "actors/runtime/clock.h"
#include "actors/runtime/log.h"
#include "proto/check.h"

#define ANSWER_MAX_BYTES (256 * 1024)  /* of whatever a provider sends */
#define CONNECT_LIMIT_MS 5000          /* of a transfer */
#define TRANSFER_LIMIT_MS 8000         /* of a transfer, as long as its job has that much left */
#define DOCUMENT_LIFE_MS (3600 * 1000) /* then it is fetched again */
#define KEYS_AGAIN_MS 10000            /* between two fetches because of a key that is not there */
#define IDLE_MS 60000                  /* how long the thread sleeps when nothing is under way */

struct transfer {
    CURL *easy;                 /* owned; NULL: none is under way */
    struct curl_slist *headers; /* owned */
    struct buffer body;         /* what came */
    struct buffer sent;         /* what is posted; curl does not copy it */
};

enum step { STEP_FREE, STEP_PROVIDER, STEP_TOKEN, STEP_KEYS, STEP_USERINFO };

struct job {
    struct oauth_question question; /* what is asked */
    struct oauth_answer answer;     /* being made */
    enum step step;                 /* what it waits for */
    int64_t until_ms;               /* then it is given up */
    struct transfer transfer;       /* its own: token, userinfo */
    char *id_token;                 /* owned: what the token endpoint gave; or NULL */
    char *access_token;             /* owned: likewise */
    bool keys_asked;                /* for this token: not a second time */
};

/* A document that all jobs share. */
struct document {
    struct transfer transfer; /* under way, or not */
    int64_t fetched_ms;       /* when it last came; 0: never */
    int64_t again_ms;         /* when it was last asked for although it is fresh */
};

struct oauth {
    const struct provider_config *config;              /* borrowed */
    struct provider named;                             /* what the configuration says by itself */
    struct provider provider;                          /* with what was discovered */
    struct document discovery;                         /* the provider's description */
    struct document keyring;                           /* its keys */
    struct jwks *keys;                                 /* owned; NULL: not yet */
    CURLM *multi;                                      /* owned */
    pthread_t thread;                                  /* ours */
    void (*ready)(void *context);                      /* there are answers */
    void *context;                                     /* of ready */
    atomic_bool stops;                                 /* asked for by oauth_destroy */
    struct job jobs[OAUTH_QUESTIONS_MAX];              /* the thread's */
    pthread_mutex_t mutex;                             /* guards the rest */
    struct oauth_question asked[OAUTH_QUESTIONS_MAX];  /* to be begun: the first asked_count */
    uint32_t asked_count;                              /* how many */
    struct oauth_answer answered[OAUTH_QUESTIONS_MAX]; /* to be taken, a ring */
    uint32_t answered_first;                           /* index of the oldest */
    uint32_t answered_count;                           /* how many */
    uint32_t open;                                     /* asked and not taken */
};

/* ---- transfers ------------------------------------------------------------------------------- */

static size_t s_on_data(char *data, size_t size, size_t count, void *context)
{
    struct transfer *self = context;
    return buffer_append(&self->body, data, size * count) ? size * count : 0;
}

static void s_end_transfer(struct oauth *self, struct transfer *transfer)
{
    if (transfer->easy) {
        curl_multi_remove_handle(self->multi, transfer->easy);
        curl_easy_cleanup(transfer->easy);
    }
    curl_slist_free_all(transfer->headers);
    if (transfer->sent.data)
        explicit_bzero(transfer->sent.data, transfer->sent.length);
    buffer_fini(&transfer->body);
    buffer_fini(&transfer->sent);
    *transfer = (struct transfer){0};
}

/* Begins a transfer: what is in transfer->sent is posted, else it is a GET. `owner` is found again
 * in the handle. */
static void s_fetch(struct oauth *self, struct transfer *transfer, const char *url, int64_t left_ms,
                    void *owner)
{
    CURL *easy = transfer->easy = curl_easy_init();
    check(easy);
    buffer_init(&transfer->body, ANSWER_MAX_BYTES);
    transfer->headers = curl_slist_append(transfer->headers, "Accept: application/json");
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, owner);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "CodeComp/" CODECOMP_VERSION);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_LIMIT_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                     (long)(left_ms < TRANSFER_LIMIT_MS ? left_ms : TRANSFER_LIMIT_MS));
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, s_on_data);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    if (transfer->sent.length) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)transfer->sent.length);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->sent.data);
    }
    check(curl_multi_add_handle(self->multi, easy) == CURLM_OK);
}

/* ---- answers --------------------------------------------------------------------------------- */

static int64_t s_left_ms(const struct job *job)
{
    int64_t left_ms = job->until_ms - clock_now_ms();
    return left_ms > 1 ? left_ms : 1;
}

static void s_wipe(char **text)
{
    if (*text)
        explicit_bzero(*text, strlen(*text));
    free(*text);
    *text = NULL;
}

__attribute__((format(printf, 4, 5))) static void
s_answer(struct oauth *self, struct job *job, enum oauth_outcome outcome, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(job->answer.why, sizeof job->answer.why, format, arguments);
    va_end(arguments);
    job->answer.outcome = outcome;
    job->answer.ticket = job->question.ticket;
    pthread_mutex_lock(&self->mutex);
    uint32_t last = (self->answered_first + self->answered_count) % OAUTH_QUESTIONS_MAX;
    self->answered[last] = job->answer;
    self->answered_count++;
    pthread_mutex_unlock(&self->mutex);
    self->ready(self->context);
    s_end_transfer(self, &job->transfer);
    s_wipe(&job->id_token);
    s_wipe(&job->access_token);
    explicit_bzero(&job->question, sizeof job->question);
    job->step = STEP_FREE;
}

/* ---- what all share -------------------------------------------------------------------------- */

static void s_fetch_document(struct oauth *self, struct document *document, const char *url)
{
    if (document->transfer.easy)
        return;
    s_fetch(self, &document->transfer, url, TRANSFER_LIMIT_MS, document);
}

static bool s_fresh(const struct document *document)
{
    return document->fetched_ms && clock_now_ms() - document->fetched_ms < DOCUMENT_LIFE_MS;
}

/* ---- steps ----------------------------------------------------------------------------------- */

static void s_pair(struct buffer *out, const char *name, const char *value)
{
    buffer_append_text(out, name);
    encode_percent(slice_of(value), out);
}

/* S256 of RFC 7636, 4.2. */
static void s_challenge(const char *verifier, struct buffer *out)
{
    unsigned char hash[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)verifier, strlen(verifier), hash);
    encode_base64url(slice_from(hash, sizeof hash), out);
}

static void s_give_address(struct oauth *self, struct job *job)
{
    const struct oauth_question *question = &job->question;
    struct buffer url;
    buffer_init(&url, OAUTH_URL_MAX_BYTES - 1);
    buffer_append_text(&url, self->provider.authorize);
    buffer_append_char(&url, strchr(self->provider.authorize, '?') ? '&' : '?');
    s_pair(&url, "response_type=code&client_id=", self->config->client_id);
    s_pair(&url, "&redirect_uri=", question->redirect_uri);
    s_pair(&url, "&scope=", self->config->scope);
    s_pair(&url, "&state=", question->state);
    s_pair(&url, "&nonce=", question->nonce);
    buffer_append_text(&url, "&code_challenge_method=S256&code_challenge=");
    s_challenge(question->verifier, &url);
    bool fits = !url.overflow;
    if (fits) {
        memcpy(job->answer.url, url.data, url.length);
        job->answer.url[url.length] = 0;
    }
    buffer_fini(&url);
    s_answer(self, job, fits ? OAUTH_DONE : OAUTH_DOWN, "%s",
             fits ? "" : "the address is too long");
}

/* The client's name and secret, each as a form would have it (RFC 6749, 2.3.1). */
static void s_authenticate(struct oauth *self, struct transfer *transfer)
{
    const struct provider_config *config = self->config;
    struct buffer pair, header;
    if (!*config->client_secret || self->provider.post) {
        s_pair(&transfer->sent, "&client_id=", config->client_id);
        if (*config->client_secret)
            s_pair(&transfer->sent, "&client_secret=", config->client_secret);
        return;
    }
    buffer_init(&pair, 4096);
    buffer_init(&header, 8192);
    s_pair(&pair, "", config->client_id);
    s_pair(&pair, ":", config->client_secret);
    buffer_append_text(&header, "Authorization: Basic ");
    char *base64 = buffer_reserve(&header, 4 * pair.length / 3 + 8);
    check(base64);
    header.length += (size_t)EVP_EncodeBlock((unsigned char *)base64, (unsigned char *)pair.data,
                                             (int)pair.length);
    buffer_append_char(&header, 0);
    transfer->headers = curl_slist_append(transfer->headers, header.data);
    explicit_bzero(pair.data, pair.length);
    explicit_bzero(header.data, header.length);
    buffer_fini(&pair);
    buffer_fini(&header);
}

static void s_exchange_code(struct oauth *self, struct job *job)
{
    const struct oauth_question *question = &job->question;
    bool named = *question->issuer && *self->provider.issuer;
    if (named ? strcmp(question->issuer, self->provider.issuer) != 0
              : self->provider.names_issuer) {
        s_answer(self, job, OAUTH_REFUSED, "another provider sent the browser back");
        return;
    }
    struct transfer *transfer = &job->transfer;
    buffer_init(&transfer->sent, 16 * 1024);
    s_pair(&transfer->sent, "grant_type=authorization_code&code=", question->code);
    s_pair(&transfer->sent, "&redirect_uri=", question->redirect_uri);
    s_pair(&transfer->sent, "&code_verifier=", question->verifier);
    s_authenticate(self, transfer);
    job->step = STEP_TOKEN;
    s_fetch(self, transfer, self->provider.token, s_left_ms(job), job);
}

static void s_finish(struct oauth *self, struct job *job)
{
    const char *why;
    enum identity_result result = identity_finish(&job->answer.identity, &why);
    s_answer(self, job, result == IDENTITY_GOOD ? OAUTH_DONE : OAUTH_REFUSED, "%s",
             result == IDENTITY_GOOD ? "" : why);
}

/* Email and name are in the ID token, or else in userinfo. */
static void s_complete_identity(struct oauth *self, struct job *job)
{
    struct identity *identity = &job->answer.identity;
    if ((identity->email_verified && *identity->name) || !*self->provider.userinfo ||
        !job->access_token) {
        s_finish(self, job);
        return;
    }
    struct buffer header;
    buffer_init(&header, ANSWER_MAX_BYTES);
    buffer_printf(&header, "Authorization: Bearer %s", job->access_token);
    buffer_append_char(&header, 0);
    job->transfer.headers = curl_slist_append(NULL, header.data);
    explicit_bzero(header.data, header.length);
    buffer_fini(&header);
    job->step = STEP_USERINFO;
    s_fetch(self, &job->transfer, self->provider.userinfo, s_left_ms(job), job);
}

static bool s_may_fetch_keys(const struct oauth *self, const struct job *job)
{
    return !job->keys_asked && (self->keyring.transfer.easy ||
                                clock_now_ms() - self->keyring.again_ms >= KEYS_AGAIN_MS);
}

static void s_want_keys(struct oauth *self, struct job *job)
{
    job->step = STEP_KEYS;
    s_fetch_document(self, &self->keyring, self->provider.jwks);
}

static void s_read_id_token(struct oauth *self, struct job *job)
{
    bool signs = *self->provider.jwks != 0;
    if (signs && (!self->keys || !s_fresh(&self->keyring)) && !job->keys_asked) {
        job->keys_asked = true;
        s_want_keys(self, job);
        return;
    }
    if (signs && !self->keys) {
        s_answer(self, job, OAUTH_DOWN, "the provider's keys can't be had");
        return;
    }
    struct identity_expected expected = {.issuer = self->provider.issuer,
                                         .client_id = self->config->client_id,
                                         .nonce = job->question.nonce,
                                         .now_ms = clock_now_ms(),
                                         .keys = signs ? self->keys : NULL};
    const char *why;
    enum identity_result result =
        identity_from_token(&job->answer.identity, slice_of(job->id_token), &expected, &why);
    if (result == IDENTITY_NO_KEY && s_may_fetch_keys(self, job)) {
        job->keys_asked = true;
        self->keyring.again_ms = clock_now_ms();
        s_want_keys(self, job);
    } else if (result != IDENTITY_GOOD) {
        s_answer(self, job, OAUTH_REFUSED, "%s", why);
    } else {
        s_complete_identity(self, job);
    }
}

static char *s_member(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text && *text ? strdup(text) : NULL;
}

/* A header's value must not end the header. */
static bool s_is_bearer(const char *token)
{
    for (; token && *token; token++)
        if (*token <= ' ' || *token >= 0x7f)
            return false;
    return true;
}

static void s_on_token(struct oauth *self, struct job *job, struct slice body)
{
    json_t *object = json_loadb(body.data, body.length, JSON_REJECT_DUPLICATES, NULL);
    job->id_token = s_member(object, "id_token");
    job->access_token = s_member(object, "access_token");
    bool readable = json_is_object(object) && s_is_bearer(job->access_token);
    json_decref(object);
    if (!readable)
        s_answer(self, job, OAUTH_DOWN, "the token endpoint's answer can't be read");
    else if (job->id_token)
        s_read_id_token(self, job);
    else if (self->provider.openid)
        s_answer(self, job, OAUTH_REFUSED, "no ID token came");
    else
        s_complete_identity(self, job);
}

static void s_on_userinfo(struct oauth *self, struct job *job, struct slice body)
{
    const char *why;
    if (identity_add_userinfo(&job->answer.identity, body, &why) == IDENTITY_GOOD)
        s_finish(self, job);
    else
        s_answer(self, job, OAUTH_REFUSED, "%s", why);
}

/* ---- the ends of transfers ------------------------------------------------------------------- */

/* The error code of RFC 6749, 5.2; "" when it is none. */
static void s_error_code(struct slice body, char code[64])
{
    json_t *object = json_loadb(body.data, body.length, 0, NULL);
    const char *text = json_string_value(json_object_get(object, "error"));
    size_t length = text ? strspn(text, "abcdefghijklmnopqrstuvwxyz_") : 0;
    snprintf(code, 64, "%.*s", (int)(length < 63 ? length : 0), text ? text : "");
    json_decref(object);
}

/* The body of a good answer, else why it is none. */
static bool s_good(struct transfer *transfer, CURLcode result, long *status, char why[192])
{
    char code[64];
    *status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, status);
    if (result == CURLE_OK && *status == 200)
        return true;
    s_error_code(buffer_slice(&transfer->body), code);
    if (transfer->body.overflow)
        snprintf(why, 192, "its answer is too large");
    else if (result != CURLE_OK)
        snprintf(why, 192, "%s", curl_easy_strerror(result));
    else
        snprintf(why, 192, "status %ld %s", *status, code);
    return false;
}

static void s_on_job_end(struct oauth *self, struct job *job, CURLcode result)
{
    static const char *const names[] = {
        [STEP_TOKEN] = "token endpoint", [STEP_USERINFO] = "userinfo"};
    struct transfer ended = job->transfer;
    char why[192];
    long status;
    curl_easy_setopt(ended.easy, CURLOPT_WRITEDATA, NULL);
    bool good = s_good(&ended, result, &status, why);
    enum step step = job->step;
    job->transfer = (struct transfer){0};
    if (!good)
        s_answer(self, job, status == 400 ? OAUTH_REFUSED : OAUTH_DOWN, "%s: %s", names[step], why);
    else if (step == STEP_TOKEN)
        s_on_token(self, job, buffer_slice(&ended.body));
    else
        s_on_userinfo(self, job, buffer_slice(&ended.body));
    if (ended.body.data)
        explicit_bzero(ended.body.data, ended.body.length);
    s_end_transfer(self, &ended);
}

/* The provider is known: to whoever waits for that. */
static void s_provider_known(struct oauth *self, struct job *job)
{
    if (job->question.want == OAUTH_WANT_ADDRESS)
        s_give_address(self, job);
    else
        s_exchange_code(self, job);
}

static bool s_read_document(struct oauth *self, struct document *document, char why[192])
{
    struct slice body = buffer_slice(&document->transfer.body);
    const char *what = "";
    if (document == &self->discovery) {
        struct provider provider = self->named;
        if (!provider_discovered(&provider, body, &what)) {
            snprintf(why, 192, "%s", what);
            return false;
        }
        self->provider = provider;
        return true;
    }
    struct jwks *keys = jwks_parse(body);
    snprintf(why, 192, "its keys can't be read");
    if (!keys)
        return false;
    jwks_destroy(&self->keys);
    self->keys = keys;
    return true;
}

/* An old document is better than none: a provider that is down for a moment keeps nobody out. */
static void s_on_document_end(struct oauth *self, struct document *document, CURLcode result)
{
    enum step waits = document == &self->discovery ? STEP_PROVIDER : STEP_KEYS;
    char why[192] = "";
    long status;
    bool good =
        s_good(&document->transfer, result, &status, why) && s_read_document(self, document, why);
    s_end_transfer(self, &document->transfer);
    if (good)
        document->fetched_ms = clock_now_ms();
    else
        log_warn("login-provider", "document=%s why=\"%s\"",
                 waits == STEP_PROVIDER ? "discovery" : "keys", why);
    for (size_t i = 0; i < OAUTH_QUESTIONS_MAX; i++) {
        struct job *job = &self->jobs[i];
        if (job->step != waits)
            continue;
        if (waits == STEP_KEYS)
            s_read_id_token(self, job);
        else if (document->fetched_ms)
            s_provider_known(self, job);
        else
            s_answer(self, job, OAUTH_DOWN, "discovery: %s", why);
    }
}

/* ---- the thread ------------------------------------------------------------------------------ */

static void s_begin(struct oauth *self, const struct oauth_question *question)
{
    struct job *job = self->jobs;
    while (job->step != STEP_FREE) /* `open` counts: there is one */
        job++;
    job->question = *question;
    job->answer = (struct oauth_answer){0};
    job->until_ms = clock_now_ms() + OAUTH_LIMIT_MS;
    job->keys_asked = false;
    job->step = STEP_PROVIDER;
    if (!*self->named.discovery || s_fresh(&self->discovery))
        s_provider_known(self, job);
    else
        s_fetch_document(self, &self->discovery, self->named.discovery);
}

static void s_begin_asked(struct oauth *self)
{
    struct oauth_question question;
    for (;;) {
        pthread_mutex_lock(&self->mutex);
        bool any = self->asked_count > 0;
        if (any)
            question = self->asked[--self->asked_count];
        pthread_mutex_unlock(&self->mutex);
        if (!any)
            break;
        s_begin(self, &question);
    }
    explicit_bzero(&question, sizeof question);
}

static void s_end_transfers(struct oauth *self)
{
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(self->multi, &left));) {
        if (message->msg != CURLMSG_DONE)
            continue;
        void *owner = NULL;
        CURLcode result = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&owner);
        if (owner == &self->discovery || owner == &self->keyring)
            s_on_document_end(self, owner, result);
        else
            s_on_job_end(self, owner, result);
    }
}

/* Each transfer has its own limit; this is for jobs that need several. How long to sleep. */
static int s_give_up(struct oauth *self)
{
    int64_t now_ms = clock_now_ms(), next_ms = now_ms + IDLE_MS;
    for (size_t i = 0; i < OAUTH_QUESTIONS_MAX; i++) {
        struct job *job = &self->jobs[i];
        if (job->step == STEP_FREE)
            continue;
        if (job->until_ms <= now_ms)
            s_answer(self, job, OAUTH_DOWN, "the provider is too slow");
        else if (job->until_ms < next_ms)
            next_ms = job->until_ms;
    }
    return (int)(next_ms - now_ms);
}

static void *s_run(void *argument)
{
    struct oauth *self = argument;
    while (!atomic_load(&self->stops)) {
        int running;
        s_begin_asked(self);
        curl_multi_perform(self->multi, &running);
        s_end_transfers(self);
        curl_multi_poll(self->multi, NULL, 0, s_give_up(self), NULL);
    }
    for (size_t i = 0; i < OAUTH_QUESTIONS_MAX; i++) {
        s_end_transfer(self, &self->jobs[i].transfer);
        s_wipe(&self->jobs[i].id_token);
        s_wipe(&self->jobs[i].access_token);
    }
    s_end_transfer(self, &self->discovery.transfer);
    s_end_transfer(self, &self->keyring.transfer);
    return NULL;
}

/* ---- the asker's side ------------------------------------------------------------------------ */

struct oauth *oauth_new(const struct provider_config *config, void (*ready)(void *context),
                        void *context, const char **why)
{
    struct provider named;
    sigset_t all, before;
    if (!provider_init(&named, config, why))
        return NULL;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    struct oauth *self = calloc(1, sizeof *self);
    check(self);
    self->config = config;
    self->named = self->provider = named;
    self->ready = ready;
    self->context = context;
    self->multi = curl_multi_init();
    check(self->multi);
    pthread_mutex_init(&self->mutex, NULL);
    sigfillset(&all); /* signals are the main thread's */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    check(pthread_create(&self->thread, NULL, s_run, self) == 0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_setname_np(self->thread, "oauth");
    return self;
}

void oauth_destroy(struct oauth **self_p)
{
    struct oauth *self = *self_p;
    if (!self)
        return;
    atomic_store(&self->stops, true);
    curl_multi_wakeup(self->multi);
    pthread_join(self->thread, NULL);
    curl_multi_cleanup(self->multi);
    jwks_destroy(&self->keys);
    pthread_mutex_destroy(&self->mutex);
    free(self);
    *self_p = NULL;
}

bool oauth_ask(struct oauth *self, const struct oauth_question *question)
{
    pthread_mutex_lock(&self->mutex);
    bool taken = self->open < OAUTH_QUESTIONS_MAX;
    if (taken) {
        self->asked[self->asked_count++] = *question;
        self->open++;
    }
    pthread_mutex_unlock(&self->mutex);
    if (taken)
        curl_multi_wakeup(self->multi);
    return taken;
}

bool oauth_take(struct oauth *self, struct oauth_answer *answer)
{
    pthread_mutex_lock(&self->mutex);
    bool any = self->answered_count > 0;
    if (any) {
        *answer = self->answered[self->answered_first];
        self->answered_first = (self->answered_first + 1) % OAUTH_QUESTIONS_MAX;
        self->answered_count--;
        self->open--;
    }
    pthread_mutex_unlock(&self->mutex);
    return any;
}
