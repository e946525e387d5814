#include "kernels.hpp"

#include <cstddef>

// Defines `name` as a pointer to the version of a function that this processor can run. The features
// are named rather than processors, for which the compiler prefers halves of the widest registers.
// And we choose rather than the loader, whose choice comes before the thread sanitizer is ready.
#if defined(__x86_64__)
#define CT_VERSIONS(name, parameters, call)                                                        \
  __attribute__((target("avx512f"))) void name##_avx512 parameters { call; }                       \
  __attribute__((target("avx2,fma"))) void name##_avx2 parameters { call; }                        \
  void name##_plain parameters { call; }                                                           \
  void(*const name) parameters = has_avx512()  ? name##_avx512                                     \
                                 : has_avx2() ? name##_avx2                                        \
                                              : name##_plain;
#else
#define CT_VERSIONS(name, parameters, call)                                                        \
  void name parameters { call; }
#endif
#define CT_INLINED static inline __attribute__((always_inline))

using ctorch::lanes;
using ctorch::Window;

namespace {

#if defined(__x86_64__)
bool has_avx512() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f");
}

bool has_avx2() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif

// Operations on all lanes are single instructions even where nothing is optimised.
typedef float Lanes __attribute__((vector_size(lanes * sizeof(float)), aligned(4), may_alias));

CT_INLINED const Lanes &at(const float *place) { return *reinterpret_cast<const Lanes *>(place); }
CT_INLINED Lanes &at(float *place) { return *reinterpret_cast<Lanes *>(place); }

/// Of both conditions, neither holds for what is no number: it stays to be seen.
CT_INLINED void clamp(Lanes &value) {
  const Lanes zero = {}, six = zero + 6.0f;
  value = value < zero ? zero : value;
  value = value > six ? six : value;
}

/// The rows of the input that a row of the output sees; null outside the image.
template <int K> CT_INLINED void seen(const Window &w, const float *image, int64_t row,
                                      const float *rows[K]) {
  for (int ky = 0; ky < K; ++ky) {
    int64_t y = row * w.stride - w.top + ky;
    rows[ky] = y >= 0 && y < w.height ? image + y * w.width * w.channels : nullptr;
  }
}

/// What the window at column `x` of the input sees, times the weights; only `Inside` unchecked.
template <int K, bool Inside> CT_INLINED void add_seen(const Window &w, const float *const rows[K],
                                                       int64_t x, int64_t c,
                                                       const Lanes weights[K * K], Lanes &sum) {
  for (int ky = 0; ky < K; ++ky) {
    if (rows[ky] == nullptr)
      continue;
    const float *pixels = rows[ky] + x * w.channels + c;
    for (int kx = 0; kx < K; ++kx) {
      if (Inside || (x + kx >= 0 && x + kx < w.width))
        sum += at(pixels + kx * w.channels) * weights[ky * K + kx];
    }
  }
}

/// Adds what the window at column `x` of the input sees, times one slope, to the sums of the taps.
template <int K, bool Inside> CT_INLINED void add_slope(const Window &w, const float *const rows[K],
                                                        int64_t x, int64_t c, const Lanes &slope,
                                                        Lanes sums[K * K]) {
  for (int ky = 0; ky < K; ++ky) {
    if (rows[ky] == nullptr)
      continue;
    const float *pixels = rows[ky] + x * w.channels + c;
    for (int kx = 0; kx < K; ++kx) {
      if (Inside || (x + kx >= 0 && x + kx < w.width))
        sums[ky * K + kx] += at(pixels + kx * w.channels) * slope;
    }
  }
}

