// Stands before the C library's allocator in the program that links it. While counting is off an
// allocation costs one more load, so that measured rounds are not slowed.

#include "allocations.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *old, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);

static atomic_int is_counting;
static atomic_uint_fast64_t counted;

static void count(void) {
  if (atomic_load_explicit(&is_counting, memory_order_relaxed))
    atomic_fetch_add_explicit(&counted, 1, memory_order_relaxed);
}

void allocations_count(int is_on) {
  atomic_store(&counted, 0);
  atomic_store(&is_counting, is_on);
}

uint64_t allocations_counted(void) { return atomic_load(&counted); }

void *malloc(size_t bytes) {
  count();
  return __libc_malloc(bytes);
}

void *calloc(size_t number, size_t bytes) {
  count();
  return __libc_calloc(number, bytes);
}

void *realloc(void *old, size_t bytes) {
  count();
  return __libc_realloc(old, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes) {
  count();
  return __libc_memalign(alignment, bytes);
}

int posix_memalign(void **result, size_t alignment, size_t bytes) {
  count();
  void *memory = __libc_memalign(alignment, bytes);
  if (memory == NULL)
    return ENOMEM;
  *result = memory;
  return 0;
}
