// What convolutions do to rows of numbers that lie channel by channel, pixel by pixel.

#ifndef CTORCH_KERNELS_HPP
#define CTORCH_KERNELS_HPP

#include <cstdint>

namespace ctorch {

/// Numbers that are computed at once; depthwise kernels need a multiple of it as channels.
constexpr int64_t lanes = 16;

/// Of a depthwise convolution of `(images, height, width, channels)`.
struct Window {
  int64_t images, height, width, channels;
  int64_t out_height, out_width;
  int64_t kernel; // 3 or 5
  int64_t stride, top, left;

  const float *input(const float *all, int64_t image) const {
    return all + image * height * width * channels;
  }
  const float *output(const float *all, int64_t image) const {
    return all + image * out_height * out_width * channels;
  }
};

/// One row of the output from the whole image; `taps` is `(kernel * kernel, channels)`, `bias` may
/// be null.
void depthwise_row(const Window &window, const float *image, const float *taps, const float *bias,
                   bool clamps, int64_t row, float *out);
/// One row of the gradient by the input from the whole image's gradient by the output.
void depthwise_input_row(const Window &window, const float *slopes, const float *taps, int64_t row,
                         float *out);
/// Adds what one row of the output asks of the taps of the channels from `first` to `end`.
void depthwise_taps_row(const Window &window, const float *image, const float *slopes, int64_t row,
                        int64_t first, int64_t end, float *sums);

/// Adds `bias` (may be null) to each of the rows, and clamps them to 0...6 if asked.
void finish_rows(float *values, const float *bias, bool clamps, int64_t rows, int64_t channels);
/// The slopes where the clamped outputs lie between 0 and 6, else 0.
void pass_slopes(const float *outputs, const float *slopes, float *out, int64_t count);
/// Sums the channels from `first` to `end` over the rows.
void sum_rows(const float *values, int64_t rows, int64_t channels, int64_t first, int64_t end,
              float *sums);

} // namespace ctorch

#endif
