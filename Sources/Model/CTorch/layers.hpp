// What the shim's files share of layers: convolutions as they pass them on, and maps row by row.

#ifndef CTORCH_LAYERS_HPP
#define CTORCH_LAYERS_HPP

#include "internal.hpp"
#include "kernels.hpp"
#include "parallel.hpp"

#include <algorithm>
#include <vector>

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

/// A channels-last map as rows of a number for each channel, in blocks that fit into the first
/// cache. What is summed over blocks comes out the same on however many threads.
class RowBlocks {
public:
  /// For as long as the map lives.
  explicit RowBlocks(const at::Tensor &map)
      : values_(map.data_ptr<float>()), channels_(map.size(1)), rows_(map.numel() / channels_),
        together_(std::max<int64_t>(1, numbers_per_block / channels_)) {}

  int64_t channels() const { return channels_; }
  int64_t rows() const { return rows_; }
  int64_t count() const { return (rows_ + together_ - 1) / together_; }
  int64_t rows(int64_t block) const { return std::min(together_, rows_ - block * together_); }

  /// Calls `body` with each block's number, its rows, and how many numbers lie before them.
  template <typename Body> void each(const Body &body) const {
    in_parallel(count(), grain(numbers_per_block), [&](int64_t start, int64_t end) {
      for (int64_t block = start; block < end; ++block) {
        int64_t place = block * together_ * channels_;
        body(block, Rows{values_ + place, rows(block), channels_}, place);
      }
    });
  }

  /// Adds up the `width` numbers that `body` gives for each block: its arguments are the rows, how
  /// many numbers lie before them, and where to write.
  template <typename Body> std::vector<double> summed(int64_t width, const Body &body) const {
    std::vector<float> parts(count() * width);
    each([&](int64_t block, const Rows &rows, int64_t place) {
      body(rows, place, &parts[block * width]);
    });
    std::vector<double> sums(width);
    for (int64_t block = 0; block < count(); ++block)
      for (int64_t index = 0; index < width; ++index)
        sums[index] += parts[block * width + index];
    return sums;
  }

private:
  static constexpr int64_t numbers_per_block = 8 << 10;

  const float *values_;
  int64_t channels_, rows_, together_;
};

/// Not yet filled, channels-last.
at::Tensor empty_map(const at::Tensor &like, const Shape &shape);

} // namespace ctorch

#endif
