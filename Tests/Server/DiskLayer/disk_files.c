#include "disk_internal.h"

#include <linux/fs.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

// MARK: - Copying within the kernel

// With the lock held: writes down a part of a file that the kernel filled.
static void put_copied(struct disk_record record, int descriptor) {
  char name[32];
  snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
  long reader = syscall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC, 0);
  char *bytes = malloc(record.length ? record.length : 1);
  if (reader < 0 || !bytes ||
      syscall(SYS_pread64, reader, bytes, record.length, record.offset) != (long)record.length)
    abort();
  disk_put_range(record, descriptor, bytes);
  free(bytes);
  syscall(SYS_close, reader);
}

ssize_t copy_file_range(int source, off64_t *from, int target, off64_t *to, size_t bytes,
                        unsigned flags) {
  if (!disk_handle_of(target))
    return syscall(SYS_copy_file_range, source, from, target, to, bytes, flags);
  pthread_mutex_lock(&disk_lock);
  struct disk_record record = {.call = DISK_WRITE, .handle = disk_handles[target]};
  record.error = disk_next_fault(DISK_WRITE, 0);
  if (record.error == DISK_SHORT_WRITE) {
    record.error = 0;
    if (bytes > 1) bytes /= 2;
  }
  record.offset = disk_place_of(target, to ? *to : -1);
  long result = record.error
                    ? -1
                    : syscall(SYS_copy_file_range, source, from, target, to, bytes, flags);
  if (result < 0 && !record.error) record.error = errno;
  if (result > 0) record.length = (uint64_t)result;
  if (record.error)
    disk_put(record, NULL, NULL, NULL);
  else
    put_copied(record, target);
  pthread_mutex_unlock(&disk_lock);
  if (result < 0) errno = record.error;
  return result;
}

int ioctl(int descriptor, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  if (request != FICLONE || !disk_handle_of(descriptor))
    return (int)syscall(SYS_ioctl, descriptor, request, argument);
  pthread_mutex_lock(&disk_lock);
  struct disk_record record = {.call = DISK_WRITE, .handle = disk_handles[descriptor]};
  record.error = disk_next_fault(DISK_WRITE, 0);
  long result = record.error ? -1 : syscall(SYS_ioctl, descriptor, request, argument);
  if (result < 0 && !record.error) record.error = errno;
  struct stat status;
  if (result == 0 && fstat(descriptor, &status) == 0) record.length = (uint64_t)status.st_size;
  if (record.error)
    disk_put(record, NULL, NULL, NULL);
  else
    put_copied(record, descriptor);
  pthread_mutex_unlock(&disk_lock);
  if (result < 0) errno = record.error;
  return (int)result;
}

// MARK: - Sizes and synchronizing

static int change_file(uint32_t call, int descriptor, uint64_t length, long number, long first,
                       long second, long third) {
  pthread_mutex_lock(&disk_lock);
  struct disk_record record = {.call = call, .handle = disk_handles[descriptor], .length = length};
  record.error = disk_next_fault(call, 0);
  long result = record.error ? -1 : syscall(number, descriptor, first, second, third);
  if (result < 0 && !record.error) record.error = errno;
  return (int)disk_finish(record, result, NULL, NULL, NULL);
}

int ftruncate64(int descriptor, off64_t bytes) {
  if (!disk_handle_of(descriptor)) return (int)syscall(SYS_ftruncate, descriptor, bytes);
  return change_file(DISK_TRUNCATE, descriptor, (uint64_t)bytes, SYS_ftruncate, bytes, 0, 0);
}
int ftruncate(int descriptor, off_t bytes) { return ftruncate64(descriptor, bytes); }

int fallocate64(int descriptor, int mode, off64_t offset, off64_t bytes) {
  if (!disk_handle_of(descriptor))
    return (int)syscall(SYS_fallocate, descriptor, mode, offset, bytes);
  uint64_t length = mode & FALLOC_FL_KEEP_SIZE ? 0 : (uint64_t)(offset + bytes);
  if (disk_without_bytes[descriptor]) bytes = 1;
  return change_file(DISK_ALLOCATE, descriptor, length, SYS_fallocate, mode, offset, bytes);
}
int fallocate(int descriptor, int mode, off_t offset, off_t bytes) {
  return fallocate64(descriptor, mode, offset, bytes);
}

int posix_fallocate64(int descriptor, off64_t offset, off64_t bytes) {
  return fallocate64(descriptor, 0, offset, bytes) == 0 ? 0 : errno;
}
int posix_fallocate(int descriptor, off_t offset, off_t bytes) {
  return posix_fallocate64(descriptor, offset, bytes);
}

int fsync(int descriptor) {
  if (!disk_handle_of(descriptor)) return (int)syscall(SYS_fsync, descriptor);
  return change_file(DISK_SYNC, descriptor, 0, SYS_fsync, 0, 0, 0);
}

int fdatasync(int descriptor) {
  if (!disk_handle_of(descriptor)) return (int)syscall(SYS_fdatasync, descriptor);
  return change_file(DISK_SYNC, descriptor, 0, SYS_fdatasync, 0, 0, 0);
}

int syncfs(int descriptor) {
  if (!disk_handle_of(descriptor)) return (int)syscall(SYS_syncfs, descriptor);
  return change_file(DISK_SYNC_ALL, descriptor, 0, SYS_syncfs, 0, 0, 0);
}

// MARK: - Names

static int change_name(uint32_t call, const char *path, const char *path2, long number, long first,
                       long second, long third, long fourth, long fifth) {
  pthread_mutex_lock(&disk_lock);
  struct disk_record record = {.call = call, .error = disk_next_fault(call, 0)};
  long result = record.error ? -1 : syscall(number, first, second, third, fourth, fifth);
  if (result < 0 && !record.error) record.error = errno;
  const char *target = path2 ? disk_inside(path2) : NULL;
  return (int)disk_finish(record, result, disk_inside(path), target, NULL);
}

int renameat2(int folder, const char *from, int folder2, const char *to, unsigned flags) {
  if (!disk_watched(from) && !disk_watched(to))
    return (int)syscall(SYS_renameat2, folder, from, folder2, to, flags);
  return change_name(DISK_RENAME, from, to, SYS_renameat2, folder, (long)from, folder2, (long)to,
                     flags);
}
int renameat(int folder, const char *from, int folder2, const char *to) {
  return renameat2(folder, from, folder2, to, 0);
}
int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }

int linkat(int folder, const char *from, int folder2, const char *to, int flags) {
  if (!disk_watched(to)) return (int)syscall(SYS_linkat, folder, from, folder2, to, flags);
  return change_name(DISK_LINK, from, to, SYS_linkat, folder, (long)from, folder2, (long)to, flags);
}
int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

int unlinkat(int folder, const char *path, int flags) {
  if (!disk_watched(path)) return (int)syscall(SYS_unlinkat, folder, path, flags);
  return change_name(flags & AT_REMOVEDIR ? DISK_RMDIR : DISK_UNLINK, path, NULL, SYS_unlinkat,
                     folder, (long)path, flags, 0, 0);
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) {
  int result = unlink(path);
  return result == 0 || errno != EISDIR ? result : rmdir(path);
}

int mkdirat(int folder, const char *path, mode_t mode) {
  if (!disk_watched(path)) return (int)syscall(SYS_mkdirat, folder, path, mode);
  return change_name(DISK_MKDIR, path, NULL, SYS_mkdirat, folder, (long)path, mode, 0, 0);
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }
