#ifndef DISK_LAYER_H
#define DISK_LAYER_H

#include <stdint.h>

// A layer between a program and libc, loaded with LD_PRELOAD. Below one folder it writes down every
// call that changes or synchronizes files, with its bytes, in the order they happened, and can make
// a chosen call fail. It does nothing before disk_layer_watch().
//
// Programs find these functions with dlsym(): linked into them, the layer would be part of every
// program that is linked from the same objects.

// What a record tells of. The numbers stand in logs, and in DiskRecord.swift.
enum disk_call {
  DISK_OPEN = 1,
  DISK_CLOSE = 2,
  DISK_READ = 3,
  DISK_WRITE = 4,
  DISK_TRUNCATE = 5,
  DISK_ALLOCATE = 6,
  DISK_SYNC = 7,
  DISK_RENAME = 8,
  DISK_LINK = 9,
  DISK_UNLINK = 10,
  DISK_MKDIR = 11,
  DISK_RMDIR = 12,
  DISK_LIST = 13,
  DISK_SYNC_ALL = 14,
  DISK_MARK = 15,
};

// Little-endian in a log, followed by the path (for two: the second after a zero byte) and the data.
struct disk_record {
  uint32_t call;
  // errno, or 0.
  int32_t error;
  // Of an open file: every open() gives a new one. 0 where there is none.
  uint32_t handle;
  // Of open().
  uint32_t flags;
  uint64_t offset;
  // Of the data, or the size that a file was cut or extended to.
  uint64_t length;
  uint32_t path_bytes;
  uint32_t data_bytes;
};

// Stands for an errno: a write that takes only half of what it is given.
#define DISK_SHORT_WRITE 0x10000

// Watches what happens below a folder from now on, in a new log; an empty root ends it.
// Returns 0, or an errno.
int disk_layer_watch(const char *root, const char *log);

// Puts a text into the log.
void disk_layer_mark(const char *text);

// The call of this number from now on, the first being 0, fails with the errno, if calls of its kind
// can; with `sticky` all later ones of such kinds too.
void disk_layer_fail(uint64_t number, int error, int sticky);

// Ends disk_layer_fail(). Returns how many calls have failed.
uint64_t disk_layer_heal(void);

// Whether a call of that kind, and for open() with those flags, can fail with this errno.
int disk_layer_can_fail(uint32_t call, uint32_t flags, int error);

#endif
