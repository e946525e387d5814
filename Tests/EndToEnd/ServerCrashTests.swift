import API
import Foundation
import RPCCore
import Synchronization
import TestSupport
import Testing

extension ProgramTests {
  /// `kill -9` of the server.
  @Suite(.serialized, .timeLimit(.minutes(5))) struct ServerCrashTests {
    /// Images that the server has acknowledged, and those that were sent to it.
    private final class Ledger: Sendable {
      private let state = Mutex((acknowledged: Set<String>(), sent: Set<String>(), next: UInt64(0)))

      var acknowledged: Set<String> { state.withLock { $0.acknowledged } }
      var sent: Set<String> { state.withLock { $0.sent } }

      /// An image that nobody has sent before.
      func nextImage() -> [UInt8] {
        let seed = state.withLock { state in
          state.next += 1
          return state.next
        }
        let image = SyntheticImages.blobs(.red, seed: 50_000 + seed, side: 40)
        let id = sha256(image)
        state.withLock { _ = $0.sent.insert(id) }
        return image
      }

      func acknowledge(_ ids: [String]) { state.withLock { $0.acknowledged.formUnion(ids) } }
    }

    @Test(arguments: [1, 10, 40])
    func `what was acknowledged survives and nothing else is half there`(
      acknowledgements: Int
    ) async throws {
      let folder = try TemporaryFolder()
      let ledger = Ledger()
      let data = folder.path + "/data"
      let shop = try await Daemon.with(data: data) { daemon in
        let shop = try await daemon.withClient { try await Shop(opening: $0) }
        try await uploadUntilKilled(daemon, shop, ledger, after: acknowledgements)
        return shop
      }
      try await Daemon.with(data: data) { daemon in
        try await daemon.withClient { client in
          try await checkContents(shop, ledger, client)
          try await checkFolder(folder, try await shop.list(client).map(\.id))
          let image = SyntheticImages.blobs(.blue, seed: 60_000)
          let id = try await shop.put(image, "blue", client)
          #expect(id == sha256(image), "uploads work again")
        }
      }
    }

    /// Uploads over several connections in both ways; kills the server in the middle of it.
    private func uploadUntilKilled(
      _ daemon: Daemon, _ shop: Shop, _ ledger: Ledger, after acknowledgements: Int
    ) async throws {
      await withTaskGroup(of: Void.self) { group in
        for worker in 0..<4 {
          group.addTask {
            // Ends with the first failure, which the kill brings.
            _ = try? await daemon.withClient { client in
              while !Task.isCancelled {
                if worker.isMultiple(of: 2) {
                  ledger.acknowledge([try await shop.put(ledger.nextImage(), "red", client)])
                } else {
                  let answer = try await shop.putAll(
                    (0..<3).map { _ in ledger.nextImage() }, client)
                  ledger.acknowledge(answer.stored.compactMap { $0.image?.id })
                }
              }
            }
          }
        }
        group.addTask {
          do {
            try await eventually(within: .seconds(60), "\(acknowledgements) images") {
              ledger.acknowledged.count >= acknowledgements
            }
          } catch {
            Issue.record(error)
          }
          daemon.process.signal(SIGKILL)
        }
      }
      #expect(await daemon.process.ending() == .signalled(SIGKILL))
    }

    private func checkContents(_ shop: Shop, _ ledger: Ledger, _ caller: any Caller) async throws {
      let points = try await shop.list(caller)
      let ids = Set(points.map(\.id))
      #expect(ids.isSuperset(of: ledger.acknowledged), "an acknowledged image is gone")
      #expect(ids.isSubset(of: ledger.sent), "an image came from nowhere")
      for point in points {
        let bytes = try await shop.read(point.id, caller)
        #expect(sha256(bytes) == point.id, "an image is not whole")
        #expect(point.sizeBytes == Int64(bytes.count) && point.width == 40)
      }
      let project = try await DataClient(caller).getProject(
        GetProjectRequest(project: Shop.project), options: shop.options)
      #expect(project.imageCount == Int32(points.count))
      print(
        "crash: \(ledger.acknowledged.count) acknowledged, \(points.count) stored,"
          + " \(ledger.sent.count) sent")
    }

    private func checkFolder(_ folder: TemporaryFolder, _ ids: [String]) async throws {
      #expect(try folder.files(in: "data/staging").isEmpty)
      // What nothing refers to is removed while the server serves already.
      try await eventually(within: .seconds(10), "the removal of what nothing refers to") {
        let files = try folder.files(in: "data/objects").map { URL(filePath: $0).lastPathComponent }
        return Set(files) == Set(ids)
      }
    }

    /// Projects that were asked for, each under a key, and how many answers came.
    private final class KeyedProjects: Sendable {
      private let state = Mutex((keys: [String: String](), answers: 0))

      var keys: [String: String] { state.withLock { $0.keys } }
      var answers: Int { state.withLock { $0.answers } }

      /// Asks for a project under a new key.
      func ask(_ name: String, _ shop: Shop, _ client: any Caller) async throws {
        let key = CallOptions.newIdempotencyKey()
        state.withLock { $0.keys[name] = key }
        try await make(name, key, shop, client)
        state.withLock { $0.answers += 1 }
      }

      func make(_ name: String, _ key: String, _ shop: Shop, _ client: any Caller) async throws {
        var options = shop.options
        options.idempotencyKey = key
        _ = try await DataClient(client).createProject(
          CreateProjectRequest(project: name, type: .detection), options: options)
      }
    }

    @Test func `a call with a key is done once, however the server dies`() async throws {
      let folder = try TemporaryFolder()
      let data = folder.path + "/data"
      let projects = KeyedProjects()
      let shop = try await Daemon.with(data: data) { daemon in
        let shop = try await daemon.withClient { try await Shop(opening: $0) }
        await withTaskGroup(of: Void.self) { group in
          for worker in 0..<4 {
            group.addTask {
              // Ends with the first failure, which the kill brings.
              _ = try? await daemon.withClient { client in
                for number in 0..<100 {
                  try await projects.ask("p\(worker)-\(number)", shop, client)
                }
              }
            }
          }
          group.addTask {
            do {
              try await eventually(within: .seconds(60), "30 projects") { projects.answers >= 30 }
            } catch {
              Issue.record(error)
            }
            daemon.process.signal(SIGKILL)
          }
        }
        return shop
      }
      try await Daemon.with(data: data) { daemon in
        try await daemon.withClient { client in
          // Done or not, answered or not: each is asked for again, and each succeeds.
          for (name, key) in projects.keys { try await projects.make(name, key, shop, client) }
          let made = try await DataClient(client).listProjects(
            ListProjectsRequest(pageSize: 1_000), options: shop.options
          ).projects
          #expect(Set(made.map(\.name)) == Set(projects.keys.keys).union(["pets"]))
        }
      }
    }

    @Test func `no engine outlives its server`() async throws {
      let folder = try TemporaryFolder()
      let engines = try await Daemon.with(data: folder.path + "/data") { daemon in
        try await daemon.withClient { client in
          let shop = try await Shop(opening: client)
          try await shop.fill(client)
          try await shop.train(TrainingParameters(epochs: 1_000, inputSide: 64), client)
        }
        let engines = [try await daemon.inferenceEngine(), try await daemon.trainingEngine()]
        daemon.process.signal(SIGKILL)
        return engines
      }
      try await eventually(within: .seconds(10), "the end of the engines") {
        !engines.contains(where: ProcessTable.isRunning)
      }
    }

    @Test func `a training that was cut off is failed after the restart, and can be done again`()
      async throws
    {
      let folder = try TemporaryFolder()
      let data = folder.path + "/data"
      let shop = try await Daemon.with(data: data) { daemon in
        let shop = try await daemon.withClient { client in
          let shop = try await Shop(opening: client)
          try await shop.fill(client)
          try await shop.train(TrainingParameters(epochs: 1_000, inputSide: 64), client)
          return shop
        }
        _ = try await daemon.trainingEngine()
        daemon.process.signal(SIGKILL)
        return shop
      }
      try await Daemon.with(data: data) { daemon in
        try await daemon.withClient { client in
          let job = try await shop.ended(client)
          #expect(job.state == .failed && !job.reason.isEmpty)
          try await shop.train(World.quickParameters, client)
          let second = try await shop.ended(client)
          #expect(second.state == .succeeded, "\(second.reason)")
        }
      }
    }
  }
}
