import API
import Foundation
import RPCCore
import TestSupport
import Testing

extension ProgramTests {
  /// Files that changed on the disk, as far as an engine meets them.
  @Suite(.serialized, .timeLimit(.minutes(5))) struct DamagedObjectTests {
    @Test func `a damaged model answers nothing, and a damaged image ends its training`()
      async throws
    {
      let folder = try TemporaryFolder()
      let path = folder.path + "/data"
      try await Daemon.with(data: path) { daemon in
        try await daemon.withClient { client in
          let shop = try await Shop(opening: client)
          let image = try await shop.put(SyntheticImages.blobs(.red, seed: 99), "red", client)
          try await shop.publishModel(client)
          let model = try #require(try Self.largestObject(in: path))
          try Self.flip(model, in: path, at: 100_000)
          let refused = await #expect(throws: Status.self) {
            try await shop.infer(InferenceCases.red, client)
          }
          #expect(refused?.code == .dataLoss)
          #expect(refused?.message.contains(model) == true)
          try Self.flip(model, in: path, at: 100_000)
          try await shop.infer(InferenceCases.red, client)

          try Self.flip(image, in: path, at: 200)
          try await shop.train(World.quickParameters, client)
          let job = try await shop.ended(client)
          #expect(job.state == .failed)
          #expect(job.reason.contains("\(image) is damaged"), "the reason is '\(job.reason)'")

          // The same bytes again heal it, as the server now says it lacks them.
          let ids = FindDataPointsRequest(project: Shop.project, ids: [image])
          let data = DataClient(client)
          #expect(try await data.findDataPoints(ids, options: shop.options).found.isEmpty)
          try await shop.put(SyntheticImages.blobs(.red, seed: 99), "red", client)
          #expect(try await data.findDataPoints(ids, options: shop.options).found.count == 1)
          try await shop.train(World.quickParameters, client)
          let second = try await shop.ended(client)
          #expect(second.state == .succeeded, "\(second.reason)")
        }
      }
    }

    private static func path(of hash: String, in data: String) -> String {
      "\(data)/objects/\(hash.prefix(2))/\(hash.dropFirst(2).prefix(2))/\(hash)"
    }

    /// The hash of the object with the most bytes.
    private static func largestObject(in data: String) throws -> String? {
      let files = FileManager.default.enumerator(
        at: URL(filePath: data + "/objects"), includingPropertiesForKeys: [.fileSizeKey])
      let urls = (files?.allObjects ?? []).compactMap { $0 as? URL }
      let sizes = try urls.map {
        (try $0.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0, $0)
      }
      return sizes.max { $0.0 < $1.0 }?.1.lastPathComponent
    }

    /// Changes one bit; the same call again changes it back.
    private static func flip(_ hash: String, in data: String, at position: UInt64) throws {
      let file = try FileHandle(forUpdating: URL(filePath: path(of: hash, in: data)))
      try file.seek(toOffset: position)
      let byte = try #require(try file.read(upToCount: 1)?.first)
      try file.seek(toOffset: position)
      try file.write(contentsOf: [byte ^ 1])
      try file.close()
    }
  }
}
