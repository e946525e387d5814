// How kernels handle many numbers at once, whatever the processor.

#ifndef CTORCH_VECTORS_HPP
#define CTORCH_VECTORS_HPP

#include "kernels.hpp"

#include <cstdlib>
#include <cstring>

// Defines `name` as a pointer to the version of a function that this processor can run. The
// features are named rather than processors, for which the compiler prefers halves of the widest
// registers. And we choose rather than the loader, whose choice comes before the thread sanitizer
// is ready. `call` may ask whether there are `many_registers`: 32 that hold all lanes.
#if defined(__x86_64__)
#define CT_VERSION(attributes, are_many, name, parameters, call)                                   \
  attributes void name parameters {                                                                \
    [[maybe_unused]] constexpr bool many_registers = are_many;                                     \
    call;                                                                                          \
  }
#define CT_VERSIONS(name, parameters, call)                                                        \
  CT_VERSION(__attribute__((target("avx512f"))), true, name##_avx512, parameters, call)            \
  CT_VERSION(__attribute__((target("avx2,fma"))), false, name##_avx2, parameters, call)            \
  CT_VERSION(, false, name##_plain, parameters, call)                                              \
  void(*const name) parameters = ctorch::has_avx512() ? name##_avx512                              \
                                 : ctorch::has_avx2() ? name##_avx2                                \
                                                      : name##_plain;
#else
#define CT_VERSIONS(name, parameters, call)                                                        \
  void name parameters {                                                                           \
    [[maybe_unused]] constexpr bool many_registers = false;                                        \
    call;                                                                                          \
  }
#endif
#define CT_INLINED_LAMBDA __attribute__((always_inline))
#define CT_INLINED static inline __attribute__((always_inline))

namespace ctorch {

#if defined(__x86_64__)
/// DIYML_KERNELS=avx2 or plain stays below what the processor can do, for tests of those versions.
inline bool is_held_back(const char *to) {
  const char *kernels = std::getenv("DIYML_KERNELS");
  return kernels != nullptr && std::strcmp(kernels, to) == 0;
}

inline bool has_avx512() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && !is_held_back("avx2") && !is_held_back("plain");
}

inline bool has_avx2() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && !is_held_back("plain");
}
#endif

/// Operations on all lanes are single instructions even where nothing is optimised.
typedef float Lanes __attribute__((vector_size(lanes * sizeof(float)), aligned(4), may_alias));

CT_INLINED const Lanes &at(const float *place) { return *reinterpret_cast<const Lanes *>(place); }
CT_INLINED Lanes &at(float *place) { return *reinterpret_cast<Lanes *>(place); }

/// Of both conditions, neither holds for what is no number: it stays to be seen.
CT_INLINED void clamp(Lanes &value) {
  const Lanes zero = {}, six = zero + 6.0f;
  value = value < zero ? zero : value;
  value = value > six ? six : value;
}

} // namespace ctorch

#endif
