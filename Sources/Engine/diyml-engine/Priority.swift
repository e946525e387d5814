internal import Foundation

/// How far a process gives way to others.
enum Priority {
  /// Sets the nice value of all threads there are; those they start inherit it.
  ///
  /// On Linux it belongs to threads, and Swift has started some before the program's first line.
  ///
  /// - Throws: a `POSIXError`, or what reading the list of threads meets.
  static func setNice(_ nice: Int32) throws {
    var done: Set<String> = []
    while true {
      let threads = Set(try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task"))
      guard !threads.isSubset(of: done) else { return }
      for thread in threads.subtracting(done) {
        guard let id = id_t(thread) else { continue }
        // A thread that has ended since needs nothing.
        let which = __priority_which_t(PRIO_PROCESS.rawValue)
        guard setpriority(which, id, nice) == 0 || errno == ESRCH else {
          throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EINVAL)
        }
      }
      done.formUnion(threads)
    }
  }
}
