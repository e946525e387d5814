import API
import Codec
import Foundation
import RPCCore
import TestSupport
import Testing

extension ProgramTests {
  /// Malformed and hostile files against a server that runs.
  @Suite(.serialized, .timeLimit(.minutes(10))) struct BadImagesTests {
    private static let memoryBytesMax = 1 << 30

    private enum Verdict {
      case accepted(Image)
      case refused(String)
    }

    @Test(
      .enabled(if: TestData.badImages != nil, "no badimages in $DIYML_TEST_DATA or ../shared/data"))
    func `every bad image is accepted or refused with a reason`() async throws {
      let files = TestData.files(under: try #require(TestData.badImages)).filter {
        $0.pathExtension != "txt" && $0.pathExtension != "tsv" && $0.pathExtension != "LICENSE"
      }
      let folder = try TemporaryFolder()
      try await Daemon.with(data: folder.path + "/data") { daemon in
        try await daemon.withClient { client in
          let shop = try await Shop(opening: client)
          let engine = try await daemon.inferenceEngine()
          var accepted = 0
          for file in files {
            let verdict = try await upload(file, shop, client)
            if case .accepted = verdict { accepted += 1 }
            judge(verdict, of: file)
          }
          print("badimages: \(accepted) of \(files.count) accepted")
          #expect(ProcessTable.isRunning(engine), "the engine died on the way")
          try checkMemory(of: daemon, engine)
          _ = try await AuthClient(client).whoAmI(WhoAmIRequest(), options: shop.options)
        }
      }
    }

    private func upload(
      _ file: URL, _ shop: Shop, _ caller: any Caller
    ) async throws -> Verdict {
      let image = Bytes(Array(try Data(contentsOf: file)))
      let answer = try await DataClient(caller).putImages(options: shop.options) { writer in
        try await writer.write(PutImagesRequest(part: .start(.init(project: Shop.project))))
        for part in UploadCases.parts(of: image) { try await writer.write(part) }
      }
      if let stored = answer.stored.first { return .accepted(try #require(stored.image)) }
      let refused = try #require(answer.refused.first, "\(file.lastPathComponent) vanished")
      let status = Status(try #require(refused.status))
      #expect(status.code == .invalidArgument, "\(file.lastPathComponent): \(status)")
      return .refused(status.message)
    }

    private func judge(_ verdict: Verdict, of file: URL) {
      let name = file.lastPathComponent
      let isOurs = file.deletingLastPathComponent().lastPathComponent == "generated"
      switch verdict {
      case .accepted(let point):
        let isBad = ["bad-", "bomb-", "notimage-", "svg-"].contains(where: name.hasPrefix)
        #expect(!(isOurs && isBad), "\(name) was accepted")
        if name.hasPrefix("ok-exif-orientation-") {
          #expect(
            point.width == 64 && point.height == 48, "\(name): \(point.width)x\(point.height)")
        }
      case .refused(let reason):
        #expect(!(isOurs && name.hasPrefix("ok-")), "\(name) was refused: \(reason)")
        #expect(!reason.isEmpty, "\(name) was refused without a reason")
      }
    }

    private func checkMemory(of daemon: Daemon, _ engine: Int32) throws {
      for (name, process) in [("server", daemon.process.id), ("engine", engine)] {
        let bytes = try #require(ProcessTable.peakBytes(of: process))
        print("badimages: the \(name) held \(bytes >> 20) MiB at most")
        #expect(bytes < Self.memoryBytesMax, "\(name)")
      }
    }
  }
}
