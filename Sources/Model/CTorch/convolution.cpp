// Convolutions: those the networks spend their time in by code of our own, others by ATen.
//
// oneDNN brings channels-last maps into an order of its own for their gradients, and knows no quick
// gradient of 5 x 5 depthwise convolutions. Bias and clamp cost ATen a pass over memory each.

#include "layers.hpp"
#include <algorithm>

#include <torch/csrc/autograd/custom_function.h>

using ctorch::channels_last;
using ctorch::empty_map;
using ctorch::grain;
using ctorch::guarded;
using ctorch::guarded_result;
using ctorch::in_equal_parts;
using ctorch::in_parallel;
using ctorch::lanes;
using ctorch::Layer;
using ctorch::RowBlocks;
using ctorch::Rows;
using ctorch::Shape;
using ctorch::Window;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

constexpr int64_t numbers_in_cache = 64 << 10; // of the second level, with room to spare

const float *data(const at::Tensor &tensor) { return tensor.data_ptr<float>(); }

/// The gradient before bias and clamp.
struct Slopes {
  at::Tensor map;     // channels-last
  at::Tensor by_bias; // undefined unless asked for

  /// `output` is what was clamped; undefined means there was no clamp.
  Slopes(const at::Tensor &output, const at::Tensor &gradient, bool sums_for_bias)
      : map(channels_last(gradient)) {
    if (!output.defined() && !sums_for_bias)
      return;
    RowBlocks blocks(map);
    std::vector<double> sums;
    if (output.defined()) {
      at::Tensor passed = at::empty_like(map);
      const float *outputs = data(output);
      float *to = passed.data_ptr<float>();
      sums = blocks.summed(blocks.channels(), [&](const Rows &rows, int64_t place, float *sums) {
        ctorch::pass_slopes(rows, outputs + place, to + place, sums);
      });
      map = passed;
    } else {
      sums = blocks.summed(blocks.channels(), [&](const Rows &rows, int64_t, float *sums) {
        ctorch::sum_rows(rows, sums);
      });
    }
    if (sums_for_bias) {
      by_bias = at::empty({blocks.channels()}, map.options());
      std::copy(sums.begin(), sums.end(), by_bias.data_ptr<float>());
    }
  }
};

/// The pixels' channels as rows: `(B * H * W, C)`, in the map's own memory.
at::Tensor rows_of(const at::Tensor &map) {
  return map.permute({0, 2, 3, 1}).view({-1, map.size(1)});
}

at::Tensor packed(const at::Tensor &weights, int64_t outputs, int64_t inputs, int64_t output_step,
                  int64_t input_step) {
  at::Tensor panels = at::empty({ctorch::packed_count(outputs, inputs)}, weights.options());
  ctorch::pack(data(weights), outputs, inputs, output_step, input_step, panels.data_ptr<float>());
  return panels;
}

/// The rows of `from` times the packed weights.
void mix_in_parallel(const at::Tensor &from, const at::Tensor &weights, const float *bias,
                     bool clamps, const at::Tensor &to) {
  int64_t rows = from.size(0), inputs = from.size(1), outputs = to.size(1);
  int64_t step = numbers_in_cache / std::max(outputs, inputs) + 1;
  const float *values = data(from), *panels = data(weights);
  float *results = to.data_ptr<float>();
  in_parallel(rows, grain(outputs), [&](int64_t start, int64_t end) {
    for (int64_t row = start; row < end; row += step)
      ctorch::mix_rows({values + row * inputs, inputs, 1, std::min(step, end - row), inputs, panels,
                        results + row * outputs, outputs, outputs, bias, clamps});
  });
}

/// `slopes` transposed, `(D, rows)`, times `inputs`, `(rows, C)`, from the first to before the last
/// of each.
void correlate(const at::Tensor &slopes, int64_t first_slope, int64_t last_slope,
               const at::Tensor &inputs, int64_t first_input, int64_t last_input, float *out) {
  int64_t rows = inputs.size(0), depth = slopes.size(1), width = inputs.size(1);
  int64_t heights = last_slope - first_slope, columns = last_input - first_input;
  int64_t step = numbers_in_cache / (heights + columns) + 1;
  std::vector<float> panels(ctorch::packed_count(columns, std::min(rows, step)));
  for (int64_t row = 0; row < rows; row += step) {
    int64_t count = std::min(step, rows - row);
    ctorch::pack(data(inputs) + row * width + first_input, columns, count, 1, width, panels.data());
    ctorch::mix_rows({data(slopes) + row * depth + first_slope, 1, depth, heights, count,
                      panels.data(), out + first_slope * width + first_input, width, columns,
                      nullptr, false, row > 0});
  }
}

