import Foundation
import Logging
import Synchronization
import TestSupport
import Testing
import Tracing

@testable import RPCTracing

@Suite(.timeLimit(.minutes(1))) struct SpanFileTests {
  /// A span as it is handed over at its end.
  private func finished(_ name: String, _ fill: (LoggedSpan) -> Void = { _ in }) throws
    -> FinishedSpan
  {
    let ended = Mutex<FinishedSpan?>(nil)
    let tracer = SpanLog { span in ended.withLock { $0 = span } }
    let span = tracer.startSpan(name, context: .topLevel, ofKind: .internal)
    fill(span)
    span.end()
    span.operationName = "too late"
    span.end()
    return try #require(ended.withLock { $0 })
  }

  private func object(_ line: some StringProtocol) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
    return try #require(value as? [String: Any])
  }

  @Test func `a span is one line of JSON, whatever was said of it`() throws {
    let span = try finished("a \"b\"\n\\ é \u{2028}") { span in
      span.attributes["text"] = "x\u{1}y"
      span.attributes["number"] = SpanAttribute.int64(-5)
      span.attributes["half"] = SpanAttribute.double(0.5)
      span.attributes["none"] = SpanAttribute.double(.infinity)
      span.attributes["flag"] = SpanAttribute.bool(true)
      span.addEvent(SpanEvent(name: "seen", attributes: ["what": "bird"]))
      span.recordError(CancellationError())
      span.setStatus(SpanStatus(code: .error, message: "no\tgood"))
    }
    let line = span.json(service: "test")
    #expect(!line.contains("\n") && !line.contains("\u{2028}"))
    let object = try object(line)
    #expect(object["name"] as? String == "a \"b\"\n\\ é \u{2028}")
    #expect(object["trace_id"] as? String == span.traceID && span.traceID.count == 32)
    #expect(object["parent_span_id"] == nil)
    #expect(object["kind"] as? String == "internal")
    #expect(object["status"] as? String == "error" && object["message"] as? String == "no\tgood")
    let attributes = try #require(object["attributes"] as? [String: Any])
    #expect(attributes["text"] as? String == "x\u{1}y")
    #expect(attributes["number"] as? Int == -5 && attributes["half"] as? Double == 0.5)
    #expect(attributes["none"] is NSNull && attributes["flag"] as? Bool == true)
    let events = try #require(object["events"] as? [[String: Any]])
    #expect(events.map { $0["name"] as? String } == ["seen", "exception"])
  }

  @Test func `what is said of one span is bounded`() throws {
    let span = try finished("n") { span in
      for number in 0..<100 { span.attributes["a\(number)"] = SpanAttribute.int64(Int64(number)) }
      for _ in 0..<100 { span.addEvent("e") }
    }
    #expect(span.attributes.count == 64 && span.events.count == 32)
    for (count, kept) in [(1_024, 1_024), (1_025, 1_024)] {
      let line = try finished(String(repeating: "n", count: count)).json(service: "test")
      #expect((try object(line)["name"] as? String)?.count == kept)
    }
  }

  @Test func `lines are added to the file of its owner, by several writers`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/spans.jsonl"
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    for service in ["one", "two"] {
      let file = try SpanFile(path: path, service: service, logger: logger)
      for number in 0..<100 { file.write(try finished("span \(number)")) }
      await file.flush()
    }
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 200)
    #expect(try object(lines[0])["service"] as? String == "one")
    #expect(try object(lines[199])["name"] as? String == "span 99")
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
    #expect(mode as? Int == 0o600)
    #expect(throws: (any Error).self) {
      try SpanFile(path: folder.path + "/no/folder", service: "x", logger: logger)
    }
  }
}
