/* SHA256_Init and its kin hash into a plain struct, without an allocation; OpenSSL would rather have
   its newer calls used, which look up an algorithm each time. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
