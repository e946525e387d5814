#include "disk_internal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>

pthread_mutex_t disk_lock = PTHREAD_MUTEX_INITIALIZER;
_Atomic uint32_t disk_handles[DISK_DESCRIPTORS];
unsigned char disk_without_bytes[DISK_DESCRIPTORS];
uint32_t disk_last_handle;

static char root[PATH_MAX];
static size_t root_bytes;
static int log_descriptor = -1;

static struct {
  int armed;
  int error;
  int sticky;
  uint64_t number;
  uint64_t seen;
  uint64_t failed;
} fault;

int disk_watched(const char *path) {
  return root_bytes && path && strncmp(path, root, root_bytes) == 0 &&
         (path[root_bytes] == '/' || path[root_bytes] == 0);
}

uint32_t disk_handle_of(int descriptor) {
  return descriptor >= 0 && descriptor < DISK_DESCRIPTORS ? disk_handles[descriptor] : 0;
}

const char *disk_inside(const char *path) { return disk_watched(path) ? path + root_bytes : path; }

void disk_put(struct disk_record record, const char *path, const char *path2, const void *data) {
  if (log_descriptor < 0) return;
  record.path_bytes = (uint32_t)(path ? strlen(path) : 0);
  struct iovec parts[5] = {{&record, sizeof record}, {(void *)path, record.path_bytes}};
  int count = 2;
  if (path2) {
    parts[count++] = (struct iovec){"", 1};
    parts[count++] = (struct iovec){(void *)path2, strlen(path2)};
    record.path_bytes += 1 + (uint32_t)strlen(path2);
  }
  if (record.data_bytes) parts[count++] = (struct iovec){(void *)data, record.data_bytes};
  size_t total = sizeof record + record.path_bytes + record.data_bytes;
  if (syscall(SYS_writev, log_descriptor, parts, count) != (long)total) {
    static const char text[] = "disk_layer: the log cannot be written\n";
    syscall(SYS_write, 2, text, sizeof text - 1);
    abort();
  }
}

int disk_layer_can_fail(uint32_t call, uint32_t flags, int error) {
  int changes = call == DISK_WRITE || call == DISK_ALLOCATE || call == DISK_RENAME ||
                call == DISK_LINK || call == DISK_MKDIR ||
                (call == DISK_OPEN && (flags & O_CREAT) != 0);
  switch (error) {
  case ENOSPC:
  case EDQUOT: return changes || call == DISK_SYNC || call == DISK_SYNC_ALL;
  case EROFS:
    return changes || call == DISK_TRUNCATE || call == DISK_UNLINK || call == DISK_RMDIR ||
           (call == DISK_OPEN && (flags & O_ACCMODE) != O_RDONLY);
  case EMFILE: return call == DISK_OPEN || call == DISK_LIST;
  case EIO: return call != DISK_MARK;
  case DISK_SHORT_WRITE: return call == DISK_WRITE;
  default: return 0;
  }
}

int disk_next_fault(uint32_t call, uint32_t flags) {
  if (!fault.armed) return 0;
  uint64_t number = fault.seen++;
  if (number < fault.number || (number > fault.number && !fault.sticky)) return 0;
  if (!disk_layer_can_fail(call, flags, fault.error)) return 0;
  fault.failed++;
  return fault.error;
}

long disk_finish(struct disk_record record, long result, const char *path, const char *path2,
                   const void *data) {
  disk_put(record, path, path2, data);
  pthread_mutex_unlock(&disk_lock);
  if (result < 0) errno = record.error;
  return result;
}

// MARK: - What tests ask for

int disk_layer_watch(const char *new_root, const char *log) {
  pthread_mutex_lock(&disk_lock);
  if (log_descriptor >= 0) syscall(SYS_close, log_descriptor);
  log_descriptor = -1;
  root_bytes = 0;
  int result = 0;
  if (*new_root) {
    log_descriptor =
        (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (log_descriptor < 0) result = errno;
    if (!result && strlen(new_root) < sizeof root) {
      strcpy(root, new_root);
      root_bytes = strlen(root);
    }
  }
  pthread_mutex_unlock(&disk_lock);
  return result;
}

void disk_layer_mark(const char *text) {
  pthread_mutex_lock(&disk_lock);
  disk_put((struct disk_record){.call = DISK_MARK}, text, NULL, NULL);
  pthread_mutex_unlock(&disk_lock);
}

void disk_layer_fail(uint64_t number, int error, int sticky) {
  pthread_mutex_lock(&disk_lock);
  fault.armed = 1;
  fault.error = error;
  fault.sticky = sticky;
  fault.number = number;
  fault.seen = fault.failed = 0;
  pthread_mutex_unlock(&disk_lock);
}

uint64_t disk_layer_heal(void) {
  pthread_mutex_lock(&disk_lock);
  fault.armed = 0;
  uint64_t failed = fault.failed;
  pthread_mutex_unlock(&disk_lock);
  return failed;
}

// MARK: - What several calls need

void disk_put_range(struct disk_record record, int descriptor, const void *data) {
  record.data_bytes = disk_without_bytes[descriptor] ? 0 : (uint32_t)record.length;
  disk_put(record, NULL, NULL, data);
}

uint64_t disk_place_of(int descriptor, off_t offset) {
  if (offset >= 0) return (uint64_t)offset;
  int appends = (int)syscall(SYS_fcntl, descriptor, F_GETFL) & O_APPEND;
  if (!appends) return (uint64_t)syscall(SYS_lseek, descriptor, 0, SEEK_CUR);
  struct stat status;
  return fstat(descriptor, &status) == 0 ? (uint64_t)status.st_size : 0;
}
