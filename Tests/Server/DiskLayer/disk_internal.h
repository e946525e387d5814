// Included before all else, since it says which libc is spoken to.
#ifndef DISK_INTERNAL_H
#define DISK_INTERNAL_H

#define _GNU_SOURCE
#undef _FORTIFY_SOURCE

#include "disk_layer.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

// Real calls are made with syscall(): nothing has to be looked up, and nothing comes back in here.

#define DISK_DESCRIPTORS 65536

// Held over a call and its record, so that a log has the order of what happened.
extern pthread_mutex_t disk_lock;

// By descriptor; 0 is not watched. Of SQLite's shared memory no bytes are kept: it is made anew by
// whoever opens the database first. Nor of the store's reserve, which gets no room either: a
// thousand stores would take it all.
extern _Atomic uint32_t disk_handles[DISK_DESCRIPTORS];
extern unsigned char disk_without_bytes[DISK_DESCRIPTORS];
extern uint32_t disk_last_handle;

uint32_t disk_handle_of(int descriptor);
int disk_watched(const char *path);
// A path from the watched folder on.
const char *disk_inside(const char *path);
// Where a write begins: at the end of the file if the descriptor appends, else at the offset, else
// where the descriptor stands.
uint64_t disk_place_of(int descriptor, off_t offset);

// All with the lock held.

// What this call is to fail with, or 0.
int disk_next_fault(uint32_t call, uint32_t flags);
void disk_put(struct disk_record record, const char *path, const char *path2, const void *data);
// Writes down what now stands in a part of a file.
void disk_put_range(struct disk_record record, int descriptor, const void *data);
// Writes a call down, gives up the lock and sets errno.
long disk_finish(struct disk_record record, long result, const char *path, const char *path2,
                 const void *data);

#endif
