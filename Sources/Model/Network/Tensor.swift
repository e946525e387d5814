internal import CTorch

/// An array of numbers with a shape, in libtorch's memory.
///
/// Not `Sendable`: a tensor stays on the `TorchThread` that made it.
package final class Tensor {
  let handle: OpaquePointer

  init(owning handle: OpaquePointer) {
    self.handle = handle
  }

  deinit {
    ct_release(handle)
  }

  /// Turns a failed C call into a throw.
  static func check(_ result: Int32) throws(ModelError) {
    guard result == 0 else { throw .torch(String(cString: ct_last_error())) }
  }

  /// Takes over the tensor which a C call makes.
  static func make(
    _ body: (UnsafeMutablePointer<OpaquePointer?>) -> Int32
  ) throws(ModelError) -> Tensor {
    var made: OpaquePointer?
    try check(body(&made))
    guard let made else { throw .torch("no tensor came back") }
    return Tensor(owning: made)
  }
}

// Making tensors.
extension Tensor {
  /// Copies numbers in row-major order.
  package convenience init(_ values: [Float], shape: [Int]) throws(ModelError) {
    let bytes = values.withUnsafeBytes { Array($0) }
    try self.init(bytes: bytes, type: .float32, shape: shape)
  }

  /// Copies class numbers or positions.
  package convenience init(indexes: [Int]) throws(ModelError) {
    let bytes = indexes.map(Int64.init).withUnsafeBytes { Array($0) }
    try self.init(bytes: bytes, type: .int64, shape: [indexes.count])
  }

  /// Copies elements in row-major order.
  package convenience init(
    bytes: [UInt8], type: ElementType, shape: [Int]
  ) throws(ModelError) {
    var made: OpaquePointer?
    let result = bytes.withUnsafeBytes { buffer in
      let sizes = shape.map(Int64.init)
      return ct_from_bytes(
        buffer.baseAddress, buffer.count, type.code, sizes, sizes.count, &made)
    }
    try Tensor.check(result)
    guard let made else { throw .torch("no tensor came back") }
    self.init(owning: made)
  }

  package static func zeros(_ shape: [Int]) throws(ModelError) -> Tensor {
    let sizes = shape.map(Int64.init)
    return try make { ct_zeros(sizes, sizes.count, $0) }
  }
}

// Reading tensors.
extension Tensor {
  package enum ElementType: Sendable, Equatable {
    case float32, int64, uint8

    package var bytes: Int {
      switch self {
      case .float32: 4
      case .int64: 8
      case .uint8: 1
      }
    }

    var code: ct_type {
      switch self {
      case .float32: CT_FLOAT32
      case .int64: CT_INT64
      case .uint8: CT_UINT8
      }
    }
  }

  package var shape: [Int] {
    (0..<ct_dimensions(handle)).map { Int(ct_size(handle, $0)) }
  }

  package var count: Int { Int(ct_element_count(handle)) }

  package var elementType: ElementType {
    switch ct_element_type(handle) {
    case CT_INT64: .int64
    case CT_UINT8: .uint8
    default: .float32
    }
  }

  /// The elements of a float tensor in row-major order.
  package func floats() throws(ModelError) -> [Float] {
    guard elementType == .float32 else { throw .torch("floats() of a tensor of \(elementType)") }
    var failure: Int32 = 0
    let values = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      failure = ct_copy_bytes(handle, raw.baseAddress, raw.count)
      initialized = failure == 0 ? buffer.count : 0
    }
    try Tensor.check(failure)
    return values
  }

  /// The elements' bytes in row-major order.
  package func bytes() throws(ModelError) -> [UInt8] {
    var failure: Int32 = 0
    let size = count * elementType.bytes
    let values = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
      failure = ct_copy_bytes(handle, buffer.baseAddress, size)
      initialized = failure == 0 ? size : 0
    }
    try Tensor.check(failure)
    return values
  }

  /// The only element of a tensor such as a loss.
  package func item() throws(ModelError) -> Float {
    let values = try floats()
    guard let value = values.first, values.count == 1 else {
      throw .torch("item() of \(values.count) elements")
    }
    return value
  }
}
