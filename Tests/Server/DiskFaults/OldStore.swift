internal import Foundation
internal import GRDB

/// A store as an earlier version has left it: the fixture of the migrations' tests, with objects.
package enum OldStore {
  private static let fixture = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "StoreTests/Fixtures/003.sql")
  /// The fixture names weights that nothing could hash to.
  private static let madeUpHash = String(repeating: "b", count: 64)
  private static let weights: [UInt8] = [120, 120]

  /// Writes it into a new folder.
  package static func write(to folder: String) throws {
    let files = FileManager.default
    try files.createDirectory(atPath: folder + "/objects", withIntermediateDirectories: true)
    let sql = try String(contentsOf: fixture, encoding: .utf8)
      .replacing(madeUpHash, with: Scenario.hash(weights))
    // The journal is left as after a crash: with all that was ever written.
    let open = folder + ".open"
    try files.createDirectory(atPath: open, withIntermediateDirectories: true)
    let queue = try DatabaseQueue(path: open + "/diyml.sqlite")
    try queue.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0")
      try db.execute(sql: sql)
    }
    let hashes = try queue.read { try String.fetchSet($0, sql: "SELECT hash FROM object") }
    for name in ["diyml.sqlite", "diyml.sqlite-wal"] {
      try files.copyItem(atPath: open + "/" + name, toPath: folder + "/" + name)
    }
    try queue.close()
    try files.removeItem(atPath: open)
    for bytes in (0...255).map({ [UInt8($0)] }) + [weights] {
      let hash = Scenario.hash(bytes)
      guard hashes.contains(hash) else { continue }
      let inner = "\(folder)/objects/\(hash.prefix(2))/\(hash.dropFirst(2).prefix(2))"
      try files.createDirectory(atPath: inner, withIntermediateDirectories: true)
      try Data(bytes).write(to: URL(filePath: inner + "/" + hash))
    }
  }
}