/// Whether the third of what was recorded, the bias, was there and learns.
bool needs_bias(AutogradContext *context) {
  return context->saved_data["bias"].toBool() && context->needs_input_grad(2);
}

/// 1 x 1: the channels of each pixel are mixed, a product of matrices.
struct Pointwise : torch::autograd::Function<Pointwise> {
  static at::Tensor arranged(const at::Tensor &weight) {
    at::Tensor rows = weight.contiguous();
    int64_t outputs = weight.size(0), inputs = weight.size(1);
    return packed(rows, outputs, inputs, inputs, 1);
  }

  /// `input` is channels-last.
  static at::Tensor output(const at::Tensor &input, const Layer &layer) {
    at::Tensor output = empty_map(input, layer.output(Shape::of(input)));
    mix_in_parallel(rows_of(input), layer.for_kernels(), layer.bias_data(), layer.clamps,
                    rows_of(output));
    return output;
  }

  /// `input`, `weight` and `bias` are the layer's, named for what is recorded.
  static at::Tensor forward(AutogradContext *context, const at::Tensor &any_input,
                            const at::Tensor &weight, const c10::optional<at::Tensor> &bias,
                            const Layer *layer) {
    at::Tensor input = channels_last(any_input);
    at::Tensor result = output(input, *layer);
    at::Tensor matrix = weight.reshape({weight.size(0), weight.size(1)});
    context->save_for_backward({input, matrix, layer->clamps ? result : at::Tensor()});
    context->saved_data["bias"] = bias.has_value();
    return result;
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    variable_list saved = context->get_saved_variables();
    const at::Tensor &input = saved[0], &weight = saved[1];
    Slopes slopes(saved[2], gradients[0], needs_bias(context));
    at::Tensor slope_rows = rows_of(slopes.map), input_rows = rows_of(input);
    at::Tensor by_input, by_weight;
    if (context->needs_input_grad(0)) {
      by_input = at::empty_like(input);
      int64_t outputs = weight.size(0), inputs = weight.size(1);
      at::Tensor transposed = packed(weight.contiguous(), inputs, outputs, 1, inputs);
      mix_in_parallel(slope_rows, transposed, nullptr, false, rows_of(by_input));
    }
    if (context->needs_input_grad(1)) {
      int64_t outputs = weight.size(0), inputs = weight.size(1);
      by_weight = at::empty({outputs, inputs, 1, 1}, weight.options());
      float *to = by_weight.data_ptr<float>();
      // Along the longer side, so that all threads have something to do.
      if (outputs > inputs) {
        in_equal_parts(outputs, lanes, [&](int64_t start, int64_t end) {
          correlate(slope_rows, start, end, input_rows, 0, inputs, to);
        });
      } else {
        in_equal_parts((inputs + lanes - 1) / lanes, 1, [&](int64_t start, int64_t end) {
          correlate(slope_rows, 0, outputs, input_rows, start * lanes,
                    std::min(inputs, end * lanes), to);
        });
      }
    }
    return {by_input, by_weight, slopes.by_bias, at::Tensor()};
  }
};

/// Each channel is filtered by itself.
struct Depthwise : torch::autograd::Function<Depthwise> {
  /// `(k * k, C)`, so that the weights of one tap lie side by side.
  static at::Tensor arranged(const at::Tensor &weight) {
    return weight.reshape({weight.size(0), weight.size(2) * weight.size(3)}).t().contiguous();
  }

  /// `input` is channels-last.
  static at::Tensor output(const at::Tensor &input, const at::Tensor &taps, const Layer &layer) {
    at::Tensor output = empty_map(input, layer.output(Shape::of(input)));
    filter(layer.window(Shape::of(input)), data(input), data(taps), layer.bias_data(), layer.clamps,
           output.data_ptr<float>());
    return output;
  }

  static void filter(const Window &w, const float *from, const float *taps, const float *bias,
                     bool clamps, float *to) {
    int64_t row_count = w.out_width * w.channels;
    in_parallel(w.images * w.out_height, grain(row_count), [&](int64_t start, int64_t end) {
      const float *rows[ctorch::kernel_max];
      for (int64_t row = start; row < end; ++row) {
        w.seen(row % w.out_height, w.input(from, row / w.out_height), 0, rows);
        ctorch::depthwise_row(w, rows, taps, bias, clamps, to + row * row_count);
      }
    });
  }

