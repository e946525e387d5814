import Codec
import Descriptors
import RPCCore
import Synchronization

/// Answers `diyml.rpc.v1.Reflection` from the files of generated code.
final class ReflectionProvider: ReflectionService {
  private struct State {
    var services: Set<String> = []
    /// Made when it is first asked for: most servers are never asked.
    var served: ServedFiles?
  }

  private let files: [ProtoFile]
  private let state = Mutex(State())

  init(files: [ProtoFile]) { self.files = files }

  /// Says which services can be called.
  func serve(_ services: Set<String>) {
    state.withLock { $0 = State(services: services) }
  }

  func listServices(
    _ request: ListServicesRequest, context: ServerContext
  ) async throws -> ListServicesResponse {
    ListServicesResponse(services: state.withLock { $0.services.sorted() })
  }

  func getFiles(
    _ request: GetFilesRequest, responses: MessageWriter<SchemaFile>, context: ServerContext
  ) async throws {
    let found: [Schema.File]
    let name: String
    switch request.file {
    case .symbol(let symbol):
      found = try served().files(declaring: symbol)
      name = symbol
    case .path(let path):
      found = try served().files(at: path)
      name = path
    case nil:
      throw Status(
        .invalidArgument, "neither a symbol nor a path is asked for",
        details: [.fieldViolation(field: "symbol", description: "this or path is needed")])
    }
    guard !found.isEmpty else {
      throw Status(
        .notFound, "no service here needs \(name.debugDescription)",
        details: [.resource(kind: "schema", name: name)])
    }
    for file in found {
      try await responses.write(SchemaFile(path: file.path, descriptor: file.serialized))
    }
  }

  private func served() throws -> ServedFiles {
    try state.withLock { state in
      if let served = state.served { return served }
      let served = try ServedFiles(files, for: state.services)
      state.served = served
      return served
    }
  }
}
