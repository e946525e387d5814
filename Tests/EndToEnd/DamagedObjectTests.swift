import API
import Foundation
import RPCCore
import SeededRandom
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
          let ids = FindMissingImagesRequest(project: Shop.project, ids: [image])
          let data = DataClient(client)
          #expect(try await data.findMissingImages(ids, options: shop.options).found.isEmpty)
          try await shop.put(SyntheticImages.blobs(.red, seed: 99), "red", client)
          #expect(try await data.findMissingImages(ids, options: shop.options).found.count == 1)
          try await shop.train(World.quickParameters, client)
          let second = try await shop.ended(client)
          #expect(second.state == .succeeded, "\(second.reason)")
        }
      }
    }

    @Test func `every flipped byte of an image is a loss, and the same upload heals it`()
      async throws
    {
      let folder = try TemporaryFolder()
      let path = folder.path + "/data"
      var random = SeededGenerator(seed: 13)
      try await Daemon.with(data: path) { daemon in
        try await daemon.withClient { client in
          let shop = try await Shop(opening: client)
          var images: [(bytes: [UInt8], id: String)] = []
          for seed in 0..<4 as Range<UInt64> {
            let bytes = SyntheticImages.blobs(.blue, seed: seed)
            images.append((bytes, try await shop.put(bytes, "blue", client)))
          }
          for round in 0..<800 {
            let image = images[round % images.count]
            let position = UInt64.random(in: 0..<UInt64(image.bytes.count), using: &random)
            try Self.flip(image.id, in: path, at: position)
            let lost = await #expect(throws: Status.self) { try await shop.read(image.id, client) }
            #expect(lost?.code == .dataLoss, "byte \(position): \(String(describing: lost))")
            #expect(lost?.message.contains(image.id) == true)
            #expect(try await shop.put(image.bytes, nil, client) == image.id)
            #expect(try await shop.read(image.id, client) == image.bytes, "byte \(position)")
          }
          #expect(
            try await shop.list(client).map(\.annotation?.value)
              == Array(repeating: .className("blue"), count: 4))
        }
        let sound = try await Upkeep.run("verify", "--data", path)
        #expect(sound.code == 0, "\(sound.output)")
      }
    }

    @Test func `every flipped byte of a model is a loss, and a backup heals it`() async throws {
      let folder = try TemporaryFolder()
      let (path, backup) = (folder.path + "/data", folder.path + "/backup")
      let (shop, model) = try await Daemon.with(data: path) { daemon in
        let shop = try await daemon.withClient { client in
          let shop = try await Shop(opening: client)
          try await shop.publishModel(client)
          return shop
        }
        #expect(try await Upkeep.run("backup", "--data", path, backup).code == 0)
        return (shop, try #require(try Self.largestObject(in: path)))
      }
      let bytes = UInt64(
        try FileManager.default.attributesOfItem(atPath: Self.path(of: model, in: path))[.size]
          as? Int ?? 0)
      for seed in 0..<4 as Range<UInt64> {
        var random = SeededGenerator(seed: seed)
        // An engine that has the model in memory does not read it again.
        try await Daemon.with(data: path) { daemon in
          try await daemon.withClient { client in
            for round in 0..<60 {
              // The header too: it is some kilobytes of megabytes.
              let end = round % 4 == 0 ? 10_000 : bytes
              let position = UInt64.random(in: 0..<end, using: &random)
              try Self.flip(model, in: path, at: position)
              let lost = await #expect(throws: Status.self) {
                try await shop.infer(InferenceCases.red, client)
              }
              #expect(lost?.code == .dataLoss, "byte \(position): \(String(describing: lost))")
              #expect(lost?.message.contains(model) == true)
              if round < 59 { try Self.flip(model, in: path, at: position) }
            }
            let repair = ["verify", "--data", path, "--repair", "--from", backup]
            let repaired = try await Upkeep.run(repair)
            #expect(repaired.code == 0, "\(repaired.output)")
            try await shop.infer(InferenceCases.red, client)
          }
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
