// Convolutions: those the networks spend their time in by code of our own, others by ATen.
//
// oneDNN brings channels-last maps into an order of its own for their gradients, and knows no quick
// gradient of 5 x 5 depthwise convolutions. Bias and clamp cost ATen a pass over memory each.

#include "internal.hpp"
#include "kernels.hpp"
#include "parallel.hpp"

#include <algorithm>

#include <torch/csrc/autograd/custom_function.h>

using ctorch::guarded_result;
using ctorch::in_parallel;
using ctorch::lanes;
using ctorch::optional;
using ctorch::Window;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

constexpr int64_t numbers_per_thread_min = 16 << 10; // fewer are done before another thread wakes
constexpr int64_t numbers_in_cache = 64 << 10;       // of the second level, with room to spare

at::Tensor channels_last(const at::Tensor &map) {
  return map.contiguous(at::MemoryFormat::ChannelsLast);
}

at::Tensor empty_map(const at::Tensor &like, int64_t channels, int64_t height, int64_t width) {
  return at::empty({like.size(0), channels, height, width}, like.options(),
                   at::MemoryFormat::ChannelsLast);
}

const float *data(const at::Tensor &tensor) { return tensor.data_ptr<float>(); }

const float *data(const c10::optional<at::Tensor> &bias) { return bias ? data(*bias) : nullptr; }

int64_t grain(int64_t numbers_each) { return numbers_per_thread_min / numbers_each + 1; }

/// The gradient before the clamp, whose result is `output`; undefined means there was none.
at::Tensor before_clamp(const at::Tensor &output, const at::Tensor &gradient) {
  at::Tensor slopes = channels_last(gradient);
  if (!output.defined())
    return slopes;
  at::Tensor passed = at::empty_like(slopes);
  const float *from = data(slopes), *outputs = data(output);
  float *to = passed.data_ptr<float>();
  in_parallel(slopes.numel(), numbers_per_thread_min, [&](int64_t start, int64_t end) {
    ctorch::pass_slopes(outputs + start, from + start, to + start, end - start);
  });
  return passed;
}

at::Tensor summed_over_pixels(const at::Tensor &map) {
  int64_t channels = map.size(1), rows = map.numel() / channels;
  at::Tensor sums = at::empty({channels}, map.options());
  const float *from = data(map);
  float *to = sums.data_ptr<float>();
  in_parallel((channels + lanes - 1) / lanes, grain(rows * lanes), [&](int64_t start, int64_t end) {
    ctorch::sum_rows(from, rows, channels, start * lanes, std::min(channels, end * lanes), to);
  });
  return sums;
}

/// The pixels' channels as rows: `(B * H * W, C)`, in the map's own memory.
at::Tensor rows_of(const at::Tensor &map) {
  return map.permute({0, 2, 3, 1}).view({-1, map.size(1)});
}

/// Products that no thread records, whatever the calling one does.
void multiply_into(at::Tensor out, const at::Tensor &a, const at::Tensor &b) {
  at::AutoDispatchBelowADInplaceOrView unrecorded;
  at::mm_out(out, a, b);
}

