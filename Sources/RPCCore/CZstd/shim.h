// Debian's libzstd, as it is.
#include <zstd.h>
