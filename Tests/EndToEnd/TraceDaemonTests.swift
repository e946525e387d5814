import API
import Codec
import Foundation
import RPCCore
import TestSupport
import Testing

extension ProgramTests {
  @Suite(.timeLimit(.minutes(2))) struct TraceDaemonTests {
    private static let trace = "0af7651916cd43dd8448eb211c80319c"

    private struct Line: Decodable {
      var traceId: String
      var spanId: String
      var parentSpanId: String?
      var service: String
      var name: String
      var kind: String
    }

    @Test func `a call, its call to the engine and the engine's work are one trace in the log`()
      async throws
    {
      let folder = try TemporaryFolder()
      let log = folder.path + "/spans.jsonl"
      let arguments = Daemon.arguments(data: folder.path + "/data") + ["--trace-log", log]
      try await ProgramProcess.with(TestData.program("diymld"), arguments) { process in
        let daemon = try await Daemon.listening(process)
        try await daemon.withClient { client in
          let shop = try await Shop(opening: client)
          var options = shop.options
          options.trace = "00-\(Self.trace)-b7ad6b7169203331-01"
          let request = PutImageRequest(
            project: Shop.project, image: Bytes(SyntheticImages.blobs(.red, seed: 1)))
          _ = try await DataClient(client).putImage(request, options: options)
        }
        var found: [Line] = []
        try await eventually(within: Daemon.patience, "three spans of the trace") {
          let decoder = JSONDecoder()
          decoder.keyDecodingStrategy = .convertFromSnakeCase
          found = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map {
            try decoder.decode(Line.self, from: Data($0.utf8))
          }.filter { $0.traceId == Self.trace }
          return found.count >= 3
        }
        func only(_ service: String, _ kind: String) throws -> Line {
          let lines = found.filter { $0.service == service && $0.kind == kind }
          #expect(lines.count == 1)
          return try #require(lines.first)
        }
        let served = try only("diymld", "server")
        let asked = try only("diymld", "client")
        let worked = try only("diyml-engine", "server")
        #expect(served.name == "diyml.v1.Data/PutImage")
        #expect(served.parentSpanId == "b7ad6b7169203331")
        #expect(asked.parentSpanId == served.spanId && asked.name == worked.name)
        #expect(worked.parentSpanId == asked.spanId)
      }
    }
  }
}
