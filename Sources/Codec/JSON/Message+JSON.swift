public import Codec
public import Descriptors

extension Message {
  /// The message as canonical JSON of proto3.
  ///
  /// - Parameters:
  ///   - options: How it is printed.
  ///   - schema: Knows the types inside of `google.protobuf.Any`; nil for those of the message's own
  ///     file and of all that it imports.
  /// - Returns: One object, unless the type is a well-known one.
  /// - Throws: A `JSONError`, if a well-known type inside holds what has no JSON.
  public func json(
    _ options: JSONPrintingOptions = JSONPrintingOptions(), schema: Schema? = nil
  ) throws(JSONError) -> String {
    let bytes: Bytes
    do {
      bytes = try serialized()
    } catch {
      throw JSONError(.unencodable(error))
    }
    return try Self.schema(schema).json(of: bytes, as: Self.protoName, options: options)
  }

  /// Reads a message from JSON.
  ///
  /// - Parameters:
  ///   - json: UTF-8 text, of one object unless the type is a well-known one.
  ///   - options: How it is read.
  ///   - schema: Knows the types inside of `google.protobuf.Any`; nil for those of the message's own
  ///     file and of all that it imports.
  /// - Throws: A `JSONError` with the path to the value that is wrong, or the limit that is passed.
  public init(
    json: some Sequence<UInt8>, options: JSONReadingOptions = JSONReadingOptions(),
    schema: Schema? = nil
  ) throws(JSONError) {
    let bytes = try Self.schema(schema).bytes(ofJSON: json, as: Self.protoName, options: options)
    // What was read is within the limits of JSON; those of the wire are made to fit.
    let limits = DecodingLimits(
      bytesMax: bytes.count, depthMax: options.limits.messageDepthMax,
      elementsMax: options.limits.elementsMax)
    do {
      try self.init(serialized: bytes, limits: limits)
    } catch {
      throw JSONError(.undecodable(error))
    }
  }

  /// Reads a message from JSON.
  ///
  /// - Parameters:
  ///   - json: One object, unless the type is a well-known one.
  ///   - options: How it is read.
  ///   - schema: Knows the types inside of `google.protobuf.Any`; nil for those of the message's own
  ///     file and of all that it imports.
  /// - Throws: A `JSONError` with the path to the value that is wrong, or the limit that is passed.
  public init(
    json: String, options: JSONReadingOptions = JSONReadingOptions(), schema: Schema? = nil
  ) throws(JSONError) {
    try self.init(json: json.utf8, options: options, schema: schema)
  }

  private static func schema(_ schema: Schema?) throws(JSONError) -> Schema {
    if let schema { return schema }
    do {
      return try protoFile.schema()
    } catch {
      throw JSONError(.schema(error))
    }
  }
}