  static at::Tensor forward(AutogradContext *context, const at::Tensor &any_input,
                            const at::Tensor &weight, const c10::optional<at::Tensor> &bias,
                            const Layer *layer) {
    at::Tensor input = channels_last(any_input), taps = layer->for_kernels();
    at::Tensor result = output(input, taps, *layer);
    Window w = layer->window(Shape::of(input));
    context->save_for_backward({input, taps, layer->clamps ? result : at::Tensor()});
    context->saved_data["bias"] = bias.has_value();
    context->saved_data["window"] =
        std::vector<int64_t>{w.kernel, w.stride, w.top, w.left, w.out_height, w.out_width};
    return result;
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    variable_list saved = context->get_saved_variables();
    const at::Tensor &input = saved[0], &taps = saved[1];
    std::vector<int64_t> form = context->saved_data["window"].toIntVector();
    Shape shape = Shape::of(input);
    Window w{shape.images, shape.height, shape.width, shape.channels, form[4],
             form[5],      form[0],      form[1],     form[2],        form[3]};
    Slopes slopes(saved[2], gradients[0], needs_bias(context));
    at::Tensor by_input, by_weight;
    if (context->needs_input_grad(0))
      by_input = gradient_by_input(w, slopes.map, taps, input);
    if (context->needs_input_grad(1))
      by_weight = gradient_by_taps(w, slopes.map, input)
                      .t()
                      .contiguous()
                      .view({w.channels, 1, w.kernel, w.kernel});
    return {by_input, by_weight, slopes.by_bias, at::Tensor()};
  }

  static at::Tensor gradient_by_input(const Window &w, const at::Tensor &slopes,
                                      const at::Tensor &taps, const at::Tensor &input) {
    at::Tensor gradient = at::empty_like(input);
    float *to = gradient.data_ptr<float>();
    if (w.stride == 1) {
      Window back{w.images, w.out_height, w.out_width, w.channels,           w.height,
                  w.width,  w.kernel,     1,           w.kernel - 1 - w.top, w.kernel - 1 - w.left};
      filter(back, data(slopes), data(taps.flip(0)), nullptr, false, to);
      return gradient;
    }
    int64_t row_count = w.width * w.channels;
    in_parallel(w.images * w.height, grain(row_count), [&](int64_t start, int64_t end) {
      for (int64_t row = start; row < end; ++row)
        ctorch::depthwise_input_row(w, w.output(data(slopes), row / w.height), data(taps),
                                    row % w.height, to + row * row_count);
    });
    return gradient;
  }

  static at::Tensor gradient_by_taps(const Window &w, const at::Tensor &slopes,
                                     const at::Tensor &input) {
    at::Tensor sums = at::zeros({w.kernel * w.kernel, w.channels}, input.options());
    float *to = sums.data_ptr<float>();
    int64_t row_count = w.out_width * w.channels;
    // By channels, so that no two threads add to the same sum, in whatever order.
    in_equal_parts(w.channels / lanes, 1, [&](int64_t start, int64_t end) {
      const float *rows[ctorch::kernel_max];
      for (int64_t row = 0; row < w.images * w.out_height; ++row) {
        w.seen(row % w.out_height, w.input(data(input), row / w.out_height), 0, rows);
        ctorch::depthwise_taps_row(w, rows, data(slopes) + row * row_count, start * lanes,
                                   end * lanes, to);
      }
    });
    return sums;
  }
};

at::Tensor plain(const at::Tensor &input, const Layer &layer) {
  const ct_window &form = layer.form;
  bool is_even = form.top == form.bottom && form.left == form.right && form.top == form.left;
  at::Tensor padded =
      is_even ? input
              : at::constant_pad_nd(input, {form.left, form.right, form.top, form.bottom}, 0);
  int64_t padding = is_even ? form.top : 0;
  at::Tensor output = at::conv2d(padded, layer.weight, layer.bias, {form.stride, form.stride},
                                 {padding, padding}, {1, 1}, form.groups);
  return layer.clamps ? at::hardtanh_(output, 0, 6) : output;
}

} // namespace

