/// One day's trash.
package struct TrashDay: Sendable, Equatable {
  /// As YYYY-MM-DD, in UTC.
  package var day: String
  package var files: StoreStatus.Files
}

/// Removes for good what has lain in trash for a number of days, or only says what that is.
struct TrashRemoval: Sendable {
  let files: ObjectFiles
  let days: Int
  let now: Timestamp

  /// - Returns: the days past their time, the oldest first.
  func run(isDry: Bool) async throws -> [TrashDay] {
    try await UpkeepJob.run({ _ in }) { job in
      let due = try files.oldTrash(days: days, at: now).map { day in
        TrashDay(day: day, files: try StoreStatus.Files(in: files.trashFolder + "/" + day))
      }
      for day in due where !isDry {
        try job.checkCancellation()
        _ = try files.removeTrash([day.day])
      }
      return due
    }
  }
}
