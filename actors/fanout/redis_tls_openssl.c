/* Built where hiredis has TLS. One context for the process, made at the first use. */
#include "actors/fanout/redis_tls.h"

#include <arpa/inet.h>
#include <hiredis_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>

static SSL_CTX *s_context;

static void s_make_context(void)
{
    s_context = SSL_CTX_new(TLS_client_method());
    if (!s_context)
        return;
    SSL_CTX_set_min_proto_version(s_context, TLS1_2_VERSION);
    SSL_CTX_set_verify(s_context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_default_verify_paths(s_context);
}

const char *redis_tls_lacks(void)
{
    return NULL;
}

/* Names are sent along and compared with the certificate, addresses compared alone. */
static bool s_expect(SSL *ssl, const char *host)
{
    struct in6_addr address;
    if (inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
    return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
}

bool redis_tls_begin(struct redisContext *redis, const char *host)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, s_make_context);
    ERR_clear_error();
    SSL *ssl = s_context ? SSL_new(s_context) : NULL;
    if (ssl && s_expect(ssl, host) && redisInitiateSSL(redis, ssl) == REDIS_OK)
        return true; /* the connection owns it */
    if (!redis->err) {
        const char *fault = redis_tls_fault();
        snprintf(redis->errstr, sizeof redis->errstr, "%s", fault ? fault : "no context");
    }
    SSL_free(ssl);
    return false;
}

const char *redis_tls_fault(void)
{
    return ERR_reason_error_string(ERR_peek_last_error());
}
