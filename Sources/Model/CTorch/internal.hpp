// What the shim's files share: the tensor behind the opaque pointer, and `guarded`.

#ifndef CTORCH_INTERNAL_HPP
#define CTORCH_INTERNAL_HPP

#include <ATen/ATen.h>

#include <exception>
#include <string>

#include "CTorch.h"

struct ct_tensor {
  at::Tensor value;
  /// The weights of a convolution in the order that its kernel reads; undefined unless asked for.
  at::Tensor arranged{};
};

namespace ctorch {

void set_last_error(const char *text) noexcept;

/// Runs `body`; an exception becomes -1 and the text of ct_last_error. None ever leaves.
template <typename Body> int guarded(Body body) noexcept {
  try {
    body();
    return 0;
  } catch (const c10::Error &error) {
    set_last_error(error.what_without_backtrace());
  } catch (const std::exception &error) {
    set_last_error(error.what());
  } catch (...) {
    set_last_error("an exception of unknown type");
  }
  return -1;
}

/// Runs `body`, which makes a tensor, and hands the result to the caller.
template <typename Body> int guarded_result(ct_tensor **out, Body body) noexcept {
  return guarded([&] { *out = new ct_tensor{body()}; });
}

inline at::IntArrayRef list(const int64_t *values, size_t count) {
  return at::IntArrayRef(values, count);
}

inline c10::optional<at::Tensor> optional(const ct_tensor *tensor) {
  if (tensor == nullptr)
    return c10::nullopt;
  return tensor->value;
}

} // namespace ctorch

#endif
