internal import Cryptography
internal import Foundation
internal import SeededRandom
package import Store

/// The life of a small store, step by step: what is recorded, cut off and made to fail.
package struct Scenario: Sendable {
  /// What a step begins with.
  package enum Origin: Sendable {
    /// What the step before it has left.
    case stepBefore
    /// A store of version 3, which is migrated.
    case oldStore
    /// A backup of what the store held when it was closed first.
    case backup
  }

  package struct Step: Sendable {
    package let name: String
    /// It opens the store itself, or goes on with one that was closed.
    package let opensStore: Bool
    /// So many steps before it are needed in the same process: a training that runs does not
    /// outlive it.
    package let prelude: Int
    package let origin: Origin
    package let run: @Sendable (Session) async throws -> Void
  }

  package let steps: [Step]
  /// The steps of each process.
  ///
  /// The first one ends without closing the store, as by `kill -9`; those after the second begin with
  /// stores of their own.
  package let processes: [Range<Int>]

  package static let start = Timestamp(unixMilliseconds: 1_000_000)
  package static let later = start + .seconds(60)
  package static let accountNames = ["Ada", "Bob", "Eve"]
  package static let inferences = [inference("1"), inference("2")]

  static func inference(_ digit: Character) -> String { String(repeating: digit, count: 32) }

  /// Bytes that a number decides, more than a page of them.
  package static func bytes(_ seed: UInt64, count: Int) -> [UInt8] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
  }

  package static func hash(_ bytes: [UInt8]) -> String { lowerHex(SHA256.hash(bytes)) }
}

/// A store that the scenario's steps work on.
package final class Session {
  package let folder: String
  package var store: DataStore?
  /// Beside the store's.
  package var backupFolder: String { folder + "-backup" }

  package init(folder: String) { self.folder = folder }

  package var open: DataStore {
    get throws {
      guard let store else { throw StoreError.notFound(.object, "open store") }
      return store
    }
  }

  package func account(_ name: String) async throws -> AccountID {
    guard let account = try await open.account(named: name) else {
      throw StoreError.notFound(.account, name)
    }
    return account.id
  }

  package func openStore() throws {
    store = try DataStore.open(folder: folder, at: Scenario.later)
  }

  package func close() throws {
    // Whatever comes of it, there is no store to go on with.
    let closing = store.take()
    try closing?.close()
  }
}
