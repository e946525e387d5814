import Codec
import Descriptors
import RPCCore

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
