internal import Cryptography
package import Foundation
internal import Glibc

/// A folder as a power loss may leave it.
package struct DiskState: Sendable {
  /// By path from the folder on; folders come before what is in them.
  package private(set) var folders: [String] = []
  package private(set) var files: [(path: String, bytes: Data)] = []

  /// Writes it into a new folder, without waiting for the disk.
  package func write(to path: String) throws {
    guard mkdir(path, 0o700) == 0 else { throw failure("mkdir", path) }
    for folder in folders {
      guard mkdir(path + folder, 0o700) == 0 else { throw failure("mkdir", path + folder) }
    }
    for (file, bytes) in files {
      let descriptor = open(path + file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { throw failure("open", path + file) }
      defer { close(descriptor) }
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count == bytes.count else { throw failure("write", path + file) }
    }
  }

  private func failure(_ what: String, _ path: String) -> POSIXError {
    POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO, userInfo: ["what": "\(what) \(path)"])
  }

  /// States with the same digest are the same.
  package var digest: [UInt8] {
    var hash = SHA256()
    for folder in folders { hash.update((folder + "/\n").utf8) }
    for (path, bytes) in files {
      hash.update("\(path)\n\(bytes.count)\n".utf8)
      hash.update(bytes)
    }
    return hash.finalize()
  }
}

/// What of the changes that are not safe a power loss leaves.
package struct Survival: Sendable {
  /// How much of one write arrives.
  package enum Tear: Sendable, CaseIterable {
    case firstHalf, lastHalf, everyOtherSector
    /// The file grew, but the bytes did not arrive.
    case zeros
  }

  package var numbers: Set<Int>
  package var torn: (number: Int, Tear)?

  package init(_ numbers: Set<Int>, torn: (number: Int, Tear)? = nil) {
    self.numbers = numbers
    self.torn = torn
  }

  static let sectorBytes = 512
}

extension DiskModel {
  /// The folder at `path` after a power loss now.
  package func state(_ survival: Survival, of path: String = "") -> DiskState {
    var contents = safe
    var applied: Set<Int> = []
    let present = Set(changes.map(\.number))
    for change in changes where change.isSafe || survival.numbers.contains(change.number) {
      if case .leave(_, _, let needed?) = change.effect, present.contains(needed),
        !applied.contains(needed)
      {
        continue
      }
      applied.insert(change.number)
      if let (number, tear) = survival.torn, number == change.number,
        case .write(let offset, let bytes) = change.effect
      {
        Self.apply(tear, offset, bytes, to: &contents[change.node])
      } else {
        Self.apply(change.effect, to: &contents[change.node])
      }
    }
    var state = DiskState()
    var node = Self.root
    for name in path.split(separator: "/") {
      guard case .folder(let entries) = contents[node], let next = entries[String(name)] else {
        return state
      }
      node = next
    }
    state.add(node, contents, "")
    return state
  }

  private static func apply(
    _ tear: Survival.Tear, _ offset: Int, _ bytes: Data, to content: inout Content
  ) {
    let sectors = stride(from: 0, to: bytes.count, by: Survival.sectorBytes).map { start in
      (start, bytes.dropFirst(start).prefix(Survival.sectorBytes))
    }
    // Whatever arrives, the file has grown.
    apply(.grow(offset + bytes.count), to: &content)
    for (index, (start, sector)) in sectors.enumerated() {
      let arrives =
        switch tear {
        case .firstHalf: index < sectors.count / 2
        case .lastHalf: index >= sectors.count / 2
        case .everyOtherSector: index.isMultiple(of: 2)
        case .zeros: false
        }
      if arrives { apply(.write(offset: offset + start, sector), to: &content) }
    }
  }
}

extension DiskState {
  fileprivate mutating func add(_ node: Int, _ contents: [DiskModel.Content], _ path: String) {
    switch contents[node] {
    case .file(let bytes): files.append((path, bytes))
    case .folder(let entries):
      if !path.isEmpty { folders.append(path) }
      for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
        add(entry, contents, path + "/" + name)
      }
    }
  }
}
