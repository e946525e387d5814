extension Printer {
  /// Prints the methods of a service, what a client calls and what a server implements.
  mutating func service(_ service: FilePlan.Service, access: String) {
    methods(service, access: access)
    out()
    client(service, access: access)
    out()
    server(service, access: access)
  }

  private mutating func methods(_ service: FilePlan.Service, access: String) {
    doc("The methods of `\(service.protoName)`.")
    block("\(access) enum \(service.name)Methods {") { printer in
      for method in service.methods {
        printer.doc("Takes `\(method.request)`, returns `\(method.response)`.")
        printer.call(
          "\(access) static let \(method.function) = MethodDescriptor(",
          [
            "service: \"\(service.protoName)\"", "name: \"\(method.name)\"",
            "kind: .\(method.kind)",
          ] + (method.isRepeatable ? ["idempotency: .\(method.idempotency)"] : []),
          ")")
        printer.out()
      }
      printer.doc("Every method, in the order of the schema.")
      printer.call(
        "\(access) static let all: [MethodDescriptor] = [", service.methods.map(\.function), "]")
    }
  }

  private mutating func client(_ service: FilePlan.Service, access: String) {
    doc("Calls `\(service.protoName)`.\n\n\(service.comment)")
    available(service.deprecation)
    block("\(access) struct \(service.name)Client: Sendable {") { printer in
      printer.out("private let caller: any Caller")
      printer.out()
      printer.doc("Makes a client whose calls go through `caller`.")
      printer.block("\(access) init(_ caller: any Caller) {") { printer in
        printer.out("self.caller = caller")
      }
      for method in service.methods {
        printer.out()
        printer.doc(method.comment)
        printer.available(method.deprecation)
        printer.stub(method, of: service, access: access)
      }
    }
  }

  private mutating func stub(
    _ method: FilePlan.Method, of service: FilePlan.Service, access: String
  ) {
    let request = "_ request: \(method.request)"
    let options = "options: CallOptions = CallOptions()"
    let descriptor = "\(service.name)Methods.\(method.function)"
    let writer = "MessageWriter<\(method.request)>"
    let stream = "MessageStream<\(method.response)>"
    let head = "\(access) func \(method.function)"
    switch method.kind {
    case .unary:
      call("\(head)(", [request, options], ") async throws -> \(method.response) {")
      finish("caller.unary(", [descriptor, "request", "options: options"])
    case .clientStreaming:
      let send = "_ send: (\(writer)) async throws -> Void"
      call("\(head)(", [options, send], ") async throws -> \(method.response) {")
      finish("caller.clientStreaming(", [descriptor, "options: options", "send"])
    case .serverStreaming:
      let receive = "_ receive: (\(stream)) async throws -> Returned"
      call(
        "\(head)<Returned: Sendable>(", [request, options, receive], ") async throws -> Returned {")
      finish("caller.serverStreaming(", [descriptor, "request", "options: options", "receive"])
    case .bidirectional:
      let body = "_ body: (\(writer), \(stream)) async throws -> Returned"
      call("\(head)<Returned: Sendable>(", [options, body], ") async throws -> Returned {")
      finish("caller.bidirectional(", [descriptor, "options: options", "body"])
    }
  }

  private mutating func finish(_ callee: String, _ arguments: [String]) {
    indented { $0.call("try await \(callee)", arguments, ")") }
    out("}")
  }

  private mutating func server(_ service: FilePlan.Service, access: String) {
    doc("Implements `\(service.protoName)`.\n\n\(service.comment)")
    block("\(access) protocol \(service.name)Service: Sendable {") { printer in
      for (index, method) in service.methods.enumerated() {
        if index > 0 { printer.out() }
        printer.doc(method.comment)
        printer.requirement(method)
      }
    }
    out()
    block("extension \(service.name)Service {") { printer in
      printer.doc("What a server needs to answer every method of the service.")
      printer.block("\(access) var routes: [Route] {") { printer in
        guard !service.methods.isEmpty else { return printer.out("[]") }
        let comma = service.methods.count > 1 ? "," : ""
        printer.block("[", "]") { printer in
          for method in service.methods {
            let responses = method.streamsResponses ? "responses:" : ""
            printer.call(
              ".\(method.kind)(",
              [
                "\(service.name)Methods.\(method.function)",
                "self.\(method.function)(_:\(responses)context:)",
              ], ")" + comma)
          }
        }
      }
    }
  }

  private mutating func requirement(_ method: FilePlan.Method) {
    let context = "context: ServerContext"
    let request = "_ request: \(method.request)"
    let requests = "_ requests: MessageStream<\(method.request)>"
    let responses = "responses: MessageWriter<\(method.response)>"
    let head = "func \(method.function)("
    let returning = ") async throws -> \(method.response)"
    switch method.kind {
    case .unary: call(head, [request, context], returning)
    case .clientStreaming: call(head, [requests, context], returning)
    case .serverStreaming: call(head, [request, responses, context], ") async throws")
    case .bidirectional: call(head, [requests, responses, context], ") async throws")
    }
  }
}

extension FilePlan.Method {
  /// Which sides send more than one message; the cases are those of `MethodDescriptor.Kind`.
  enum Kind {
    case unary, clientStreaming, serverStreaming, bidirectional
  }

  var kind: Kind {
    switch (streamsRequests, streamsResponses) {
    case (false, false): .unary
    case (true, false): .clientStreaming
    case (false, true): .serverStreaming
    case (true, true): .bidirectional
    }
  }
}
