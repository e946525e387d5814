import Codec
import Foundation
import Logging
import RPCClient
import RPCCore
import RPCServer
import Synchronization

/// The message of the tests: one that every build of RPCCore has.
typealias Item = WireMetadataEntry

/// The methods that the tests call.
enum Methods {
  static let read = MethodDescriptor(
    service: "t.T", name: "Read", kind: .unary, idempotency: .noSideEffects)
  static let write = MethodDescriptor(service: "t.T", name: "Write", kind: .unary)
  static let watch = MethodDescriptor(
    service: "t.T", name: "Watch", kind: .serverStreaming, idempotency: .noSideEffects)
  static let collect = MethodDescriptor(
    service: "t.T", name: "Collect", kind: .clientStreaming, idempotency: .idempotent)
}

/// Counts calls, from handlers of any thread.
final class Counter: Sendable {
  private let value = Atomic(0)

  var count: Int { value.load(ordering: .sequentiallyConsistent) }

  /// Counts one more; returns how many there were before.
  @discardableResult
  func next() -> Int { value.add(1, ordering: .sequentiallyConsistent).oldValue }
}

/// Something took longer than a test allows.
struct Overdue: Error { let what: String }

/// Looks again and again, with short pauses, until a condition holds that nothing tells of.
func eventually(_ what: String, _ holds: () -> Bool) async throws {
  let start = ContinuousClock.now
  while !holds() {
    guard ContinuousClock.now - start < .seconds(20) else { throw Overdue(what: what) }
    try await Task.sleep(for: .milliseconds(2))
  }
}

/// How a test's server ends.
enum Ending: CaseIterable { case drained, killed }

let anyAddress = Address.tcp(host: "127.0.0.1", port: 0)

/// Runs a server while `body` does, then ends it.
func withServer<R: Sendable>(
  _ routes: [Route], on address: Address = anyAddress, limits: Limits = Limits(),
  ending: Ending = .drained, _ body: (Address, Server) async throws -> R
) async throws -> R {
  let server = Server(routes: routes, limits: limits, logger: .silent)
  return try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await server.run(on: [address]) }
    let result: Result<R, any Error>
    do {
      let bound = try await server.boundAddresses[0]
      result = .success(try await body(bound, server))
    } catch {
      result = .failure(error)
    }
    switch ending {
    case .drained: await server.drain(within: .seconds(10))
    case .killed: group.cancelAll()
    }
    try await group.waitForAll()
    return try result.get()
  }
}

/// A client with short waits, unless `change` says otherwise.
func withTestClient<R: Sendable>(
  _ addresses: [Address], _ change: (inout ClientConfiguration) -> Void = { _ in },
  _ body: (Client) async throws -> R
) async throws -> R {
  var configuration = ClientConfiguration(addresses: addresses)
  configuration.backoff = BackoffPolicy(initial: .milliseconds(5), maximum: .milliseconds(20))
  change(&configuration)
  return try await withClient(configuration, logger: .silent, body)
}

/// A folder that is gone afterwards; its path is short enough for a Unix socket in it.
func withTemporaryFolder<R: Sendable>(_ body: (String) async throws -> R) async throws -> R {
  let path = "/tmp/diyml-\(UInt32.random(in: .min ... .max))"
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  let result: Result<R, any Error>
  do {
    result = .success(try await body(path))
  } catch {
    result = .failure(error)
  }
  try FileManager.default.removeItem(atPath: path)
  return try result.get()
}

extension Route {
  /// Answers `read` or `write`.
  static func answer(
    _ method: MethodDescriptor = Methods.read,
    _ handler: @escaping @Sendable (Item, ServerContext) async throws -> Item = { item, _ in item }
  ) -> Route {
    .unary(method, handler)
  }
}

extension Client {
  /// Calls `read` or another unary method.
  @discardableResult
  func ask(
    _ key: String = "", _ method: MethodDescriptor = Methods.read,
    options: CallOptions = CallOptions()
  ) async throws -> String {
    let answer: Item = try await unary(method, Item(key: key), options: options)
    return answer.key
  }
}

extension Logger {
  /// Says nothing.
  static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
