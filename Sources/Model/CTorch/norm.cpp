// Batch norms by the batch's own statistics, with the clamp that mostly follows.
//
// ATen goes over the map seven times for a norm, a clamp and their gradients; here it is four
// times.

#include "layers.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <torch/csrc/autograd/custom_function.h>

using ctorch::Affine;
using ctorch::channels_last;
using ctorch::guarded_result;
using ctorch::lanes;
using ctorch::RowBlocks;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

struct Norm {
  at::Tensor weight, bias, running_mean, running_variance;
  double momentum, epsilon;
  bool clamps;

  explicit Norm(const ct_norm &given)
      : weight(given.weight->value), bias(given.bias->value),
        running_mean(given.running_mean->value), running_variance(given.running_variance->value),
        momentum(given.momentum), epsilon(given.epsilon), clamps(given.clamps_to_six) {}

  /// Of those that the kernels can do.
  bool fits(const at::Tensor &input) const {
    return input.dim() == 4 && input.numel() > 0 && input.size(1) % lanes == 0 &&
           are_all([&](const at::Tensor &numbers) {
             return numbers.dim() == 1 && numbers.size(0) == input.size(1) &&
                    numbers.is_contiguous() && numbers.scalar_type() == at::kFloat;
           });
  }

  template <typename Condition> bool are_all(Condition condition) const {
    return condition(weight) && condition(bias) && condition(running_mean) &&
           condition(running_variance);
  }
};

/// The rows of `(4, C)` that the gradient needs.
struct Saved {
  at::Tensor numbers;

  float *scale() const { return row(0); }
  float *shift() const { return row(1); }
  float *mean() const { return row(2); }
  float *deviation() const { return row(3); } // one over it

  Affine affine(bool clamps) const { return {scale(), shift(), clamps}; }

private:
  float *row(int64_t index) const { return numbers.data_ptr<float>() + index * numbers.size(1); }
};

struct ByBatch : torch::autograd::Function<ByBatch> {
  /// `weight` and `bias` are the norm's, named for what is recorded.
  static at::Tensor forward(AutogradContext *context, const at::Tensor &any_input,
                            const at::Tensor &weight, const at::Tensor &bias, const Norm *norm) {
    at::Tensor input = channels_last(any_input);
    int64_t channels = input.size(1);
    Saved saved{at::empty({4, channels}, input.options())};
    RowBlocks blocks(input);
    measure(blocks, *norm, saved);
    for (int64_t c = 0; c < channels; ++c) {
      saved.scale()[c] = norm->weight.data_ptr<float>()[c] * saved.deviation()[c];
      saved.shift()[c] = norm->bias.data_ptr<float>()[c] - saved.mean()[c] * saved.scale()[c];
    }
    at::Tensor output = at::empty_like(input);
    float *to = output.data_ptr<float>();
    blocks.each([&](int64_t, const ctorch::Rows &rows, int64_t place) {
      ctorch::normalise(rows, saved.affine(norm->clamps), to + place);
    });
    context->save_for_backward({input, saved.numbers});
    context->saved_data["clamps"] = norm->clamps;
    return output;
  }

  /// The batch's statistics, from the moments of each block (Chan et al. 1983,
  /// https://doi.org/10.1080/00031305.1983.10483115).
  static void measure(const RowBlocks &blocks, const Norm &norm, const Saved &saved) {
    int64_t channels = blocks.channels();
    std::vector<float> means(blocks.count() * channels), squares(blocks.count() * channels);
    blocks.each([&](int64_t block, const ctorch::Rows &rows, int64_t) {
      ctorch::moments(rows, &means[block * channels], &squares[block * channels]);
    });
    double count = blocks.rows();
    std::vector<double> mean(channels), square(channels);
    for (int64_t block = 0; block < blocks.count(); ++block)
      for (int64_t c = 0; c < channels; ++c)
        mean[c] += means[block * channels + c] * (blocks.rows(block) / count);
    for (int64_t block = 0; block < blocks.count(); ++block)
      for (int64_t c = 0; c < channels; ++c) {
        double off = means[block * channels + c] - mean[c];
        square[c] += squares[block * channels + c] + off * off * blocks.rows(block);
      }
    float *running_mean = norm.running_mean.data_ptr<float>(),
          *running_variance = norm.running_variance.data_ptr<float>();
    for (int64_t c = 0; c < channels; ++c) {
      saved.mean()[c] = mean[c];
      saved.deviation()[c] = 1 / std::sqrt(square[c] / count + norm.epsilon);
      double unbiased = square[c] / std::max(1.0, count - 1);
      running_mean[c] += (mean[c] - running_mean[c]) * norm.momentum;
      running_variance[c] += (unbiased - running_variance[c]) * norm.momentum;
    }
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    variable_list variables = context->get_saved_variables();
    const at::Tensor &input = variables[0];
    Saved saved{variables[1]};
    Affine affine = saved.affine(context->saved_data["clamps"].toBool());
    at::Tensor slopes = channels_last(gradients[0]);
    const float *from = slopes.data_ptr<float>();
    RowBlocks blocks(input);
    int64_t channels = blocks.channels();
    // The sums, then the products.
    std::vector<double> sums =
        blocks.summed(2 * channels, [&](const ctorch::Rows &rows, int64_t place, float *sums) {
          ctorch::sum_norm_slopes(rows, affine, saved.mean(), from + place, sums, sums + channels);
        });
    at::Tensor by_weight = at::empty({channels}, input.options()),
               by_bias = at::empty({channels}, input.options());
    std::vector<float> by_value(channels), by_all(channels);
    for (int64_t c = 0; c < channels; ++c) {
      double deviation = saved.deviation()[c], product = sums[channels + c];
      by_bias.data_ptr<float>()[c] = sums[c];
      by_weight.data_ptr<float>()[c] = product * deviation;
      double scale = saved.scale()[c] / double(blocks.rows());
      by_value[c] = -scale * deviation * deviation * product;
      by_all[c] = -scale * sums[c];
    }
    at::Tensor by_input = at::empty_like(input);
    float *to = by_input.data_ptr<float>();
    blocks.each([&](int64_t, const ctorch::Rows &rows, int64_t place) {
      ctorch::norm_slopes(rows, affine, saved.mean(), by_value.data(), by_all.data(), from + place,
                          to + place);
    });
    return {by_input, by_weight, by_bias, at::Tensor()};
  }
};

at::Tensor plain(const at::Tensor &input, const Norm &norm, bool by_batch) {
  at::Tensor output =
      at::batch_norm(input, norm.weight, norm.bias, norm.running_mean, norm.running_variance,
                     by_batch, norm.momentum, norm.epsilon, false);
  return norm.clamps ? at::hardtanh_(output, 0, 6) : output;
}

} // namespace

int ct_batch_norm(const ct_tensor *input, ct_norm given, bool by_batch, ct_tensor **out) {
  return guarded_result(out, [&] {
    Norm norm(given);
    if (!by_batch || !norm.fits(input->value))
      return plain(input->value, norm, by_batch);
    return ByBatch::apply(input->value, norm.weight, norm.bias, &norm);
  });
}

int ct_batch_norm_plain(const ct_tensor *input, ct_norm norm, bool by_batch, ct_tensor **out) {
  return guarded_result(out, [&] { return plain(input->value, Norm(norm), by_batch); });
}
