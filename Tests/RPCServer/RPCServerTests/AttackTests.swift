import Codec
import Foundation
import RPCClient
import RPCCore
import Synchronization
import TestSupport
import Testing

/// Attacks on a server in a process of its own, each with what it may cost, while a client that
/// behaves well goes on calling it.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct AttackTests {
  private typealias Item = Echo.Item

  /// One line of the table.
  private struct Row {
    let attack: Attack
    let outcomes: [String: Int]
    let memoryBytes: Int
    let time: Duration
    /// Of the calls of the client that behaves well.
    let latencies: [Duration]

    var text: String {
      let did = outcomes.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
      let sorted = latencies.sorted()
      func milliseconds(_ duration: Duration) -> String {
        (duration / .milliseconds(1)).formatted(.number.precision(.fractionLength(1)))
      }
      let middle = milliseconds(sorted[sorted.count / 2])
      let columns = [
        attack.name, did.joined(separator: ", "),
        "\((memoryBytes + 1 << 20 - 1) >> 20) MiB of \(attack.memoryBytesMax >> 20)",
        "\((time / .milliseconds(1)).formatted(.number.precision(.fractionLength(0)))) ms",
        "\(sorted.count)", middle, milliseconds(sorted[sorted.count - 1]),
      ]
      return "| " + columns.joined(separator: " | ") + " |"
    }
  }

  /// Set once, by another task.
  private final class Flag: Sendable {
    private let value: Atomic<Bool>

    init(isSet: Bool) { value = Atomic(isSet) }

    var isSet: Bool { value.load(ordering: .relaxed) }

    func set() { value.store(true, ordering: .relaxed) }
  }

  private static let rows = Mutex<[String]>([])

  /// How many times as long things may take, and as much memory, in programs under a sanitizer.
  ///
  /// It watches each access, and remembers it in memory of its own; it is to find something else.
  private static let leeway =
    ProcessInfo.processInfo.environment["DIYML_SANITIZER"] == nil ? 1 : 10

  /// What the client that behaves well waits at most; it shares two processors with everything else.
  private static let patience = Duration.seconds(10) * leeway
  private static let callsMin = 20
  /// Calls on one connection between two that the client makes on a new one.
  private static let callsPerConnection = 25

  @Test(arguments: Attack.all)
  func `an attack costs no more than it may, and others are served`(attack: Attack) async throws {
    let folder = try TemporaryFolder()
    // The other times are those that the attack is to reach.
    var arguments = attack.limits.map { name, value in
      "\(name)=\(name == "helloTimeout" ? value * Self.leeway : value)"
    }
    var tls: TLSClientConfiguration?
    if attack.isTLS {
      let authority = try await TestAuthority("ours", in: folder.path)
      let files = try await authority.issue("server")
      arguments += ["certificate=\(files.chain)", "key=\(files.key)"]
      tls = TLSClientConfiguration(authorities: authority.certificate)
    }
    let row = try await ProgramProcess.with(TestData.program("attack-target"), arguments) {
      try await measure(attack, at: Daemon.listening($0).address, of: $0.id, tls)
    }
    #expect(Set(row.outcomes.keys) == attack.outcomes, "\(row.outcomes)")
    #expect(row.memoryBytes <= attack.memoryBytesMax * Self.leeway)
    #expect(row.time <= attack.timeMax * Self.leeway)
    #expect(row.latencies.count >= Self.callsMin)
    let rows = Self.rows.withLock { rows in
      rows.append(row.text)
      return rows
    }
    if rows.count == Attack.all.count {
      print("| Attack | Outcomes | Memory | Time | Calls | p50 ms | Worst ms |")
      print(rows.joined(separator: "\n"))
    }
  }

  private func measure(
    _ attack: Attack, at address: Address, of process: Int32, _ tls: TLSClientConfiguration?
  ) async throws -> Row {
    // What is made once, such as threads and the types' metadata, is not the attack's.
    _ = try await callsUntil(Flag(isSet: true), at: address, tls)
    let descriptors = try #require(ProcessTable.descriptorCount(of: process))
    let before = try #require(ProcessTable.residentBytes(of: process))
    let start = try #require(ProcessTable.time(of: process))
    try ProcessTable.resetPeak(of: process)

    let isOver = Flag(isSet: false)
    async let served = callsUntil(isOver, at: address, tls)
    let outcomes: [String: Int]
    do {
      outcomes = try await self.outcomes(of: attack, at: address)
    } catch {
      isOver.set()
      _ = try await served
      throw error
    }
    isOver.set()
    let latencies = try await served

    let peak = try #require(ProcessTable.peakBytes(of: process))
    let time = try #require(ProcessTable.time(of: process))
    try await eventually(within: .seconds(20), "the end of the attacker's connections") {
      ProcessTable.descriptorCount(of: process).map { $0 <= descriptors } ?? false
    }
    return Row(
      attack: attack, outcomes: outcomes, memoryBytes: peak - before, time: time - start,
      latencies: latencies)
  }

  /// Attacks on a thread of its own, which may block.
  private func outcomes(of attack: Attack, at address: Address) async throws -> [String: Int] {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(
          with: Result {
            var attacker = Attacker(address: address)
            try attack.run(&attacker)
            return attacker.outcomes
          })
      }
    }
  }

  /// Calls, at least `callsMin` times and until told to stop, and now and then on a new connection;
  /// returns how long each call took.
  private func callsUntil(
    _ isOver: Flag, at address: Address, _ tls: TLSClientConfiguration?
  ) async throws -> [Duration] {
    var latencies: [Duration] = []
    while latencies.count < Self.callsMin || !isOver.isSet {
      latencies += try await withClient(to: address, tls: tls, logger: .silent) { client in
        var latencies: [Duration] = []
        for number in 0..<Self.callsPerConnection {
          let start = ContinuousClock.now
          let item: Item = try await client.unary(
            Echo.unary, Item(key: "\(number)"), options: CallOptions(timeout: Self.patience))
          latencies.append(ContinuousClock.now - start)
          #expect(item.key == "\(number)")
          try await Task.sleep(for: .milliseconds(1))
        }
        return latencies
      }
    }
    return latencies
  }
}