template <int K> CT_INLINED void row_of_outputs(const Window &w, const float *image,
                                                const float *taps, const float *bias, bool clamps,
                                                int64_t row, float *out) {
  const float *rows[K];
  seen<K>(w, image, row, rows);
  for (int64_t c = 0; c < w.channels; c += lanes) {
    Lanes weights[K * K], start = {};
    for (int tap = 0; tap < K * K; ++tap)
      weights[tap] = at(taps + tap * w.channels + c);
    if (bias != nullptr)
      start = at(bias + c);
    for (int64_t column = 0; column < w.out_width; ++column) {
      int64_t x = column * w.stride - w.left;
      Lanes sum = start;
      if (x >= 0 && x + K <= w.width)
        add_seen<K, true>(w, rows, x, c, weights, sum);
      else
        add_seen<K, false>(w, rows, x, c, weights, sum);
      if (clamps)
        clamp(sum);
      at(out + column * w.channels + c) = sum;
    }
  }
}

template <int K> CT_INLINED void row_of_inputs(const Window &w, const float *slopes,
                                               const float *taps, int64_t row, float *out) {
  const float *rows[K];
  for (int ky = 0; ky < K; ++ky) {
    int64_t y = row + w.top - ky;
    bool is_seen = y >= 0 && y % w.stride == 0 && y / w.stride < w.out_height;
    rows[ky] = is_seen ? slopes + y / w.stride * w.out_width * w.channels : nullptr;
  }
  for (int64_t c = 0; c < w.channels; c += lanes) {
    Lanes weights[K * K];
    for (int tap = 0; tap < K * K; ++tap)
      weights[tap] = at(taps + tap * w.channels + c);
    for (int64_t column = 0; column < w.width; ++column) {
      Lanes sum = {};
      for (int kx = 0; kx < K; ++kx) {
        int64_t x = column + w.left - kx;
        if (x < 0 || (w.stride == 2 && x % 2 != 0))
          continue;
        x = w.stride == 2 ? x / 2 : x;
        if (x >= w.out_width)
          continue;
        for (int ky = 0; ky < K; ++ky) {
          if (rows[ky] != nullptr)
            sum += at(rows[ky] + x * w.channels + c) * weights[ky * K + kx];
        }
      }
      at(out + column * w.channels + c) = sum;
    }
  }
}

template <int K> CT_INLINED void taps_of_row(const Window &w, const float *image,
                                             const float *slopes, int64_t row, int64_t first,
                                             int64_t end, float *sums) {
  const float *rows[K];
  seen<K>(w, image, row, rows);
  for (int64_t c = first; c < end; c += lanes) {
    Lanes totals[K * K];
    for (int tap = 0; tap < K * K; ++tap)
      totals[tap] = at(sums + tap * w.channels + c);
    for (int64_t column = 0; column < w.out_width; ++column) {
      int64_t x = column * w.stride - w.left;
      Lanes slope = at(slopes + column * w.channels + c);
      if (x >= 0 && x + K <= w.width)
        add_slope<K, true>(w, rows, x, c, slope, totals);
      else
        add_slope<K, false>(w, rows, x, c, slope, totals);
    }
    for (int tap = 0; tap < K * K; ++tap)
      at(sums + tap * w.channels + c) = totals[tap];
  }
}

CT_INLINED void finish_all(float *values, const float *bias, bool clamps, int64_t rows,
                              int64_t channels) {
  for (; rows > 0; --rows, values += channels) {
    int64_t c = 0;
    for (; c + lanes <= channels; c += lanes) {
      Lanes value = at(values + c);
      if (bias != nullptr)
        value += at(bias + c);
      if (clamps)
        clamp(value);
      at(values + c) = value;
    }
    for (; c < channels; ++c) {
      float value = values[c] + (bias != nullptr ? bias[c] : 0);
      if (clamps)
        value = value < 0 ? 0 : value > 6 ? 6 : value;
      values[c] = value;
    }
  }
}

CT_INLINED void pass_all(const float *outputs, const float *slopes, float *out,
                            int64_t count) {
  const Lanes zero = {}, six = zero + 6.0f;
  int64_t index = 0;
  for (; index + lanes <= count; index += lanes) {
    Lanes output = at(outputs + index), slope = at(slopes + index);
    slope = output <= zero ? zero : slope;
    at(out + index) = output >= six ? zero : slope;
  }
  for (; index < count; ++index)
    out[index] = outputs[index] <= 0 || outputs[index] >= 6 ? 0 : slopes[index];
}

