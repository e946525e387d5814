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

/// The .proto files that the services of a server need, and no others.
struct ServedFiles: Sendable {
  private let schema: Schema
  private let paths: Set<String>

  /// Keeps of `files` those that declare one of `services`, and what they import.
  ///
  /// - Throws: `SchemaError` if the files were not written by the generator.
  init(_ files: [ProtoFile], for services: Set<String>) throws(SchemaError) {
    schema = try Schema(files)
    var paths: Set<String> = []
    var open = schema.services.filter { services.contains($0.name) }.map(\.file)
    while let path = open.popLast() {
      guard paths.insert(path).inserted else { continue }
      open += schema.file(at: path)?.dependencies ?? []
    }
    self.paths = paths
  }

  /// The file at `path`, after all that it imports; nothing if no service needs it.
  func files(at path: String) -> [Schema.File] {
    var found: [Schema.File] = []
    var seen: Set<String> = []
    var open = [path]
    while let next = open.last {
      guard paths.contains(next), let file = schema.file(at: next) else { return [] }
      seen.insert(next)
      let missing = file.dependencies.filter { !seen.contains($0) }
      open += missing
      guard missing.isEmpty else { continue }
      open.removeLast()
      if !found.contains(where: { $0.path == next }) { found.append(file) }
    }
    return found
  }

  /// The file that declares `symbol`, after all that it imports; nothing if no service needs it.
  func files(declaring symbol: String) -> [Schema.File] {
    schema.file(declaring: symbol).map { files(at: $0.path) } ?? []
  }
}
