import ArgumentParser
import Codec
import CommandLineKit
import RPCCore

/// What each call sends.
struct RequestOptions: ParsableArguments, Sendable {
  @Option(
    help: ArgumentHelp(
      "The request as JSON; an array of them for a call with several messages.",
      valueName: "json"))
  var request: String?

  @Option(help: ArgumentHelp("A file with such JSON.", valueName: "file"))
  var requestFile: String?

  @Option(
    help: ArgumentHelp(
      "Sets a field of the request, to text or to a file's bytes: image=@cat.jpg.",
      valueName: "name=value"))
  var field: [String] = []

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

  /// Whether anything is given.
  var isEmpty: Bool {
    request == nil && requestFile == nil && field.isEmpty && requestBytes.isEmpty && messages == nil
  }

  /// The messages of a call of `found`.
  func messages(for found: FoundMethod) throws -> [Bytes] {
    var source = RequestSource()
    if let request {
      source.objects = try RequestJSON.objects(Bytes(Array(request.utf8)), from: "--request")
    }
    source.file = requestFile
    source.fields = field
    source.bytesFiles = requestBytes
    return try Messages.forCall(
      of: found.method, try source.messages(as: found.request), count: messages)
  }
}
