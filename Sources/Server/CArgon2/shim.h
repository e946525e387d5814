// Debian's libargon2, as it is.
#include <argon2.h>
