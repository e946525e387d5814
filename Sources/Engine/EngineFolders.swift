internal import API
internal import Cryptography
internal import RPCCore

/// The folders an engine works in, and the names by which callers mean files in them.
///
/// Names come from outside and become paths here, so each is checked letter by letter.
package struct EngineFolders: Sendable {
  /// Objects by hash: `ab/cd/abcd…`, 64 hexadecimal digits.
  package var objects: String
  /// Files that are not objects yet.
  package var staging: String
  /// The backbone's weights, which trainings start from.
  package var backbone: String
  /// Above every image and every model that the server stores: a longer object is a damaged one.
  package var objectBytesMax: Int

  package init(objects: String, staging: String, backbone: String, objectBytesMax: Int) {
    self.objects = objects
    self.staging = staging
    self.backbone = backbone
    self.objectBytesMax = objectBytesMax
  }

  static let hashDigits = 64
  private static let nameLetters = Set(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._-".utf8)
  /// Of the name of a staged file.
  static let stagedNameBytesMax = 255

  /// - Throws: `INVALID_ARGUMENT` unless `hash` is a SHA-256 in lower-case hexadecimal.
  func path(ofObject hash: String, field: String) throws(Status) -> String {
    guard isLowerHex(hash, digits: Self.hashDigits...Self.hashDigits) else {
      throw .invalid(
        field,
        "an object is named by \(Self.hashDigits) hexadecimal digits; these are \(hash.utf8.count) bytes"
      )
    }
    return "\(objects)/\(hash.prefix(2))/\(hash.dropFirst(2).prefix(2))/\(hash)"
  }

  /// - Throws: `INVALID_ARGUMENT` unless `name` is a plain file name.
  func path(ofStaged name: String, field: String) throws(Status) -> String {
    let letters = name.utf8
    guard (1...Self.stagedNameBytesMax).contains(letters.count), letters.first != UInt8(ascii: "."),
      letters.allSatisfy(Self.nameLetters.contains)
    else {
      throw .invalid(
        field,
        "a staged file is named by 1 to \(Self.stagedNameBytesMax) letters, digits, '.', '_' "
          + "and '-', and not by '.' at the start; these are \(letters.count) bytes")
    }
    return "\(staging)/\(name)"
  }
}

extension Status {
  /// A field of the request is wrong.
  static func invalid(_ field: String, _ description: String) -> Status {
    Status(
      .invalidField, "\(field): \(description)",
      details: [.fieldViolation(field: field, description: description)])
  }
}
