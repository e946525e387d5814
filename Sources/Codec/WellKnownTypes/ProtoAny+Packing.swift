public import Codec

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
