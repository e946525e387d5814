import Codec
import RPCCore
import Testing

struct MetadataTests {
  @Test
  func `keys are folded, order is kept and values replaced`() {
    var metadata: Metadata = ["B": "1", "a": "2"]
    metadata.add("3", for: "b")
    #expect(metadata.entries.map(\.key) == ["b", "a", "b"])
    #expect(metadata["b"] == "1")
    #expect(metadata.values(for: "b") == [.text("1"), .text("3")])
    metadata["b"] = "4"
    #expect(metadata.entries.map(\.key) == ["a", "b"])
    metadata[binary: "x-bin"] = [0, 255]
    #expect(metadata[binary: "x-bin"] == [0, 255])
    #expect(metadata["x-bin"] == nil)
    metadata["a"] = nil
    #expect(metadata["a"] == nil)
  }

  /// What is not allowed is refused where it is sent.
  @Test(arguments: [
    ("", "value"), ("a b", "value"), ("ü", "value"), ("a/b", "value"),
    (String(repeating: "k", count: 65), "value"), ("key", "line\nbreak"), ("key", "\u{7F}"),
    ("key", "\0"),
  ])
  func `a bad entry is refused`(key: String, text: String) {
    var metadata = Metadata()
    metadata.add(text, for: key)
    let status = #expect(throws: Status.self) { try sent(metadata) }
    #expect(status?.code == .invalidArgument)
  }

  @Test
  func `bytes need a key that says so`() {
    var metadata = Metadata()
    metadata.add([1] as Bytes, for: "key")
    #expect(throws: Status.self) { try sent(metadata) }
  }

  @Test(arguments: [(100, true), (101, false)])
  func `metadata stops at its bytes`(bytes: Int, accepted: Bool) throws {
    let metadata: Metadata = ["k": String(repeating: "v", count: bytes - 33)]
    #expect(metadata.bytes == bytes)
    var tight = Limits()
    tight.metadataBytesMax = 100
    try check(metadata, tight, accepted)
  }

  @Test(arguments: [(5, true), (6, false)])
  func `metadata stops at its entries`(count: Int, accepted: Bool) throws {
    var metadata = Metadata()
    for number in 0..<count { metadata.add("\(number)", for: "k") }
    var tight = Limits()
    tight.metadataEntriesMax = 5
    try check(metadata, tight, accepted)
  }

  /// Judged by who sends and, whatever the sender thought, by who receives.
  private func check(
    _ metadata: Metadata, _ tight: Limits, _ accepted: Bool
  ) throws {
    let loose = try CallRequest(path: "a/b", metadata: metadata)
      .serialized(limits: Limits(), metadataBytesMax: 10_000)
    if accepted {
      #expect(try CallRequest(serialized: loose, limits: tight).metadata == metadata)
      _ = try CallRequest(path: "a/b", metadata: metadata)
        .serialized(limits: tight, metadataBytesMax: tight.metadataBytesMax)
    } else {
      let received = #expect(throws: Status.self) {
        try CallRequest(serialized: loose, limits: tight)
      }
      #expect(received?.code == .resourceExhausted)
      let sent = #expect(throws: Status.self) {
        try CallRequest(path: "a/b", metadata: metadata)
          .serialized(limits: tight, metadataBytesMax: tight.metadataBytesMax)
      }
      #expect(sent?.code == .resourceExhausted)
    }
  }

  private func sent(_ metadata: Metadata) throws -> Bytes {
    try CallRequest(path: "a/b", metadata: metadata)
      .serialized(limits: Limits(), metadataBytesMax: 8_192)
  }
}

struct CallRequestTests {
  @Test
  func `an OPEN survives the wire`() throws {
    var metadata: Metadata = ["authorization": "Bearer ä", "x": ""]
    metadata.add([0, 1, 255] as Bytes, for: "x-bin")
    let request = CallRequest(
      path: "diyml.v1.Auth/Login", timeout: .microseconds(1_234_567), metadata: metadata,
      idempotencyKey: "once", trace: "00-ab-cd-01")
    let bytes = try request.serialized(limits: Limits(), metadataBytesMax: 8_192)
    #expect(try CallRequest(serialized: bytes, limits: Limits()) == request)
  }

