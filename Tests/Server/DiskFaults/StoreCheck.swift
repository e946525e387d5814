internal import Foundation
internal import GRDB
internal import Store

/// What is wrong with a store that was cut off or whose disk failed.
package struct Contradiction: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }

  /// Nothing if the store holds what it should.
  package init?(_ when: String, expected: String, held: String) {
    if expected == held { return nil }
    let lines = held.split(separator: "\n").difference(from: expected.split(separator: "\n"))
    let changes = lines.map { change in
      switch change {
      case .insert(_, let line, _): "\n  + \(line)"
      case .remove(_, let line, _): "\n  - \(line)"
      }
    }
    self.init("\(when) it holds\(changes.joined())")
  }
}

/// Opens a store as a server does, and looks whether all of it is right.
package enum StoreCheck {
  /// Opens the store, sweeps and closes it.
  ///
  /// - Returns: what it held, as lines of text.
  /// - Throws: what it should not have thrown; `Contradiction` for what is not right in the folder.
  package static func recovered(folder: String) async throws -> String {
    let store = try DataStore.open(folder: folder, at: Scenario.later)
    let text: String
    do {
      try await store.sweepAfterCrash(at: Scenario.later)
      text = try await StoreSnapshot.text(of: store, asReopened: true)
    } catch {
      try? store.close()
      throw error
    }
    try store.close()
    try check(folder: folder)
    return text
  }

  /// Judges a folder that no store has open, not asking the store.
  package static func check(folder: String) throws {
    var configuration = Configuration()
    configuration.readonly = true
    let queue = try DatabaseQueue(path: folder + "/diyml.sqlite", configuration: configuration)
    try queue.read { db in
      let integrity = try String.fetchAll(db, sql: "PRAGMA integrity_check")
      guard integrity == ["ok"] else { throw Contradiction("integrity_check: \(integrity)") }
      guard try Row.fetchOne(db, sql: "PRAGMA foreign_key_check") == nil else {
        throw Contradiction("foreign_key_check")
      }
      for row in try Row.fetchAll(db, sql: "SELECT hash, bytes FROM object") {
        let hash: String = row["hash"]
        let inner = "/objects/\(hash.prefix(2))/\(hash.dropFirst(2).prefix(2))/\(hash)"
        guard let bytes = FileManager.default.contents(atPath: folder + inner) else {
          throw Contradiction("no file of the object \(hash)")
        }
        guard bytes.count == row["bytes"], Scenario.hash([UInt8](bytes)) == hash else {
          throw Contradiction("the object \(hash) is damaged: \(bytes.count) bytes")
        }
      }
    }
    try queue.close()
  }
}
