import API
import Foundation
import GRDB
import RPCCore
import TestSupport
import Testing

extension ProgramTests {
  /// The commands that look after a folder, as the one who runs them sees them.
  @Suite(.serialized, .timeLimit(.minutes(5))) struct UpkeepDaemonTests {
    @Test func `a served store is backed up, looked at and restored elsewhere`() async throws {
      let folder = try TemporaryFolder()
      let data = folder.path + "/data"
      let (shop, ids) = try await Daemon.with(data: data) { daemon in
        let (shop, ids) = try await daemon.withClient { client in
          let shop = try await Shop(opening: client)
          var ids: [String] = []
          for seed in 0..<4 as Range<UInt64> {
            ids.append(try await shop.put(SyntheticImages.blobs(.red, seed: seed), "red", client))
          }
          return (shop, ids)
        }
        let first = try await Upkeep.run(
          "backup", "--data", data, folder.path + "/backup", "--json")
        #expect(first.code == 0 && first.result["copied"] as? String == "4", "\(first.output)")
        let second = try await Upkeep.run(
          "--data", data, "backup", folder.path + "/backup", "--json")
        #expect(second.code == 0 && second.result["copied"] == nil, "\(second.output)")
        #expect(second.result["objects"] as? String == "4")
        let status = try await Upkeep.run("status", "--data", data, "--json")
        #expect(status.result["images"] as? String == "4")
        #expect(status.result["serverProcess"] as? Int == Int(daemon.process.id))
        #expect(status.result["backupTarget"] as? String == folder.path + "/backup")
        let sound = try await Upkeep.run("verify", "--data", data)
        #expect(sound.code == 0 && sound.output.contains("no fault"), "\(sound.output)")
        return (shop, ids)
      }
      let restored = folder.path + "/restored"
      let restore = try await Upkeep.run("restore", folder.path + "/backup", restored, "--json")
      #expect(restore.code == 0 && restore.result["objects"] as? String == "4", "\(restore.output)")
      try await Daemon.with(data: restored) { daemon in
        try await daemon.withClient { client in
          let listed = try await shop.list(client)
          #expect(listed.map(\.id).sorted() == ids.sorted())
          for id in ids {
            let bytes = try await shop.read(id, client)
            #expect(sha256(bytes) == id)
          }
        }
      }
    }

    @Test func `the server finds a fault and repairs it from a backup`() async throws {
      let folder = try TemporaryFolder()
      let data = folder.path + "/data"
      try await Daemon.with(data: data) { daemon in
        let image = SyntheticImages.blobs(.red, seed: 1)
        let (shop, id) = try await daemon.withClient { client in
          let shop = try await Shop(opening: client)
          return (shop, try await shop.put(image, "red", client))
        }
        _ = try await Upkeep.run("backup", "--data", data, folder.path + "/backup")
        let file = "\(data)/objects/\(id.prefix(2))/\(id.dropFirst(2).prefix(2))/\(id)"
        try Data(image.dropLast() + [image[image.count - 1] ^ 1]).write(to: URL(filePath: file))
        let found = try await Upkeep.run("verify", "--data", data)
        #expect(found.code == 2 && found.output.contains("damaged: ada/pets"), "\(found.output)")
        let repaired = try await Upkeep.run(
          "verify", "--data", data, "--repair", "--from", folder.path + "/backup")
        #expect(repaired.code == 0 && repaired.output.contains("[repaired]"), "\(repaired.output)")
        #expect(try await Upkeep.run("verify", "--data", data).code == 0)
        let read = try await daemon.withClient { try await shop.read(id, $0) }
        #expect(read == image)
      }
    }

    @Test func `what is refused has a code of its own and says why`() async throws {
      let folder = try TemporaryFolder()
      let data = folder.path + "/data"
      try Data([1]).write(to: URL(filePath: folder.path + "/photo"))
      try await Daemon.with(data: data) { _ in
        let cases: [([String], Int32, String)] = [
          (["backup", "--data", data, folder.path], 3, "lies in"),
          (["backup", "--data", data, data + "/x"], 3, "lies in"),
          (["restore", data, folder.path + "/new"], 4, "another server uses"),
          (["restore", data, folder.path], 3, "lies in"),
          (["verify", "--data", folder.path], 3, "there is no store"),
          (["verify", "--data", data, "--from", "x"], 64, "--from needs --repair"),
          (["--data", data, "--listen", "127.0.0.1:0", "--weights", TestData.weights], 4, data),
          (["backup", "--data", data], 64, "<target>"), (["gc"], 64, "--data"),
          (["verify", "--data", folder.path, "--json"], 3, "{\"code\":9,\"message\":"),
          (["backup", "--data", data, "--json"], 64, "{\"code\":3,\"message\":\"Missing expected"),
        ]
        for (arguments, code, words) in cases {
          let ended = try await Upkeep.run(arguments)
          #expect(
            ended.code == code && ended.output.contains(words), "\(arguments): \(ended.output)")
        }
      }
    }

