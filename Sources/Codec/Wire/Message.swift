/// A protobuf message; the generator writes the conformances.
public protocol Message: Hashable, Sendable {
  /// The full name in the schema, such as `diyml.v1.LoginRequest`.
  static var protoName: String { get }

  /// The file that declares the message.
  static var protoFile: ProtoFile { get }

  /// Fields that the schema does not know.
  var unknownFields: UnknownFields { get set }

  /// Makes a message whose fields all have their default.
  init()

  /// Reads fields up to the end of the message: single ones are replaced, messages merged, lists
  /// and maps extended.
  mutating func merge(from reader: inout Reader) throws(DecodingError)

  /// Adds the size of each field to `sizer`.
  func measure(with sizer: inout Sizer)

  /// Writes each field, the last one first.
  func write(to writer: inout Writer)
}

extension Message {
  /// Decodes a message; its `bytes` fields are views of `serialized`.
  ///
  /// - Throws: A `DecodingError` that says what is wrong, or which limit is passed, and where.
  @inlinable
  public init(
    serialized: Bytes, limits: DecodingLimits = DecodingLimits()
  ) throws(DecodingError) {
    self.init()
    try merge(serialized: serialized, limits: limits)
  }

  /// Decodes a message; its `bytes` fields are views of `serialized`.
  ///
  /// - Throws: A `DecodingError` that says what is wrong, or which limit is passed, and where.
  @inlinable
  public init(
    serialized: [UInt8], limits: DecodingLimits = DecodingLimits()
  ) throws(DecodingError) {
    try self.init(serialized: Bytes(serialized), limits: limits)
  }

  /// Decodes a message into this one, as if the bytes of both were one after the other.
  ///
  /// - Throws: A `DecodingError`; fields before the unreadable one have been merged by then.
  @inlinable
  public mutating func merge(
    serialized: Bytes, limits: DecodingLimits = DecodingLimits()
  ) throws(DecodingError) {
    guard serialized.count <= limits.bytesMax else {
      throw DecodingError(.tooLarge(bytes: serialized.count, limit: limits.bytesMax), at: 0)
    }
    try Reader.read(serialized, limits: limits) { (reader) throws(DecodingError) in
      try merge(from: &reader)
    }
  }

  /// Encodes the message, in one allocation.
  ///
  /// The same content gives the same bytes: fields in the order of the schema, maps by key, unknown
  /// fields last.
  ///
  /// - Throws: `.tooDeep` past 100 levels, `.tooLarge` past 2 GiB.
  @inlinable
  public func serialized() throws(EncodingError) -> Bytes {
    var sizer = Sizer()
    measure(with: &sizer)
    let count = try sizer.total()
    return Writer.bytes(count) { writer in write(to: &writer) }.only
  }

  /// Encodes the message as ``serialized()`` does, but leaves values of `bytes` fields from 16 KiB on
  /// where they are.
  ///
  /// - Throws: as ``serialized()``.
  @inlinable
  public func serializedInSegments() throws(EncodingError) -> SegmentedBytes {
    var sizer = Sizer()
    measure(with: &sizer)
    let count = try sizer.total()
    return Writer.bytes(count, lending: sizer.lentCount) { writer in write(to: &writer) }
  }
}

/// An open enum: numbers that the schema does not name are kept, not refused.
public protocol Enumeration: Hashable, Sendable, CaseIterable {
  /// The value of a number; `unrecognized` when the schema has no name for it.
  init(rawValue: Int32)

  /// The number on the wire.
  var rawValue: Int32 { get }
}

extension Enumeration {
  /// The values that the schema has a name for, but not 0, which stands for none.
  package static var named: [Self] { allCases.filter { $0.rawValue != 0 } }

  /// Whether it is one of `named`.
  package var isNamed: Bool { rawValue != 0 && Self.allCases.contains(self) }
}

/// Holds a value out of line, so that a message can contain a message of its own type.
public indirect enum Indirect<Value: Hashable & Sendable>: Hashable, Sendable {
  /// The value.
  case value(Value)

  /// The value.
  public var value: Value {
    switch self {
    case .value(let value): value
    }
  }
}

/// A .proto file as generated code carries it, for whatever must know names and types at run time:
/// the JSON mapping, text printing, reflection, generic clients.
///
/// Each is one static member, made when it is first asked for; encoding and decoding never do.
public final class ProtoFile: Sendable {
  /// The path as imported, such as `diyml/v1/auth.proto`.
  public let path: String

  /// The files that this one imports.
  public let dependencies: [ProtoFile]

  private let descriptor: String

  /// Takes the serialized descriptor as text in which every character below U+0100 is one byte.
  ///
  /// As text it costs no time to compile, and since the descriptor of a field begins with a byte
  /// that is a line feed, a change of the schema shows as changed lines.
  public init(path: String, dependencies: [ProtoFile], descriptor: String) {
    self.path = path
    self.dependencies = dependencies
    self.descriptor = descriptor
  }

  /// The serialized `google.protobuf.FileDescriptorProto`, without comments; made anew each time.
  public var serialized: Bytes {
    Bytes(descriptor.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
  }
}