  @Test(arguments: [Duration.nanoseconds(1), .zero])
  func `a timeout that is too short to write is not taken for none`(timeout: Duration) throws {
    let bytes = try CallRequest(path: "a/b", timeout: timeout)
      .serialized(limits: Limits(), metadataBytesMax: 100)
    #expect(try CallRequest(serialized: bytes, limits: Limits()).timeout == .microseconds(1))
  }

  @Test
  func `a timeout beyond all bounds is cut`() throws {
    let bytes = try WireOpen(method: "a/b", timeoutMicroseconds: .max).serialized()
    let request = try CallRequest(serialized: bytes, limits: Limits())
    #expect(request.timeout == CallRequest.timeoutMax)
  }

  /// Each name at its limit and one past it.
  @Test(arguments: [
    (256, 128, 64, true), (257, 0, 0, false), (3, 129, 0, false), (3, 0, 65, false),
  ])
  func `names stop at their limits`(path: Int, key: Int, trace: Int, accepted: Bool) throws {
    let wire = WireOpen(
      method: String(repeating: "m", count: path),
      idempotencyKey: String(repeating: "k", count: key),
      trace: String(repeating: "t", count: trace))
    let bytes = try wire.serialized()
    if accepted {
      _ = try CallRequest(serialized: bytes, limits: Limits())
    } else {
      let status = #expect(throws: Status.self) {
        try CallRequest(serialized: bytes, limits: Limits())
      }
      #expect(status?.code == .resourceExhausted)
      #expect(status?.details.isEmpty == false)
    }
  }

  @Test(arguments: [[0xFF], [0x0A, 0x05, 0x41], [0x0A, 0x01, 0xFF]] as [[UInt8]])
  func `bytes that are no OPEN end the call`(bytes: [UInt8]) {
    let status = #expect(throws: Status.self) {
      try CallRequest(serialized: Bytes(bytes), limits: Limits())
    }
    #expect(status?.code == .invalidArgument)
  }
}

struct CallEndingTests {
  @Test
  func `every detail survives the wire`() throws {
    let status = Status(
      .resourceExhausted, "17 wishes; the limit is 3",
      details: [
        .fieldViolation(field: "wishes[3]", description: "one too many"),
        .limitExceeded(name: "wishes", value: 17, limit: 3), .retryAfter(.milliseconds(1_500)),
        .unprocessed, .resource(kind: "wish", name: "peace"),
        .errorInfo(ErrorInfo(reason: "TOO_GREEDY", domain: "genie", metadata: ["wishes": "17"])),
      ])
    let ending = CallEnding(status, trailers: ["cost": "3"])
    #expect(try reread(ending) == ending)
    #expect(Status(WireStatus(status)) == status)
    #expect(status.isUnprocessed && status.info?.reason == "TOO_GREEDY")
  }

  @Test(arguments: [16, 17])
  func `of an error's metadata 16 entries travel`(count: Int) throws {
    let keys = (10..<10 + count).map { "key\($0)" }
    let metadata = Dictionary(uniqueKeysWithValues: keys.map { ($0, "") })
    let status = Status(
      .aborted, "", details: [.errorInfo(ErrorInfo(reason: "R", domain: "d", metadata: metadata))])
    let read = try reread(CallEnding(status)).failure?.info
    #expect(read?.metadata.keys.sorted() == Array(keys.prefix(16)))
  }

  @Test(arguments: StatusCode.allCases.filter { $0 != .ok })
  func `every code survives the wire`(code: StatusCode) throws {
    #expect(try reread(CallEnding(Status(code, "m"))).failure == Status(code, "m"))
  }

  @Test
  func `success takes no bytes`() throws {
    let bytes = try CallEnding().serialized(limits: Limits(), metadataBytesMax: 100)
    #expect(bytes.isEmpty)
    #expect(CallEnding(serialized: bytes, limits: Limits()) == CallEnding())
  }

  @Test(arguments: [UInt32(17), 255, 256, 1 << 20])
  func `a code from the future is unknown`(code: UInt32) throws {
    let bytes = try WireEnd(code: code, message: "m").serialized()
    #expect(CallEnding(serialized: bytes, limits: Limits()).failure == Status(.unknown, "m"))
  }

