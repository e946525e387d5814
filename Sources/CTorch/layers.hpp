// Convolutions as the shim's files pass them on.

#ifndef CTORCH_LAYERS_HPP
#define CTORCH_LAYERS_HPP

#include "internal.hpp"
#include "kernels.hpp"

namespace ctorch {

/// Fewer numbers are done before another thread wakes.
constexpr int64_t numbers_per_thread_min = 16 << 10;

/// How many rows of so many numbers are worth a thread.
inline int64_t grain(int64_t numbers_each) { return numbers_per_thread_min / numbers_each + 1; }

/// Of a map `(B, C, H, W)`.
struct Shape {
  int64_t images, channels, height, width;

  static Shape of(const at::Tensor &map);
};

/// A convolution, perhaps clamped to 0...6.
struct Layer {
  at::Tensor weight;
  at::Tensor arranged; // as in `ct_tensor`
  c10::optional<at::Tensor> bias;
  ct_window form;
  bool clamps;

  explicit Layer(const ct_layer &given)
      : weight(given.weight->value), arranged(given.weight->arranged), bias(optional(given.bias)),
        form(given.window), clamps(given.clamps_to_six) {}

  /// 1 x 1, without stride or padding.
  bool is_pointwise() const;
  /// Of those that `depthwise_row` can do.
  bool is_depthwise() const;
  /// What comes of a map of that shape; throws for what ATen would refuse, and for what the kernels
  /// would read beyond.
  Shape output(const Shape &input) const;
  /// For a depthwise layer.
  Window window(const Shape &input) const;
  /// The weights as the kernels read them: those kept, or made now.
  at::Tensor for_kernels() const;

  const float *bias_data() const { return bias ? bias->data_ptr<float>() : nullptr; }
};

at::Tensor convolved(const at::Tensor &input, const Layer &layer);

inline at::Tensor channels_last(const at::Tensor &map) {
  return map.contiguous(at::MemoryFormat::ChannelsLast);
}

/// Not yet filled, channels-last.
at::Tensor empty_map(const at::Tensor &like, const Shape &shape);

} // namespace ctorch

#endif
