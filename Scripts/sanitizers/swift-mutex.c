// Tells the thread sanitizer what happens in the slow path of Swift's Mutex.
//
// The fast path is inlined into our code, where the sanitizer sees its atomics. A thread that had to
// wait returns from libswiftSynchronization, which the toolchain ships without instrumentation: what
// the last owner wrote then looks like a race. Loaded before the library (LD_PRELOAD), this calls
// the real functions and adds the edge they make. Scripts/test builds and loads it.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define WAIT "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define WAKE "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

// Weak: the programs that start the tests are not sanitized.
void __tsan_acquire(void *address) __attribute__((weak));
void __tsan_release(void *address) __attribute__((weak));

typedef __attribute__((swiftcall)) void wait_function(
    uint32_t seen, __attribute__((swift_context)) void *mutex);
typedef __attribute__((swiftcall)) void wake_function(
    __attribute__((swift_context)) void *mutex);

__attribute__((swiftcall)) void wait_for_mutex(
    uint32_t seen, __attribute__((swift_context)) void *mutex) __asm__(WAIT);
__attribute__((swiftcall)) void wake_waiter(
    __attribute__((swift_context)) void *mutex) __asm__(WAKE);

__attribute__((swiftcall)) void wait_for_mutex(
    uint32_t seen, __attribute__((swift_context)) void *mutex) {
  ((wait_function *)dlsym(RTLD_NEXT, WAIT))(seen, mutex);
  if (__tsan_acquire) __tsan_acquire(mutex);
}

__attribute__((swiftcall)) void wake_waiter(
    __attribute__((swift_context)) void *mutex) {
  if (__tsan_release) __tsan_release(mutex);
  ((wake_function *)dlsym(RTLD_NEXT, WAKE))(mutex);
}
