import RPCCore
import Tracing

/// Where in a trace something happens.
struct TraceContext: Sendable {
  /// The span that is running, or that the caller said is.
  var span: TraceParent
  /// As it travels; may be empty.
  var state: String
}

/// Where ``SpanLog`` keeps the trace context among what tasks inherit.
enum TraceContextKey: ServiceContextKey {
  typealias Value = TraceContext
}

/// The names of W3C's trace context in metadata; an OPEN has a field of its own for the first.
enum TraceKey {
  static let parent = "traceparent"
  static let state = "tracestate"
}

/// Reads what a caller said of its trace.
struct CallExtractor: Extractor {
  func extract(key: String, from call: ServerContext) -> String? {
    if key == TraceKey.parent, !call.trace.isEmpty { return call.trace }
    return call.metadata[key]
  }
}

/// Says in a call which trace it belongs to.
struct CallInjector: Injector {
  func inject(_ value: String, forKey key: String, into options: inout CallOptions) {
    if key == TraceKey.parent, value.utf8.count <= TraceParent.lengthMax {
      options.trace = value
    } else {
      options.metadata[key] = value
    }
  }
}

/// A W3C `tracestate`: what tracing systems on the way add for themselves; it is passed on as it is.
enum TraceState {
  /// Of a whole `tracestate`.
  static let charactersMax = 512
  /// Of its list.
  static let membersMax = 32
  /// Of a member's key, and of its value.
  private static let partCharactersMax = 256

  /// The text, or nothing if the standard does not allow it; then it is left out, not the call.
  static func checked(_ text: String) -> String? {
    guard (1...charactersMax).contains(text.utf8.count) else { return nil }
    let members = text.split(separator: ",", omittingEmptySubsequences: false)
    guard members.count <= membersMax else { return nil }
    var keys: Set<Substring> = []
    for member in members {
      let member = member.trimmed
      if member.isEmpty { continue }
      let parts = member.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, isKey(parts[0]), isValue(parts[1]), keys.insert(parts[0]).inserted
      else { return nil }
    }
    return keys.isEmpty ? nil : text
  }

  private static func isKey(_ text: Substring) -> Bool {
    let bytes = text.utf8
    guard (1...partCharactersMax).contains(bytes.count), let first = bytes.first else {
      return false
    }
    return isLetterOrDigit(first)
      && bytes.allSatisfy { isLetterOrDigit($0) || "_-*/@".utf8.contains($0) }
  }

  private static func isValue(_ text: Substring) -> Bool {
    let bytes = text.utf8
    return (1...partCharactersMax).contains(bytes.count)
      && bytes.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "=") }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}

extension Substring {
  /// Without spaces and tabs around it.
  fileprivate var trimmed: Substring {
    var rest = self[...]
    while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
    while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
    return rest
  }
}
