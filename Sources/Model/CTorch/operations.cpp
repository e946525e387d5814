// Arithmetic and layers: each function is one call of ATen.

#include "internal.hpp"

using ctorch::guarded;
using ctorch::guarded_result;
using ctorch::list;
using ctorch::optional;

int ct_add(const ct_tensor *a, const ct_tensor *b, ct_tensor **out) {
  return guarded_result(out, [&] { return at::add(a->value, b->value); });
}

int ct_subtract(const ct_tensor *a, const ct_tensor *b, ct_tensor **out) {
  return guarded_result(out, [&] { return at::sub(a->value, b->value); });
}

int ct_multiply(const ct_tensor *a, const ct_tensor *b, ct_tensor **out) {
  return guarded_result(out, [&] { return at::mul(a->value, b->value); });
}

int ct_divide(const ct_tensor *a, const ct_tensor *b, ct_tensor **out) {
  return guarded_result(out, [&] { return at::div(a->value, b->value); });
}

int ct_affine(const ct_tensor *a, double scale, double offset, ct_tensor **out) {
  return guarded_result(out, [&] {
    at::Tensor scaled = at::mul(a->value, scale);
    return offset == 0 ? scaled : at::add(scaled, offset);
  });
}

int ct_square_root(const ct_tensor *a, ct_tensor **out) {
  return guarded_result(out, [&] { return at::sqrt(a->value); });
}

int ct_clamp(const ct_tensor *a, double low, double high, ct_tensor **out) {
  return guarded_result(out, [&] { return at::clamp(a->value, low, high); });
}

int ct_mean(const ct_tensor *a, const int64_t *axes, size_t axis_count, ct_tensor **out) {
  return guarded_result(out, [&] { return at::mean(a->value, list(axes, axis_count), true); });
}

int ct_add_in_place(ct_tensor *input, const ct_tensor *other) {
  return guarded([&] { input->value.add_(other->value); });
}

int ct_linear(const ct_tensor *input, const ct_tensor *weight, const ct_tensor *bias,
              ct_tensor **out) {
  return guarded_result(out,
                        [&] { return at::linear(input->value, weight->value, optional(bias)); });
}

int ct_dropout(const ct_tensor *input, double probability, bool training, ct_tensor **out) {
  return guarded_result(out, [&] { return at::dropout(input->value, probability, training); });
}

int ct_softmax(const ct_tensor *input, int64_t dimension, ct_tensor **out) {
  return guarded_result(out, [&] { return at::softmax(input->value, dimension); });
}

int ct_cross_entropy(const ct_tensor *logits, const ct_tensor *target,
                     const ct_tensor *class_weights, double label_smoothing, ct_tensor **out) {
  return guarded_result(out, [&] {
    return at::cross_entropy_loss(logits->value, target->value, optional(class_weights),
                                  at::Reduction::Mean, -100, label_smoothing);
  });
}

int ct_affine_sample(const ct_tensor *input, const ct_tensor *maps, int64_t side, ct_tensor **out) {
  return guarded_result(out, [&] {
    at::Tensor grid = at::affine_grid_generator(
        maps->value, {input->value.size(0), input->value.size(1), side, side}, false);
    constexpr int64_t bilinear = 0, repeat_edge = 1;
    return at::grid_sampler(input->value, grid, bilinear, repeat_edge, false);
  });
}

int ct_upsample_twice(const ct_tensor *input, ct_tensor **out) {
  return guarded_result(out, [&] {
    const at::Tensor &small = input->value;
    return at::upsample_nearest2d(small, {small.size(2) * 2, small.size(3) * 2});
  });
}
