import Foundation
import Logging
import RPCClient
import RPCCore
import RPCLoopback
import RPCServer
import TestSupport

/// What joins client and server in a test.
enum Carrier: CaseIterable, CustomStringConvertible {
  case loopback, tcp, tls, unix
  /// TCP, with handlers and callers on the event loops.
  case loops

  var description: String {
    switch self {
    case .loopback: "loopback"
    case .tcp: "TCP"
    case .tls: "TLS"
    case .unix: "Unix socket"
    case .loops: "event loops"
    }
  }

  /// Gives `body` a client of a server with these routes, and stops both afterwards.
  func run<R: Sendable>(
    _ routes: [Route], limits: Limits = Limits(), clientLimits: Limits = Limits(),
    logger: Logger = .silent, _ body: (Client) async throws -> R
  ) async throws -> R {
    switch self {
    case .loopback:
      return try await withLoopback(
        routes: routes, limits: limits, clientLimits: clientLimits, logger: logger, body)
    case .tcp:
      return try await withServer(
        Server(routes: routes, limits: limits, logger: logger),
        on: .tcp(host: "127.0.0.1", port: 0)
      ) { address in
        try await withClient(to: address, limits: clientLimits, logger: logger, body)
      }
    case .tls:
      let folder = try TemporaryFolder()
      let authority = try await TestAuthority("ours", in: folder.path)
      let tls = TLSServerConfiguration(certificate: try await authority.issue("server"))
      return try await withServer(
        Server(routes: routes, limits: limits, logger: logger, tls: tls),
        on: .tcp(host: "127.0.0.1", port: 0)
      ) { address in
        try await withClient(
          to: address, tls: TLSClientConfiguration(authorities: authority.certificate),
          limits: clientLimits, logger: logger, body)
      }
    case .loops:
      return try await withServer(
        Server(routes: routes, limits: limits, logger: logger, handlerExecution: .eventLoop),
        on: .tcp(host: "127.0.0.1", port: 0)
      ) { address in
        try await withClient(to: address, limits: clientLimits, logger: logger) { client in
          try await withTaskExecutorPreference(client.taskExecutor) { try await body(client) }
        }
      }
    case .unix:
      return try await withTemporaryFolder { folder in
        try await withServer(
          Server(routes: routes, limits: limits, logger: logger), on: .unix(path: folder + "/s")
        ) { address in
          try await withClient(to: address, limits: clientLimits, logger: logger, body)
        }
      }
    }
  }
}

/// Runs a server while `body` does, then drains it.
func withServer<R: Sendable>(
  _ server: Server, on address: Address, _ body: (Address) async throws -> R
) async throws -> R {
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await server.run(on: [address]) }
    let bound = try await server.boundAddresses[0]
    let result: R
    do {
      result = try await body(bound)
    } catch {
      await server.drain(within: .zero)
      throw error
    }
    await server.drain(within: .seconds(10))
    try await group.waitForAll()
    return result
  }
}

/// A folder that is gone afterwards; its path is short enough for a Unix socket in it.
func withTemporaryFolder<R: Sendable>(_ body: (String) async throws -> R) async throws -> R {
  let path = "/tmp/diyml-\(UInt32.random(in: .min ... .max))"
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  do {
    let result = try await body(path)
    try FileManager.default.removeItem(atPath: path)
    return result
  } catch {
    try FileManager.default.removeItem(atPath: path)
    throw error
  }
}

extension Logger {
  /// Says nothing.
  static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