/// 1 x 1: the channels of each pixel are mixed, a product of matrices.
struct Pointwise : torch::autograd::Function<Pointwise> {
  static at::Tensor forward(AutogradContext *context, const at::Tensor &any_input,
                            const at::Tensor &any_weight, const c10::optional<at::Tensor> &bias,
                            bool clamps) {
    at::Tensor input = channels_last(any_input);
    at::Tensor weight = any_weight.reshape({any_weight.size(0), any_weight.size(1)});
    int64_t outputs = weight.size(0);
    at::Tensor output = empty_map(input, outputs, input.size(2), input.size(3));
    at::Tensor from = rows_of(input), to = rows_of(output), mixing = weight.t();
    int64_t step = numbers_in_cache / std::max(outputs, weight.size(1)) + 1;
    in_parallel(from.size(0), grain(outputs), [&](int64_t start, int64_t end) {
      for (int64_t row = start; row < end; row += step) {
        int64_t count = std::min(step, end - row);
        multiply_into(to.narrow(0, row, count), from.narrow(0, row, count), mixing);
        if (bias || clamps)
          ctorch::finish_rows(output.data_ptr<float>() + row * outputs, data(bias), clamps, count,
                              outputs);
      }
    });
    context->save_for_backward({input, weight, clamps ? output : at::Tensor()});
    context->saved_data["bias"] = bias.has_value();
    return output;
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    variable_list saved = context->get_saved_variables();
    const at::Tensor &input = saved[0], &weight = saved[1];
    at::Tensor slopes = before_clamp(saved[2], gradients[0]);
    at::Tensor slope_rows = rows_of(slopes), input_rows = rows_of(input);
    at::Tensor by_input, by_weight, by_bias;
    if (context->needs_input_grad(0)) {
      by_input = at::empty_like(input);
      at::Tensor to = rows_of(by_input);
      in_parallel(to.size(0), grain(weight.size(1)), [&](int64_t start, int64_t end) {
        multiply_into(to.narrow(0, start, end - start), slope_rows.narrow(0, start, end - start),
                      weight);
      });
    }
    if (context->needs_input_grad(1)) {
      by_weight = at::empty_like(weight);
      // Along the longer side, so that all threads have something to do.
      int64_t side = weight.size(0) >= weight.size(1) ? 0 : 1;
      in_parallel(weight.size(side), lanes, [&](int64_t start, int64_t end) {
        int64_t count = end - start;
        multiply_into(by_weight.narrow(side, start, count),
                      (side == 0 ? slope_rows.narrow(1, start, count) : slope_rows).t(),
                      side == 1 ? input_rows.narrow(1, start, count) : input_rows);
      });
      by_weight = by_weight.view({weight.size(0), weight.size(1), 1, 1});
    }
    if (context->saved_data["bias"].toBool() && context->needs_input_grad(2))
      by_bias = summed_over_pixels(slopes);
    return {by_input, by_weight, by_bias, at::Tensor()};
  }
};

/// Each channel is filtered by itself.
struct Depthwise : torch::autograd::Function<Depthwise> {
  static Window window(const at::Tensor &input, int64_t kernel, const ct_window &form) {
    int64_t height = input.size(2), width = input.size(3);
    return Window{input.size(0),
                  height,
                  width,
                  input.size(1),
                  (height + form.top + form.bottom - kernel) / form.stride + 1,
                  (width + form.left + form.right - kernel) / form.stride + 1,
                  kernel,
                  form.stride,
                  form.top,
                  form.left};
  }

  static at::Tensor forward(AutogradContext *context, const at::Tensor &any_input,
                            const at::Tensor &weight, const c10::optional<at::Tensor> &bias,
                            const ct_window &form, bool clamps) {
    at::Tensor input = channels_last(any_input);
    Window w = window(input, weight.size(2), form);
    at::Tensor taps = weight.reshape({w.channels, w.kernel * w.kernel}).t().contiguous();
    at::Tensor output = empty_map(input, w.channels, w.out_height, w.out_width);
    const float *from = data(input);
    float *to = output.data_ptr<float>();
    int64_t row_count = w.out_width * w.channels;
    in_parallel(w.images * w.out_height, grain(row_count), [&](int64_t start, int64_t end) {
      for (int64_t row = start; row < end; ++row)
        ctorch::depthwise_row(w, w.input(from, row / w.out_height), data(taps), data(bias), clamps,
                              row % w.out_height, to + row * row_count);
    });
    context->save_for_backward({input, taps, clamps ? output : at::Tensor()});
    context->saved_data["bias"] = bias.has_value();
    context->saved_data["form"] =
        std::vector<int64_t>{w.kernel, form.stride, form.top, form.left, form.bottom, form.right};
    return output;
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    variable_list saved = context->get_saved_variables();
    const at::Tensor &input = saved[0], &taps = saved[1];
    std::vector<int64_t> form = context->saved_data["form"].toIntVector();
    Window w = window(input, form[0],
                      {form[1], form[2], form[3], form[4], form[5], input.size(1)});
    at::Tensor slopes = before_clamp(saved[2], gradients[0]);
    at::Tensor by_input, by_weight, by_bias;
    if (context->needs_input_grad(0))
      by_input = gradient_by_input(w, slopes, taps, input);
    if (context->needs_input_grad(1))
      by_weight = gradient_by_taps(w, slopes, input)
                      .t()
                      .contiguous()
                      .view({w.channels, 1, w.kernel, w.kernel});
    if (context->saved_data["bias"].toBool() && context->needs_input_grad(2))
      by_bias = summed_over_pixels(slopes);
    return {by_input, by_weight, by_bias, at::Tensor(), at::Tensor()};
  }

