// libtorch as plain C: the calls which the engine makes, and no others.
//
// Results: every function that can fail returns 0, or -1 after which ct_last_error() tells why.
// Ownership: a tensor given through `out` is the caller's, who frees it with ct_release. Arguments
// are borrowed. Tensors are reference counted inside: a view keeps its storage alive.
// Threads: a tensor may be released on any thread. Everything else belongs on long-lived threads
// that called ct_set_thread_count, since each thread that computes gets helper threads of its own.
// Shapes: B batch, C channels, H height, W width; F features, K classes.

#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ct_tensor ct_tensor;

typedef enum ct_type { CT_FLOAT32 = 0, CT_INT64 = 1, CT_UINT8 = 2 } ct_type;

/// Why the last call on this thread failed. Valid until the next failure on this thread.
const char *ct_last_error(void);

// Making and reading tensors.

/// Copies `byte_count` bytes in row-major order.
int ct_from_bytes(const void *bytes, size_t byte_count, ct_type type, const int64_t *shape,
                  size_t dimensions, ct_tensor **out);
int ct_zeros(const int64_t *shape, size_t dimensions, ct_tensor **out);
void ct_release(ct_tensor *tensor);
size_t ct_dimensions(const ct_tensor *tensor);
int64_t ct_size(const ct_tensor *tensor, size_t dimension);
int64_t ct_element_count(const ct_tensor *tensor);
ct_type ct_element_type(const ct_tensor *tensor);
/// Copies the elements out in row-major order; `byte_count` must be exactly theirs.
int ct_copy_bytes(const ct_tensor *tensor, void *bytes, size_t byte_count);

// Shape and memory.

int ct_reshape(const ct_tensor *tensor, const int64_t *shape, size_t dimensions, ct_tensor **out);
int ct_permute(const ct_tensor *tensor, const int64_t *order, size_t dimensions, ct_tensor **out);
int ct_concatenate(const ct_tensor *const *tensors, size_t count, int64_t dimension,
                   ct_tensor **out);
int ct_index_select(const ct_tensor *tensor, int64_t dimension, const ct_tensor *index,
                    ct_tensor **out);
int ct_flip(const ct_tensor *tensor, int64_t dimension, ct_tensor **out);
int ct_to_float(const ct_tensor *tensor, ct_tensor **out);
int ct_channels_last(const ct_tensor *tensor, ct_tensor **out);
int ct_clone(const ct_tensor *tensor, ct_tensor **out);

// Arithmetic, elementwise with broadcasting.

int ct_add(const ct_tensor *a, const ct_tensor *b, ct_tensor **out);
int ct_subtract(const ct_tensor *a, const ct_tensor *b, ct_tensor **out);
int ct_multiply(const ct_tensor *a, const ct_tensor *b, ct_tensor **out);
int ct_divide(const ct_tensor *a, const ct_tensor *b, ct_tensor **out);
/// a * scale + offset
int ct_affine(const ct_tensor *a, double scale, double offset, ct_tensor **out);
int ct_square_root(const ct_tensor *a, ct_tensor **out);
int ct_clamp(const ct_tensor *a, double low, double high, ct_tensor **out);
/// Means over the listed dimensions, which stay with size 1.
int ct_mean(const ct_tensor *a, const int64_t *axes, size_t axis_count, ct_tensor **out);

// Layers.

/// How a convolution's window goes over the input.
typedef struct {
  int64_t stride;
  /// Zeros around the input.
  int64_t top, left, bottom, right;
  int64_t groups;
} ct_window;

/// A convolution by weights (D, C / groups, k, k), then min(max(x, 0), 6) if asked.
typedef struct {
  const ct_tensor *weight;
  const ct_tensor *bias; // (D), or null
  ct_window window;
  bool clamps_to_six;
} ct_layer;

/// (B, C, H, W) to (B, D, H', W'). 1 x 1 and depthwise 3 x 3 and 5 x 5 convolutions give
/// channels-last maps.
int ct_convolution(const ct_tensor *input, ct_layer layer, ct_tensor **out);
/// The same by ATen's operators, whatever the form: the other's reference.
int ct_convolution_plain(const ct_tensor *input, ct_layer layer, ct_tensor **out);
/// One layer after the other, then plus the input if asked. Where gradients are not recorded, what
/// lies between a 1 x 1, a depthwise and a 1 x 1 layer, or between the last two, is never stored
/// whole.
int ct_convolution_chain(const ct_tensor *input, const ct_layer *layers, size_t count,
                         bool adds_input, ct_tensor **out);
