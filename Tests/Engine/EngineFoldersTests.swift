import RPCCore
import Testing

@testable import Engine

@Suite struct EngineFoldersTests {
  let folders = EngineFolders(objects: "/o", staging: "/s", backbone: "/b", objectBytesMax: 1)

  @Test func `an object lies two folders deep`() throws {
    let hash = String(repeating: "0123456789abcdef", count: 4)
    #expect(try folders.path(ofObject: hash, field: "object") == "/o/01/23/\(hash)")
  }

  @Test(arguments: [
    "", "00", String(repeating: "A", count: 64), String(repeating: "0", count: 63),
    String(repeating: "0", count: 65), "../" + String(repeating: "0", count: 61),
    String(repeating: "é", count: 32), String(repeating: "/", count: 64),
  ])
  func `what is not a hash never becomes a path`(hash: String) {
    let error = #expect(throws: Status.self) { try folders.path(ofObject: hash, field: "object") }
    #expect(error?.code == .invalidArgument)
  }

  @Test(arguments: [
    ("a", true), ("0af3.part_1-2", true), (String(repeating: "a", count: 255), true),
    (String(repeating: "a", count: 256), false), ("", false), (".", false), ("..", false),
    (".hidden", false), ("a/b", false), ("../a", false), ("a\0", false), ("a b", false),
    ("é", false),
  ])
  func `only a plain file name becomes a path`(name: String, accepted: Bool) {
    let path = try? folders.path(ofStaged: name, field: "staged")
    #expect(path == (accepted ? "/s/\(name)" : nil))
  }
}
