import RPCCore
public import Tracing

/// A tracer that hands over each span when it has ended, and speaks W3C's trace context.
///
/// A trace that its first caller does not record is not recorded here either, but passed on.
public struct SpanLog: Tracer {
  /// What is started here.
  public typealias Span = LoggedSpan

  private let write: @Sendable (FinishedSpan) -> Void

  /// `write` gets each span that has ended, on whatever thread that is; it must not wait.
  public init(write: @escaping @Sendable (FinishedSpan) -> Void) { self.write = write }

  /// Starts a span of the trace in `context`, or of a new one.
  public func startSpan<Instant: TracerInstant>(
    _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
    at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
  ) -> LoggedSpan {
    var random = SystemRandom()
    var context = context()
    let around = context[TraceContextKey.self]
    let own =
      around?.span.child(using: &random) ?? TraceParent(isSampled: true, using: &random)
    context[TraceContextKey.self] = TraceContext(span: own, state: around?.state ?? "")
    return LoggedSpan(
      operationName, own, parent: around?.span, kind: kind, context: context,
      start: instant().nanosecondsSinceEpoch, write: write)
  }

  /// Reads where a caller is in its trace; what the standard does not allow is passed over.
  public func extract<Carrier, Extract: Extractor>(
    _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
  ) where Extract.Carrier == Carrier {
    let text = extractor.extract(key: TraceKey.parent, from: carrier)
    guard let text, let span = TraceParent(text) else { return }
    let state = extractor.extract(key: TraceKey.state, from: carrier).flatMap(TraceState.checked)
    context[TraceContextKey.self] = TraceContext(span: span, state: state ?? "")
  }

  /// Says where this side is in the trace.
  public func inject<Carrier, Inject: Injector>(
    _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
  ) where Inject.Carrier == Carrier {
    guard let trace = context[TraceContextKey.self] else { return }
    injector.inject(trace.span.description, forKey: TraceKey.parent, into: &carrier)
    if !trace.state.isEmpty {
      injector.inject(trace.state, forKey: TraceKey.state, into: &carrier)
    }
  }

  /// Nothing waits here.
  public func forceFlush() {}
}
