public import Codec

extension ProtoDuration {
  /// Takes over a duration; what is less than a nanosecond is dropped.
  public init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    self.init(seconds: seconds, nanos: Int32(attoseconds / attosecondsPerNanosecond))
  }

  /// The duration, also when the message breaks the rule that both parts have one sign.
  public var duration: Duration {
    Duration(secondsComponent: seconds, attosecondsComponent: attoseconds(nanos))
  }
}

extension ProtoTimestamp {
  /// Takes over an instant as the time since 1970-01-01T00:00:00Z; it is rounded down to nanoseconds.
  public init(sinceEpoch duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let (quotient, remainder) = attoseconds.quotientAndRemainder(
      dividingBy: attosecondsPerNanosecond)
    let nanos = Int32(remainder < 0 ? quotient - 1 : quotient)
    // The parts of a timestamp before the epoch count forward from the second before it.
    self.init(
      seconds: nanos < 0 ? seconds - 1 : seconds, nanos: nanos < 0 ? nanos + 1_000_000_000 : nanos)
  }

  /// The time since 1970-01-01T00:00:00Z, negative before it.
  public var sinceEpoch: Duration {
    Duration(secondsComponent: seconds, attosecondsComponent: attoseconds(nanos))
  }
}

private let attosecondsPerNanosecond: Int64 = 1_000_000_000

private func attoseconds(_ nanos: Int32) -> Int64 {
  Int64(nanos) * attosecondsPerNanosecond
}

extension ProtoAny {
  /// Packs a message under `type.googleapis.com/` and its full name.
  ///
  /// - Throws: What encoding the message throws.
  public init(packing message: some Message) throws(EncodingError) {
    self.init(
      typeUrl: "type.googleapis.com/" + type(of: message).protoName,
      value: try message.serialized())
  }

  /// The full name of the packed message's type: what follows the last slash.
  public var typeName: Substring {
    typeUrl.lastIndex(of: "/").map { typeUrl[$0...].dropFirst() } ?? ""
  }

  /// The packed message, or nil when it is of another type.
  ///
  /// - Throws: What decoding the message throws.
  public func unpacked<Value: Message>(
    as type: Value.Type = Value.self, limits: DecodingLimits = DecodingLimits()
  ) throws(DecodingError) -> Value? {
    guard typeName == Value.protoName else { return nil }
    return try Value(serialized: value, limits: limits)
  }
}
