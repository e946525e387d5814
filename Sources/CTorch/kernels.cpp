#include "kernels.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>

// Defines `name` as a pointer to the version of a function that this processor can run. The
// features are named rather than processors, for which the compiler prefers halves of the widest
// registers. And we choose rather than the loader, whose choice comes before the thread sanitizer
// is ready. `call` may ask whether there are `many_registers`: 32 that hold all lanes.
#if defined(__x86_64__)
#define CT_VERSION(attributes, are_many, name, parameters, call)                                   \
  attributes void name parameters {                                                                \
    [[maybe_unused]] constexpr bool many_registers = are_many;                                     \
    call;                                                                                          \
  }
#define CT_VERSIONS(name, parameters, call)                                                        \
  CT_VERSION(__attribute__((target("avx512f"))), true, name##_avx512, parameters, call)            \
  CT_VERSION(__attribute__((target("avx2,fma"))), false, name##_avx2, parameters, call)            \
  CT_VERSION(, false, name##_plain, parameters, call)                                              \
  void(*const name) parameters = has_avx512() ? name##_avx512                                      \
                                 : has_avx2() ? name##_avx2                                        \
                                              : name##_plain;
#else
#define CT_VERSIONS(name, parameters, call)                                                        \
  void name parameters {                                                                           \
    [[maybe_unused]] constexpr bool many_registers = false;                                        \
    call;                                                                                          \
  }
#endif
#define CT_INLINED static inline __attribute__((always_inline))

using ctorch::lanes;
using ctorch::panel;
using ctorch::Product;
using ctorch::Window;

namespace {

#if defined(__x86_64__)
/// DIYML_KERNELS=avx2 or plain stays below what the processor can do, for tests of those versions.
bool is_held_back(const char *to) {
  const char *kernels = std::getenv("DIYML_KERNELS");
  return kernels != nullptr && std::strcmp(kernels, to) == 0;
}

bool has_avx512() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && !is_held_back("avx2") && !is_held_back("plain");
}

bool has_avx2() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && !is_held_back("plain");
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

/// `N` columns from `column` on; what their windows share is read once. Only `Inside` they lie
/// within the map.
template <int K, int Stride, int N, bool Inside>
CT_INLINED void add_columns(const Window &w, const float *const rows[K], int64_t c,
                            const Lanes weights[K * K], const Lanes &bias, bool clamps,
                            int64_t column, float *out) {
  Lanes sums[N];
  for (int n = 0; n < N; ++n)
    sums[n] = bias;
  int64_t start = column * Stride - w.left;
  for (int ky = 0; ky < K; ++ky) {
    if (rows[ky] == nullptr)
      continue;
    for (int x = 0; x < (N - 1) * Stride + K; ++x) {
      if (!Inside && (start + x < 0 || start + x >= w.width))
        continue;
      Lanes pixel = at(rows[ky] + (start + x) * w.channels + c);
      for (int n = 0; n < N; ++n) {
        int kx = x - n * Stride;
        if (kx >= 0 && kx < K)
          sums[n] += pixel * weights[ky * K + kx];
      }
    }
  }
  for (int n = 0; n < N; ++n) {
    if (clamps)
      clamp(sums[n]);
    at(out + (column + n) * w.channels + c) = sums[n];
  }
}

/// Adds what the windows of `N` columns from `column` on see, times their slopes, to the sums of
/// the taps; only `Inside` they lie within the map.
template <int K, int Stride, int N, bool Inside>
CT_INLINED void add_slopes(const Window &w, const float *const rows[K], int64_t c,
                           const float *slopes, int64_t column, Lanes sums[K * K]) {
  Lanes slope[N];
  for (int n = 0; n < N; ++n)
    slope[n] = at(slopes + (column + n) * w.channels + c);
  int64_t start = column * Stride - w.left;
  for (int ky = 0; ky < K; ++ky) {
    if (rows[ky] == nullptr)
      continue;
    for (int x = 0; x < (N - 1) * Stride + K; ++x) {
      if (!Inside && (start + x < 0 || start + x >= w.width))
        continue;
      Lanes pixel = at(rows[ky] + (start + x) * w.channels + c);
      for (int n = 0; n < N; ++n) {
        int kx = x - n * Stride;
        if (kx >= 0 && kx < K)
          sums[ky * K + kx] += pixel * slope[n];
      }
    }
  }
}

template <int K, int Stride>
CT_INLINED void row_of_outputs(const Window &w, const float *const *rows, const float *taps,
                               const float *bias, bool clamps, float *out) {
  // With a stride little is shared, and more columns would only take registers from the weights.
  constexpr int columns = Stride == 1 ? 4 : 1;
  for (int64_t c = 0; c < w.channels; c += lanes) {
    Lanes weights[K * K], start = {};
    for (int tap = 0; tap < K * K; ++tap)
      weights[tap] = at(taps + tap * w.channels + c);
    if (bias != nullptr)
      start = at(bias + c);
    int64_t column = 0;
    for (; column < w.out_width && column * Stride < w.left; ++column)
      add_columns<K, Stride, 1, false>(w, rows, c, weights, start, clamps, column, out);
    for (;
         column + columns <= w.out_width && (column + columns - 1) * Stride - w.left + K <= w.width;
         column += columns)
      add_columns<K, Stride, columns, true>(w, rows, c, weights, start, clamps, column, out);
    for (; column < w.out_width; ++column)
      add_columns<K, Stride, 1, false>(w, rows, c, weights, start, clamps, column, out);
  }
}

template <int K>
CT_INLINED void row_of_outputs(const Window &w, const float *const *rows, const float *taps,
                               const float *bias, bool clamps, float *out) {
  if (w.stride == 1)
    row_of_outputs<K, 1>(w, rows, taps, bias, clamps, out);
  else
    row_of_outputs<K, 2>(w, rows, taps, bias, clamps, out);
}

/// Of a convolution with stride 2: every other tap sees a slope.
template <int K>
CT_INLINED void row_of_inputs(const Window &w, const float *slopes, const float *taps, int64_t row,
                              float *out) {
  const float *rows[K];
  for (int ky = 0; ky < K; ++ky) {
    int64_t y = row + w.top - ky;
    bool is_seen = y >= 0 && y % 2 == 0 && y / 2 < w.out_height;
    rows[ky] = is_seen ? slopes + y / 2 * w.out_width * w.channels : nullptr;
  }
  for (int64_t c = 0; c < w.channels; c += lanes) {
    Lanes weights[K * K];
    for (int tap = 0; tap < K * K; ++tap)
      weights[tap] = at(taps + tap * w.channels + c);
    for (int64_t column = 0; column < w.width; ++column) {
      Lanes sum = {};
      for (int kx = 0; kx < K; ++kx) {
        int64_t x = column + w.left - kx;
        if (x < 0 || x % 2 != 0 || x / 2 >= w.out_width)
          continue;
        for (int ky = 0; ky < K; ++ky) {
          if (rows[ky] != nullptr)
            sum += at(rows[ky] + x / 2 * w.channels + c) * weights[ky * K + kx];
        }
      }
      at(out + column * w.channels + c) = sum;
    }
  }
}

template <int K, int Stride>
CT_INLINED void taps_of_row(const Window &w, const float *const *rows, const float *slopes,
                            int64_t first, int64_t end, float *sums) {
  constexpr int columns = Stride == 1 ? 2 : 1;
  for (int64_t c = first; c < end; c += lanes) {
    Lanes totals[K * K];
    for (int tap = 0; tap < K * K; ++tap)
      totals[tap] = at(sums + tap * w.channels + c);
    int64_t column = 0;
    for (; column < w.out_width && column * Stride < w.left; ++column)
      add_slopes<K, Stride, 1, false>(w, rows, c, slopes, column, totals);
    for (;
         column + columns <= w.out_width && (column + columns - 1) * Stride - w.left + K <= w.width;
         column += columns)
      add_slopes<K, Stride, columns, true>(w, rows, c, slopes, column, totals);
    for (; column < w.out_width; ++column)
      add_slopes<K, Stride, 1, false>(w, rows, c, slopes, column, totals);
    for (int tap = 0; tap < K * K; ++tap)
      at(sums + tap * w.channels + c) = totals[tap];
  }
}

template <int K>
CT_INLINED void taps_of_row(const Window &w, const float *const *rows, const float *slopes,
                            int64_t first, int64_t end, float *sums) {
  if (w.stride == 1)
    taps_of_row<K, 1>(w, rows, slopes, first, end, sums);
  else
    taps_of_row<K, 2>(w, rows, slopes, first, end, sums);
}

/// `width` numbers, at most all lanes; zeros after them. By a copy, since only numbers whose place
/// is not asked for stay in registers.
CT_INLINED void get_some(const float *place, int64_t width, Lanes &values) {
  if (width >= lanes) {
    values = at(place);
  } else {
    Lanes some = {};
    if (width > 0)
      std::memcpy(&some, place, width * sizeof(float));
    values = some;
  }
}

CT_INLINED void set_some(float *place, const Lanes &values, int64_t width) {
  if (width >= lanes) {
    at(place) = values;
  } else if (width > 0) {
    Lanes some = values;
    std::memcpy(place, &some, width * sizeof(float));
  }
}

/// `R` rows of `V` times `lanes` outputs from `row` and `first` on; `packed` holds `step` numbers
/// for each input.
template <int R, int V>
CT_INLINED void mix_tile(const Product &p, int64_t row, int64_t first, const float *packed,
                         int64_t step) {
  float *out = p.out + row * p.out_step + first;
  int64_t width = p.outputs - first;
  Lanes sums[R][V] = {};
  for (int v = 0; v < V; ++v) {
    for (int r = 0; r < R; ++r) {
      if (p.adds)
        get_some(out + r * p.out_step + v * lanes, width - v * lanes, sums[r][v]);
      else if (p.bias != nullptr)
        get_some(p.bias + first + v * lanes, width - v * lanes, sums[r][v]);
    }
  }
  const float *in = p.in + row * p.row_step;
  for (int64_t input = 0; input < p.inputs; ++input, in += p.input_step, packed += step) {
    Lanes weights[V];
    for (int v = 0; v < V; ++v)
      weights[v] = at(packed + v * lanes);
    for (int r = 0; r < R; ++r) {
      float value = in[r * p.row_step];
      for (int v = 0; v < V; ++v)
        sums[r][v] += weights[v] * value;
    }
  }
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < V; ++v) {
      if (p.clamps)
        clamp(sums[r][v]);
      set_some(out + r * p.out_step + v * lanes, sums[r][v], width - v * lanes);
    }
  }
}

template <int V>
CT_INLINED void mix_panel(const Product &p, int64_t first, const float *packed, int64_t step) {
  constexpr int together = 6;
  int64_t row = 0;
  for (; row + together <= p.rows; row += together)
    mix_tile<together, V>(p, row, first, packed, step);
  if (row < p.rows && p.rows >= together && !p.adds) {
    // Some rows a second time, which costs less than the rest one by one.
    mix_tile<together, V>(p, p.rows - together, first, packed, step);
    return;
  }
  if (row + 3 <= p.rows) {
    mix_tile<3, V>(p, row, first, packed, step);
    row += 3;
  }
  for (; row < p.rows; ++row)
    mix_tile<1, V>(p, row, first, packed, step);
}

/// The sums of a tile have to stay in registers, or each is read and written at every input.
template <bool ManyRegisters> CT_INLINED void mix_all(const Product &p) {
  const float *packed = p.packed;
  for (int64_t first = 0; first < p.outputs; first += panel) {
    int64_t width = std::min(panel, p.outputs - first);
    int64_t step = (width + lanes - 1) / lanes * lanes;
    if (!ManyRegisters) {
      for (int64_t c = 0; c < width; c += lanes)
        mix_panel<1>(p, first + c, packed + c, step);
    } else if (step == 3 * lanes) {
      mix_panel<3>(p, first, packed, step);
    } else if (step == 2 * lanes) {
      mix_panel<2>(p, first, packed, step);
    } else {
      mix_panel<1>(p, first, packed, step);
    }
    packed += step * p.inputs;
  }
}

CT_INLINED void add_all(const float *values, float *sums, int64_t count) {
  int64_t index = 0;
  for (; index + lanes <= count; index += lanes)
    at(sums + index) += at(values + index);
  for (; index < count; ++index)
    sums[index] += values[index];
}

CT_INLINED void pass_all(const float *outputs, const float *slopes, float *out, int64_t count) {
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
            (const Window &w, const float *const *rows, const float *taps, const float *bias,
             bool clamps, float *out),
            row_of_outputs<3>(w, rows, taps, bias, clamps, out))
CT_VERSIONS(row_of_outputs_5,
            (const Window &w, const float *const *rows, const float *taps, const float *bias,
             bool clamps, float *out),
            row_of_outputs<5>(w, rows, taps, bias, clamps, out))
CT_VERSIONS(row_of_inputs_3,
            (const Window &w, const float *slopes, const float *taps, int64_t row, float *out),
            row_of_inputs<3>(w, slopes, taps, row, out))
CT_VERSIONS(row_of_inputs_5,
            (const Window &w, const float *slopes, const float *taps, int64_t row, float *out),
            row_of_inputs<5>(w, slopes, taps, row, out))
CT_VERSIONS(taps_of_row_3,
            (const Window &w, const float *const *rows, const float *slopes, int64_t first,
             int64_t end, float *sums),
            taps_of_row<3>(w, rows, slopes, first, end, sums))
CT_VERSIONS(taps_of_row_5,
            (const Window &w, const float *const *rows, const float *slopes, int64_t first,
             int64_t end, float *sums),
            taps_of_row<5>(w, rows, slopes, first, end, sums))
CT_VERSIONS(mix, (const Product &product), mix_all<many_registers>(product))
CT_VERSIONS(add_to, (const float *values, float *sums, int64_t count), add_all(values, sums, count))
CT_VERSIONS(pass, (const float *outputs, const float *slopes, float *out, int64_t count),
            pass_all(outputs, slopes, out, count))
CT_VERSIONS(sum,
            (const float *values, int64_t rows, int64_t channels, int64_t first, int64_t end,
             float *sums),
            sum_all(values, rows, channels, first, end, sums))

} // namespace

