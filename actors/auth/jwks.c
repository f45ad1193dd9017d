/* Keys by OpenSSL 3's EVP_PKEY_fromdata, from the numbers that the document has. */
#include "actors/auth/jwks.h"

#include <jansson.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <stdlib.h>

#include "actors/auth/encode.h"
#include "proto/check.h"

#define NUMBER_MAX_BYTES 1024 /* of a modulus: 8192 bits */
#define P256_BYTES 32         /* of a coordinate, and of each half of a signature */

struct algorithm {
    const char *name; /* "RS256" */
    const char *type; /* of its keys: kty */
    bool pss;         /* RSA with PSS padding */
};

/* All with SHA-256. */
static const struct algorithm s_algorithms[] = {
    {"RS256", "RSA", false}, {"PS256", "RSA", true}, {"ES256", "EC", false}};

struct key {
    EVP_PKEY *public; /* owned */
    char *kid;        /* owned; NULL: it has none */
    char *alg;        /* owned; NULL: any of its type */
    const char *type; /* "RSA", "EC" */
};

struct jwks {
    struct key keys[JWKS_KEYS_MAX]; /* the first `count` are there */
    size_t count;                   /* how many */
};

/* ---- reading -------------------------------------------------------------------------------- */

static bool s_number(const json_t *key, const char *name, struct buffer *out)
{
    const char *text = json_string_value(json_object_get(key, name));
    buffer_init(out, NUMBER_MAX_BYTES);
    return text && decode_base64url(slice_of(text), out) && out->length > 0;
}

static EVP_PKEY *s_from_params(const char *type, OSSL_PARAM_BLD *build)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (params && context && EVP_PKEY_fromdata_init(context) == 1 &&
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(params);
    return key;
}

static EVP_PKEY *s_rsa(const json_t *document)
{
    struct buffer n, e;
    EVP_PKEY *key = NULL;
    bool whole = s_number(document, "n", &n);
    if (s_number(document, "e", &e) && whole) {
        BIGNUM *modulus = BN_bin2bn((unsigned char *)n.data, (int)n.length, NULL);
        BIGNUM *exponent = BN_bin2bn((unsigned char *)e.data, (int)e.length, NULL);
        OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
        check(modulus && exponent && build);
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus);
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent);
        if (BN_num_bits(modulus) >= JWKS_RSA_MIN_BITS)
            key = s_from_params("RSA", build);
        OSSL_PARAM_BLD_free(build);
        BN_free(modulus);
        BN_free(exponent);
    }
    buffer_fini(&n);
    buffer_fini(&e);
    return key;
}

static EVP_PKEY *s_ec(const json_t *document)
{
    struct buffer x, y;
    EVP_PKEY *key = NULL;
    const char *curve = json_string_value(json_object_get(document, "crv"));
    bool whole = s_number(document, "x", &x);
    if (s_number(document, "y", &y) && whole && curve && strcmp(curve, "P-256") == 0 &&
        x.length == P256_BYTES && y.length == P256_BYTES) {
        unsigned char point[1 + 2 * P256_BYTES] = {POINT_CONVERSION_UNCOMPRESSED};
        memcpy(point + 1, x.data, P256_BYTES);
        memcpy(point + 1 + P256_BYTES, y.data, P256_BYTES);
        OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
        check(build);
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point);
        key = s_from_params("EC", build);
        OSSL_PARAM_BLD_free(build);
    }
    buffer_fini(&x);
    buffer_fini(&y);
    return key;
}

static char *s_text(const json_t *document, const char *name)
{
    const char *text = json_string_value(json_object_get(document, name));
    return text ? strdup(text) : NULL;
}

