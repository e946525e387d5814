internal import GRDB

extension DataStore {
  /// Notes the time, once an hour or so, so that a clock that jumps is noticed.
  ///
  /// After a jump backwards, or of more than a day, nothing is removed by its age for as long as
  /// expired rows are kept: the clock may be wrong. A server that was off for long looks the same.
  ///
  /// - Returns: the time noted before; nothing in a new store.
  @discardableResult
  package func noteTime(_ now: Timestamp) async throws -> Timestamp? {
    let hold = now + limits.expiredRowsLifetime
    return try await transaction(.essential) { db in
      let seen = try Int64.fetchOne(db, sql: "SELECT seen_time FROM store") ?? 0
      // A second back is how clocks are kept right.
      let steady = seen - 1_000...seen + Self.dayMilliseconds
      let isSteady = steady.contains(now.unixMilliseconds)
      try db.execute(
        sql: """
          UPDATE store SET seen_time = ?1,
            removal_time = CASE WHEN ?2 THEN removal_time ELSE ?3 END
          """,
        arguments: [now.unixMilliseconds, isSteady || seen == 0, hold.unixMilliseconds])
      return seen == 0 ? nil : Timestamp(unixMilliseconds: seen)
    }
  }

  /// Removes from the trash what has lain there for a number of days, unless the clock has just
  /// jumped.
  ///
  /// - Returns: how many files went.
  @discardableResult
  package func removeOldTrash(days: Int, at now: Timestamp) async throws -> Int {
    let removalTime = try await read {
      try Int64.fetchOne($0, sql: "SELECT removal_time FROM store")
    }
    guard now.unixMilliseconds >= removalTime ?? 0 else { return 0 }
    let removed = try files.removeTrash(files.oldTrash(days: days, at: now))
    if removed > 0 { report(.trashRemoved(removed)) }
    return removed
  }

  /// Whether the clock has gone steadily for long enough for things to be removed by their age.
  func isTrusted(_ now: Timestamp) async throws -> Bool {
    try await read { db in
      let held = try Int64.fetchOne(db, sql: "SELECT removal_time FROM store") ?? 0
      return now.unixMilliseconds >= held
    }
  }

  static let dayMilliseconds: Int64 = 86_400_000
}

extension ObjectFiles {
  /// The days in the trash that lie at least a number of days back, oldest first.
  func oldTrash(days: Int, at now: Timestamp) throws(StoreError) -> [String] {
    let limit = now + .seconds(-86_400 * Int64(days))
    return try trashDays().filter { $0 <= limit.day }
  }

  /// The days on which something was moved to the trash, oldest first; other names are passed over.
  func trashDays() throws(StoreError) -> [String] {
    try SystemCalls.names(in: trashFolder).filter(Self.isDay).sorted()
  }

  /// The files of a day in the trash.
  func trashFiles(of day: String) throws(StoreError) -> [String] {
    try SystemCalls.names(in: trashFolder + "/" + day).map { trashFolder + "/" + day + "/" + $0 }
  }

  /// - Returns: how many files went.
  func removeTrash(_ days: [String]) throws(StoreError) -> Int {
    var removed = 0
    for day in days {
      for file in try trashFiles(of: day) {
        try SystemCalls.removeFile(file)
        removed += 1
      }
      try SystemCalls.removeFolder(trashFolder + "/" + day)
    }
    return removed
  }

  /// Whether a name is a day as `Timestamp.day` writes it.
  private static func isDay(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    return bytes.count == 10
      && bytes.enumerated().allSatisfy { place, byte in
        place == 4 || place == 7
          ? byte == UInt8(ascii: "-") : (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      }
  }
}