namespace ctorch {

void depthwise_row(const Window &window, const float *const *rows, const float *taps,
                   const float *bias, bool clamps, float *out) {
  auto kernel = window.kernel == 3 ? row_of_outputs_3 : row_of_outputs_5;
  kernel(window, rows, taps, bias, clamps, out);
}

void depthwise_input_row(const Window &window, const float *slopes, const float *taps, int64_t row,
                         float *out) {
  auto kernel = window.kernel == 3 ? row_of_inputs_3 : row_of_inputs_5;
  kernel(window, slopes, taps, row, out);
}

void depthwise_taps_row(const Window &window, const float *const *rows, const float *slopes,
                        int64_t first, int64_t end, float *sums) {
  auto kernel = window.kernel == 3 ? taps_of_row_3 : taps_of_row_5;
  kernel(window, rows, slopes, first, end, sums);
}

int64_t packed_count(int64_t outputs, int64_t inputs) {
  return (outputs + lanes - 1) / lanes * lanes * inputs;
}

void pack(const float *weights, int64_t outputs, int64_t inputs, int64_t output_step,
          int64_t input_step, float *packed) {
  for (int64_t first = 0; first < outputs; first += panel) {
    int64_t width = std::min(panel, outputs - first);
    int64_t step = (width + lanes - 1) / lanes * lanes;
    for (int64_t input = 0; input < inputs; ++input, packed += step) {
      const float *from = weights + first * output_step + input * input_step;
      if (output_step == 1)
        std::memcpy(packed, from, width * sizeof(float));
      else
        for (int64_t c = 0; c < width; ++c)
          packed[c] = from[c * output_step];
      std::fill(packed + width, packed + step, 0.0f);
    }
  }
}

void mix_rows(const Product &product) { mix(product); }

void add(const float *values, float *sums, int64_t count) { add_to(values, sums, count); }

void pass_slopes(const float *outputs, const float *slopes, float *out, int64_t count) {
  pass(outputs, slopes, out, count);
}

void sum_rows(const float *values, int64_t rows, int64_t channels, int64_t first, int64_t end,
              float *sums) {
  sum(values, rows, channels, first, end, sums);
}

} // namespace ctorch
