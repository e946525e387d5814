import CoreMetrics
import NIOCore
import Testing

@testable import RPCMetrics

@Suite struct RegistryTests {
  @Test func `counters and gauges are written with their labels, sorted`() {
    let registry = PrometheusRegistry()
    registry.makeCounter(label: "b_total", dimensions: [("code", "a\"b\\c\nd")]).increment(by: 2)
    registry.makeCounter(label: "b_total", dimensions: [("code", "a\"b\\c\nd")]).increment(by: 3)
    registry.makeMeter(label: "a.size", dimensions: []).set(1.5)
    #expect(
      registry.text == """
        # TYPE a_size gauge
        a_size 1.5
        # TYPE b_total counter
        b_total{code="a\\"b\\\\c\\nd"} 5

        """)
  }

  @Test func `a time falls into the bucket whose bound it does not pass`() {
    let registry = PrometheusRegistry()
    let timer = registry.makeTimer(label: "t", dimensions: [("m", "x")])
    timer.recordNanoseconds(1_000_000)
    timer.recordNanoseconds(1_000_001)
    timer.recordNanoseconds(61_000_000_000)
    let lines = registry.text.split(separator: "\n")
    #expect(lines.contains(#"t_bucket{m="x",le="0.0005"} 0"#))
    #expect(lines.contains(#"t_bucket{m="x",le="0.001"} 1"#))
    #expect(lines.contains(#"t_bucket{m="x",le="0.0025"} 2"#))
    #expect(lines.contains(#"t_bucket{m="x",le="60"} 2"#))
    #expect(lines.contains(#"t_bucket{m="x",le="+Inf"} 3"#))
    #expect(lines.contains(#"t_count{m="x"} 3"#))
  }

  @Test func `series past the limit are dropped`() {
    let registry = PrometheusRegistry(seriesMax: 2)
    for name in ["a", "b", "c"] {
      registry.makeCounter(label: name, dimensions: []).increment(by: 1)
    }
    #expect(registry.text == "# TYPE a counter\na 1\n# TYPE b counter\nb 1\n")
  }

  @Test(arguments: [
    ("GET /metrics HTTP/1.1\r\n\r\n", HTTPRequest.Outcome.metrics),
    ("GET /metrics?x=1 HTTP/1.0\r\nHost: a\r\n\r\n", .metrics),
    ("GET / HTTP/1.1\r\n\r\n", .refused("404 Not Found")),
    ("POST /metrics HTTP/1.1\r\n\r\n", .refused("405 Method Not Allowed")),
    ("GET /metrics HTTP/2\r\n\r\n", .refused("400 Bad Request")),
    ("nonsense\r\n\r\n", .refused("400 Bad Request")),
  ])
  func `a request is judged by its first line, wherever it is cut`(
    text: String, outcome: HTTPRequest.Outcome
  ) {
    var whole = HTTPRequest()
    #expect(whole.append(ByteBuffer(string: text)) == outcome)
    var cut = HTTPRequest()
    for byte in text.utf8.dropLast() { #expect(cut.append(ByteBuffer(bytes: [byte])) == nil) }
    #expect(cut.append(ByteBuffer(string: "\n")) == outcome)
  }

  @Test(arguments: [
    (MetricsEndpoint.requestBytesMax, true), (MetricsEndpoint.requestBytesMax + 1, false),
  ])
  func `a request has at most so many bytes`(bytes: Int, isTaken: Bool) {
    let line = "GET /metrics HTTP/1.1\r\nx: "
    let filling = String(repeating: "y", count: bytes - line.utf8.count - 4)
    var request = HTTPRequest()
    let outcome = request.append(ByteBuffer(string: line + filling + "\r\n\r\n"))
    #expect(outcome == (isTaken ? .metrics : .refused("431 Request Header Fields Too Large")))
  }
}
