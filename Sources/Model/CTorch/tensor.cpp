// Making, reading and reshaping tensors; errors, threads, seeds.

#include "internal.hpp"

#include <cstring>

#include <ATen/Parallel.h>
#include <torch/csrc/api/include/torch/version.h>

using ctorch::guarded;
using ctorch::guarded_result;
using ctorch::list;

namespace ctorch {

static thread_local std::string last_error;

void set_last_error(const char *text) noexcept {
  try {
    last_error = text;
  } catch (...) {
    last_error.clear();
  }
}

static at::ScalarType scalar_type(ct_type type) {
  switch (type) {
  case CT_FLOAT32:
    return at::kFloat;
  case CT_INT64:
    return at::kLong;
  case CT_UINT8:
    return at::kByte;
  }
  TORCH_CHECK(false, "unknown element type ", static_cast<int>(type));
}

} // namespace ctorch

const char *ct_last_error(void) { return ctorch::last_error.c_str(); }

int ct_from_bytes(const void *bytes, size_t byte_count, ct_type type, const int64_t *shape,
                  size_t dimensions, ct_tensor **out) {
  return guarded_result(out, [&] {
    at::Tensor made = at::empty(list(shape, dimensions), ctorch::scalar_type(type));
    TORCH_CHECK(made.nbytes() == byte_count, "a shape of ", made.nbytes(), " bytes was given ",
                byte_count);
    if (byte_count > 0)
      std::memcpy(made.data_ptr(), bytes, byte_count);
    return made;
  });
}

int ct_zeros(const int64_t *shape, size_t dimensions, ct_tensor **out) {
  return guarded_result(out, [&] { return at::zeros(list(shape, dimensions), at::kFloat); });
}

void ct_release(ct_tensor *tensor) {
  guarded([&] { delete tensor; });
}

size_t ct_dimensions(const ct_tensor *tensor) { return tensor->value.dim(); }

int64_t ct_size(const ct_tensor *tensor, size_t dimension) {
  at::IntArrayRef sizes = tensor->value.sizes();
  return dimension < sizes.size() ? sizes[dimension] : 0;
}

int64_t ct_element_count(const ct_tensor *tensor) { return tensor->value.numel(); }

ct_type ct_element_type(const ct_tensor *tensor) {
  at::ScalarType type = tensor->value.scalar_type();
  if (type == at::kLong)
    return CT_INT64;
  return type == at::kByte ? CT_UINT8 : CT_FLOAT32;
}

int ct_copy_bytes(const ct_tensor *tensor, void *bytes, size_t byte_count) {
  return guarded([&] {
    at::Tensor rows = tensor->value.detach().contiguous();
    TORCH_CHECK(rows.nbytes() == byte_count, "a tensor of ", rows.nbytes(), " bytes was asked for ",
                byte_count);
    if (byte_count > 0)
      std::memcpy(bytes, rows.data_ptr(), byte_count);
  });
}

int ct_reshape(const ct_tensor *tensor, const int64_t *shape, size_t dimensions, ct_tensor **out) {
  return guarded_result(out, [&] { return tensor->value.reshape(list(shape, dimensions)); });
}

int ct_permute(const ct_tensor *tensor, const int64_t *order, size_t dimensions, ct_tensor **out) {
  return guarded_result(out, [&] { return tensor->value.permute(list(order, dimensions)); });
}

int ct_concatenate(const ct_tensor *const *tensors, size_t count, int64_t dimension,
                   ct_tensor **out) {
  return guarded_result(out, [&] {
    std::vector<at::Tensor> parts;
    parts.reserve(count);
    for (size_t index = 0; index < count; ++index)
      parts.push_back(tensors[index]->value);
    return at::cat(parts, dimension);
  });
}

int ct_index_select(const ct_tensor *tensor, int64_t dimension, const ct_tensor *index,
                    ct_tensor **out) {
  return guarded_result(out, [&] { return tensor->value.index_select(dimension, index->value); });
}

int ct_flip(const ct_tensor *tensor, int64_t dimension, ct_tensor **out) {
  return guarded_result(out, [&] { return at::flip(tensor->value, {dimension}); });
}

int ct_to_float(const ct_tensor *tensor, ct_tensor **out) {
  return guarded_result(out, [&] { return tensor->value.to(at::kFloat); });
}

int ct_channels_last(const ct_tensor *tensor, ct_tensor **out) {
  return guarded_result(out,
                        [&] { return tensor->value.contiguous(at::MemoryFormat::ChannelsLast); });
}

int ct_clone(const ct_tensor *tensor, ct_tensor **out) {
  return guarded_result(out, [&] { return tensor->value.detach().clone(); });
}

int ct_set_thread_count(int count) {
  return guarded([&] {
    // The first look at the number on a thread sets it to what any thread asked for last: let that
    // pass before, or another thread's wish would replace this one's at the first operation.
    at::get_num_threads();
    at::set_num_threads(count);
  });
}

int ct_thread_count(void) { return at::get_num_threads(); }

int ct_seed(uint64_t seed) {
  return guarded([&] { at::manual_seed(seed); });
}

