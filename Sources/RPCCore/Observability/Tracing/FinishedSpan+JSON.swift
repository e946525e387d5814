internal import JSONText
internal import RPCCore
import Tracing

extension FinishedSpan {
  /// Bytes of one text in a line, at most; the rest is cut off.
  static let textBytesMax = 1_024

  /// One line of JSON, without the line's end; `service` says which program it comes from.
  public func json(service: String) -> String {
    var line = "{\"trace_id\":\"\(traceID)\",\"span_id\":\"\(spanID)\""
    if let parentID { line += ",\"parent_span_id\":\"\(parentID)\"" }
    line += ",\"service\":\(quoted(service)),\"name\":\(quoted(name)),\"kind\":\"\(kind)\""
    line += ",\"start_unix_nano\":\(startNanoseconds),\"duration_nano\":\(durationNanoseconds)"
    line += ",\"status\":\"\(status.map { "\($0.code)" } ?? "unset")\""
    if let message = status?.message { line += ",\"message\":\(quoted(message))" }
    line += ",\"attributes\":\(object(attributes))"
    if !events.isEmpty {
      let list = events.map {
        "{\"name\":\(quoted($0.name)),\"unix_nano\":\($0.nanosecondsSinceEpoch),"
          + "\"attributes\":\(object($0.attributes))}"
      }
      line += ",\"events\":[\(list.joined(separator: ","))]"
    }
    return line + "}"
  }

  private func object(_ attributes: SpanAttributes) -> String {
    var members: [String] = []
    attributes.forEach { members.append("\(quoted($0)):\(value($1))") }
    return "{\(members.sorted().joined(separator: ","))}"
  }

  private func value(_ attribute: SpanAttribute) -> String {
    switch attribute {
    case .int32(let number): "\(number)"
    case .int64(let number): "\(number)"
    case .double(let number): number.isFinite ? "\(number)" : "null"
    case .bool(let flag): "\(flag)"
    case .string(let text): quoted(text)
    case .stringConvertible(let thing): quoted("\(thing)")
    // The library asks for this: it may add kinds of values.
    default: quoted("\(attribute)")
    }
  }

  private func quoted(_ text: String) -> String {
    text.cut(toBytes: Self.textBytesMax).quotedJSON
  }
}
