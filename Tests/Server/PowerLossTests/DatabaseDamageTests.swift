import DiskFaults
import Foundation
import SeededRandom
import Store
import TestSupport
import Testing

/// A database that is damaged, old, another's or not there: nobody's image is unlinked for it.
struct DatabaseDamageTests {
  private static let isComplete =
    ProcessInfo.processInfo.environment["DIYML_POWER_LOSS"] != nil
  private static let pageBytes = 4_096

  /// What becomes of one page.
  enum Garbling: CaseIterable {
    case zeros, ones, noise, zeroTail, noisyTail, anotherPage, flippedBit

    /// How often it is tried on each page.
    var times: Int { self == .flippedBit ? (isComplete ? 40 : 2) : 1 }
    /// Whether the damage reaches over so much that no page of use can pass for another.
    var isWhole: Bool {
      switch self {
      case .zeros, .ones, .noise: true
      case .zeroTail, .noisyTail, .anotherPage, .flippedBit: false
      }
    }

    func apply(to bytes: inout Data, page: Int, using random: inout SeededGenerator) {
      let start = page * pageBytes
      let half = start + pageBytes / 2
      let end = start + pageBytes
      switch self {
      case .zeros: for place in start..<end { bytes[place] = 0 }
      case .ones: for place in start..<end { bytes[place] = 0xff }
      case .noise: for place in start..<end { bytes[place] = .random(in: 0...255, using: &random) }
      case .zeroTail: for place in half..<end { bytes[place] = 0 }
      case .noisyTail:
        for place in half..<end { bytes[place] = .random(in: 0...255, using: &random) }
      case .anotherPage:
        let other = Int.random(in: 1..<(bytes.count / pageBytes), using: &random) * pageBytes
        bytes.replaceSubrange(start..<end, with: Data(bytes[other..<(other + pageBytes)]))
      case .flippedBit:
        let place = Int.random(in: start..<end, using: &random)
        bytes[place] ^= UInt8(1 << Int.random(in: 0..<8, using: &random))
      }
    }
  }

  @Test(arguments: [1 as UInt64])
  func `no garbled page of the database costs an object`(seed: UInt64) async throws {
    let work = try WorkFolder()
    let store = try await StoreFolder(making: work.path + "/store", images: 150)
    let whole = try Data(contentsOf: URL(filePath: store.path + "/diyml.sqlite"))
    let copy = work.path + "/copy"
    try store.copy(to: copy)
    var random = SeededGenerator(seed: seed)
    var counts: [String: Int] = [:]
    for page in 0..<(whole.count / Self.pageBytes) {
      for garbling in Garbling.allCases {
        for _ in 0..<garbling.times {
          var bytes = whole
          garbling.apply(to: &bytes, page: page, using: &random)
          if bytes == whole { continue }
          try bytes.write(to: URL(filePath: copy + "/diyml.sqlite"))
          let outcome: DamageOutcome
          do {
            outcome = try await DamageOutcome.opening(copy, expecting: store.text)
          } catch {
            Issue.record("page \(page + 1), \(garbling): \(error)")
            try store.copy(to: copy)
            continue
          }
          switch outcome {
          case .refused: counts["\(garbling) refused", default: 0] += 1
          case .right, .different:
            if case .different(let text) = outcome {
              counts["\(garbling) different", default: 0] += 1
              if garbling.isWhole { Issue.record("page \(page + 1), \(garbling): \(text)") }
              if ProcessInfo.processInfo.environment["DIYML_SHOW"] != nil {
                print("page \(page + 1), \(garbling): \(text.prefix(400))")
              }
            } else {
              counts["\(garbling) right", default: 0] += 1
            }
            try store.copy(to: copy)
          }
        }
      }
    }
    print("damage: pages=\(whole.count / Self.pageBytes) \(counts.sorted { $0.key < $1.key })")
  }

  @Test func `what each refusal says`() async throws {
    let work = try WorkFolder()
    let store = try await StoreFolder(making: work.path + "/store", images: 0)
    let other = try await StoreFolder(making: work.path + "/other", images: 0)
    let folder = work.path + "/copy"
    let database = folder + "/diyml.sqlite"
    let files = FileManager.default
    try store.copy(to: folder)
    let yesterday = try #require(files.contents(atPath: database))
    do {
      let open = try DataStore.open(folder: folder, at: Scenario.later)
      _ = try await open.createAccount(
        name: "Eve", passwordHash: "",
        token: NewToken(
          secretHash: Array(repeating: 9, count: 32), label: "", scopes: [],
          expireTime: Scenario.later), at: Scenario.later)
      try open.close()
    }
    let today = StoreFolder(path: folder, text: store.text)
    let cases: [(String, @Sendable () throws -> Void)] = [
      ("missing", { try FileManager.default.removeItem(atPath: database) }),
      ("empty", { try Data().write(to: URL(filePath: database)) }),
      ("yesterday's", { try yesterday.write(to: URL(filePath: database)) }),
      (
        "another store's",
        {
          try Data(contentsOf: URL(filePath: other.path + "/diyml.sqlite"))
            .write(to: URL(filePath: database))
        }
      ),
      (
        "without its first page",
        {
          var bytes = try Data(contentsOf: URL(filePath: database))
          bytes.resetBytes(in: 0..<4_096)
          try bytes.write(to: URL(filePath: database))
        }
      ),
      (
        "cut in half",
        {
          let bytes = try Data(contentsOf: URL(filePath: database))
          try bytes.prefix(bytes.count / 8_192 * 4_096).write(to: URL(filePath: database))
        }
      ),
      (
        "a folder without a readable identity",
        { try Data("x".utf8).write(to: URL(filePath: folder + "/store")) }
      ),
    ]
    let saved = work.path + "/today"
    try today.copy(to: saved)
    var text = ""
    for (name, damage) in cases {
      try StoreFolder(path: saved, text: store.text).copy(to: folder)
      try damage()
      guard
        case .refused(let message) = try await DamageOutcome.opening(
          folder, expecting: store.text)
      else {
        Issue.record("\(name): not refused")
        continue
      }
      text += "\(name):\n\(Self.normalised(message, folder))\n\n"
    }
    try expectGolden(text, "refusals.txt", .module)
  }

  /// Store ids are random, and the number of changes is of no matter here.
  private static func normalised(_ message: String, _ folder: String) -> String {
    message.replacing(folder, with: "DIR")
      .replacing(/[0-9a-f]{32}/, with: "ID").replacing(/change [0-9]+/, with: "change N")
  }
}
