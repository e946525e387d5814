import API
import Foundation
import Logging
import RPCClient
import RPCCore
import TestSupport
import Testing

extension ProgramTests {
  /// Random calls of every kind by many clients while the server is killed again and again, for
  /// `$DIYML_TORTURE_SECONDS` (`make torture` sets 600; 25 if unset).
  @Suite(.serialized, .timeLimit(.minutes(30))) struct TortureTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let secondsSet = environment["DIYML_TORTURE_SECONDS"].flatMap { Int($0) }
    private static let isLong = secondsSet != nil
    private static let seconds = secondsSet ?? 25
    private static let seed = environment["DIYML_TORTURE_SEED"].flatMap { UInt64($0) } ?? 1
    private static let workers = 12
    private static let connections = 6
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test func `nothing acknowledged is lost, and nothing else appears, however the server dies`()
      async throws
    {
      let start = ContinuousClock.now
      let ledger = TortureLedger()
      let folder = try TemporaryFolder()
      var server = TortureServer(folder: folder, seed: Self.seed, ledger: ledger)
      do {
        server = try await tortured(server, ledger)
        checkFiles(folder, ledger)
      } catch {
        ledger.report(.wrong, "the torture broke off: \(error)")
      }
      let faults = Dictionary(grouping: ledger.faults, by: \.kind).mapValues(\.count)
      let figures = TortureFault.Kind.allCases.map { "\($0)=\(faults[$0] ?? 0)" }
      print(
        "result: torture kills=\(server.kills) operations=\(ledger.operations)"
          + " \(figures.joined(separator: " ")) backups=\(ledger.counts["backup"]?.done ?? 0)"
          + " seconds=\(Int((ContinuousClock.now - start).seconds)) seed=\(Self.seed)")
      if Self.isLong { print(ledger.table) }
      #expect(
        ledger.faults.isEmpty,
        """
        \(ledger.faults.prefix(10).map(\.description).joined(separator: "\n"))
        DIYML_TORTURE_SEED=\(Self.seed)
        \(ledger.table)
        """)
    }

    /// Makes a model in peace, tortures, and looks at everything after a last kill, after a clean stop
    /// and in a backup.
    private func tortured(
      _ server: TortureServer, _ ledger: TortureLedger
    ) async throws -> TortureServer {
      try await withClients(Self.connections, to: server.address) { clients in
        var workers = (0..<Self.workers).map {
          TortureWorker(number: $0, seed: Self.seed, ledger: ledger)
        }
        try await server.serve { try await workers[0].prepare(on: clients[0]) }
        var server = server
        (server, workers) = try await torture(server, workers, clients)
        for _ in 0..<2 {
          try await server.serve {
            for index in workers.indices {
              let client = clients[index % clients.count]
              try await workers[index].checkAll(on: client)
              try await workers[index].checkInferences(on: client)
            }
          }
        }
        try await server.finish { client in
          for index in workers.indices { try await workers[index].checkAll(on: client) }
        }
        return server
      }
    }

    /// All clients at work until the time is up.
    private func torture(
      _ server: TortureServer, _ workers: [TortureWorker], _ clients: [Client]
    ) async throws -> (TortureServer, [TortureWorker]) {
      let end = ContinuousClock.now + .seconds(Self.seconds)
      return try await withThrowingTaskGroup(of: TortureWorker?.self) { group in
        for worker in workers {
          group.addTask {
            var worker = worker
            try await worker.run(on: clients[worker.number % clients.count])
            return worker
          }
        }
        var server = server
        try await server.run(until: end)
        var tired: [TortureWorker] = []
        for try await worker in group { if let worker { tired.append(worker) } }
        return (server, tired.sorted { $0.number < $1.number })
      }
    }

    /// Every stored object has the bytes that its name says.
    private func checkFiles(_ folder: TemporaryFolder, _ ledger: TortureLedger) {
      for url in TestData.files(under: URL(filePath: folder.path + "/data/objects")) {
        guard let bytes = try? Data(contentsOf: url) else { continue }
        if sha256(bytes) != url.lastPathComponent {
          ledger.report(.changed, "the file \(url.lastPathComponent)")
        }
      }
    }

    private func withClients<R>(
      _ count: Int, to address: Address, _ body: ([Client]) async throws -> R
    ) async throws -> R {
      var configuration = ClientConfiguration(addresses: [address])
      configuration.backoff = BackoffPolicy(
        initial: .milliseconds(5), maximum: .milliseconds(20))
      let clients = (0..<count).map { _ in Client(configuration, logger: Self.logger) }
      do {
        let result = try await body(clients)
        for client in clients { await client.close() }
        return result
      } catch {
        for client in clients { await client.close() }
        throw error
      }
    }
  }
}
