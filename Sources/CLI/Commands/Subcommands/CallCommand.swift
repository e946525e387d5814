import ArgumentParser
import Codec
import Foundation
import RPCCore

/// Calls any method of any server that has reflection.
struct CallCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "call",
    abstract: "Call any method of the server, with JSON.",
    discussion: """
      The server is asked what it offers, so this works with methods that this program does not know. \
      Each answer is printed as one line of JSON when it comes; fields that hold secrets are masked.

      EXAMPLES
        diyml call Data/GetClasses '{"project": "pets"}'
        diyml call Training/WatchTraining '{"training": "pets@3"}'
        diyml call Data/PutImages @images.json           # one object after the other
        diyml call Inference/InferStream - < requests.json
      """)

  @Argument(help: "The method: diyml.v1.Data/GetClasses, or for short Data/GetClasses.")
  var method: String

  @Argument(
    help: ArgumentHelp(
      "Requests: JSON objects, @FILE with such objects, or - for standard input. (default: {})",
      valueName: "json"))
  var requests: [String] = []

  @Option(
    name: [.customShort("H"), .customLong("header")],
    help: ArgumentHelp(
      "Metadata to send; under a key that ends in -bin the value is base64. May be given again.",
      valueName: "key=value"))
  var headers: [String] = []

  @Option(help: "Seconds the call may take, up to a day. (default: 60, and none for streams)")
  var timeout: Double?

  @Option(help: "Names this attempt, so that the server knows it when it is made again.")
  var idempotencyKey: String?

  @Flag(help: "Show what the server says beside its answers, on standard error.")
  var showMetadata = false

  @Flag(help: "Show fields that hold secrets.")
  var showSecrets = false

  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if let timeout, !(timeout > 0 && timeout <= 86_400) {
      throw ValidationError("--timeout is \(timeout); it may be over 0, up to 86400.")
    }
    _ = try metadata()
  }

  func perform(in context: CommandContext) async throws {
    let response = ResponseMetadata()
    do {
      try await context.calling { caller, options in
        let method = try await ServerSchema(caller, options: options).method(named: method)
        let call = DynamicCall(
          method: method, caller: caller,
          options: try self.options(options, for: method, response), showsSecrets: showSecrets,
          print: { context.print($0) })
        try await call.run(
          RequestTexts(requests, lines: LineReader(context.system.readLine)))
      }
    } catch let status as Status {
      show(response, in: context)
      if !showMetadata, let id = response.trailers[RequestID.key] {
        context.note("request: \(TextWidth.printable(id))")
      }
      for detail in status.details { context.note("detail: \(TextWidth.printable(detail.text))") }
      throw status
    }
    show(response, in: context)
  }

  private func options(
    _ base: CallOptions, for method: ServerSchema.Method, _ response: ResponseMetadata
  ) throws -> CallOptions {
    var options = base
    for entry in try metadata().entries {
      switch entry.value {
      case .text(let text): options.metadata.add(text, for: entry.key)
      case .binary(let bytes): options.metadata.add(bytes, for: entry.key)
      }
    }
    options.timeout =
      timeout.map { .seconds($0) } ?? (method.descriptor.kind == .unary ? .seconds(60) : nil)
    options.idempotencyKey = idempotencyKey
    options.response = response
    return options
  }

  private func metadata() throws -> Metadata {
    var metadata = Metadata()
    for header in headers {
      guard let equals = header.firstIndex(of: "="), equals > header.startIndex else {
        throw ValidationError("'\(header)' is not KEY=VALUE.")
      }
      let key = String(header[..<equals])
      let value = String(header[header.index(after: equals)...])
      guard key.lowercased().hasSuffix("-bin") else {
        metadata.add(value, for: key)
        continue
      }
      guard let data = Data(base64Encoded: value) else {
        throw ValidationError("-H \(key): the value is not base64.")
      }
      metadata.add(Bytes([UInt8](data)), for: key)
    }
    return metadata
  }

  private func show(_ response: ResponseMetadata, in context: CommandContext) {
    guard showMetadata else { return }
    for (kind, metadata) in [("head", response.head), ("trailer", response.trailers)] {
      for entry in metadata.entries {
        let value =
          switch entry.value {
          case .text(let text): TextWidth.printable(text)
          case .binary(let bytes): Data(Array(bytes)).base64EncodedString()
          }
        context.system.complaints("\(kind): \(entry.key)=\(value)\n")
      }
    }
  }
}

extension StatusDetail {
  /// The detail in words.
  fileprivate var text: String {
    switch self {
    case .fieldViolation(let field, let description): "field \(field): \(description)"
    case .limitExceeded(let name, let value, let limit): "\(value) \(name); the limit is \(limit)"
    case .retryAfter(let wait): "try again after \(wait / .milliseconds(1)) ms"
    case .unprocessed: "no handler saw the call; it is safe to try it again"
    case .resource(let kind, let name): "\(kind) \(name)"
    case .errorInfo(let info):
      (["reason \(info.reason)"] + info.metadata.sorted { $0.key < $1.key }.map { "\($0)=\($1)" })
        .joined(separator: " ")
    }
  }
}
