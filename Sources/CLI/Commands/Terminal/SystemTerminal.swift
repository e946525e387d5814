import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The terminal of this process.
enum SystemTerminal {
  static func current(environment: [String: String]) -> Terminal {
    Terminal(
      inputIsTerminal: isatty(STDIN_FILENO) == 1,
      outputIsTerminal: isatty(STDOUT_FILENO) == 1,
      complaintsAreTerminal: isatty(STDERR_FILENO) == 1,
      columns: columns(environment: environment))
  }

  /// Writes all of `text`; what a closed pipe does not take is lost.
  static func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { bytes in
        #if canImport(Glibc)
          Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #else
          Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
      }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { return }
      rest = rest.dropFirst(written)
    }
  }

  /// Reads one line from the controlling terminal without showing it.
  ///
  /// Signals from the keyboard are off meanwhile, so that Ctrl-C cannot leave the echo off.
  static func readSecret(prompt: String) throws -> String {
    let descriptor = open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw noTerminal() }
    defer { close(descriptor) }
    var saved = termios()
    guard tcgetattr(descriptor, &saved) == 0 else { throw noTerminal() }
    var silent = saved
    silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
    guard tcsetattr(descriptor, TCSAFLUSH, &silent) == 0 else { throw noTerminal() }
    defer {
      tcsetattr(descriptor, TCSAFLUSH, &saved)
      write("\n", to: descriptor)
    }
    write(prompt, to: descriptor)
    return try readKeys(descriptor)
  }

  private static func readKeys(_ descriptor: Int32) throws -> String {
    var line = SecretLine()
    while true {
      var key: UInt8 = 0
      let count = read(descriptor, &key, 1)
      if count < 0 && errno == EINTR { continue }
      guard count == 1 else { throw noTerminal() }
      switch line.received(key) {
      case .more: continue
      case .done(let text): return text
      case .interrupted: throw CommandFailure.interrupted("interrupted")
      case .tooLong:
        throw CommandFailure.local("the password has over \(SecretLine.bytesMax) bytes")
      case .notText: throw CommandFailure.local("the password is not UTF-8")
      }
    }
  }

  private static func noTerminal() -> CommandFailure {
    .usage("there is no terminal to ask for the password on; give it by --password-stdin")
  }

  private static func columns(environment: [String: String]) -> Int {
    var size = winsize()
    for descriptor in [STDOUT_FILENO, STDERR_FILENO]
    where ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 {
      return Int(size.ws_col)
    }
    return environment["COLUMNS"].flatMap { Int($0) }.map { min(max($0, 20), 1000) } ?? 80
  }
}
