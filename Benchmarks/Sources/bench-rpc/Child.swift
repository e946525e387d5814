import Foundation

/// A process of the race as its parent sees it.
final class Child {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Milliseconds for an answer: a round, and 256 calls of 1 MiB that were under way at its end.
  private static let answerMillisecondsMax: Int32 = 90_000

  private let name: String
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private var unread = Data()

  /// Starts this program with these arguments.
  init(_ arguments: String...) throws {
    name = arguments.joined(separator: " ")
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = arguments
    process.standardInput = input
    process.standardOutput = output
    try process.run()
  }

  /// Gives an order and returns the answer.
  func ask<A: Decodable>(_ order: String, _ answer: A.Type = A.self) throws -> A {
    try input.fileHandleForWriting.write(contentsOf: Data((order + "\n").utf8))
    return try answered(answer)
  }

  /// What the process says next.
  func answered<A: Decodable>(_ answer: A.Type = A.self) throws -> A {
    let handle = output.fileHandleForReading
    while true {
      if let end = unread.firstIndex(of: 0x0A) {
        defer { unread = Data(unread[(end + 1)...]) }
        return try JSONDecoder().decode(answer, from: unread[..<end])
      }
      var waiting = pollfd(fd: handle.fileDescriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, Self.answerMillisecondsMax) > 0 else {
        throw Failure(description: "no answer from \(name) in \(Self.answerMillisecondsMax) ms")
      }
      let bytes = handle.availableData
      guard !bytes.isEmpty else { throw Failure(description: "\(name) has ended") }
      unread += bytes
    }
  }

  /// Ends the process.
  func stop() {
    process.terminate()
    process.waitUntilExit()
  }
}
