import Codec

/// Bytes become a message or an error, never a crash, and it is the same one wherever they lie.
enum DecodeProperty {
  static func check(_ input: [UInt8]) throws(Finding) {
    guard let input = MessageInput(input) else { return }
    try check(input.type, input.bytes)
  }

  private static func check<Value: Message>(
    _ type: Value.Type, _ bytes: [UInt8]
  ) throws(Finding) {
    let result = decoded(type, Bytes(bytes))
    if case .failure(let error) = result {
      try require(
        error.offset >= 0 && error.offset < max(bytes.count, 1),
        "offset \(error.offset) of an error in \(bytes.count) bytes")
    }
    let surrounded = Bytes([0x0a, 0xff] + bytes + [0x0a, 0x7f])
    try require(
      same(decoded(type, surrounded[2..<2 + bytes.count]), result),
      "a view of \(type.protoName) is read otherwise than an array")
    try checkLimits(type, bytes, result)
    try checkCut(type, bytes, result)
  }

  /// A limit that is not reached changes nothing, and a lower one refuses or changes nothing.
  private static func checkLimits<Value: Message>(
    _ type: Value.Type, _ bytes: [UInt8], _ result: Result<Value, DecodingError>
  ) throws(Finding) {
    let exact = decoded(type, Bytes(bytes), DecodingLimits(bytesMax: bytes.count))
    try require(same(exact, result), "the bound of bytesMax refuses \(type.protoName)")
    let strict = decoded(type, Bytes(bytes), DecodingLimits(depthMax: 2, elementsMax: 3))
    if case .success = strict {
      try require(same(strict, result), "lower limits change what \(type.protoName) holds")
    }
  }

  /// Decoding two halves one into the other is decoding the whole, when both are messages.
  private static func checkCut<Value: Message>(
    _ type: Value.Type, _ bytes: [UInt8], _ result: Result<Value, DecodingError>
  ) throws(Finding) {
    guard let last = bytes.last else { return }
    let cut = Int(last) % bytes.count
    do {
      var merged = try Value(serialized: Array(bytes[..<cut]))
      _ = try Value(serialized: Array(bytes[cut...]))
      try merged.merge(serialized: Bytes(Array(bytes[cut...])))
      // Each half has its own budget, so the whole may be past a limit that no half is past.
      if case .failure(let error) = result {
        switch error.reason {
        case .tooManyElements, .tooMuchMemory: return
        default:
          throw Finding("\(type.protoName) is read in halves cut at \(cut), not whole: \(error)")
        }
      }
      try require(
        same(.success(merged), result), "\(type.protoName) differs when it is cut at \(cut)")
    } catch let finding as Finding {
      throw finding
    } catch {
      return
    }
  }

  private static func decoded<Value: Message>(
    _ type: Value.Type, _ bytes: Bytes, _ limits: DecodingLimits = DecodingLimits()
  ) -> Result<Value, DecodingError> {
    Result { () throws(DecodingError) in try Value(serialized: bytes, limits: limits) }
  }

  /// Whether both are the same error or the same content; a NaN is equal to itself here.
  private static func same<Value: Message>(
    _ left: Result<Value, DecodingError>, _ right: Result<Value, DecodingError>
  ) -> Bool {
    switch (left, right) {
    case (.failure(let left), .failure(let right)): left == right
    case (.success(let left), .success(let right)): left == right || encoded(left) == encoded(right)
    case (.success, .failure), (.failure, .success): false
    }
  }

  private static func encoded(_ message: some Message) -> Result<Bytes, EncodingError> {
    Result { () throws(EncodingError) in try message.serialized() }
  }
}
