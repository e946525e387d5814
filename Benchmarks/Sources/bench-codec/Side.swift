/// One implementation on one message: it can encode it and decode it, many times over.
protocol Side {
  var name: String { get }

  /// The bytes of the message; all sides must agree on them.
  func bytes() throws -> [UInt8]

  /// Encodes into memory of its own, and frees that.
  func encode(repetitions: Int) throws

  /// Decodes, and frees the message.
  func decode(repetitions: Int) throws
}

/// Makes the optimizer believe that a value is used.
@inline(never) @_optimize(none)
func keep<Value>(_ value: borrowing Value) {}
