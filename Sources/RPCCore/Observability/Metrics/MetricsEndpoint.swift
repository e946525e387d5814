public import Logging
import NIOCore
import NIOPosix
import Synchronization

/// Answers `GET /metrics` over HTTP/1.1, and nothing else: one request a connection, within limits.
///
/// It asks nobody who they are, so it belongs on a loopback address.
public final class MetricsEndpoint: Sendable {
  /// Bytes of a request up to its empty line, at most.
  static let requestBytesMax = 8 << 10
  /// Connections at once; further ones are closed.
  static let connectionsMax = 16
  /// Time from a connection's beginning to its end.
  static let connectionTimeout = TimeAmount.seconds(5)

  private let logger: Logger
  private let text: @Sendable () async -> String
  /// How many connections are open.
  private let open = Mutex(0)

  /// Makes an endpoint that answers with `text`.
  public init(logger: Logger, text: @escaping @Sendable () async -> String) {
    self.logger = logger
    self.text = text
  }

  /// Answers until cancelled; tells `started` the port, once it listens.
  ///
  /// - Throws: if the address cannot be listened on.
  public func run(
    host: String, port: Int, started: @Sendable (Int) -> Void = { _ in }
  ) async throws {
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .bind(host: host, port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          channel.eventLoop.scheduleTask(in: Self.connectionTimeout) {
            channel.close(promise: nil)
          }
          return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    started(server.channel.localAddress?.port ?? port)
    try await server.executeThenClose { connections in
      try await withThrowingDiscardingTaskGroup { group in
        for try await connection in connections {
          group.addTask { await self.serve(connection) }
        }
      }
    }
  }

  private func serve(_ connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async {
    let isWelcome = open.withLock { open in
      guard open < Self.connectionsMax else { return false }
      open += 1
      return true
    }
    defer { if isWelcome { open.withLock { $0 -= 1 } } }
    do {
      try await connection.executeThenClose { input, output in
        guard isWelcome else { return }
        var request = HTTPRequest()
        for try await bytes in input {
          guard let outcome = request.append(bytes) else { continue }
          try await output.write(ByteBuffer(string: answer(outcome)))
          return
        }
      }
    } catch {
      logger.debug("a reader of the metrics went away: \(error)")
    }
  }

  private func answer(_ outcome: HTTPRequest.Outcome) async -> String {
    switch outcome {
    case .metrics: HTTPRequest.answer("200 OK", await text())
    case .refused(let status): HTTPRequest.answer(status, status + "\n")
    }
  }
}

/// A request as it arrives; it is judged by its first line.
struct HTTPRequest {
  enum Outcome: Equatable {
    case metrics
    case refused(String)
  }

  private var bytes: [UInt8] = []

  /// Takes more of the request; what is to be answered, once that is known.
  mutating func append(_ more: ByteBuffer) -> Outcome? {
    bytes += more.readableBytesView.prefix(MetricsEndpoint.requestBytesMax + 1 - bytes.count)
    guard let end = Self.end(of: bytes) else {
      return bytes.count > MetricsEndpoint.requestBytesMax
        ? .refused("431 Request Header Fields Too Large") : nil
    }
    guard end <= MetricsEndpoint.requestBytesMax else {
      return .refused("431 Request Header Fields Too Large")
    }
    let line = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0" else {
      return .refused("400 Bad Request")
    }
    guard words[0] == "GET" else { return .refused("405 Method Not Allowed") }
    let path = words[1].prefix { $0 != "?" }
    return path == "/metrics" ? .metrics : .refused("404 Not Found")
  }

  /// Where the empty line ends.
  private static func end(of bytes: [UInt8]) -> Int? {
    let mark = Array("\r\n\r\n".utf8)
    guard bytes.count >= mark.count else { return nil }
    return (0...bytes.count - mark.count).first { bytes[$0..<$0 + mark.count].elementsEqual(mark) }
      .map { $0 + mark.count }
  }

  static func answer(_ status: String, _ body: String) -> String {
    "HTTP/1.1 \(status)\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
      + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n" + body
  }
}
