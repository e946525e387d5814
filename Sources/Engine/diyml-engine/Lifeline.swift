internal import Foundation

/// Ties this process to the one that started it.
enum Lifeline {
  /// Ends the process at once when its standard input ends, which it does when the parent dies.
  ///
  /// Nothing is saved and nothing waits: whoever wanted a result is gone.
  static func endWithStandardInput() {
    let thread = Thread {
      var byte: UInt8 = 0
      while true {
        let count = read(STDIN_FILENO, &byte, 1)
        if count == 0 || (count < 0 && errno != EINTR) { _exit(0) }
      }
    }
    thread.name = "lifeline"
    thread.start()
  }
}
