#include "disk_internal.h"

#include <dirent.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

// MARK: - Opening and closing

static int open_file(int folder, const char *path, int flags, mode_t mode) {
  if (!disk_watched(path)) return (int)syscall(SYS_openat, folder, path, flags, mode);
  pthread_mutex_lock(&disk_lock);
  struct disk_record record = {.call = DISK_OPEN, .flags = (uint32_t)flags};
  record.error = disk_next_fault(DISK_OPEN, (uint32_t)flags);
  long descriptor = record.error ? -1 : syscall(SYS_openat, folder, path, flags, mode);
  if (descriptor < 0 && !record.error) record.error = errno;
  if (descriptor >= 0 && descriptor < DISK_DESCRIPTORS) {
    size_t bytes = strlen(path);
    disk_without_bytes[descriptor] =
        (bytes > 4 && strcmp(path + bytes - 4, "-shm") == 0) ||
        (bytes > 8 && strcmp(path + bytes - 8, "/reserve") == 0);
    disk_handles[descriptor] = record.handle = ++disk_last_handle;
  }
  return (int)disk_finish(record, descriptor, disk_inside(path), NULL, NULL);
}

static mode_t mode_of(int flags, va_list arguments) {
  return flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
}

#define OPEN(name)                                                                                 \
  int name(const char *path, int flags, ...) {                                                     \
    va_list arguments;                                                                             \
    va_start(arguments, flags);                                                                    \
    mode_t mode = mode_of(flags, arguments);                                                       \
    va_end(arguments);                                                                             \
    return open_file(AT_FDCWD, path, flags, mode);                                                 \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                               \
  int name(int folder, const char *path, int flags, ...) {                                         \
    va_list arguments;                                                                             \
    va_start(arguments, flags);                                                                    \
    mode_t mode = mode_of(flags, arguments);                                                       \
    va_end(arguments);                                                                             \
    return open_file(folder, path, flags, mode);                                                   \
  }
OPENAT(openat)
OPENAT(openat64)

int creat(const char *path, mode_t mode) {
  return open_file(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

DIR *opendir(const char *path) {
  static DIR *(*real)(const char *);
  if (!real) real = (DIR * (*)(const char *)) dlsym(RTLD_NEXT, "opendir");
  if (!disk_watched(path)) return real(path);
  pthread_mutex_lock(&disk_lock);
  struct disk_record record = {.call = DISK_LIST, .error = disk_next_fault(DISK_LIST, 0)};
  DIR *folder = record.error ? NULL : real(path);
  if (!folder && !record.error) record.error = errno;
  disk_finish(record, folder ? 0 : -1, disk_inside(path), NULL, NULL);
  return folder;
}

int close(int descriptor) {
  if (!disk_handle_of(descriptor)) return (int)syscall(SYS_close, descriptor);
  pthread_mutex_lock(&disk_lock);
  struct disk_record record = {.call = DISK_CLOSE, .handle = disk_handles[descriptor]};
  disk_handles[descriptor] = 0;
  record.error = disk_next_fault(DISK_CLOSE, 0);
  // It is closed even when that fails, as Linux does it.
  long result = syscall(SYS_close, descriptor);
  if (result < 0 && !record.error) record.error = errno;
  return (int)disk_finish(record, record.error ? -1 : 0, NULL, NULL, NULL);
}

// MARK: - Reading and writing

static ssize_t read_file(int descriptor, const struct iovec *parts, int count, off_t offset) {
  pthread_mutex_lock(&disk_lock);
  struct disk_record record = {.call = DISK_READ, .handle = disk_handles[descriptor]};
  record.error = disk_next_fault(DISK_READ, 0);
  long result = record.error ? -1
                : offset < 0 ? syscall(SYS_readv, descriptor, parts, count)
                             : syscall(SYS_preadv, descriptor, parts, count, offset, 0);
  if (result < 0 && !record.error) record.error = errno;
  if (result > 0) record.length = (uint64_t)result;
  return disk_finish(record, result, NULL, NULL, NULL);
}

ssize_t read(int descriptor, void *buffer, size_t bytes) {
  if (!disk_handle_of(descriptor)) return syscall(SYS_read, descriptor, buffer, bytes);
  return read_file(descriptor, &(struct iovec){buffer, bytes}, 1, -1);
}

ssize_t pread64(int descriptor, void *buffer, size_t bytes, off64_t offset) {
  if (!disk_handle_of(descriptor)) return syscall(SYS_pread64, descriptor, buffer, bytes, offset);
  return read_file(descriptor, &(struct iovec){buffer, bytes}, 1, offset);
}
ssize_t pread(int descriptor, void *buffer, size_t bytes, off_t offset) {
  return pread64(descriptor, buffer, bytes, offset);
}

static ssize_t write_file(int descriptor, const void *buffer, size_t bytes, off_t offset) {
  pthread_mutex_lock(&disk_lock);
  struct disk_record record = {.call = DISK_WRITE, .handle = disk_handles[descriptor]};
  record.error = disk_next_fault(DISK_WRITE, 0);
  if (record.error == DISK_SHORT_WRITE) {
    record.error = 0;
    if (bytes > 1) bytes /= 2;
  }
  record.offset = disk_place_of(descriptor, offset);
  long result = record.error ? -1
                : offset < 0 ? syscall(SYS_write, descriptor, buffer, bytes)
                             : syscall(SYS_pwrite64, descriptor, buffer, bytes, offset);
  if (result < 0 && !record.error) record.error = errno;
  if (result > 0) record.length = (uint64_t)result;
  disk_put_range(record, descriptor, buffer);
  pthread_mutex_unlock(&disk_lock);
  if (result < 0) errno = record.error;
  return result;
}

ssize_t write(int descriptor, const void *buffer, size_t bytes) {
  if (!disk_handle_of(descriptor)) return syscall(SYS_write, descriptor, buffer, bytes);
  return write_file(descriptor, buffer, bytes, -1);
}

ssize_t pwrite64(int descriptor, const void *buffer, size_t bytes, off64_t offset) {
  if (!disk_handle_of(descriptor)) return syscall(SYS_pwrite64, descriptor, buffer, bytes, offset);
  return write_file(descriptor, buffer, bytes, offset);
}
ssize_t pwrite(int descriptor, const void *buffer, size_t bytes, off_t offset) {
  return pwrite64(descriptor, buffer, bytes, offset);
}

// Parts are joined: a program cannot tell, but for a write that takes less than all.
static ssize_t write_parts(int descriptor, const struct iovec *parts, int count, off_t offset) {
  size_t bytes = 0;
  for (int i = 0; i < count; i++) bytes += parts[i].iov_len;
  char *joined = malloc(bytes ? bytes : 1);
  if (!joined) {
    errno = ENOMEM;
    return -1;
  }
  bytes = 0;
  for (int i = 0; i < count; i++) {
    memcpy(joined + bytes, parts[i].iov_base, parts[i].iov_len);
    bytes += parts[i].iov_len;
  }
  ssize_t result = write_file(descriptor, joined, bytes, offset);
  int error = errno;
  free(joined);
  errno = error;
  return result;
}

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
  if (!disk_handle_of(descriptor)) return syscall(SYS_writev, descriptor, parts, count);
  return write_parts(descriptor, parts, count, -1);
}

ssize_t pwritev64(int descriptor, const struct iovec *parts, int count, off64_t offset) {
  if (!disk_handle_of(descriptor))
    return syscall(SYS_pwritev, descriptor, parts, count, offset, offset >> 32);
  return write_parts(descriptor, parts, count, offset);
}
ssize_t pwritev(int descriptor, const struct iovec *parts, int count, off_t offset) {
  return pwritev64(descriptor, parts, count, offset);
}
