import ArgumentParser
import Testing

@testable import diymld

struct TLSOptionTests {
  private static let tls = ["--tls-cert", "c", "--tls-key", "k"]

  @Test(arguments: [
    (["--listen", "127.0.0.1:1"], true), (["--listen", "0.0.0.0:1"], false),
    (["--listen", "0.0.0.0:1", "--insecure"], true), (["--listen", "0.0.0.0:1"] + tls, true),
    (["--listen", "[::]:1", "--tls-client-ca", "a"] + tls, true),
  ])
  func `other machines are served over TLS, or if somebody insists`(
    options: [String], isAccepted: Bool
  ) {
    if isAccepted {
      #expect(throws: Never.self) { try DiymldCommand.parseAsRoot(["--data", "d"] + options) }
    } else {
      let error = #expect(throws: (any Error).self) {
        try DiymldCommand.parseAsRoot(["--data", "d"] + options)
      }
      #expect(error.map { DiymldCommand.message(for: $0) }?.contains("0.0.0.0:1") == true)
    }
  }

  @Test(arguments: [
    (["--tls-cert", "c"], "belong together"), (["--tls-key", "k"], "belong together"),
    (["--tls-client-ca", "a"], "needs --tls-cert"),
  ])
  func `half a configuration is refused`(options: [String], reason: String) {
    let error = #expect(throws: (any Error).self) {
      try DiymldCommand.parseAsRoot(["--data", "d"] + options)
    }
    #expect(error.map { DiymldCommand.message(for: $0) }?.contains(reason) == true)
  }
}
