internal import JSONText

/// Reads the JSON of a safetensors header: one object, and no deeper than its format goes.
struct SafetensorsHeaderParser {
  private var scanner: JSONScanner<SafetensorsError>
  private let limits: SafetensorsHeader.Limits
  private var names: Set<String> = []
  private var entries: [SafetensorsHeader.Entry] = []
  private var metadata: [String: String] = [:]

  init(_ json: [UInt8], limits: SafetensorsHeader.Limits) throws(SafetensorsError) {
    scanner = try JSONScanner(json)
    self.limits = limits
  }

  mutating func parse() throws(SafetensorsError) -> (
    [SafetensorsHeader.Entry], metadata: [String: String]
  ) {
    try scanner.expect("{")
    if !scanner.take("}") {
      repeat { try field() } while scanner.take(",")
      try scanner.expect("}")
    }
    try scanner.expectEnd()
    return (entries, metadata)
  }

  private mutating func field() throws(SafetensorsError) {
    let name = try scanner.string(bytesMax: limits.nameBytesMax)
    guard names.insert(name).inserted else { throw .duplicateName(name) }
    try scanner.expect(":")
    guard name != "__metadata__" else { return try metadataObject() }
    guard entries.count < limits.tensorsMax else {
      throw .tooLarge(what: "number of tensors", value: entries.count + 1, limit: limits.tensorsMax)
    }
    entries.append(try entry(name))
  }

  private mutating func metadataObject() throws(SafetensorsError) {
    try scanner.expect("{")
    guard !scanner.take("}") else { return }
    repeat {
      let key = try scanner.string(bytesMax: limits.nameBytesMax)
      try scanner.expect(":")
      let value = try scanner.string(bytesMax: limits.metadataValueBytesMax)
      guard metadata.updateValue(value, forKey: key) == nil else { throw .duplicateName(key) }
      guard metadata.count <= limits.metadataEntriesMax else {
        throw .tooLarge(
          what: "number of metadata entries", value: metadata.count,
          limit: limits.metadataEntriesMax)
      }
    } while scanner.take(",")
    try scanner.expect("}")
  }

  private mutating func entry(_ name: String) throws(SafetensorsError) -> SafetensorsHeader.Entry {
    var type: Tensor.ElementType?
    var shape: [Int]?
    var offsets: [Int]?
    try scanner.expect("{")
    repeat {
      let key = try scanner.string(bytesMax: limits.nameBytesMax)
      try scanner.expect(":")
      switch key {
      case "dtype" where type == nil: type = try elementType(of: name)
      case "shape" where shape == nil: shape = try counts(max: limits.dimensionsMax)
      case "data_offsets" where offsets == nil: offsets = try counts(max: 2)
      default: throw scanner.fault("the field \(key) is unknown or stands there twice")
      }
    } while scanner.take(",")
    try scanner.expect("}")
    guard let type, let shape, let offsets, offsets.count == 2 else {
      throw scanner.fault("a tensor needs dtype, shape and two data_offsets")
    }
    guard offsets[0] <= offsets[1] else {
      throw .badOffsets(tensor: name, reason: "begins at \(offsets[0]) and ends at \(offsets[1])")
    }
    return .init(name: name, type: type, shape: shape, bytes: offsets[0]..<offsets[1])
  }

  private mutating func elementType(
    of name: String
  ) throws(SafetensorsError) -> Tensor.ElementType {
    let text = try scanner.string(bytesMax: 16)
    guard let type = Tensor.ElementType.safetensorsNames[text] else {
      throw .unknownType(tensor: name, type: text)
    }
    return type
  }

  private mutating func counts(max: Int) throws(SafetensorsError) -> [Int] {
    var values: [Int] = []
    try scanner.expect("[")
    guard !scanner.take("]") else { return values }
    repeat {
      values.append(try scanner.count())
      guard values.count <= max else {
        throw .tooLarge(what: "length of a list", value: values.count, limit: max)
      }
    } while scanner.take(",")
    try scanner.expect("]")
    return values
  }
}

extension JSONScanner<SafetensorsError> {
  /// A whole number from 0, without sign, fraction and exponent.
  fileprivate mutating func count() throws(SafetensorsError) -> Int {
    _ = next()
    let text = String(decoding: bytes[try number()], as: UTF8.self)
    guard let count = Int(text), !text.hasPrefix("-") else {
      throw fault("\(text) is not a count")
    }
    return count
  }

  /// A string of at most `bytesMax` bytes of UTF-8.
  mutating func string(bytesMax: Int) throws(SafetensorsError) -> String {
    let text = try string()
    guard text.utf8.count <= bytesMax else {
      throw .tooLarge(what: "string in the header", value: text.utf8.count, limit: bytesMax)
    }
    return text
  }
}
