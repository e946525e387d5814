import Codec
import CommandLineKit
import Foundation

/// A file that names methods with their weights and requests.
///
/// It holds a JSON array of objects with `method`, and as needed `weight`, `request`, `request_file`,
/// `request_bytes`, `fields` and `messages`, which mean what the options of these names do. Paths
/// begin at the file's folder.
struct MixFile {
  private static let keys: Set<String> = [
    "method", "weight", "request", "request_file", "request_bytes", "fields", "messages",
  ]

  /// What the file says.
  ///
  /// - Throws: `CommandFailure` that names the entry and what is wrong with it.
  static func entries(at path: String) throws -> [LoadPlan.Entry] {
    let source = "file '\(TextWidth.printable(path))'"
    let objects = try RequestJSON.objects(InputFile.bytes(at: path), from: source)
    guard (1...PlanLimits.entriesMax).contains(objects.count) else {
      throw CommandFailure.usage(
        "\(source) has \(objects.count) methods; it may have 1 to \(PlanLimits.entriesMax)")
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    return try objects.enumerated().map { number, object in
      do {
        return try entry(object, folder)
      } catch CommandFailure.usage(let message) {
        throw CommandFailure.usage("\(source), entry \(number + 1): \(message)")
      }
    }
  }

  private static func entry(_ object: [String: Any], _ folder: String) throws -> LoadPlan.Entry {
    if let unknown = object.keys.sorted().first(where: { !keys.contains($0) }) {
      throw CommandFailure.usage("unknown key '\(TextWidth.printable(unknown))'")
    }
    guard let name = try value(object, "method", as: String.self) else {
      throw CommandFailure.usage("no method")
    }
    let weight = try value(object, "weight", as: Int.self) ?? 1
    guard (1...PlanLimits.weightMax).contains(weight) else {
      throw CommandFailure.usage("weight \(weight); it may be 1 to \(PlanLimits.weightMax)")
    }
    let found = try MethodFinder.method(named: name)
    var source = RequestSource(folder: folder)
    if let request = object["request"] {
      source.objects = try RequestJSON.objects(request, from: "request")
    }
    source.file = try value(object, "request_file", as: String.self)
    source.bytesFiles = try value(object, "request_bytes", as: [String].self) ?? []
    let fields = try value(object, "fields", as: [String: String].self) ?? [:]
    source.fields = fields.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }
    let messages = try source.messages(as: found.request)
    return LoadPlan.Entry(
      method: found.method, weight: weight,
      requests: try Messages.forCall(
        of: found.method, messages, count: try value(object, "messages", as: Int.self)))
  }

  private static func value<Value>(
    _ object: [String: Any], _ key: String, as type: Value.Type
  ) throws -> Value? {
    guard let value = object[key] else { return nil }
    guard let value = value as? Value else {
      throw CommandFailure.usage("the value of '\(key)' is of the wrong kind")
    }
    return value
  }
}
