#include "allocation_peak.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

static _Atomic ptrdiff_t live, peak;

static void added(size_t bytes) {
  ptrdiff_t now = atomic_fetch_add(&live, (ptrdiff_t)bytes) + (ptrdiff_t)bytes;
  ptrdiff_t seen = atomic_load(&peak);
  while (now > seen && !atomic_compare_exchange_weak(&peak, &seen, now)) {
  }
}

static void removed(size_t bytes) { atomic_fetch_sub(&live, (ptrdiff_t)bytes); }

size_t allocation_peak_bytes(void) { return (size_t)atomic_load(&peak); }

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED

// A sanitizer has an allocator of its own, and tells what it does.
int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void *, size_t),
                                              void (*free_hook)(const volatile void *));
size_t __sanitizer_get_allocated_size(const volatile void *block);

static void malloc_hook(const volatile void *block, size_t bytes) {
  (void)block;
  added(bytes);
}

static void free_hook(const volatile void *block) {
  if (block) removed(__sanitizer_get_allocated_size(block));
}

void allocation_peak_begin(void) {
  static atomic_flag installed = ATOMIC_FLAG_INIT;
  if (!atomic_flag_test_and_set(&installed))
    __sanitizer_install_malloc_and_free_hooks(malloc_hook, free_hook);
  atomic_store(&live, 0);
  atomic_store(&peak, 0);
}

#else

// These take the place of the C library's, in whatever program this is linked into.

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *block, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);
void __libc_free(void *block);

// What the allocator writes before each block.
enum { HEADER_BYTES = 8 };

static void *counted(void *block) {
  if (block) added(malloc_usable_size(block) + HEADER_BYTES);
  return block;
}

static void uncounted(void *block) {
  if (block) removed(malloc_usable_size(block) + HEADER_BYTES);
}

void allocation_peak_begin(void) {
  atomic_store(&live, 0);
  atomic_store(&peak, 0);
}

void *malloc(size_t bytes) { return counted(__libc_malloc(bytes)); }

void *calloc(size_t count, size_t bytes) { return counted(__libc_calloc(count, bytes)); }

void *realloc(void *block, size_t bytes) {
  size_t before = block ? malloc_usable_size(block) + HEADER_BYTES : 0;
  void *moved = __libc_realloc(block, bytes);
  if (moved) {
    // While the bytes are moved there may be both blocks.
    counted(moved);
    removed(before);
  } else if (bytes == 0) {
    removed(before);
  }
  return moved;
}

void *memalign(size_t alignment, size_t bytes) {
  return counted(__libc_memalign(alignment, bytes));
}

void *aligned_alloc(size_t alignment, size_t bytes) { return memalign(alignment, bytes); }

int posix_memalign(void **result, size_t alignment, size_t bytes) {
  void *block = memalign(alignment, bytes);
  if (!block) return ENOMEM;
  *result = block;
  return 0;
}

void free(void *block) {
  uncounted(block);
  __libc_free(block);
}

#endif
