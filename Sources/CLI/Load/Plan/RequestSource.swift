import Codec
import CommandLineKit
import RPCCore

/// Where the messages of a call come from: JSON, a file of JSON, single fields, or encoded bytes.
struct RequestSource {
  /// Where relative paths begin.
  var folder = ""
  var objects: [[String: Any]] = []
  var file: String?
  var fields: [String] = []
  var bytesFiles: [String] = []

  init(folder: String = "") { self.folder = folder }

  /// The encoded messages, of which there may be none.
  ///
  /// - Throws: `CommandFailure.usage` where sources contradict each other or hold no such message.
  func messages(as type: any Message.Type) throws -> [Bytes] {
    let hasJSON = !objects.isEmpty || file != nil || !fields.isEmpty
    if hasJSON, !bytesFiles.isEmpty {
      throw CommandFailure.usage("a request is given as JSON and as bytes")
    }
    if !objects.isEmpty, file != nil {
      throw CommandFailure.usage("a request is given as JSON and as a file of it")
    }
    guard hasJSON else {
      return try bytesFiles.map { try InputFile.bytes(at: InputFile.path($0, in: folder)) }
    }
    var objects = objects
    if let file {
      let path = InputFile.path(file, in: folder)
      objects = try RequestJSON.objects(
        InputFile.bytes(at: path), from: "file '\(TextWidth.printable(path))'")
    }
    for field in fields { try RequestJSON.add(field, to: &objects, folder: folder) }
    return try objects.map { try RequestJSON.message($0, as: type) }
  }
}

/// The messages that each call of a method sends.
enum Messages {
  /// Checks that the messages suit the method, and repeats them in turn until there are `count`.
  ///
  /// Without any message a call sends the empty one.
  ///
  /// - Throws: `CommandFailure.usage` where the method takes one message and would get more.
  static func forCall(
    of method: MethodDescriptor, _ given: [Bytes], count: Int?
  ) throws -> [Bytes] {
    let messages = given.isEmpty ? [Bytes()] : given
    let wanted = count ?? messages.count
    guard wanted == 1 || method.kind == .clientStreaming || method.kind == .bidirectional else {
      throw CommandFailure.usage("\(method) takes one message; \(wanted) are given")
    }
    guard (1...PlanLimits.messagesMax).contains(wanted) else {
      throw CommandFailure.usage(
        "\(wanted) messages in a call; it may be 1 to \(PlanLimits.messagesMax)")
    }
    return (0..<wanted).map { messages[$0 % messages.count] }
  }
}
