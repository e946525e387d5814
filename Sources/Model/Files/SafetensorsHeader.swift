internal import JSONText

/// The table of contents of a safetensors file, checked before any tensor is made.
///
/// The format: 8 bytes little-endian header length, a JSON object, then the data, which the tensors
/// must cover exactly, without gaps or overlap.
package struct SafetensorsHeader: Equatable {
  package struct Entry: Equatable {
    package var name: String
    package var type: Tensor.ElementType
    package var shape: [Int]
    /// Counted from the end of the header.
    package var bytes: Range<Int>
  }

  /// What a weight file may cost to read.
  package struct Limits: Sendable {
    /// Of the JSON at the start of a weight file.
    package var headerBytesMax = 4 << 20
    /// Of all tensors together.
    package var dataBytesMax = 512 << 20
    /// Tensors in a file.
    package var tensorsMax = 4096
    /// Dimensions of one tensor.
    package var dimensionsMax = 8
    /// Of a tensor's name.
    package var nameBytesMax = 256
    /// Texts beside the tensors.
    package var metadataEntriesMax = 64
    /// Of one such text.
    package var metadataValueBytesMax = 1 << 20

    package init() {}
  }

  static let prefixBytes = 8

  /// In the order of their data.
  package var entries: [Entry]
  package var metadata: [String: String]
}

// Reading.
extension SafetensorsHeader {
  /// Reads the header of a file with `dataBytes` bytes after it.
  init(
    json: [UInt8], dataBytes: Int, limits: Limits = Limits()
  ) throws(SafetensorsError) {
    guard dataBytes <= limits.dataBytesMax else {
      throw .tooLarge(what: "data", value: dataBytes, limit: limits.dataBytesMax)
    }
    var parser = try SafetensorsHeaderParser(json, limits: limits)
    (entries, metadata) = try parser.parse()
    entries.sort { first, second in
      let (a, b) = (first.bytes, second.bytes)
      return (a.lowerBound, a.upperBound) < (b.lowerBound, b.upperBound)
    }
    for entry in entries { try SafetensorsHeader.checkSize(entry, headerBytes: json.count) }
    try checkCoverage(dataBytes: dataBytes)
  }

  /// The header's length from the first 8 bytes of a file of `fileBytes` bytes.
  static func length(
    prefix: some Collection<UInt8>, fileBytes: Int, limits: Limits = Limits()
  ) throws(SafetensorsError) -> Int {
    guard prefix.count >= prefixBytes else {
      throw .truncated(bytes: prefix.count, needed: prefixBytes)
    }
    let length = prefix.prefix(prefixBytes).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(limits.headerBytesMax) else {
      throw .tooLarge(
        what: "header", value: Int(clamping: length), limit: limits.headerBytesMax)
    }
    guard Int(length) <= fileBytes - prefixBytes else {
      throw .truncated(bytes: fileBytes, needed: prefixBytes + Int(length))
    }
    return Int(length)
  }

  private static func checkSize(_ entry: Entry, headerBytes: Int) throws(SafetensorsError) {
    var size = entry.type.bytes
    for dimension in entry.shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
      guard !overflow else {
        throw .badOffsets(tensor: entry.name, reason: "the shape \(entry.shape) is too large")
      }
      size = product
    }
    guard size == entry.bytes.count else {
      throw .badOffsets(
        tensor: entry.name, reason: "the shape needs \(size) bytes, not \(entry.bytes.count)")
    }
    let position = prefixBytes + headerBytes + entry.bytes.lowerBound
    guard position % entry.type.bytes == 0 else {
      throw .badOffsets(tensor: entry.name, reason: "byte \(position) is not aligned")
    }
  }

  private func checkCoverage(dataBytes: Int) throws(SafetensorsError) {
    var end = 0
    for entry in entries {
      guard entry.bytes.upperBound <= dataBytes else {
        throw .badOffsets(
          tensor: entry.name, reason: "ends at \(entry.bytes.upperBound) of \(dataBytes) bytes")
      }
      guard entry.bytes.lowerBound == end else {
        throw .badOffsets(
          tensor: entry.name, reason: "begins at \(entry.bytes.lowerBound), not at \(end)")
      }
      end = entry.bytes.upperBound
    }
    guard end == dataBytes else { throw .uncovered(bytes: end, of: dataBytes) }
  }
}

// Writing.
extension SafetensorsHeader {
  /// The length and the JSON, padded so that the data begins at a multiple of 8.
  func serialized() -> [UInt8] {
    var fields: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }
        .map { "\($0.key.quotedJSON):\($0.value.quotedJSON)" }
      fields.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    for entry in entries {
      let shape = entry.shape.map(String.init).joined(separator: ",")
      fields.append(
        """
        \(entry.name.quotedJSON):{"dtype":"\(entry.type.safetensorsName)",\
        "shape":[\(shape)],"data_offsets":[\(entry.bytes.lowerBound),\(entry.bytes.upperBound)]}
        """)
    }
    var json = Array("{\(fields.joined(separator: ","))}".utf8)
    while json.count % 8 != 0 { json.append(UInt8(ascii: " ")) }
    let length = UInt64(json.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + json
  }
}

extension Tensor.ElementType {
  static let safetensorsNames = ["F32": Self.float32, "I64": .int64, "U8": .uint8]

  var safetensorsName: String {
    switch self {
    case .float32: "F32"
    case .int64: "I64"
    case .uint8: "U8"
    }
  }
}

/// What makes a file not safetensors, or more than the limits allow.
package enum SafetensorsError: Error, Equatable {
  case tooLarge(what: String, value: Int, limit: Int)
  case truncated(bytes: Int, needed: Int)
  case badHeader(at: Int, reason: String)
  case duplicateName(String)
  case unknownType(tensor: String, type: String)
  case badOffsets(tensor: String, reason: String)
  case uncovered(bytes: Int, of: Int)
}

extension SafetensorsError: JSONFault {
  init(notJSON reason: String, at offset: Int, line: Int) {
    self = .badHeader(at: offset, reason: reason)
  }
}

extension SafetensorsError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .tooLarge(let what, let value, let limit): "\(what) is \(value); the limit is \(limit)"
    case .truncated(let bytes, let needed): "\(bytes) bytes where \(needed) are needed"
    case .badHeader(let position, let reason): "header byte \(position): \(reason)"
    case .duplicateName(let name): "the name \(name) stands there twice"
    case .unknownType(let tensor, let type): "the tensor \(tensor) has the unknown type \(type)"
    case .badOffsets(let tensor, let reason): "the tensor \(tensor): \(reason)"
    case .uncovered(let bytes, let all): "the tensors cover \(bytes) of \(all) bytes of data"
    }
  }
}
