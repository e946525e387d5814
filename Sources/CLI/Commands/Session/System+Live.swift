import Foundation
import UnixSignals

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension System {
  /// The system this process runs on.
  package static func live() -> System {
    let environment = ProcessInfo.processInfo.environment
    return System(
      environment: environment,
      homeDirectory: environment["HOME"] ?? NSHomeDirectory(),
      terminal: SystemTerminal.current(environment: environment),
      output: { SystemTerminal.write($0, to: STDOUT_FILENO) },
      complaints: { SystemTerminal.write($0, to: STDERR_FILENO) },
      readSecret: SystemTerminal.readSecret(prompt:),
      readLine: { Swift.readLine() },
      now: { Date() },
      sleep: { try await ContinuousClock().sleep(for: $0) },
      interruption: {
        for await _ in await UnixSignalsSequence(trapping: .sigint) { return }
      },
      connector: NetworkConnector())
  }
}