  static at::Tensor gradient_by_input(const Window &w, const at::Tensor &slopes,
                                      const at::Tensor &taps, const at::Tensor &input) {
    at::Tensor gradient = at::empty_like(input);
    float *to = gradient.data_ptr<float>();
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
    in_parallel(w.channels / lanes, 1, [&](int64_t start, int64_t end) {
      for (int64_t row = 0; row < w.images * w.out_height; ++row)
        ctorch::depthwise_taps_row(w, w.input(data(input), row / w.out_height),
                                   data(slopes) + row * row_count, row % w.out_height,
                                   start * lanes, end * lanes, to);
    });
    return sums;
  }
};

at::Tensor plain(const at::Tensor &input, const at::Tensor &weight,
                 const c10::optional<at::Tensor> &bias, const ct_window &form, bool clamps) {
  bool is_even = form.top == form.bottom && form.left == form.right && form.top == form.left;
  at::Tensor padded =
      is_even ? input
              : at::constant_pad_nd(input, {form.left, form.right, form.top, form.bottom}, 0);
  int64_t padding = is_even ? form.top : 0;
  at::Tensor output = at::conv2d(padded, weight, bias, {form.stride, form.stride},
                                 {padding, padding}, {1, 1}, form.groups);
  return clamps ? at::hardtanh_(output, 0, 6) : output;
}

bool is_pointwise(const at::Tensor &weight, const ct_window &form) {
  bool is_padded = form.top != 0 || form.left != 0 || form.bottom != 0 || form.right != 0;
  return weight.size(2) == 1 && weight.size(3) == 1 && form.stride == 1 && form.groups == 1 &&
         !is_padded;
}

bool is_depthwise(const at::Tensor &weight, const ct_window &form) {
  int64_t kernel = weight.size(2);
  return form.groups == weight.size(0) && weight.size(1) == 1 && form.groups % lanes == 0 &&
         (kernel == 3 || kernel == 5) && weight.size(3) == kernel &&
         (form.stride == 1 || form.stride == 2);
}

/// Throws for what ATen would refuse, and what the kernels would read beyond.
void check(const at::Tensor &input, const at::Tensor &weight,
           const c10::optional<at::Tensor> &bias, const ct_window &form) {
  TORCH_CHECK(input.dim() == 4 && weight.dim() == 4, "a convolution of ", input.sizes(), " by ",
              weight.sizes());
  TORCH_CHECK(input.scalar_type() == at::kFloat && weight.scalar_type() == at::kFloat,
              "a convolution of elements that are not float");
  TORCH_CHECK(form.groups > 0 && input.size(1) == weight.size(1) * form.groups, "a map of ",
              input.size(1), " channels for weights of ", weight.size(1) * form.groups);
  TORCH_CHECK(!bias || (bias->scalar_type() == at::kFloat && bias->is_contiguous() &&
                        bias->dim() == 1 && bias->size(0) == weight.size(0)),
              "a bias that does not fit ", weight.size(0), " outputs");
  TORCH_CHECK(form.stride > 0 && form.top >= 0 && form.left >= 0 && form.bottom >= 0 &&
                  form.right >= 0 && input.size(2) + form.top + form.bottom >= weight.size(2) &&
                  input.size(3) + form.left + form.right >= weight.size(3),
              "a map of ", input.sizes(), " is too small for weights of ", weight.sizes());
}

} // namespace

int ct_convolution(const ct_tensor *input, const ct_tensor *weight, const ct_tensor *bias,
                   ct_window window, bool clamps_to_six, ct_tensor **out) {
  return guarded_result(out, [&] {
    c10::optional<at::Tensor> shift = optional(bias);
    check(input->value, weight->value, shift, window);
    if (input->value.numel() > 0 && is_pointwise(weight->value, window))
      return Pointwise::apply(input->value, weight->value, shift, clamps_to_six);
    if (input->value.numel() > 0 && is_depthwise(weight->value, window))
      return Depthwise::apply(input->value, weight->value, shift, window, clamps_to_six);
    return plain(input->value, weight->value, shift, window, clamps_to_six);
  });
}

int ct_convolution_plain(const ct_tensor *input, const ct_tensor *weight, const ct_tensor *bias,
                         ct_window window, bool clamps_to_six, ct_tensor **out) {
  return guarded_result(out, [&] {
    return plain(input->value, weight->value, optional(bias), window, clamps_to_six);
  });
}