    @Test(
      arguments: [
        ("INSERT INTO grdb_migrations VALUES ('999 far away')", 5, "version 999"),
        // Its tables are there already, so these steps cannot be done again.
        ("DELETE FROM grdb_migrations WHERE identifier >= '006'", 6, "is as it was"),
      ] as [(String, Int32, String)])
    func `a store of another version has a code of its own`(
      change: String, code: Int32, words: String
    ) async throws {
      let folder = try TemporaryFolder()
      let data = folder.path + "/data"
      try await Daemon.with(data: data) { _ in }
      let database = try DatabaseQueue(path: data + "/diyml.sqlite")
      try await database.write { try $0.execute(sql: change) }
      try database.close()
      let before = try Data(contentsOf: URL(filePath: data + "/diyml.sqlite"))
      let served = try await Upkeep.run(
        "--data", data, "--listen", "127.0.0.1:0", "--weights", TestData.weights)
      #expect(served.code == code && served.output.contains(words), "\(served.output)")
      #expect(try Data(contentsOf: URL(filePath: data + "/diyml.sqlite")) == before)
    }

    @Test(.enabled(if: SmallDisk.refusal == nil, "\(SmallDisk.refusal ?? "")"))
    func `a backup to a full disk has a code of its own and leaves the one before`() async throws {
      let disk = try SmallDisk(mebibytes: 64)
      let folder = try TemporaryFolder()
      let (data, backup) = (folder.path + "/data", disk.path + "/backup")
      try await fill(data, bytes: 20 << 20)
      #expect(try await Upkeep.run("backup", "--data", data, backup).code == 0)
      let larger = folder.path + "/larger"
      try await fill(larger, bytes: 100 << 20)
      let refused = try await Upkeep.run("backup", "--data", larger, disk.path + "/other")
      #expect(refused.code == 7 && refused.output.contains("disk is full"), "\(refused.output)")
      let sound = try await Upkeep.run("verify", "--data", backup)
      #expect(sound.code == 0, "\(sound.output)")
    }

    @Test func `an interrupted backup leaves the one before, and the next goes on`() async throws {
      let folder = try TemporaryFolder()
      let (data, backup) = (folder.path + "/data", folder.path + "/backup")
      try await fill(data, bytes: 200 << 20)
      let arguments = ["backup", "--data", data, backup]
      let output = try await ProgramProcess.with(Upkeep.program, arguments + ["--json"]) {
        process in
        // The first line of progress comes once the work has begun.
        _ = try await within(.seconds(60), "the beginning") {
          await process.line(with: "\"progress\"")
        }
        process.signal(SIGINT)
        let ending = try await within(.seconds(10), "the end") { await process.ending() }
        #expect(ending == .exited(1))
        return process.output
      }
      #expect(output.contains("interrupted"), "\(output)")
      #expect(!FileManager.default.fileExists(atPath: backup + "/diyml.sqlite"))
      let served = try await Upkeep.run(
        "--data", backup, "--listen", "127.0.0.1:0", "--weights", TestData.weights)
      #expect(served.code == 3, "\(served.output)")
      let second = try await Upkeep.run(arguments)
      #expect(second.code == 0, "\(second.output)")
      #expect(try await Upkeep.run("verify", "--data", backup).code == 0)
    }

    /// Makes a store without a server.
    private func fill(_ data: String, bytes: Int) async throws {
      let filler = [data, "\(bytes)"]
      try await ProgramProcess.with(TestData.program("store-fill"), filler) { process in
        let ending = try await within(.seconds(120), "the store") { await process.ending() }
        #expect(ending == .exited(0), "\(process.output)")
      }
    }

    @Test func `trash past its time goes with --yes`() async throws {
      let folder = try TemporaryFolder()
      let data = folder.path + "/data"
      // A server would empty the trash by itself.
      try await Daemon.with(data: data) { _ in }
      let trash = data + "/trash/2020-02-03"
      try FileManager.default.createDirectory(atPath: trash, withIntermediateDirectories: true)
      try Data([1, 2, 3]).write(to: URL(filePath: trash + "/object"))
      let shown = try await Upkeep.run("gc", "--data", data)
      #expect(shown.code == 0 && shown.output.contains("2020-02-03  1 file (3 B)"))
      #expect(FileManager.default.fileExists(atPath: trash + "/object"))
      let removed = try await Upkeep.run("gc", "--data", data, "--yes", "--json")
      #expect(removed.result["removed"] as? Bool == true, "\(removed.output)")
      #expect(!FileManager.default.fileExists(atPath: trash))
    }

    @Test func `a path too long for a socket is no hindrance`() async throws {
      let folder = try TemporaryFolder()
      let data = folder.path + "/" + String(repeating: "long", count: 40)
      try await Daemon.with(data: data) { daemon in
        let status = try await Upkeep.run("status", "--data", data, "--json")
        #expect(status.result["serverProcess"] as? Int == Int(daemon.process.id))
      }
      let status = try await Upkeep.run("status", "--data", data, "--json")
      #expect(status.result["schema"] is String && status.result["serverProcess"] == nil)
    }

    @Test(arguments: ["backup", "restore", "verify", "gc", "status", "serve"])
    func `each command's help has an example`(command: String) async throws {
      let help = try await Upkeep.run(command, "--help")
      #expect(help.code == 0 && help.output.contains("Example: diymld"), "\(help.output)")
    }
  }
}