CT_INLINED void sum_all(const float *values, int64_t rows, int64_t channels, int64_t first,
                           int64_t end, float *sums) {
  int64_t c = first;
  for (; c + lanes <= end; c += lanes) {
    Lanes total = {};
    for (int64_t row = 0; row < rows; ++row)
      total += at(values + row * channels + c);
    at(sums + c) = total;
  }
  for (; c < end; ++c) {
    float total = 0;
    for (int64_t row = 0; row < rows; ++row)
      total += values[row * channels + c];
    sums[c] = total;
  }
}

CT_VERSIONS(row_of_outputs_3,
            (const Window &w, const float *image, const float *taps, const float *bias, bool clamps,
             int64_t row, float *out),
            row_of_outputs<3>(w, image, taps, bias, clamps, row, out))
CT_VERSIONS(row_of_outputs_5,
            (const Window &w, const float *image, const float *taps, const float *bias, bool clamps,
             int64_t row, float *out),
            row_of_outputs<5>(w, image, taps, bias, clamps, row, out))
CT_VERSIONS(row_of_inputs_3,
            (const Window &w, const float *slopes, const float *taps, int64_t row, float *out),
            row_of_inputs<3>(w, slopes, taps, row, out))
CT_VERSIONS(row_of_inputs_5,
            (const Window &w, const float *slopes, const float *taps, int64_t row, float *out),
            row_of_inputs<5>(w, slopes, taps, row, out))
CT_VERSIONS(taps_of_row_3,
            (const Window &w, const float *image, const float *slopes, int64_t row, int64_t first,
             int64_t end, float *sums),
            taps_of_row<3>(w, image, slopes, row, first, end, sums))
CT_VERSIONS(taps_of_row_5,
            (const Window &w, const float *image, const float *slopes, int64_t row, int64_t first,
             int64_t end, float *sums),
            taps_of_row<5>(w, image, slopes, row, first, end, sums))
CT_VERSIONS(finish,
            (float *values, const float *bias, bool clamps, int64_t rows, int64_t channels),
            finish_all(values, bias, clamps, rows, channels))
CT_VERSIONS(pass, (const float *outputs, const float *slopes, float *out, int64_t count),
            pass_all(outputs, slopes, out, count))
CT_VERSIONS(sum,
            (const float *values, int64_t rows, int64_t channels, int64_t first, int64_t end,
             float *sums),
            sum_all(values, rows, channels, first, end, sums))

} // namespace

namespace ctorch {

void depthwise_row(const Window &window, const float *image, const float *taps, const float *bias,
                   bool clamps, int64_t row, float *out) {
  auto kernel = window.kernel == 3 ? row_of_outputs_3 : row_of_outputs_5;
  kernel(window, image, taps, bias, clamps, row, out);
}

void depthwise_input_row(const Window &window, const float *slopes, const float *taps, int64_t row,
                         float *out) {
  auto kernel = window.kernel == 3 ? row_of_inputs_3 : row_of_inputs_5;
  kernel(window, slopes, taps, row, out);
}

void depthwise_taps_row(const Window &window, const float *image, const float *slopes, int64_t row,
                        int64_t first, int64_t end, float *sums) {
  auto kernel = window.kernel == 3 ? taps_of_row_3 : taps_of_row_5;
  kernel(window, image, slopes, row, first, end, sums);
}

void finish_rows(float *values, const float *bias, bool clamps, int64_t rows, int64_t channels) {
  finish(values, bias, clamps, rows, channels);
}

void pass_slopes(const float *outputs, const float *slopes, float *out, int64_t count) {
  pass(outputs, slopes, out, count);
}

void sum_rows(const float *values, int64_t rows, int64_t channels, int64_t first, int64_t end,
              float *sums) {
  sum(values, rows, channels, first, end, sums);
}

} // namespace ctorch
