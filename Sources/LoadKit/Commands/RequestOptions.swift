import ArgumentParser
import Codec
import CommandLineKit
import RPCCore

/// What each call sends.
struct RequestOptions: ParsableArguments, Sendable {
  @Option(
    help: ArgumentHelp(
      "A file with a message as protobuf bytes; again for each further message of a call.",
      valueName: "file"))
  var requestBytes: [String] = []

  @Option(
    help: ArgumentHelp(
      "Messages that each call of a streaming method sends: those given, in turn.",
      valueName: "count"))
  var messages: Int?

  /// The messages of a call of `found`.
  func messages(for found: FoundMethod) throws -> [Bytes] {
    let given = try requestBytes.map { try InputFile.bytes(at: $0) }
    return try Messages.forCall(of: found.method, given, count: messages)
  }
}
