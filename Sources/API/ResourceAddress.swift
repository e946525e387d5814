/// The address of a project, `ada/pets`, or of a training and its model, `ada/pets@3`.
public struct ResourceAddress: Hashable, Sendable {
  /// Nil means the caller.
  public var owner: String?
  /// The project's name.
  public var project: String
  /// From 1; nil means the newest that succeeded, or of models the newest published.
  public var number: Int32?

  /// Puts an address together.
  public init(owner: String?, project: String, number: Int32? = nil) {
    self.owner = owner
    self.project = project
    self.number = number
  }

  /// Reads an address strictly.
  ///
  /// It has at most one `/` and at most one `@`, and a number in decimal without sign or leading zeros.
  /// Whether accounts and projects may be called so is for others to judge.
  public init(_ text: String) throws(ResourceAddressError) {
    let path = text.split(separator: "/", omittingEmptySubsequences: false)
    guard path.count <= 2, let last = path.last else { throw .form }
    let rest = last.split(separator: "@", omittingEmptySubsequences: false)
    guard rest.count <= 2, let name = rest.first else { throw .form }
    owner = path.count == 2 ? String(path[0]) : nil
    project = String(name)
    number = rest.count == 2 ? try Self.number(rest[1]) : nil
  }

  /// Reads an address from a server's answer; a text that is not one is kept as a project's name.
  init(answered text: String) {
    do {
      try self.init(text)
    } catch {
      self.init(owner: nil, project: text)
    }
  }

  /// The number in an address that a server answered; nil when it has none.
  public static func number(of answer: String) -> Int32? {
    ResourceAddress(answered: answer).number
  }

  /// The address of the project alone.
  public var projectAddress: String {
    ResourceAddress(owner: owner, project: project).description
  }

  private static func number(_ text: Substring) throws(ResourceAddressError) -> Int32 {
    let isDecimal = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard isDecimal, text.utf8.first != UInt8(ascii: "0"), let number = Int32(text) else {
      throw .number(String(text))
    }
    return number
  }
}

extension ResourceAddress: CustomStringConvertible {
  /// As requests and answers have it.
  public var description: String {
    (owner.map { "\($0)/" } ?? "") + project + (number.map { "@\($0)" } ?? "")
  }
}

/// Why a text is not an address.
public enum ResourceAddressError: Error, Equatable {
  /// It has more than one `/` or `@`, or a `/` after the `@`.
  case form
  /// What follows the `@`.
  case number(String)
}

// What the addresses in answers consist of.

extension Project {
  /// What its address consists of.
  public var address: ResourceAddress { ResourceAddress(answered: project) }
  /// The account that has it.
  public var owner: String { address.owner ?? "" }
  /// Without the owner.
  public var name: String { address.project }
}

extension TrainingJob {
  /// What its address consists of.
  public var address: ResourceAddress { ResourceAddress(answered: training) }
  /// Counts the project's trainings from 1.
  public var number: Int32 { address.number ?? 0 }
}

extension Model {
  /// What its address consists of.
  public var address: ResourceAddress { ResourceAddress(answered: model) }
}
