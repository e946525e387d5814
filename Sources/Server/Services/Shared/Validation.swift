internal import API
internal import Cryptography
internal import RPCCore
internal import Store

// What requests have in common, checked in one way: each refusal is INVALID_ARGUMENT, names the
// field, the value and the bound, and has them as a typed detail too.

private let limits = ServiceLimits()

/// A refusal of one field.
func invalid(
  _ field: String, _ description: String, reason: ErrorReason = .invalidField
) -> Status {
  Status(
    reason, "\(field): \(description)",
    details: [.fieldViolation(field: field, description: description)])
}

/// The text with what could disturb a terminal or a log escaped, cut to a readable length.
func quoted(_ text: String) -> String {
  let shown = text.prefix(80)
  return shown.debugDescription + (shown.count < text.count ? "…" : "")
}

/// At most `bytesMax` bytes of text without control characters.
func checkBytes(
  _ text: String, _ field: String, _ bytesMax: Int
) throws(Status) {
  let bytes = text.utf8.count
  guard bytes <= bytesMax else {
    throw invalid(field, "\(bytes) bytes; the limit is \(bytesMax)")
  }
  guard !text.unicodeScalars.contains(where: isControl) else {
    throw invalid(field, "\(quoted(text)) has a control character")
  }
}

/// An account's or project's name.
func checkName(_ name: String, _ field: String) throws(Status) {
  let bytes = name.utf8
  guard (1...limits.nameBytesMax).contains(bytes.count) else {
    throw invalid(
      field, "a name of \(bytes.count) bytes; the limits are 1 and \(limits.nameBytesMax)")
  }
  guard isName(name) else {
    throw invalid(
      field,
      "\(quoted(name)) is not a valid name: ASCII letters, digits, '.', '_' and '-', the first a"
        + " letter or digit, no '..'")
  }
}

/// An address of a project, a training or a model, of names that there may be.
func checkedAddress(_ text: String, _ field: String) throws(Status) -> ResourceAddress {
  let address: ResourceAddress
  do throws(ResourceAddressError) {
    address = try ResourceAddress(text)
  } catch {
    switch error {
    case .form:
      throw invalid(
        field,
        "\(quoted(text)) is not a valid address: want project or owner/project, of a training or model"
          + " with @number")
    case .number(let number):
      throw invalid(
        field,
        "the number \(quoted(number)) of \(quoted(text)) is not a whole number from 1 to"
          + " \(Int32.max)")
    }
  }
  if let owner = address.owner { try checkName(owner, field) }
  try checkName(address.project, field)
  return address
}

/// Whether an account or a project may be called so.
func isName(_ text: String) -> Bool {
  let bytes = text.utf8
  return (1...limits.nameBytesMax).contains(bytes.count)
    && bytes.allSatisfy { isAlphanumeric($0) || "._-".utf8.contains($0) }
    && bytes.first.map(isAlphanumeric) == true && !text.contains("..")
}

/// A class's name.
func checkClassName(_ name: String, _ field: String) throws(Status) {
  let count = name.utf8.count
  guard (1...limits.nameBytesMax).contains(count) else {
    throw invalid(
      field, "a class name of \(count) bytes; the limits are 1 and \(limits.nameBytesMax)")
  }
  let scalars = name.unicodeScalars
  let isWellFormed =
    !scalars.contains { isControl($0) || $0 == "/" || $0 == "\\" } && name != "." && name != ".."
    && scalars.first.map(\.properties.isWhitespace) == false
    && scalars.last.map(\.properties.isWhitespace) == false
  guard isWellFormed else {
    throw invalid(
      field,
      "\(quoted(name)) is not a valid class name: no '/', '\\', control characters or surrounding"
        + " spaces, and not '.' or '..'")
  }
}

/// The name of an image.
func imageID(_ text: String, _ field: String = "id") throws(Status) -> ObjectHash {
  guard let hash = ObjectHash(hex: text) else {
    throw invalid(field, "\(quoted(text)) is not 64 lower-case hexadecimal digits")
  }
  return hash
}

/// The name of a submitted inference.
func checkInferenceID(_ text: String) throws(Status) {
  guard isLowerHex(text, digits: 32...32) else {
    throw invalid("id", "\(quoted(text)) is not 32 lower-case hexadecimal digits")
  }
}

func isControl(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .lineSeparator, .paragraphSeparator: true
  default: false
  }
}

private func isAlphanumeric(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "a")...UInt8(ascii: "z"):
    true
  default: false
  }
}
