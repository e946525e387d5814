/// One implementation on one message: it can encode it and decode it, many times over.
///
/// Its loops are closures made where the message's type is known, so that they are compiled for that
/// type, as the code of a user is.
struct Side {
  let name: String

  /// The bytes that this side writes; all sides must agree on them.
  let bytes: [UInt8]

  /// Encodes into memory of its own, and frees that, as often as it is told.
  let encode: (Int) throws -> Void

  /// Decodes, and frees the message, as often as it is told.
  let decode: (Int) throws -> Void
}

/// Makes the optimizer believe that a value is used.
@inline(never) @_optimize(none)
func keep<Value>(_ value: borrowing Value) {}