namespace ctorch {

Shape Shape::of(const at::Tensor &map) {
  TORCH_CHECK(map.dim() == 4, "a map of ", map.sizes());
  return {map.size(0), map.size(1), map.size(2), map.size(3)};
}

bool Layer::is_pointwise() const {
  bool is_padded = form.top != 0 || form.left != 0 || form.bottom != 0 || form.right != 0;
  return weight.size(2) == 1 && weight.size(3) == 1 && form.stride == 1 && form.groups == 1 &&
         !is_padded;
}

bool Layer::is_depthwise() const {
  int64_t kernel = weight.size(2);
  return form.groups == weight.size(0) && weight.size(1) == 1 && form.groups % lanes == 0 &&
         (kernel == 3 || kernel == kernel_max) && weight.size(3) == kernel &&
         (form.stride == 1 || form.stride == 2);
}

Shape Layer::output(const Shape &input) const {
  TORCH_CHECK(weight.dim() == 4, "a convolution by ", weight.sizes());
  TORCH_CHECK(weight.scalar_type() == at::kFloat, "weights that are not float");
  TORCH_CHECK(form.groups > 0 && input.channels == weight.size(1) * form.groups, "a map of ",
              input.channels, " channels for weights of ", weight.size(1) * form.groups);
  TORCH_CHECK(!bias || (bias->scalar_type() == at::kFloat && bias->is_contiguous() &&
                        bias->dim() == 1 && bias->size(0) == weight.size(0)),
              "a bias that does not fit ", weight.size(0), " outputs");
  int64_t height = input.height + form.top + form.bottom,
          width = input.width + form.left + form.right;
  TORCH_CHECK(form.stride > 0 && form.top >= 0 && form.left >= 0 && form.bottom >= 0 &&
                  form.right >= 0 && height >= weight.size(2) && width >= weight.size(3),
              "a map of ", input.height, " x ", input.width, " is too small for weights of ",
              weight.sizes());
  return {input.images, weight.size(0), (height - weight.size(2)) / form.stride + 1,
          (width - weight.size(3)) / form.stride + 1};
}

Window Layer::window(const Shape &input) const {
  Shape shape = output(input);
  return {input.images, input.height,   input.width, input.channels, shape.height,
          shape.width,  weight.size(2), form.stride, form.top,       form.left};
}

at::Tensor Layer::for_kernels() const {
  if (arranged.defined())
    return arranged;
  return is_pointwise() ? Pointwise::arranged(weight) : Depthwise::arranged(weight);
}

at::Tensor empty_map(const at::Tensor &like, const Shape &shape) {
  return at::empty({shape.images, shape.channels, shape.height, shape.width}, like.options(),
                   at::MemoryFormat::ChannelsLast);
}

at::Tensor convolved(const at::Tensor &input, const Layer &layer) {
  layer.output(Shape::of(input)); // throws
  TORCH_CHECK(input.scalar_type() == at::kFloat, "a map that is not float");
  bool is_recorded = at::GradMode::is_enabled();
  if (input.numel() > 0 && layer.is_pointwise())
    return is_recorded ? Pointwise::apply(input, layer.weight, layer.bias, &layer)
                       : Pointwise::output(channels_last(input), layer);
  if (input.numel() > 0 && layer.is_depthwise())
    return is_recorded ? Depthwise::apply(input, layer.weight, layer.bias, &layer)
                       : Depthwise::output(channels_last(input), layer.for_kernels(), layer);
  return plain(input, layer);
}

} // namespace ctorch

int ct_arrange(const ct_tensor *weight, ct_window window, ct_tensor **out) {
  return guarded([&] {
    at::NoGradGuard unrecorded;
    Layer layer({weight, nullptr, window, false});
    TORCH_CHECK(layer.weight.dim() == 4 && layer.weight.scalar_type() == at::kFloat, "weights of ",
                layer.weight.sizes());
    bool stays = !layer.weight.requires_grad();
    bool has_kernel = layer.is_pointwise() || layer.is_depthwise();
    *out = new ct_tensor{layer.weight, stays && has_kernel ? layer.for_kernels() : at::Tensor()};
  });
}

int ct_convolution(const ct_tensor *input, ct_layer layer, ct_tensor **out) {
  return guarded_result(out, [&] { return ctorch::convolved(input->value, Layer(layer)); });
}

int ct_convolution_plain(const ct_tensor *input, ct_layer layer, ct_tensor **out) {
  return guarded_result(out, [&] { return plain(input->value, Layer(layer)); });
}
