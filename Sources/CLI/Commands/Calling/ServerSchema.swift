import Codec
import Descriptors
import RPCCore
import RPCServices

/// What a server says it offers, by reflection.
struct ServerSchema: Sendable {
  /// A method with all that is needed to call it.
  struct Method: Sendable {
    let descriptor: MethodDescriptor
    let type: ServiceType.Method
    let schema: Schema
  }

  private static let timeout = Duration.seconds(30)

  private let client: ReflectionClient
  private let options: CallOptions

  init(_ caller: any Caller, options: CallOptions) {
    client = ReflectionClient(caller)
    self.options = CallOptions(timeout: Self.timeout, metadata: options.metadata)
  }

  /// The full names of the services that can be called.
  func services() async throws -> [String] {
    try await reflecting {
      try await client.listServices(ListServicesRequest(), options: options).services
    }
  }

  /// The types of the file that declares `symbol`, and of all that it imports.
  ///
  /// - Throws: `NOT_FOUND` if the server knows no such symbol.
  func schema(declaring symbol: String) async throws -> Schema {
    try await reflecting {
      let limits = SchemaLimits()
      let files = try await client.getFiles(
        GetFilesRequest(file: .symbol(symbol)), options: options
      ) { responses in
        var files: [Bytes] = []
        var bytes = 0
        for try await file in responses {
          files.append(file.descriptor)
          bytes += file.descriptor.count
          guard files.count <= limits.filesMax, bytes <= limits.bytesMax else {
            throw CommandFailure.local(
              "the server's schema has over \(limits.filesMax) files or \(limits.bytesMax) bytes")
          }
        }
        return files
      }
      return try Schema(serialized: files, limits: limits)
    }
  }

  /// The method called `diyml.v1.Data/GetClasses`, or for short `Data/GetClasses`.
  ///
  /// - Throws: `CommandFailure.usage` that names what there is instead.
  func method(named name: String) async throws -> Method {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
      throw CommandFailure.usage("'\(TextWidth.printable(name))' is not SERVICE/METHOD")
    }
    let service = try Self.service(named: parts[0], among: try await services())
    let schema = try await schema(declaring: service)
    let methods = schema.service(named: service)?.methods ?? []
    guard let method = methods.first(where: { $0.name == parts[1] }) else {
      let names = methods.map(\.name).joined(separator: ", ")
      throw CommandFailure.usage(
        "service \(service) has no method '\(TextWidth.printable(parts[1]))'; it has \(names)")
    }
    let descriptor = MethodDescriptor(service: service, name: method.name, kind: method.kind)
    return Method(descriptor: descriptor, type: method, schema: schema)
  }

  /// The one service that `name` is the full name or the end of the name of.
  static func service(named name: String, among services: [String]) throws -> String {
    if services.contains(name) { return name }
    let found = services.filter { $0.hasSuffix("." + name) }
    if found.count == 1 { return found[0] }
    let names = (found.isEmpty ? services : found).joined(separator: ", ")
    let fault = found.isEmpty ? "no service" : "several services"
    throw CommandFailure.usage("\(fault) '\(TextWidth.printable(name))'; there is \(names)")
  }

  private func reflecting<R>(_ body: () async throws -> R) async throws -> R {
    do {
      return try await body()
    } catch let status as Status where status.code == .unimplemented {
      throw CommandFailure.server(
        status, hint: "the server offers no reflection, which this command needs")
    }
  }
}

extension ServiceType.Method {
  /// How many messages go each way.
  var kind: MethodDescriptor.Kind {
    switch (streamsRequests, streamsResponses) {
    case (false, false): .unary
    case (true, false): .clientStreaming
    case (false, true): .serverStreaming
    case (true, true): .bidirectional
    }
  }
}
