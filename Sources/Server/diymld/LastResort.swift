@preconcurrency internal import Dispatch
internal import Foundation
internal import Synchronization

/// Ends the process when what was told to stop does not: a call of the system that hangs, a
/// computation that looks at nothing else, all of Swift's threads taken.
///
/// That is no worse than `kill -9`, which the store survives; engines end with their standard input.
final class LastResort: Sendable {
  /// How long a stop at once may take.
  static let patienceAtOnce = Duration.seconds(3)

  private let count = Mutex(0)
  private let patience, patienceAtOnce: Duration
  private let end: @Sendable () -> Void
  private let sources: [any DispatchSourceSignal]
  // Of its own, so that nothing that runs can hold it up.
  private let queue = DispatchQueue(label: "diyml.last-resort", qos: .userInteractive)

  /// Waits for signals from now on; they do not end the process by themselves any more.
  ///
  /// - Parameters:
  ///   - signals: what stops the process: softly, then at once.
  ///   - patience: how long a soft stop may take.
  ///   - patienceAtOnce: how long it may take after a second signal.
  ///   - end: ends the process.
  init(
    on signals: [Int32] = [SIGTERM, SIGINT], patience: Duration,
    patienceAtOnce: Duration = LastResort.patienceAtOnce,
    end: @escaping @Sendable () -> Void = LastResort.end
  ) {
    self.patience = patience
    self.patienceAtOnce = patienceAtOnce
    self.end = end
    sources = signals.map { [queue] in
      DispatchSource.makeSignalSource(signal: $0, queue: queue)
    }
    for source in sources {
      source.setEventHandler { [weak self] in self?.received() }
      source.resume()
    }
  }

  /// A signal has come.
  func received() {
    let isFirst = count.withLock { count in
      count += 1
      return count == 1
    }
    let patience = isFirst ? patience : patienceAtOnce
    queue.asyncAfter(deadline: .now() + patience / .seconds(1), execute: end)
  }

  deinit { for source in sources { source.cancel() } }

  private static func end() {
    let words = "the server did not stop in time; it ends now, as if it were killed\n"
    _ = words.utf8.withContiguousStorageIfAvailable {
      write(STDERR_FILENO, $0.baseAddress, $0.count)
    }
    _exit(1)
  }
}