/// The same weights beside a copy in the order that a convolution with that window reads, which it
/// makes anew at each call otherwise. The weights must stay as they are; without the copy where
/// they learn.
int ct_arrange(const ct_tensor *weight, ct_window window, ct_tensor **out);
/// What a batch norm scales and shifts by, (C) each, and min(max(x, 0), 6) after it if asked.
typedef struct {
  const ct_tensor *weight, *bias;
  const ct_tensor *running_mean, *running_variance;
  double momentum; // how far the running statistics go towards the batch's
  double epsilon;  // added to the variance
  bool clamps_to_six;
} ct_norm;

/// Normalises each channel of (B, C, H, W) by the running statistics, or `by_batch` by the batch's
/// own, which also move the running ones.
int ct_batch_norm(const ct_tensor *input, ct_norm norm, bool by_batch, ct_tensor **out);
/// The same by ATen's operators, whatever the form: the other's reference.
int ct_batch_norm_plain(const ct_tensor *input, ct_norm norm, bool by_batch, ct_tensor **out);
int ct_add_in_place(ct_tensor *input, const ct_tensor *other);
/// (B, F) and (K, F) to (B, K). `bias` may be null.
int ct_linear(const ct_tensor *input, const ct_tensor *weight, const ct_tensor *bias,
              ct_tensor **out);
int ct_dropout(const ct_tensor *input, double probability, bool training, ct_tensor **out);
int ct_softmax(const ct_tensor *input, int64_t dimension, ct_tensor **out);
/// Mean loss of logits (B, K) against class numbers (B); `class_weights` (K) may be null.
int ct_cross_entropy(const ct_tensor *logits, const ct_tensor *target,
                     const ct_tensor *class_weights, double label_smoothing, ct_tensor **out);
/// Samples (B, C, H, W) through one affine map (B, 2, 3) an image to (B, C, side, side): bilinear,
/// the edge repeated outside, coordinates from -1 to 1 across the whole image.
int ct_affine_sample(const ct_tensor *input, const ct_tensor *maps, int64_t side, ct_tensor **out);

/// (B, C, H, W) to (B, C, 2 H, 2 W): each value becomes four.
int ct_upsample_twice(const ct_tensor *input, ct_tensor **out);

// Learning.

int ct_set_requires_gradient(ct_tensor *tensor, bool requires_gradient);
/// Adds the gradients of a single-element tensor to all that it depends on.
int ct_backward(const ct_tensor *loss);
/// The same from a tensor of any size whose own gradient, shaped alike, is known.
int ct_backward_from(const ct_tensor *tensor, const ct_tensor *gradient);
/// The gradient, or null in `out` if there is none.
int ct_gradient(const ct_tensor *tensor, ct_tensor **out);
/// Turns recording for gradients on or off for this thread; says what it was.
bool ct_set_gradient_recording(bool enabled);
/// One step of AdamW on `parameter` by its gradient, then clears it; `step` counts from 1.
/// Nothing happens without a gradient. `first` and `second` are the moments, shaped alike.
int ct_adamw_step(ct_tensor *parameter, ct_tensor *first, ct_tensor *second, double learning_rate,
                  double beta1, double beta2, double epsilon, double weight_decay, int64_t step);
/// a += (b - a) * weight, in place and unrecorded.
int ct_interpolate_in_place(ct_tensor *a, const ct_tensor *b, double weight);

// The process and its threads.

/// How many threads the calling thread computes with.
int ct_set_thread_count(int count);
/// What the calling thread computes with.
int ct_thread_count(void);
/// Seeds dropout and every other random number of libtorch.
int ct_seed(uint64_t seed);

// Memory. libtorch gives activations of megabytes back to the system and has them faulted in again;
// this allocator keeps freed blocks by size class, which doubles the speed on a CPU.

typedef struct ct_cache_statistics {
  uint64_t budget_bytes;   // of cached_bytes; 0 until it is set
  uint64_t live_bytes;     // held by tensors
  uint64_t live_bytes_max; // the most that tensors held at once
  uint64_t cached_bytes;   // freed by tensors and kept
  uint64_t released_bytes; // given back to the system, counted since the start
  uint64_t hits;           // allocations of 16 KiB and more served from the cache
  uint64_t misses;         // and those served by the system; smaller ones always are
} ct_cache_statistics;

/// How much may be kept. Whatever the budget, all CPU tensors are allocated here.
int ct_cache_set_budget(uint64_t budget_bytes);
void ct_cache_read(ct_cache_statistics *out);
/// Gives every cached block back to the system.
void ct_cache_clear(void);

#ifdef __cplusplus
}
#endif

#endif
