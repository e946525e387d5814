public import Codec
public import Descriptors

extension Message {
  /// The fields by name, one a line, for logs and people; secrets are masked.
  ///
  /// Fields that the schema does not know stand by their number. It is not a format to read back.
  public var text: String {
    do {
      return try Self.protoFile.schema().text(of: serialized(), as: Self.protoName)
    } catch {
      return "# no text of \(Self.protoName): \(error)\n"
    }
  }
}

extension Schema {
  /// The fields of a message by name, one a line, for logs and people; secrets are masked.
  ///
  /// Fields that the schema does not know stand by their number; what cannot be read is counted.
  public func text(of bytes: Bytes, as type: String) -> String {
    var printer = TextPrinter(schema: self)
    printer.fields(of: type, bytes)
    return printer.text
  }
}