static void s_add(struct jwks *self, const json_t *document)
{
    const char *type = json_string_value(json_object_get(document, "kty"));
    const char *use = json_string_value(json_object_get(document, "use"));
    if (!type || (use && strcmp(use, "sig") != 0) || self->count == JWKS_KEYS_MAX)
        return;
    bool rsa = strcmp(type, "RSA") == 0, ec = strcmp(type, "EC") == 0;
    EVP_PKEY *public = rsa ? s_rsa(document) : ec ? s_ec(document) : NULL;
    if (public)
        self->keys[self->count++] = (struct key){public, s_text(document, "kid"),
                                                 s_text(document, "alg"), rsa ? "RSA" : "EC"};
}

struct jwks *jwks_parse(struct slice json)
{
    json_t *document = json_loadb(json.data, json.length, 0, NULL), *key;
    json_t *keys = json_object_get(document, "keys");
    struct jwks *self = NULL;
    size_t i;
    if (json_is_array(keys)) {
        self = calloc(1, sizeof *self);
        check(self);
        json_array_foreach(keys, i, key)
        {
            s_add(self, key);
        }
    }
    json_decref(document);
    return self;
}

void jwks_destroy(struct jwks **self_p)
{
    struct jwks *self = *self_p;
    if (!self)
        return;
    for (size_t i = 0; i < self->count; i++) {
        EVP_PKEY_free(self->keys[i].public);
        free(self->keys[i].kid);
        free(self->keys[i].alg);
    }
    free(self);
    *self_p = NULL;
}

/* ---- verifying ------------------------------------------------------------------------------ */

/* JOSE's two numbers side by side as the DER that OpenSSL wants; its length, 0 when they are none.
 */
static size_t s_der(struct slice signature, unsigned char der[128])
{
    if (signature.length != 2 * P256_BYTES)
        return 0;
    const unsigned char *bytes = (const unsigned char *)signature.data;
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(bytes, P256_BYTES, NULL);
    BIGNUM *s = BN_bin2bn(bytes + P256_BYTES, P256_BYTES, NULL);
    check(pair && r && s && ECDSA_SIG_set0(pair, r, s) == 1);
    unsigned char *at = der;
    int length = i2d_ECDSA_SIG(pair, &at);
    ECDSA_SIG_free(pair);
    return length > 0 ? (size_t)length : 0;
}

static bool s_signed(const struct algorithm *algorithm, EVP_PKEY *key, struct slice content,
                     struct slice signature)
{
    unsigned char der[128];
    const unsigned char *bytes = (const unsigned char *)signature.data;
    size_t length = signature.length;
    if (strcmp(algorithm->type, "EC") == 0) {
        length = s_der(signature, der);
        bytes = der;
    }
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    EVP_PKEY_CTX *context = NULL;
    check(digest);
    bool good = length && EVP_DigestVerifyInit(digest, &context, EVP_sha256(), NULL, key) == 1;
    if (good && algorithm->pss)
        good = EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
    good = good && EVP_DigestVerify(digest, bytes, length, (const unsigned char *)content.data,
                                    content.length) == 1;
    EVP_MD_CTX_free(digest);
    return good;
}

static const struct algorithm *s_algorithm(struct slice name)
{
    for (size_t i = 0; i < sizeof s_algorithms / sizeof *s_algorithms; i++)
        if (slice_is(name, s_algorithms[i].name))
            return &s_algorithms[i];
    return NULL;
}

enum jwks_result jwks_verify(const struct jwks *self, struct slice alg, struct slice kid,
                             struct slice content, struct slice signature)
{
    const struct algorithm *algorithm = s_algorithm(alg);
    enum jwks_result result = JWKS_NO_KEY;
    if (!algorithm)
        return JWKS_BAD;
    for (size_t i = 0; i < self->count; i++) {
        const struct key *key = &self->keys[i];
        bool named = !kid.length || (key->kid && slice_is(kid, key->kid));
        if (!named || strcmp(key->type, algorithm->type) != 0 ||
            (key->alg && strcmp(key->alg, algorithm->name) != 0))
            continue;
        if (s_signed(algorithm, key->public, content, signature))
            return JWKS_GOOD;
        result = JWKS_BAD;
    }
    return result;
}