  @Test
  func `a detail from the future is left out`() throws {
    let known = try WireEnd(code: 5, details: [WireStatusDetail()]).serialized()
    #expect(CallEnding(serialized: known, limits: Limits()).failure == Status(.notFound, ""))
  }

  @Test(arguments: [(4_096, 4_096), (4_097, 4_096), (100_000, 4_096)])
  func `a long message is cut, not lost`(count: Int, kept: Int) throws {
    let ending = CallEnding(Status(.internal, String(repeating: "m", count: count)))
    #expect(try reread(ending).failure?.message.count == kept)
  }

  @Test
  func `details that do not fit in a frame are left out`() throws {
    let long = String(repeating: "x", count: 10_000)
    let details = (0..<16).map { StatusDetail.fieldViolation(field: "\($0)", description: long) }
    let ending = try reread(CallEnding(Status(.invalidArgument, "m", details: details)))
    #expect(ending.failure == Status(.invalidArgument, "m"))
  }

  @Test
  func `an END that makes no sense is a failed call`() {
    #expect(CallEnding(serialized: [0xFF], limits: Limits()).failure?.code == .internal)
  }

  private func reread(_ ending: CallEnding) throws -> CallEnding {
    let bytes = try ending.serialized(limits: Limits(), metadataBytesMax: 8_192)
    #expect(bytes.count <= 64 << 10)
    return CallEnding(serialized: bytes, limits: Limits())
  }
}

struct PeerSettingsTests {
  @Test
  func `settings survive the wire`() throws {
    var limits = Limits()
    limits.streamsMax = 7
    let settings = PeerSettings(limits, agent: "test")
    #expect(try PeerSettings(serialized: settings.serialized()) == settings)
  }

  @Test
  func `what is not set has its initial value`() throws {
    #expect(try PeerSettings(serialized: []) == PeerSettings())
  }

  @Test(arguments: [
    (WireSettings(frameBytesMax: 65_536), true), (WireSettings(frameBytesMax: 65_535), false),
    (WireSettings(frameBytesMax: 16_777_215), true),
    (WireSettings(frameBytesMax: 16_777_216), false),
    (WireSettings(streamWindowBytes: 65_536), true),
    (WireSettings(streamWindowBytes: 65_535), false),
    (WireSettings(connectionWindowBytes: 1 << 20), true),
    (WireSettings(connectionWindowBytes: 1 << 20 - 1), false),
    (WireSettings(connectionWindowBytes: 1 << 30), true),
    (WireSettings(connectionWindowBytes: 1 << 30 + 1), false),
    (WireSettings(agent: String(repeating: "a", count: 64)), true),
    (WireSettings(agent: String(repeating: "a", count: 65)), false),
    (WireSettings(encodings: Array(repeating: .zstd, count: 64)), true),
    (WireSettings(encodings: Array(repeating: .unrecognized(9), count: 65)), false),
  ])
  func `settings stop at their bounds`(wire: WireSettings, accepted: Bool) throws {
    let bytes = try wire.serialized()
    if accepted {
      _ = try PeerSettings(serialized: bytes)
    } else {
      #expect(throws: ConnectionFault.self) { try PeerSettings(serialized: bytes) }
    }
  }
}

struct AddressTests {
  @Test(arguments: [
    ("127.0.0.1:7001", Address.tcp(host: "127.0.0.1", port: 7001)),
    ("localhost:0", .tcp(host: "localhost", port: 0)),
    ("[::1]:65535", .tcp(host: "::1", port: 65535)),
    ("unix:/run/diyml.sock", .unix(path: "/run/diyml.sock")),
  ])
  func `an address is read as it is written`(text: String, address: Address) {
    #expect(Address(text) == address)
    #expect(address.description == text)
  }

  @Test(arguments: [
    "", "host", "host:", ":1", "host:65536", "host:-1", "::1:80", "unix:", "unix:\0",
  ])
  func `what is not a valid address is not read`(text: String) { #expect(Address(text) == nil) }
}
