public import Codec
private import Descriptors
private import ProtoJSON

/// Reads a message in one format and writes it in another: what judges ask of an implementation.
public struct Converter: Sendable {
  /// A message in one of the formats.
  public enum Payload: Hashable, Sendable {
    /// The wire format.
    case binary(Bytes)
    /// The JSON mapping.
    case json(String)
  }

  /// What to write.
  public enum Format: Hashable, Sendable {
    case binary, json
  }

  /// What became of a message.
  public enum Answer: Hashable, Sendable {
    /// It was read and written.
    case payload(Payload)
    /// It cannot be read.
    case parseError(String)
    /// It was read and cannot be written.
    case serializeError(String)
    /// It is of a type that is not known here.
    case skipped(String)
  }

  private let types: [String: any Message.Type]
  private let schema: Schema

  /// Makes a converter that knows `types`, also inside of `google.protobuf.Any`.
  ///
  /// - Throws: A `SchemaError` if their files contradict one another.
  public init(types: [any Message.Type]) throws {
    schema = try Schema(types.map { $0.protoFile })
    self.types = Dictionary(types.map { ($0.protoName, $0) }) { first, _ in first }
  }

  /// Reads `payload` as a message of the full name `type`, and writes it.
  ///
  /// - Parameters:
  ///   - payload: The message.
  ///   - type: The full name of its type.
  ///   - format: What to write.
  ///   - ignoringUnknownFields: Whether JSON may hold fields that the schema does not.
  /// - Returns: The message in the other format, or why there is none.
  public func convert(
    _ payload: Payload, of type: String, to format: Format, ignoringUnknownFields: Bool = false
  ) -> Answer {
    guard let known = types[type] else { return .skipped("no type \(type)") }
    return convert(payload, of: known, to: format, ignoringUnknownFields: ignoringUnknownFields)
  }

  private func convert<Value: Message>(
    _ payload: Payload, of type: Value.Type, to format: Format, ignoringUnknownFields: Bool
  ) -> Answer {
    let message: Value
    do {
      switch payload {
      case .binary(let bytes): message = try Value(serialized: bytes)
      case .json(let text):
        message = try Value(
          json: text, options: JSONReadingOptions(ignoresUnknownFields: ignoringUnknownFields),
          schema: schema)
      }
    } catch {
      return .parseError("\(error)")
    }
    do {
      switch format {
      case .binary: return .payload(.binary(try message.serialized()))
      case .json: return .payload(.json(try message.json(schema: schema)))
      }
    } catch {
      return .serializeError("\(error)")
    }
  }
}
