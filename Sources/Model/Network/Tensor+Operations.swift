internal import CTorch

// Shape and memory.
extension Tensor {
  package func reshaped(_ shape: [Int]) throws(ModelError) -> Tensor {
    let sizes = shape.map(Int64.init)
    return try Tensor.make { ct_reshape(handle, sizes, sizes.count, $0) }
  }

  package func permuted(_ order: [Int]) throws(ModelError) -> Tensor {
    let axes = order.map(Int64.init)
    return try Tensor.make { ct_permute(handle, axes, axes.count, $0) }
  }

  /// A copy of the rows with these numbers.
  package func rows(at indexes: [Int]) throws(ModelError) -> Tensor {
    let index = try Tensor(indexes: indexes)
    return try Tensor.make { ct_index_select(handle, 0, index.handle, $0) }
  }

  /// Stacks along a dimension; the first: `(A, ...)` and `(B, ...)` to `(A + B, ...)`.
  package static func concatenated(
    _ tensors: [Tensor], dimension: Int = 0
  ) throws(ModelError) -> Tensor {
    let handles = tensors.map { Optional($0.handle) }
    return try make { ct_concatenate(handles, handles.count, Int64(dimension), $0) }
  }

  /// Each value becomes four: `(B, C, H, W) -> (B, C, 2 H, 2 W)`.
  package func upsampledTwice() throws(ModelError) -> Tensor {
    try Tensor.make { ct_upsample_twice(handle, $0) }
  }

  package func flipped(dimension: Int) throws(ModelError) -> Tensor {
    try Tensor.make { ct_flip(handle, Int64(dimension), $0) }
  }

  package func toFloat() throws(ModelError) -> Tensor {
    try Tensor.make { ct_to_float(handle, $0) }
  }

  /// The same `(B, C, H, W)` with the channels of a pixel side by side in memory.
  package func channelsLast() throws(ModelError) -> Tensor {
    try Tensor.make { ct_channels_last(handle, $0) }
  }

  /// A copy without history.
  package func cloned() throws(ModelError) -> Tensor {
    try Tensor.make { ct_clone(handle, $0) }
  }
}

// Arithmetic, elementwise with broadcasting.
extension Tensor {
  package static func + (a: Tensor, b: Tensor) throws(ModelError) -> Tensor {
    try make { ct_add(a.handle, b.handle, $0) }
  }

  package static func - (a: Tensor, b: Tensor) throws(ModelError) -> Tensor {
    try make { ct_subtract(a.handle, b.handle, $0) }
  }

  package static func * (a: Tensor, b: Tensor) throws(ModelError) -> Tensor {
    try make { ct_multiply(a.handle, b.handle, $0) }
  }

  package static func / (a: Tensor, b: Tensor) throws(ModelError) -> Tensor {
    try make { ct_divide(a.handle, b.handle, $0) }
  }

  package func scaled(by scale: Double, plus offset: Double = 0) throws(ModelError) -> Tensor {
    try Tensor.make { ct_affine(handle, scale, offset, $0) }
  }

  package func squareRoot() throws(ModelError) -> Tensor {
    try Tensor.make { ct_square_root(handle, $0) }
  }

  package func clamped(to range: ClosedRange<Double>) throws(ModelError) -> Tensor {
    try Tensor.make { ct_clamp(handle, range.lowerBound, range.upperBound, $0) }
  }

  /// Means over the dimensions, which stay with size 1.
  package func mean(over dimensions: [Int]) throws(ModelError) -> Tensor {
    let axes = dimensions.map(Int64.init)
    return try Tensor.make { ct_mean(handle, axes, axes.count, $0) }
  }

  /// Probabilities along the last dimension: `(B, K) -> (B, K)`.
  package func softmax() throws(ModelError) -> Tensor {
    try Tensor.make { ct_softmax(handle, -1, $0) }
  }

  /// Adds to this tensor: only for a fresh result nothing else reads.
  func addInPlace(_ other: Tensor) throws(ModelError) -> Tensor {
    try Tensor.check(ct_add_in_place(handle, other.handle))
    return self
  }
}
