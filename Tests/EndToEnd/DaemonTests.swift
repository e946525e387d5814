import API
import Codec
import Foundation
import RPCClient
import RPCCore
import TestSupport
import Testing

extension ProgramTests {
  /// The server's program as the one who runs it sees it.
  @Suite(.serialized, .timeLimit(.minutes(3))) struct DaemonTests {
    private static let program = TestData.program("diymld")

    @Test func `the server links neither libtorch nor libvips`() async throws {
      // With a last word of its own: what a process wrote may be read after its end.
      let script = "ldd \"$0\"; echo all of it; exec sleep 60"
      let output = try await ProgramProcess.with("/bin/sh", ["-c", script, Self.program]) {
        process in
        _ = try await within(.seconds(20), "the output of ldd") {
          await process.line(with: "all of it")
        }
        return process.output
      }
      #expect(output.contains("libc.so"), "\(output)")
      // By how their files' names begin: what they are called may also stand in an address.
      for library in ["libtorch", "libc10", "libvips", "libopenblas", "libglib"] {
        #expect(!output.contains(library), "the server is linked with \(library)")
      }
    }

    /// Against what the machine needs at that moment to load the same program and let it print its
    /// version: a busy machine slows both, an engine or a long scan at the start only one.
    @Test func `the first call is answered soon after the start`() async throws {
      let folder = try TemporaryFolder()
      var loads: [Duration] = []
      var starts: [Duration] = []
      for _ in 0..<5 {
        let clock = ContinuousClock()
        loads.append(
          try await clock.measure {
            try await ProgramProcess.with(Self.program, ["--version"]) { process in
              _ = try await within(Daemon.patience, "the version") { await process.ending() }
            }
          })
        let start = clock.now
        let time = try await Daemon.with(data: folder.path + "/data") { daemon in
          try await daemon.withClient { client in
            _ = try await AuthClient(client).userExists(UserExistsRequest(user: "ada"))
            return clock.now - start
          }
        }
        starts.append(time)
      }
      let load = try #require(loads.min())
      let best = try #require(starts.min())
      print(
        "result: start best_seconds=\(best.seconds) load_seconds=\(load.seconds)"
          + " ratio=\(best / load)")
      #expect(best < load * 15)
    }

    @Test func `who asks for names too often is told when to ask again`() async throws {
      let folder = try TemporaryFolder()
      try await Daemon.with(data: folder.path + "/data") { daemon in
        try await daemon.withClient { client in
          var refused: Status?
          for number in 0..<1_000 where refused == nil {
            refused = await status {
              try await AuthClient(client).userExists(UserExistsRequest(user: "user\(number)"))
            }
          }
          #expect(refused?.code == .resourceExhausted)
          let waits = refused?.details.compactMap { detail -> Duration? in
            switch detail {
            case .retryAfter(let wait): wait
            case .fieldViolation, .limitExceeded, .unprocessed, .resource, .errorInfo: nil
            }
          }
          #expect(waits?.count == 1)
        }
      }
    }

    @Test func `SIGTERM lets a call finish, and the server exits with 0`() async throws {
      let folder = try TemporaryFolder()
      try await Daemon.with(data: folder.path + "/data") { daemon in
        try await daemon.withClient { client in
          let shop = try await Shop(opening: client)
          let image = SyntheticImages.blobs(.red, seed: 70_000)
          let parts = UploadCases.parts(of: Bytes(image), chunkBytes: 4_000)
          let answer = try await DataClient(client).putImages(options: shop.options) { writer in
            try await writer.write(PutImagesRequest(part: .start(.init(project: Shop.project))))
            for part in parts.prefix(2) { try await writer.write(part) }
            // Another call has come back, so these parts have arrived as well.
            _ = try await AuthClient(client).whoAmI(WhoAmIRequest(), options: shop.options)
            daemon.process.signal(SIGTERM)
            try await refusesNewConnections(daemon)
            for part in parts.dropFirst(2) { try await writer.write(part) }
          }
          #expect(answer.stored.map(\.image?.id) == [sha256(image)])
        }
        let ending = try await within(Daemon.patience, "the end of diymld") {
          await daemon.process.ending()
        }
        #expect(ending == .exited(0), "\(daemon.process.output)")
        #expect(daemon.engines.isEmpty)
      }
    }

    private func refusesNewConnections(_ daemon: Daemon) async throws {
      try await eventually(within: .seconds(10), "the refusal of new connections") {
        await status {
          try await daemon.withClient { try await $0.connect() }
        }?.code == .unavailable
      }
    }

    @Test(arguments: ["0.0.0.0:0", "[::]:0", "192.0.2.1:7001"])
    func `an address for other machines is refused without --insecure`(
      address: String
    ) async throws {
      let folder = try TemporaryFolder()
      let arguments = Daemon.arguments(data: folder.path + "/data", listen: address)
      try await expectFailure(arguments, saying: ["--insecure", "TLS"])
    }

    @Test func `a data folder in use is refused`() async throws {
      let folder = try TemporaryFolder()
      let data = folder.path + "/data"
      try await Daemon.with(data: data) { daemon in
        try await expectFailure(Daemon.arguments(data: data), saying: [data])
        try await daemon.withClient {
          _ = try await AuthClient($0).userExists(UserExistsRequest(user: "ada"))
        }
      }
    }

    @Test func `what it is started with wrongly is said`() async throws {
      let folder = try TemporaryFolder()
      let data = folder.path + "/data"
      let cases: [([String], [String])] = [
        (["--data", data, "--listen", "nonsense"], ["nonsense"]),
        (["--data", data, "--listen", "127.0.0.1:65536"], ["65536"]),
        (["--data", data, "--listen", "127.0.0.1:0", "--engine", "/nowhere"], ["/nowhere"]),
        (["--data", data, "--listen", "127.0.0.1:0", "--weights", "/nothing"], ["/nothing"]),
        (["--listen", "127.0.0.1:0"], ["--data"]),
      ]
      for (arguments, words) in cases { try await expectFailure(arguments, saying: words) }
    }

    /// Expects the program to end by itself with another code than 0 and to say why.
    private func expectFailure(_ arguments: [String], saying words: [String]) async throws {
      try await ProgramProcess.with(Self.program, arguments) { process in
        let ending = try await within(Daemon.patience, "the refusal of \(arguments)") {
          await process.ending()
        }
        guard case .exited(let code)? = ending, code != 0 else {
          Issue.record("\(arguments) ended \(String(describing: ending))")
          return
        }
        for word in words {
          // What it wrote may come after its end.
          try await eventually(within: .seconds(2), "'\(word)' in \(process.output)") {
            process.output.contains(word)
          }
        }
      }
    }
  }
}
