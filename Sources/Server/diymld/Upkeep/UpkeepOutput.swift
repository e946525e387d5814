internal import API
internal import ArgumentParser
internal import Codec
internal import Foundation
internal import ProtoJSON
internal import Synchronization

/// What the commands that look after a folder have in common.
struct UpkeepOptions: ParsableArguments {
  @Option(help: "The store's folder.")
  var data: String

  @Flag(
    help: "Print JSON: a line for each fault and one for the result; progress on standard error.")
  var json = false

  func validate() throws {
    guard !data.isEmpty else { throw ValidationError("--data is empty") }
  }

  var folder: String { UpkeepFolder.absolute(data) }
}

/// Prints results to standard output, and progress to standard error; JSON is that of the messages.
final class UpkeepOutput: Sendable {
  private struct State {
    var phase = ""
    var start = ContinuousClock.now
    var shown: ContinuousClock.Instant?
    var isOnScreen = false
  }

  let isJSON: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let state = Mutex(State())

  init(json: Bool) { isJSON = json }

  func show(_ progress: UpkeepProgress, of event: some Message) throws {
    let now = ContinuousClock.now
    let text = state.withLock { state -> String? in
      let isNew = state.phase != progress.phase
      if isNew {
        state.phase = progress.phase
        state.start = now
      }
      let interval = Duration.seconds(isTerminal ? 0 : isJSON ? 1 : 5)
      if let shown = state.shown, now - shown < interval, !(isNew && isTerminal) { return nil }
      state.shown = now
      state.isOnScreen = isTerminal && !isJSON
      let left = progress.secondsLeft(after: now - state.start)
      return UpkeepText.progress(progress, secondsLeft: left)
    }
    guard let text else { return }
    if isJSON {
      complain(try event.json() + "\n")
    } else {
      complain(isTerminal ? "\r\(text)\u{1B}[K" : text + "\n")
    }
  }

  /// Prints a message for programs, or the same in words.
  func show(_ message: some Message, _ lines: @autoclosure () -> [String]) throws {
    for line in try isJSON ? [message.json()] : lines() { print(line) }
  }

  /// One line to standard output; the progress that stands on the screen makes room.
  func print(_ line: String) {
    if state.withLock({ state in
      defer { state.isOnScreen = false }
      return state.isOnScreen
    }) {
      complain("\r\u{1B}[K")
    }
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }

  private func complain(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}

extension UpkeepProgress {
  /// At the speed so far; nothing before there is one.
  func secondsLeft(after time: Duration) -> Double? {
    let (done, total) =
      bytesTotal > 0
      ? (Double(bytesDone), Double(bytesTotal)) : (Double(objectsDone), Double(objectsTotal))
    let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
    guard done > 0, total >= done, seconds > 0.5 else { return nil }
    return seconds * (total - done) / done
  }
}
