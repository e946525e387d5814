// What layers do to rows whose channels have nothing to do with each other.

#include "vectors.hpp"

#include <algorithm>
#include <type_traits>

using ctorch::Affine;
using ctorch::at;
using ctorch::clamp;
using ctorch::Lanes;
using ctorch::lanes;
using ctorch::Rows;

namespace {

/// Calls `body` with the first of some rows and how many they are, a constant: each sum is fetched
/// and put back once for all of them.
template <typename Body> CT_INLINED void for_rows(int64_t count, const Body &body) {
  constexpr int64_t together = 4;
  int64_t row = 0;
  for (; row + together <= count; row += together)
    body(row, std::integral_constant<int64_t, together>());
  for (; row < count; ++row)
    body(row, std::integral_constant<int64_t, 1>());
}

CT_INLINED void add_all(const float *values, float *sums, int64_t count) {
  int64_t index = 0;
  for (; index + lanes <= count; index += lanes)
    at(sums + index) += at(values + index);
  for (; index < count; ++index)
    sums[index] += values[index];
}

CT_INLINED void sum_all(const Rows &rows, float *sums) {
  std::fill(sums, sums + rows.channels, 0.0f);
  for_rows(rows.count, [&](int64_t row, auto some) CT_INLINED_LAMBDA {
    const float *values = rows.values + row * rows.channels;
    int64_t c = 0;
    for (; c + lanes <= rows.channels; c += lanes) {
      Lanes sum = at(sums + c);
      for (int64_t r = 0; r < some; ++r)
        sum += at(values + r * rows.channels + c);
      at(sums + c) = sum;
    }
    for (; c < rows.channels; ++c) {
      for (int64_t r = 0; r < some; ++r)
        sums[c] += values[r * rows.channels + c];
    }
  });
}

/// Of both conditions, neither holds for what is not a number.
CT_INLINED void pass(const Lanes &output, Lanes &slope) {
  const Lanes zero = {}, six = zero + 6.0f;
  slope = output <= zero ? zero : slope;
  slope = output >= six ? zero : slope;
}

CT_INLINED void pass_all(const Rows &slopes, const float *outputs, float *out, float *sums) {
  std::fill(sums, sums + slopes.channels, 0.0f);
  for_rows(slopes.count, [&](int64_t row, auto some) CT_INLINED_LAMBDA {
    int64_t c = 0;
    for (; c + lanes <= slopes.channels; c += lanes) {
      Lanes sum = at(sums + c);
      for (int64_t r = 0; r < some; ++r) {
        int64_t place = (row + r) * slopes.channels + c;
        Lanes slope = at(slopes.values + place);
        pass(at(outputs + place), slope);
        at(out + place) = slope;
        sum += slope;
      }
      at(sums + c) = sum;
    }
    for (; c < slopes.channels; ++c) {
      for (int64_t r = 0; r < some; ++r) {
        int64_t place = (row + r) * slopes.channels + c;
        bool passes = !(outputs[place] <= 0 || outputs[place] >= 6);
        out[place] = passes ? slopes.values[place] : 0;
        sums[c] += out[place];
      }
    }
  });
}

CT_INLINED void moments_of(const Rows &rows, float *means, float *squares) {
  sum_all(rows, means);
  for (int64_t c = 0; c < rows.channels; ++c)
    means[c] /= rows.count;
  std::fill(squares, squares + rows.channels, 0.0f);
  for_rows(rows.count, [&](int64_t row, auto some) CT_INLINED_LAMBDA {
    const float *values = rows.values + row * rows.channels;
    for (int64_t c = 0; c < rows.channels; c += lanes) {
      Lanes mean = at(means + c), sum = at(squares + c);
      for (int64_t r = 0; r < some; ++r) {
        Lanes off = at(values + r * rows.channels + c) - mean;
        sum += off * off;
      }
      at(squares + c) = sum;
    }
  });
}

CT_INLINED void normalise_all(const Rows &rows, const Affine &affine, float *out) {
  for_rows(rows.count, [&](int64_t row, auto some) CT_INLINED_LAMBDA {
    for (int64_t c = 0; c < rows.channels; c += lanes) {
      Lanes scale = at(affine.scale + c), shift = at(affine.shift + c);
      for (int64_t r = 0; r < some; ++r) {
        int64_t place = (row + r) * rows.channels + c;
        Lanes value = at(rows.values + place) * scale + shift;
        if (affine.clamps)
          clamp(value);
        at(out + place) = value;
      }
    }
  });
}

/// What the gradient takes of some numbers: what their values lie off the mean, and the slopes that
/// the clamp lets pass.
struct NormSlope {
  Lanes off, slope;
};

CT_INLINED void get_norm_slope(const Lanes &value, const Affine &affine, const float *means,
                               const float *slopes, int64_t c, NormSlope &found) {
  found.slope = at(slopes);
  if (affine.clamps)
    pass(value * at(affine.scale + c) + at(affine.shift + c), found.slope);
  found.off = value - at(means + c);
}

CT_INLINED void sum_slopes_of_norm(const Rows &rows, const Affine &affine, const float *means,
                                   const float *slopes, float *sums, float *products) {
  std::fill(sums, sums + rows.channels, 0.0f);
  std::fill(products, products + rows.channels, 0.0f);
  for_rows(rows.count, [&](int64_t row, auto some) CT_INLINED_LAMBDA {
    for (int64_t c = 0; c < rows.channels; c += lanes) {
      Lanes sum = at(sums + c), product = at(products + c);
      for (int64_t r = 0; r < some; ++r) {
        int64_t place = (row + r) * rows.channels + c;
        NormSlope found;
        get_norm_slope(at(rows.values + place), affine, means, slopes + place, c, found);
        sum += found.slope;
        product += found.slope * found.off;
      }
      at(sums + c) = sum;
      at(products + c) = product;
    }
  });
}

CT_INLINED void slopes_of_norm(const Rows &rows, const Affine &affine, const float *means,
                               const float *by_value, const float *by_all, const float *slopes,
                               float *out) {
  for_rows(rows.count, [&](int64_t row, auto some) CT_INLINED_LAMBDA {
    for (int64_t c = 0; c < rows.channels; c += lanes) {
      Lanes scale = at(affine.scale + c), factor = at(by_value + c), rest = at(by_all + c);
      for (int64_t r = 0; r < some; ++r) {
        int64_t place = (row + r) * rows.channels + c;
        NormSlope found;
        get_norm_slope(at(rows.values + place), affine, means, slopes + place, c, found);
        at(out + place) = found.slope * scale + found.off * factor + rest;
      }
    }
  });
}

CT_VERSIONS(add_to, (const float *values, float *sums, int64_t count), add_all(values, sums, count))
CT_VERSIONS(sum, (const Rows &rows, float *sums), sum_all(rows, sums))
CT_VERSIONS(pass_and_sum, (const Rows &slopes, const float *outputs, float *out, float *sums),
            pass_all(slopes, outputs, out, sums))
CT_VERSIONS(find_moments, (const Rows &rows, float *means, float *squares),
            moments_of(rows, means, squares))
CT_VERSIONS(normalise_rows, (const Rows &rows, const Affine &affine, float *out),
            normalise_all(rows, affine, out))
CT_VERSIONS(sum_of_norm,
            (const Rows &rows, const Affine &affine, const float *means, const float *slopes,
             float *sums, float *products),
            sum_slopes_of_norm(rows, affine, means, slopes, sums, products))
CT_VERSIONS(norm_back,
            (const Rows &rows, const Affine &affine, const float *means, const float *by_value,
             const float *by_all, const float *slopes, float *out),
            slopes_of_norm(rows, affine, means, by_value, by_all, slopes, out))

} // namespace

namespace ctorch {

void add(const float *values, float *sums, int64_t count) { add_to(values, sums, count); }

void sum_rows(const Rows &rows, float *sums) { sum(rows, sums); }

void pass_slopes(const Rows &slopes, const float *outputs, float *out, float *sums) {
  pass_and_sum(slopes, outputs, out, sums);
}

void moments(const Rows &rows, float *means, float *squares) { find_moments(rows, means, squares); }

void normalise(const Rows &rows, const Affine &affine, float *out) {
  normalise_rows(rows, affine, out);
}

void sum_norm_slopes(const Rows &rows, const Affine &affine, const float *means,
                     const float *slopes, float *sums, float *products) {
  sum_of_norm(rows, affine, means, slopes, sums, products);
}

void norm_slopes(const Rows &rows, const Affine &affine, const float *means, const float *by_value,
                 const float *by_all, const float *slopes, float *out) {
  norm_back(rows, affine, means, by_value, by_all, slopes, out);
}

} // namespace ctorch
