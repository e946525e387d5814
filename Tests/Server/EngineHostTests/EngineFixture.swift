import Foundation
import Logging

@testable import EngineHost

/// Folders for engines, and what the system says of the processes that use them.
final class EngineFixture: Sendable {
  let folder: String

  /// The program, beside the test bundle.
  static let program: String? = {
    let bundle = ProcessInfo.processInfo.arguments.first { $0.hasSuffix(".xctest") }
    let places = [bundle, "/proc/self/exe"].compactMap { $0 }.map { path in
      URL(filePath: path).resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "diyml-engine").path
    }
    return places.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  init() throws {
    folder = FileManager.default.temporaryDirectory.path + "/host-test-\(UUID().uuidString)"
    for name in ["objects", "staging"] {
      try FileManager.default.createDirectory(
        atPath: folder + "/" + name, withIntermediateDirectories: true)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  var configuration: HostConfiguration {
    HostConfiguration(
      program: Self.program ?? "", objects: folder + "/objects", staging: folder + "/staging",
      backbone: folder + "/backbone", objectBytesMax: 1 << 20)
  }

  func engines() throws -> Engines {
    try Engines(configuration: configuration, logger: Logger(label: "test"))
  }

  /// The engines that read this fixture's folders and have not ended.
  func processes(containing part: String = "") -> [pid_t] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { pid_t($0) }.filter { process in
      guard let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else {
        return false
      }
      let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      let command = words.joined(separator: " ")
      return command.contains(folder) && command.contains(part)
    }
  }

  /// A green picture of 2 x 2 pixels.
  static let gif: [UInt8] =
    Array("GIF89a".utf8) + [2, 0, 2, 0, 0x91, 0, 0]
    + [10, 200, 30, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    + [0x2C, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 3, 0x04, 0x80, 0x02, 0, 0x3B]
}
