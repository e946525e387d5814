import API
import Foundation
import RPCCore
import TestSupport
import Testing

extension ProgramTests {
  /// The commands that look after a folder, as the one who runs them sees them.
  @Suite(.serialized, .timeLimit(.minutes(5))) struct UpkeepDaemonTests {
    private static let program = TestData.program("diymld")

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
        let first = try await run("backup", "--data", data, folder.path + "/backup", "--json")
        #expect(first.code == 0 && first.result["copied"] as? Int == 4, "\(first.output)")
        let second = try await run("--data", data, "backup", folder.path + "/backup", "--json")
        #expect(second.code == 0 && second.result["copied"] as? Int == 0, "\(second.output)")
        let status = try await run("status", "--data", data, "--json")
        #expect(status.result["images"] as? Int == 4)
        #expect(status.result["server_process"] as? Int == Int(daemon.process.id))
        #expect(status.result["backup_target"] as? String == folder.path + "/backup")
        let sound = try await run("verify", "--data", data)
        #expect(sound.code == 0 && sound.output.contains("no fault"), "\(sound.output)")
        return (shop, ids)
      }
      let restored = folder.path + "/restored"
      let restore = try await run("restore", folder.path + "/backup", restored, "--json")
      #expect(restore.code == 0 && restore.result["objects"] as? Int == 4, "\(restore.output)")
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
        _ = try await run("backup", "--data", data, folder.path + "/backup")
        let file = "\(data)/objects/\(id.prefix(2))/\(id.dropFirst(2).prefix(2))/\(id)"
        try Data(image.dropLast() + [image[image.count - 1] ^ 1]).write(to: URL(filePath: file))
        let found = try await run("verify", "--data", data)
        #expect(found.code == 2 && found.output.contains("damaged: ada/pets"), "\(found.output)")
        let repaired = try await run(
          "verify", "--data", data, "--repair", "--from", folder.path + "/backup")
        #expect(repaired.code == 0 && repaired.output.contains("[repaired]"), "\(repaired.output)")
        #expect(try await run("verify", "--data", data).code == 0)
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
        ]
        for (arguments, code, words) in cases {
          let ended = try await run(arguments)
          #expect(
            ended.code == code && ended.output.contains(words), "\(arguments): \(ended.output)")
        }
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
      let shown = try await run("gc", "--data", data)
      #expect(shown.code == 0 && shown.output.contains("2020-02-03  1 file (3 B)"))
      #expect(FileManager.default.fileExists(atPath: trash + "/object"))
      let removed = try await run("gc", "--data", data, "--yes", "--json")
      #expect(removed.result["removed"] as? Bool == true, "\(removed.output)")
      #expect(!FileManager.default.fileExists(atPath: trash))
    }

    @Test func `a path too long for a socket is no hindrance`() async throws {
      let folder = try TemporaryFolder()
      let data = folder.path + "/" + String(repeating: "long", count: 40)
      try await Daemon.with(data: data) { daemon in
        let status = try await run("status", "--data", data, "--json")
        #expect(status.result["server_process"] as? Int == Int(daemon.process.id))
      }
      let status = try await run("status", "--data", data, "--json")
      #expect(status.result["server_process"] as? Int == 0)
    }

    @Test(arguments: ["backup", "restore", "verify", "gc", "status", "serve"])
    func `each command's help has an example`(command: String) async throws {
      let help = try await run(command, "--help")
      #expect(help.code == 0 && help.output.contains("Example: diymld"), "\(help.output)")
    }

    /// How a command has ended, and what it wrote.
    private struct Ended {
      let code: Int32
      let output: String

      /// What `--json` prints last.
      var result: [String: Any] {
        let lines = output.split(separator: "\n").filter { $0.hasPrefix("{\"result\"") }
        guard let line = lines.last,
          let document = try? JSONSerialization.jsonObject(with: Data(line.utf8))
        else { return [:] }
        return (document as? [String: [String: Any]])?["result"] ?? [:]
      }
    }

    private func run(_ arguments: String...) async throws -> Ended { try await run(arguments) }

    private func run(_ arguments: [String]) async throws -> Ended {
      // With a last word of its own, after which it waits to be ended: what a process wrote may be
      // read after its end.
      let script = "\"$0\" \"$@\"; code=$?; echo; echo \"the code is $code\"; exec sleep 60"
      let shell = ["-c", script, Self.program] + arguments
      return try await ProgramProcess.with("/bin/sh", shell) { process in
        let line = try await within(.seconds(60), "the end of \(arguments)") {
          await process.line(with: "the code is ")
        }
        let code = try #require(line?.split(separator: " ").last.flatMap { Int32($0) })
        return Ended(code: code, output: process.output)
      }
    }
  }
}
