// What layers do to numbers that lie channel by channel, pixel by pixel.

#ifndef CTORCH_KERNELS_HPP
#define CTORCH_KERNELS_HPP

#include <cstdint>

namespace ctorch {

/// Numbers that are computed at once; depthwise kernels need a multiple of it as channels.
constexpr int64_t lanes = 16;
/// Outputs that are mixed together: their weights for one input lie side by side.
constexpr int64_t panel = 3 * lanes;

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
  /// The rows of the input that a row of the output sees, of which `first` lies at `place`; null
  /// outside the image.
  void seen(int64_t row, const float *place, int64_t first, const float **rows) const {
    for (int64_t ky = 0; ky < kernel; ++ky) {
      int64_t y = row * stride - top + ky;
      rows[ky] = y >= 0 && y < height ? place + (y - first) * width * channels : nullptr;
    }
  }
};

constexpr int64_t kernel_max = 5;

/// One row of the output from the `kernel` rows of the input that it sees, null outside the image;
/// `taps` is `(kernel * kernel, channels)`, `bias` may be null.
void depthwise_row(const Window &window, const float *const *rows, const float *taps,
                   const float *bias, bool clamps, float *out);
/// One row of the gradient by the input, of a convolution with stride 2, from the whole image's
/// gradient by the output. With stride 1 it is a convolution by the taps in reverse.
void depthwise_input_row(const Window &window, const float *slopes, const float *taps, int64_t row,
                         float *out);
/// Adds what one row of the output asks of the taps of the channels from `first` to `end`; `rows`
/// as in `depthwise_row`.
void depthwise_taps_row(const Window &window, const float *const *rows, const float *slopes,
                        int64_t first, int64_t end, float *sums);

/// How many numbers `pack` writes.
int64_t packed_count(int64_t outputs, int64_t inputs);
/// Lays a matrix out for `mix_rows`, panel by panel, each filled up with zeros to whole lanes; the
/// weight of an input for an output lies that many of each step from the first.
void pack(const float *weights, int64_t outputs, int64_t inputs, int64_t output_step,
          int64_t input_step, float *packed);
/// `(rows, inputs)` times the packed `(inputs, outputs)`, as `(rows, outputs)`.
struct Product {
  const float *in;
  int64_t row_step, input_step; // between neighbours in `in`
  int64_t rows, inputs;
  const float *packed;
  float *out;
  int64_t out_step; // between rows
  int64_t outputs;
  const float *bias = nullptr; // added to each row
  bool clamps = false;         // to 0...6
  bool adds = false;           // to what `out` holds, without bias
};

/// The product of Goto and van de Geijn (2008, https://doi.org/10.1145/1356052.1356053) without its
/// outer loops: callers keep the inputs few enough for a panel to stay in the cache.
void mix_rows(const Product &product);
/// Adds `count` numbers to as many others.
void add(const float *values, float *sums, int64_t count);

/// Rows of a number for each channel, one after the other.
struct Rows {
  const float *values;
  int64_t count, channels;
};

/// Sums each channel over the rows.
void sum_rows(const Rows &rows, float *sums);
/// The slopes where the clamped outputs lie between 0 and 6, else 0; and their sums.
void pass_slopes(const Rows &slopes, const float *outputs, float *out, float *sums);
/// The mean of each channel, and the sum of the squares of what lies off it.
void moments(const Rows &rows, float *means, float *squares);

/// What a batch norm does to each channel: `value * scale + shift`, then perhaps a clamp to 0...6.
struct Affine {
  const float *scale, *shift;
  bool clamps;
};

void normalise(const Rows &rows, const Affine &affine, float *out);
/// Of the slopes by the norm's output that the clamp lets pass: the sums, and those of their
/// products with what the value lies off the mean.
void sum_norm_slopes(const Rows &rows, const Affine &affine, const float *means,
                     const float *slopes, float *sums, float *products);
/// The slopes by the norm's input: of each slope that passes, `slope * scale`, then plus what lies
/// off the mean times `by_value`, plus `by_all`.
void norm_slopes(const Rows &rows, const Affine &affine, const float *means, const float *by_value,
                 const float *by_all, const float *slopes, float *out);

} // namespace ctorch

#endif
