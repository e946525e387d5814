package import Foundation
import Synchronization

/// One line about work under way: redrawn in place on a terminal, printed now and then elsewhere.
package final class StatusLine: Sendable {
  package enum Style: Sendable, Equatable {
    /// Rewritten at most 10 times a second.
    case redrawn
    /// A line of its own at most every 5 seconds, for logs.
    case logged
    case silent

    var interval: TimeInterval {
      switch self {
      case .redrawn: 0.1
      case .logged: 5
      case .silent: .infinity
      }
    }
  }

  private struct State {
    var shownAt: Date?
    var isOnScreen = false
  }

  private let style: Style
  private let write: @Sendable (String) -> Void
  private let state = Mutex(State())

  package init(style: Style, write: @escaping @Sendable (String) -> Void) {
    self.style = style
    self.write = write
  }

  /// Shows `text` unless something was shown a moment ago; with `always`, even then.
  package func show(_ text: @autoclosure () -> String, at now: Date, always: Bool = false) {
    state.withLock { state in
      guard style != .silent else { return }
      if let shownAt = state.shownAt, !always,
        now.timeIntervalSince(shownAt) < style.interval
      {
        return
      }
      state.shownAt = now
      switch style {
      case .redrawn:
        write("\r" + text() + "\u{1B}[K")
        state.isOnScreen = true
      case .logged:
        write(text() + "\n")
      case .silent:
        break
      }
    }
  }

  /// Writes whole lines above the line that is redrawn.
  package func print(_ lines: String) {
    state.withLock { state in
      if state.isOnScreen { write("\r\u{1B}[K") }
      state.isOnScreen = false
      write(lines + "\n")
    }
  }

  /// Leaves what is on the screen as it is and goes to the next line.
  package func finish() {
    state.withLock { state in
      if state.isOnScreen { write("\n") }
      state.isOnScreen = false
    }
  }
}
