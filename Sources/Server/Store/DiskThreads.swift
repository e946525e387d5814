internal import Threads

/// Threads for the blocking disk I/O of uploads and downloads.
enum DiskThreads {
  /// So many files are synchronized, or read whole, at once: the disk does several in the time of one.
  private static let count = 16

  static let shared: WorkerThreads = {
    var configuration = WorkerThreads.Configuration(name: "diyml.disk")
    configuration.count = count
    return WorkerThreads(configuration)
  }()
}
