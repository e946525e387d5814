internal import RPCCore

/// Names a published model: `owner/project`, which means its newest published version, or
/// `owner/project@version`.
package struct ModelAddress: Hashable, Sendable {
  package let owner: String
  package let project: String
  /// At least 1; nil means the newest that is published.
  package let version: Int32?

  package init(owner: String, project: String, version: Int32?) {
    self.owner = owner
    self.project = project
    self.version = version
  }

  /// Reads an address strictly: one `/`, at most one `@`, names as accounts and projects have them,
  /// a version in decimal without sign or leading zeros.
  package init(_ text: String) throws(ModelAddressError) {
    guard text.utf8.count <= Self.bytesMax else { throw .tooLong(bytes: text.utf8.count) }
    let path = text.split(separator: "/", omittingEmptySubsequences: false)
    guard path.count == 2 else { throw .notOwnerSlashProject(text) }
    let rest = path[1].split(separator: "@", omittingEmptySubsequences: false)
    guard rest.count <= 2 else { throw .notOwnerSlashProject(text) }
    guard Self.isName(path[0]) else { throw .badOwner(String(path[0])) }
    guard Self.isName(rest[0]) else { throw .badProject(String(rest[0])) }
    owner = String(path[0])
    project = String(rest[0])
    version = rest.count == 2 ? try Self.version(rest[1]) : nil
  }

  /// Two names, `/`, `@` and the ten digits of the greatest version.
  package static let bytesMax = 2 * ServiceLimits().nameBytesMax + 2 + 10

  private static func isName(_ text: Substring) -> Bool {
    do throws(Status) {
      try checkName(String(text), "model")
      return true
    } catch {
      return false
    }
  }

  private static func version(_ text: Substring) throws(ModelAddressError) -> Int32 {
    let isDecimal = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard isDecimal, text.utf8.first != UInt8(ascii: "0"), let version = Int32(text) else {
      throw .badVersion(String(text))
    }
    return version
  }
}

extension ModelAddress: CustomStringConvertible {
  package var description: String {
    version.map { "\(owner)/\(project)@\($0)" } ?? "\(owner)/\(project)"
  }
}

/// Why a text is not a model address.
package enum ModelAddressError: Error, Equatable {
  case tooLong(bytes: Int)
  case notOwnerSlashProject(String)
  case badOwner(String)
  case badProject(String)
  case badVersion(String)
}

extension ModelAddressError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .tooLong(let bytes):
      "a model address of \(bytes) bytes; the limit is \(ModelAddress.bytesMax)"
    case .notOwnerSlashProject(let text):
      "the model address \(quoted(text)) is not of the form owner/project or owner/project@version"
    case .badOwner(let name):
      "the owner \(quoted(name)) in a model address is not a valid account name: \(nameRule)"
    case .badProject(let name):
      "the project \(quoted(name)) in a model address is not a valid project name: \(nameRule)"
    case .badVersion(let text):
      "the version \(quoted(text)) in a model address is not a whole number from 1 to \(Int32.max)"
    }
  }

  private var nameRule: String {
    "1 to 64 letters, digits, `.`, `_` and `-`, the first a letter or digit, no `..`"
  }
}
