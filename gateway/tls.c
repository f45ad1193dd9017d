/* libwebsockets replaces a certificate before it looks at the new one, so that is done here first.
 */
#include "gateway/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>

static bool s_wrong(const char *option, const char *file, char *error, size_t error_size)
{
    unsigned long code = ERR_peek_last_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;
    snprintf(error, error_size, "%s %s: %s", option, file,
             reason ? reason : "it can't be read, or is not one in PEM");
    ERR_clear_error();
    return false;
}

bool tls_check(const char *cert, const char *key, char *error, size_t error_size)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    bool good = context != NULL;
    if (good && SSL_CTX_use_certificate_chain_file(context, cert) != 1)
        good = s_wrong("--tls-cert", cert, error, error_size);
    if (good && SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
        good = s_wrong("--tls-key", key, error, error_size);
    SSL_CTX_free(context);
    return good;
}

bool tls_reload(struct lws_context *context, const char *cert, const char *key, char *error,
                size_t error_size)
{
    if (!tls_check(cert, key, error, error_size))
        return false;
    if (lws_tls_cert_updated(context, cert, key, NULL, 0, NULL, 0) == 0)
        return true;
    snprintf(error, error_size, "--tls-cert %s: it can't be used", cert);
    return false;
}
