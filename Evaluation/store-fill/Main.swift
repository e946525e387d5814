import API
import Foundation
import SeededRandom
import Store

/// Makes a store of about so many bytes for `make bench-backup`: photos as phones and cameras make
/// them, from tens of kilobytes to some megabytes, and a model for each gigabyte.
@main
struct StoreFill {
  private static let modelBytes = 18 << 20

  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let bytesMax = UInt64(arguments[2]) else {
      FileHandle.standardError.write(Data("usage: store-fill FOLDER BYTES\n".utf8))
      exit(64)
    }
    let now = Timestamp.now()
    let store = try DataStore.open(folder: arguments[1], at: now)
    let token = NewToken(
      secretHash: Array(repeating: 1, count: 32), label: "", scopes: [],
      expireTime: now + .seconds(60), origin: .request)
    let account = try await store.createAccount(
      name: "ada", passwordHash: "", token: token, at: now
    ).account.id
    _ = try await store.createProject(
      name: "photos", type: .classification, description: "", of: account, at: now)
    var random = SeededGenerator(seed: 1)
    var bytes: UInt64 = 0
    var number = 0
    while bytes < bytesMax {
      // Evenly spread logarithms, from 20 kB to 2 MB.
      let size =
        number == 0 ? modelBytes : Int(20_000 * pow(100, Double.random(in: 0...1, using: &random)))
      _ = try await store.putImage(
        store.stage(noise(size, &random)),
        image: ImageFacts(format: .jpeg, width: 640, height: 480, perceptualHash: UInt64(number)),
        annotation: nil, fileName: "\(number).jpg", inProject: "photos", of: account, at: now)
      bytes += UInt64(size)
      number += 1
    }
    try store.close()
    print("made \(number) objects of \(bytes) bytes")
  }

  private static func noise(_ count: Int, _ random: inout SeededGenerator) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count + 7) { buffer, initialized in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      for offset in stride(from: 0, to: count, by: 8) {
        raw.storeBytes(of: random.next(), toByteOffset: offset, as: UInt64.self)
      }
      initialized = count
    }
  }
}
