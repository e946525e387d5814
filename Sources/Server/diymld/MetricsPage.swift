internal import EngineHost
internal import Foundation
internal import Logging
internal import RPCCore
internal import RPCMetrics
internal import RPCServer
internal import Store

/// The page that Prometheus reads, and what is counted for it.
struct MetricsPage: Sendable {
  /// What has to see every call.
  let calls: CallMetrics
  private let host: String
  private let port: Int
  private let registry: PrometheusRegistry
  private let jobs: JobMetrics
  private let logger: Logger

  init(host: String, port: Int, store: DataStore, engines: Engines, logger: Logger) {
    self.host = host
    self.port = port
    self.logger = logger
    registry = PrometheusRegistry()
    calls = CallMetrics(factory: registry)
    jobs = JobMetrics(store: store, engines: engines, factory: registry, logger: logger)
  }

  /// Answers who reads the page, until cancelled.
  ///
  /// - Throws: if the address cannot be listened on.
  func run(of server: Server) async throws {
    let connections = ConnectionMetrics(factory: registry)
    let endpoint = MetricsEndpoint(logger: logger) {
      await connections.look(at: server)
      await jobs.look()
      return registry.text
    }
    try await endpoint.run(host: host, port: port) { port in
      logger.notice("metrics at http://\(Address.tcp(host: host, port: port))/metrics")
    }
  }
}
