import ArgumentParser
import Testing

@testable import diymld

struct LimitOptionTests {
  @Test(arguments: [
    ("0", false), ("1", true), ("1000000", true), ("10000000", true), ("10000001", false),
    ("-1", false),
  ])
  func `the images of a project have a limit within limits`(value: String, isAccepted: Bool) {
    let options = ["--data", "d", "--project-images-max", value]
    if isAccepted {
      #expect(throws: Never.self) { try ServeCommand.parse(options) }
    } else {
      #expect(throws: (any Error).self) { try ServeCommand.parse(options) }
    }
  }
}
