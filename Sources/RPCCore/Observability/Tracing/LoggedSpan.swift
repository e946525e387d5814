import Synchronization
public import Tracing

/// A span of a ``SpanLog``.
public final class LoggedSpan: Span {
  /// Attributes of a span that are kept.
  static let attributesMax = 64
  /// Events of a span that are kept.
  static let eventsMax = 32

  private struct State {
    var name: String
    var attributes: SpanAttributes = [:]
    var events: [SpanEvent] = []
    var status: SpanStatus?
    var isEnded = false
  }

  /// What runs within the span inherits.
  public let context: ServiceContext
  private let trace: TraceParent
  private let parent: TraceParent?
  private let kind: SpanKind
  private let start: UInt64
  private let write: @Sendable (FinishedSpan) -> Void
  private let state: Mutex<State>

  init(
    _ name: String, _ trace: TraceParent, parent: TraceParent?, kind: SpanKind,
    context: ServiceContext, start: UInt64, write: @escaping @Sendable (FinishedSpan) -> Void
  ) {
    self.context = context
    self.trace = trace
    self.parent = parent
    self.kind = kind
    self.start = start
    self.write = write
    state = Mutex(State(name: name))
  }

  /// What the span is about.
  public var operationName: String {
    get { state.withLock { $0.name } }
    set { state.withLock { $0.name = newValue } }
  }

  /// What is known of it; of too many only those that are there already change.
  public var attributes: SpanAttributes {
    get { state.withLock { $0.attributes } }
    set {
      state.withLock { state in
        if newValue.count <= max(Self.attributesMax, state.attributes.count) {
          state.attributes = newValue
        }
      }
    }
  }

  /// Whether it is of use to say more.
  public var isRecording: Bool { trace.isSampled && state.withLock { !$0.isEnded } }

  /// Says how it went; the last word counts.
  public func setStatus(_ status: SpanStatus) { state.withLock { $0.status = status } }

  /// Notes what happened within it; beyond 32, nothing more.
  public func addEvent(_ event: SpanEvent) {
    state.withLock { if $0.events.count < Self.eventsMax { $0.events.append(event) } }
  }

  /// Notes an error that happened within it.
  public func recordError<Instant: TracerInstant>(
    _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
  ) {
    var attributes = attributes
    attributes["exception.type"] = "\(type(of: error))"
    addEvent(SpanEvent(name: "exception", at: instant(), attributes: attributes))
  }

  /// Links are not kept.
  public func addLink(_ link: SpanLink) {}

  /// Hands the span over; only the first end counts.
  public func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
    let end = instant().nanosecondsSinceEpoch
    let ended = state.withLock { state in
      defer { state.isEnded = true }
      return state.isEnded ? nil : state
    }
    guard let ended, trace.isSampled else { return }
    write(
      FinishedSpan(
        trace: trace, parentID: parent?.spanText, name: ended.name, kind: kind,
        startNanoseconds: start, durationNanoseconds: end >= start ? end - start : 0,
        attributes: ended.attributes, events: ended.events, status: ended.status))
  }
}

/// A span as it was when it ended.
public struct FinishedSpan: Sendable {
  let trace: TraceParent
  /// The span around it, or of the caller.
  public let parentID: String?
  /// What it was about: a call's method.
  public let name: String
  /// On which side of a call it was.
  public let kind: SpanKind
  /// When it began, since 1970.
  public let startNanoseconds: UInt64
  /// How long it took.
  public let durationNanoseconds: UInt64
  /// What was said of it.
  public let attributes: SpanAttributes
  /// What happened within it.
  public let events: [SpanEvent]
  /// Whether it failed, if that was said.
  public let status: SpanStatus?

  /// 32 hexadecimal digits.
  public var traceID: String { trace.traceText }
  /// 16 hexadecimal digits.
  public var spanID: String { trace.spanText }
}
