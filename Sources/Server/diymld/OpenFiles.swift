internal import Foundation

/// How many files and connections this process may have open.
enum OpenFiles {
  /// What is kept for the database, engines, uploads and reads when there are as many connections as
  /// there may be.
  static let spare = 128

  /// Asks the system for as many as it gives, and says how many that is.
  static func raiseLimit() -> Int {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard getrlimit(resource, &limit) == 0 else { return 1_024 }
    let given = limit.rlim_cur
    limit.rlim_cur = limit.rlim_max
    let isRaised = setrlimit(resource, &limit) == 0
    return Int(clamping: isRaised ? limit.rlim_max : given)
  }

  /// How many connections may be open, so that those who are connected can go on.
  static func connectionsMax(filesMax: Int, atMost limit: Int) -> Int {
    min(limit, max(filesMax - spare, filesMax / 4, 1))
  }
}
