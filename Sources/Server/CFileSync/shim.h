// What glibc says of waiting for the disk only to C with extensions, which Swift does not ask for.
#include <sys/types.h>

extern int syncfs(int descriptor);
extern int sync_file_range(int descriptor, off_t offset, off_t bytes, unsigned int flags);

enum { DIYML_SYNC_FILE_RANGE_WRITE = 2 };
