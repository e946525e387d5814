// Gradients and the optimiser's step.

#include "internal.hpp"

#include <cmath>

#include <ATen/Parallel.h>

using ctorch::guarded;
using ctorch::guarded_result;

int ct_set_requires_gradient(ct_tensor *tensor, bool requires_gradient) {
  return guarded([&] { tensor->value.requires_grad_(requires_gradient); });
}

int ct_backward(const ct_tensor *loss) {
  return guarded([&] { loss->value.backward(); });
}

int ct_backward_from(const ct_tensor *tensor, const ct_tensor *gradient) {
  return guarded([&] {
    TORCH_CHECK(tensor->value.sizes() == gradient->value.sizes(), "a gradient of shape ",
                gradient->value.sizes(), " for a tensor of shape ", tensor->value.sizes());
    tensor->value.backward(gradient->value);
  });
}

int ct_gradient(const ct_tensor *tensor, ct_tensor **out) {
  return guarded([&] {
    const at::Tensor &gradient = tensor->value.grad();
    *out = gradient.defined() ? new ct_tensor{gradient.detach()} : nullptr;
  });
}

bool ct_set_gradient_recording(bool enabled) {
  bool before = at::GradMode::is_enabled();
  at::GradMode::set_enabled(enabled);
  return before;
}

namespace {

struct AdamW {
  float rate, beta1, beta2, epsilon, decay, correction1, correction2;

  // One pass over memory, where ATen's operators would make eight.
  void update(float *parameter, float *first, float *second, const float *gradient,
              int64_t count) const {
    for (int64_t index = 0; index < count; ++index) {
      float slope = gradient[index];
      first[index] += (slope - first[index]) * (1 - beta1);
      second[index] += (slope * slope - second[index]) * (1 - beta2);
      float size = std::sqrt(second[index] / correction2) + epsilon;
      float decayed = parameter[index] * (1 - rate * decay);
      parameter[index] = decayed - rate * (first[index] / correction1) / size;
    }
  }
};

} // namespace

int ct_adamw_step(ct_tensor *parameter, ct_tensor *first, ct_tensor *second, double learning_rate,
                  double beta1, double beta2, double epsilon, double weight_decay, int64_t step) {
  return guarded([&] {
    at::NoGradGuard unrecorded;
    at::Tensor &value = parameter->value;
    if (!value.grad().defined())
      return;
    at::Tensor gradient = value.grad().contiguous();
    TORCH_CHECK(value.scalar_type() == at::kFloat && value.is_contiguous(),
                "AdamW needs a contiguous float parameter");
    TORCH_CHECK(first->value.is_contiguous() && first->value.sizes() == value.sizes() &&
                    second->value.is_contiguous() && second->value.sizes() == value.sizes(),
                "AdamW's moments must be shaped like the parameter");
    TORCH_CHECK(step >= 1, "AdamW counts its steps from 1");
    AdamW rule{float(learning_rate),
               float(beta1),
               float(beta2),
               float(epsilon),
               float(weight_decay),
               float(1 - std::pow(beta1, double(step))),
               float(1 - std::pow(beta2, double(step)))};
    rule.update(value.data_ptr<float>(), first->value.data_ptr<float>(),
                second->value.data_ptr<float>(), gradient.data_ptr<float>(), value.numel());
    value.mutable_grad() = at::Tensor();
  });
}

int ct_interpolate_in_place(ct_tensor *a, const ct_tensor *b, double weight) {
  return guarded([&] {
    at::NoGradGuard unrecorded;
    a->value.lerp_(b->value.detach(), weight);
  });
}
