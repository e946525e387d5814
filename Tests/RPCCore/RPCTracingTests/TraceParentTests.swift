import SeededRandom
import Testing

@testable import RPCTracing

private let trace = "0af7651916cd43dd8448eb211c80319c"
private let span = "b7ad6b7169203331"

struct TraceParentTests {
  @Test(arguments: [("00", false), ("01", true), ("03", true), ("fe", false)])
  func `a parent is read and written as the standard has it`(
    flags: String, isSampled: Bool
  ) throws {
    let parent = try #require(TraceParent("00-\(trace)-\(span)-\(flags)"))
    #expect(parent.traceText == trace && parent.spanText == span)
    #expect(parent.isSampled == isSampled)
    #expect(parent.description == "00-\(trace)-\(span)-\(isSampled ? "01" : "00")")
  }

  @Test(arguments: [
    "01-\(trace)-\(span)-01", "cc-\(trace)-\(span)-01-more", "01-\(trace)-\(span)-01-23456789",
  ])
  func `of later versions the beginning counts`(text: String) throws {
    #expect(text.utf8.count <= 64 || TraceParent(text) == nil)
    if text.utf8.count <= 64 { #expect(TraceParent(text)?.spanText == span) }
  }

  private static let zeros = String(repeating: "0", count: 32)
  private static let malformed: [String] = [
    "", "-", "00", "00-\(trace)-\(span)", "00-\(trace)-\(span)-", "00-\(trace)-\(span)-0",
    "00-\(trace)-\(span)-011", "00-\(trace)-\(span)-01-", "00-\(trace)-\(span)-01-x",
    "ff-\(trace)-\(span)-01", "01-\(trace)-\(span)-01x", "0-\(trace)-\(span)-011",
    "00-\(trace.uppercased())-\(span)-01", "00-\(trace)-\(span.uppercased())-01",
    "00-\(zeros)-\(span)-01",
    "00-\(trace)-\(zeros.prefix(16))-01",
    "00_\(trace)-\(span)-01", "00-\(trace)_\(span)-01", "00-\(trace)-\(span)_01",
    " 00-\(trace)-\(span)-01", "00-\(trace.dropLast())g-\(span)-01", "00-\(trace)-\(span)-é",
    "01-\(trace)-\(span)-01-234567890", String(repeating: "0", count: 100_000),
  ]

  @Test(arguments: malformed)
  func `what the standard does not allow is not a parent`(text: String) {
    #expect(TraceParent(text) == nil)
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `any bytes are a parent that is written the same, or none`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var bytes = Array("00-\(trace)-\(span)-01".utf8)
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      bytes[Int.random(in: 0..<55, using: &random)] = UInt8.random(in: 32...126, using: &random)
    }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let parent = TraceParent(text) else { return }
    #expect(parent.description.dropFirst(2).dropLast(2) == text.dropFirst(2).dropLast(2))
    #expect(TraceParent(parent.description) == parent)
  }
}

struct TraceStateTests {
  private static func members(_ count: Int) -> String {
    (0..<count).map { "k\($0)=v" }.joined(separator: ",")
  }

  private static func long(_ count: Int) -> String {
    "a=" + String(repeating: "v", count: 250) + ",b=" + String(repeating: "v", count: count - 255)
  }

  private static func repeated(_ text: String, _ count: Int) -> String {
    String(repeating: text, count: count)
  }

  private static let cases: [(String, Bool)] = [
    ("a=b", true), ("a=b, c=d", true), ("a=b,,c=d", true), ("0a@b/c*d_e-f=x y", true),
    (members(32), true), (members(33), false), (long(511), true), (long(512), false),
    (repeated("k", 256) + "=v", true),
    (repeated("k", 257) + "=v", false),
    ("a=" + repeated("v", 256), true),
    ("a=" + repeated("v", 257), false), ("", false), (",", false), ("a", false),
    ("a=", false), ("=b", false), ("A=b", false), ("a=b=c", false), ("a=b,a=c", false),
    ("a=é", false), ("_a=b", false),
  ]

  @Test(arguments: cases)
  func `a state is passed on as it is, or not at all`(text: String, isTaken: Bool) {
    #expect(TraceState.checked(text) == (isTaken ? text : nil))
  }
}
