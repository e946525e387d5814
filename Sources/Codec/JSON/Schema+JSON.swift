public import Codec
public import Descriptors

extension Schema {
  /// The JSON of a message that is given by its bytes and the full name of its type.
  ///
  /// - Throws: A `JSONError`: the type is unknown, the bytes are no such message, a well-known type
  ///   holds what has no JSON, or a limit is passed.
  public func json(
    of bytes: Bytes, as type: String, options: JSONPrintingOptions = JSONPrintingOptions()
  ) throws(JSONError) -> String {
    guard bytes.count <= options.limits.bytesMax else {
      throw JSONError(.tooLarge(bytes: bytes.count, limit: options.limits.bytesMax))
    }
    var printer = JSONPrinter(schema: self, options: options)
    try printer.message(type, bytes)
    return String(decoding: printer.output.bytes, as: UTF8.self)
  }

  /// The bytes of a message that is given as JSON.
  ///
  /// - Throws: A `JSONError` with the path to the value that is wrong, or the limit that is passed.
  public func bytes(
    ofJSON json: some Sequence<UInt8>, as type: String,
    options: JSONReadingOptions = JSONReadingOptions()
  ) throws(JSONError) -> Bytes {
    let document = try JSONDocument(Array(json), limits: options.limits)
    var reader = JSONReader(document, schema: self, options: options)
    try reader.message(type, 0)
    return Bytes(reader.output.bytes)
  }

  /// The bytes of a message that is given as JSON.
  ///
  /// - Throws: A `JSONError` with the path to the value that is wrong, or the limit that is passed.
  public func bytes(
    ofJSON json: String, as type: String, options: JSONReadingOptions = JSONReadingOptions()
  ) throws(JSONError) -> Bytes {
    try bytes(ofJSON: json.utf8, as: type, options: options)
  }
}
