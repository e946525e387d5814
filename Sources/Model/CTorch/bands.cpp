// Chains of convolutions that go over a map band by band of its rows.
//
// MobileNetV2's blocks (Sandler et al. 2018, https://arxiv.org/abs/1801.04381) widen the map six
// times between their first layer and their last, and written out it would go through main memory
// twice. The layers of one band fit into the cache, as in "fused-layer CNN accelerators" (Alwani et
// al. 2016, https://doi.org/10.1109/MICRO.2016.7783725).

#include "layers.hpp"
#include "parallel.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

using ctorch::Layer;
using ctorch::Shape;
using ctorch::Window;

namespace {

constexpr int64_t band_numbers_max = 160 << 10; // leaves room for weights in a cache of 1 MiB

/// Perhaps a 1 x 1, then a depthwise, then a 1 x 1 layer, for maps of one shape.
class Bands {
public:
  static bool fit(const std::vector<Layer> &layers) {
    size_t count = layers.size();
    return (count == 2 || (count == 3 && layers[0].is_pointwise())) &&
           layers[count - 2].is_depthwise() && layers[count - 1].is_pointwise();
  }

  /// For layers that fit and whose shapes do, one after the other.
  Bands(const Shape &input, const std::vector<Layer> &layers, bool adds_input)
      : input_(input), adds_input_(adds_input), filtering_(layers[layers.size() - 2]),
        narrowing_(layers.back()) {
    Shape wide = input;
    if (layers.size() == 3) {
      widening_ = &layers[0];
      widening_weights_ = widening_->for_kernels();
      wide = widening_->output(input);
    }
    window_ = filtering_.window(wide);
    taps_ = filtering_.for_kernels();
    narrowing_weights_ = narrowing_.for_kernels();
  }

  /// What comes of the input, whose shape is known by now.
  at::Tensor run(const at::Tensor &input, const Shape &shape) const {
    at::Tensor output = ctorch::empty_map(input, shape);
    const float *from = input.data_ptr<float>();
    float *to = output.data_ptr<float>();
    int64_t rows = shape.height, row_count = shape.width * shape.channels;
    ctorch::in_equal_parts(
        window_.images * rows, ctorch::grain(wide_count()), [&](int64_t start, int64_t end) {
          std::vector<float> wide, filtered;
          while (start < end) {
            int64_t image = start / rows, first = start % rows;
            int64_t last = std::min(rows, first + end - start);
            run_rows(from + image * input_.height * input_.width * input_.channels, first, last,
                     to + start * row_count, wide, filtered);
            start += last - first;
          }
        });
    return output;
  }

private:
  int64_t wide_count() const { return window_.width * window_.channels; }
  int64_t filtered_count() const { return window_.out_width * window_.channels; }
  int64_t seen_count(int64_t rows) const { return (rows - 1) * window_.stride + window_.kernel; }

  /// Of the rows of output: what lies between the layers fits into the cache, and bands are alike.
  int64_t band(int64_t rows) const {
    int64_t each = window_.stride * wide_count() + filtered_count();
    int64_t more = (window_.kernel - window_.stride) * wide_count();
    int64_t most = std::max<int64_t>(1, (band_numbers_max - more) / each);
    int64_t bands = (rows + most - 1) / most;
    return (rows + bands - 1) / bands;
  }

  /// The rows of output from `first` to before `end` of one image.
  void run_rows(const float *image, int64_t first, int64_t end, float *out,
                std::vector<float> &wide, std::vector<float> &filtered) const {
    int64_t height = band(end - first), kept_from = 0, kept_to = 0; // of the rows in `wide`
    wide.resize(widening_ == nullptr ? 0 : seen_count(height) * wide_count());
    filtered.resize(height * filtered_count());
    for (int64_t row = first; row < end; row += height) {
      int64_t count = std::min(height, end - row);
      const float *place = image;
      if (widening_ != nullptr) {
        widen(image, row, count, kept_from, kept_to, wide.data());
        place = wide.data();
      }
      const float *rows[ctorch::kernel_max];
      for (int64_t index = 0; index < count; ++index) {
        window_.seen(row + index, place, kept_from, rows);
        ctorch::depthwise_row(window_, rows, taps_.data_ptr<float>(), filtering_.bias_data(),
                              filtering_.clamps, filtered.data() + index * filtered_count());
      }
      int64_t pixels = count * window_.out_width, outputs = narrowing_.weight.size(0);
      mix(narrowing_, narrowing_weights_, filtered.data(), pixels, out);
      if (adds_input_)
        ctorch::add(image + row * window_.out_width * outputs, out, pixels * outputs);
      out += pixels * outputs;
    }
  }

  /// Fills `wide` with what `count` rows of output see, but for what the band before has left
  /// there.
  void widen(const float *image, int64_t row, int64_t count, int64_t &kept_from, int64_t &kept_to,
             float *wide) const {
    int64_t from = std::max<int64_t>(0, row * window_.stride - window_.top);
    int64_t to = std::min(window_.height, row * window_.stride - window_.top + seen_count(count));
    int64_t known = std::max<int64_t>(0, kept_to - from);
    std::memmove(wide, wide + (kept_to - known - kept_from) * wide_count(),
                 known * wide_count() * sizeof(float));
    mix(*widening_, widening_weights_, image + (from + known) * window_.width * input_.channels,
        (to - from - known) * window_.width, wide + known * wide_count());
    kept_from = from;
    kept_to = to;
  }

  static void mix(const Layer &layer, const at::Tensor &weights, const float *in, int64_t pixels,
                  float *out) {
    int64_t inputs = layer.weight.size(1), outputs = layer.weight.size(0);
    ctorch::mix_rows({in, inputs, 1, pixels, inputs, weights.data_ptr<float>(), out, outputs,
                      outputs, layer.bias_data(), layer.clamps});
  }

  Shape input_;
  bool adds_input_;
  const Layer *widening_ = nullptr;
  const Layer &filtering_, &narrowing_;
  at::Tensor widening_weights_, taps_, narrowing_weights_;
  Window window_;
};

at::Tensor chained(const at::Tensor &input, const std::vector<Layer> &layers, bool adds_input) {
  Shape shape = Shape::of(input);
  TORCH_CHECK(!layers.empty(), "a chain without layers");
  for (const Layer &layer : layers)
    shape = layer.output(shape);
  TORCH_CHECK(input.scalar_type() == at::kFloat, "a map that is not float");
  TORCH_CHECK(!adds_input || input.sizes() == at::IntArrayRef({shape.images, shape.channels,
                                                               shape.height, shape.width}),
              "a map of ", input.sizes(), " cannot be added to what comes of it");
  if (!at::GradMode::is_enabled() && input.numel() > 0 && Bands::fit(layers))
    return Bands(Shape::of(input), layers, adds_input).run(ctorch::channels_last(input), shape);
  at::Tensor output = input;
  for (const Layer &layer : layers)
    output = ctorch::convolved(output, layer);
  if (!adds_input)
    return output;
  // What was clamped may be kept for the gradient.
  return layers.back().clamps ? output + input : output.add_(input);
}

} // namespace

int ct_convolution_chain(const ct_tensor *input, const ct_layer *layers, size_t count,
                         bool adds_input, ct_tensor **out) {
  return ctorch::guarded_result(out, [&] {
    return chained(input->value, std::vector<Layer>(layers, layers + count), adds_input);
  });
}
