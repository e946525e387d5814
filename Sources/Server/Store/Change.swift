internal import API
internal import GRDB
internal import WellKnownTypes

/// A change of something in a project: its number, who makes it and when.
struct Change {
  /// From 1 in each project, each once.
  let number: Int64
  let author: String
  let time: Timestamp

  /// Counts a change that an account makes.
  init(
    of project: ProjectID, by account: AccountID, at time: Timestamp, in db: Database
  ) throws {
    number =
      try Int64.fetchOne(
        db.cachedStatement(
          sql: "UPDATE project SET changes = changes + 1 WHERE id = ? RETURNING changes"),
        arguments: [project.rawValue]) ?? 0
    author =
      try String.fetchOne(
        db.cachedStatement(sql: "SELECT name FROM account WHERE id = ?"),
        arguments: [account.rawValue]) ?? ""
    self.time = time
  }
}

/// What was changed last: its etag, by whom and when, as far as that is known.
struct Revision {
  let etag: String
  let author: String
  let time: Timestamp?

  /// Of a row with the columns `revision` and those of author and time.
  init(row: Row, author: String, time: String) {
    etag = "\(row["revision"] as Int64)"
    self.author = row[author]
    self.time = (row[time] as Int64?).map(Timestamp.init(unixMilliseconds:))
  }

  /// - Throws: `.changed` unless it is what the caller has read; an empty etag takes any.
  func require(_ etag: String, of subject: StoreError.Subject, _ name: String) throws(StoreError) {
    guard etag.isEmpty || etag == self.etag else {
      throw .changed(subject, name, by: author, at: time)
    }
  }
}
