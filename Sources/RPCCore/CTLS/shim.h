// Debian's libssl, as it is, and what of it Swift cannot read: macros that are more than a number.
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// No second handshake on a connection, and none resumed: each proves its certificates anew.
static const uint64_t tls_options = SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET;
