import Tracing
import RPCCore

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
