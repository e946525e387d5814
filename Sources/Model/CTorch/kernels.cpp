// What convolutions do to rows of pixels.

#include "vectors.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <type_traits>

using ctorch::at;
using ctorch::clamp;
using ctorch::Lanes;
using ctorch::lanes;
using ctorch::panel;
using ctorch::Product;
using ctorch::Window;

namespace {

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

/// All lanes, or where they are not `Whole` `width` numbers and zeros after them: by a copy, since
/// only numbers whose place is not asked for stay in registers.
template <bool Whole> CT_INLINED void get(const float *place, int64_t width, Lanes &values) {
  if (Whole || width >= lanes) {
    values = at(place);
  } else {
    Lanes some = {};
    if (width > 0)
      std::memcpy(&some, place, width * sizeof(float));
    values = some;
  }
}

template <bool Whole> CT_INLINED void set(float *place, const Lanes &values, int64_t width) {
  if (Whole || width >= lanes) {
    at(place) = values;
  } else if (width > 0) {
    Lanes some = values;
    std::memcpy(place, &some, width * sizeof(float));
  }
}

/// Calls `body` with 0 to before `N` as constants: what they index stays in registers.
template <int N, typename Body> CT_INLINED void unrolled(const Body &body) {
  if constexpr (N > 0) {
    unrolled<N - 1>(body);
    body(std::integral_constant<int, N - 1>());
  }
}

/// `R` rows of `V` times `lanes` outputs from `row` and `first` on, fewer unless `Whole`; `packed`
/// holds `step` numbers for each input.
template <int R, int V, bool Whole>
CT_INLINED void mix_tile(const Product &p, int64_t row, int64_t first, const float *packed,
                         int64_t step) {
  float *out = p.out + row * p.out_step + first;
  int64_t width = p.outputs - first;
  Lanes sums[R][V];
  unrolled<V>([&](auto v) CT_INLINED_LAMBDA {
    Lanes start = {};
    if (p.bias != nullptr)
      get<Whole>(p.bias + first + v * lanes, width - v * lanes, start);
    unrolled<R>([&](auto r) CT_INLINED_LAMBDA { sums[r][v] = start; });
  });
  if (p.adds) {
    unrolled<V>([&](auto v) CT_INLINED_LAMBDA {
      unrolled<R>([&](auto r) CT_INLINED_LAMBDA {
        get<Whole>(out + r * p.out_step + v * lanes, width - v * lanes, sums[r][v]);
      });
    });
  }
  const float *in = p.in + row * p.row_step;
  for (int64_t input = 0; input < p.inputs; ++input, in += p.input_step, packed += step) {
    Lanes weights[V];
    unrolled<V>([&](auto v) CT_INLINED_LAMBDA { weights[v] = at(packed + v * lanes); });
    unrolled<R>([&](auto r) CT_INLINED_LAMBDA {
      float value = in[r * p.row_step];
      unrolled<V>([&](auto v) CT_INLINED_LAMBDA { sums[r][v] += weights[v] * value; });
    });
  }
  unrolled<V>([&](auto v) CT_INLINED_LAMBDA {
    unrolled<R>([&](auto r) CT_INLINED_LAMBDA {
      if (p.clamps)
        clamp(sums[r][v]);
      set<Whole>(out + r * p.out_step + v * lanes, sums[r][v], width - v * lanes);
    });
  });
}

template <int V, bool Whole>
CT_INLINED void mix_panel(const Product &p, int64_t first, const float *packed, int64_t step) {
  constexpr int together = 6;
  int64_t row = 0;
  for (; row + together <= p.rows; row += together)
    mix_tile<together, V, Whole>(p, row, first, packed, step);
  if (row < p.rows && p.rows >= together && !p.adds) {
    // Some rows a second time, which costs less than the rest one by one.
    mix_tile<together, V, Whole>(p, p.rows - together, first, packed, step);
    return;
  }
  if (row + 3 <= p.rows) {
    mix_tile<3, V, Whole>(p, row, first, packed, step);
    row += 3;
  }
  for (; row < p.rows; ++row)
    mix_tile<1, V, Whole>(p, row, first, packed, step);
}

template <int V>
CT_INLINED void mix_panel(const Product &p, int64_t first, const float *packed, int64_t step) {
  if (first + V * lanes <= p.outputs)
    mix_panel<V, true>(p, first, packed, step);
  else
    mix_panel<V, false>(p, first, packed, step);
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
      int64_t c = 0;
      for (; output_step == 1 && c + lanes <= width; c += lanes)
        at(packed + c) = at(from + c);
      for (; c < width; ++c)
        packed[c] = from[c * output_step];
      for (; c < step; ++c)
        packed[c] = 0;
    }
  }
}

void mix_rows(const Product &product) { mix(product); }

} // namespace ctorch
