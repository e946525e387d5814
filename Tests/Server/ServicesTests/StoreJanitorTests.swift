import Logging
import Store
import Synchronization
import Testing

@testable import Services

/// Clocks are turned by hand here.
struct ClockWatchTests {
  private static let start = ContinuousClock.now
  private static let day: Int64 = 86_400_000

  private func tick(
    _ watch: inout ClockWatch, wall: Int64, counting: Int64
  ) -> ClockWatch.Jump? {
    watch.tick(
      Timestamp(unixMilliseconds: wall), at: Self.start.advanced(by: .milliseconds(counting)))
  }

  private static let steps: [(step: Int64, jump: ClockWatch.Jump?)] = [
    (0, nil), (-1_000, nil), (-1_001, .backwards(.milliseconds(1_001))),
    (day, nil), (day + 1, .ahead(.milliseconds(day + 1))),
    (-400 * day, .backwards(.milliseconds(400 * day))),
  ]

  @Test(arguments: steps)
  func `a step of the wall's clock is told once`(step: Int64, jump: ClockWatch.Jump?) {
    var watch = ClockWatch(lastSeen: nil)
    #expect(tick(&watch, wall: 1_000, counting: 0) == nil)
    #expect(tick(&watch, wall: 61_000, counting: 60_000) == nil)
    #expect(tick(&watch, wall: 121_000 + step, counting: 120_000) == jump)
    #expect(tick(&watch, wall: 181_000 + step, counting: 180_000) == nil)
  }

  @Test(arguments: steps)
  func `the time last seen counts as the tick before`(step: Int64, jump: ClockWatch.Jump?) {
    let seen = Timestamp(unixMilliseconds: 5_000)
    var watch = ClockWatch(lastSeen: seen)
    #expect(tick(&watch, wall: 5_000 + step, counting: 0) == jump)
    #expect(tick(&watch, wall: 65_000 + step, counting: 60_000) == nil)
  }

  @Test func `both clocks standing still together is not a jump`() {
    var watch = ClockWatch(lastSeen: nil)
    #expect(tick(&watch, wall: 0, counting: 0) == nil)
    // The machine slept for 3 days, and both clocks know.
    #expect(tick(&watch, wall: 3 * Self.day, counting: 3 * Self.day) == nil)
  }
}

struct StoreJanitorTests {
  /// A place and clocks for the upkeep of one store, which sleeps by turning them.
  private final class House: Sendable {
    struct State {
      var wall: Timestamp
      var counting = Duration.zero
      var ticks = 0
    }

    let world: DataWorld
    let state: Mutex<State>
    let lines = Log()
    private let start = ContinuousClock.now

    init(at wall: Int64) throws {
      world = try DataWorld()
      state = Mutex(State(wall: Timestamp(unixMilliseconds: wall)))
    }

    /// Runs for a number of ticks, before each of which `turn` may turn the wall's clock.
    func run(
      ticks: Int, turn: @escaping @Sendable (_ tick: Int) -> Duration = { _ in .zero }
    ) async {
      state.withLock { $0.ticks = 0 }
      var configuration = StoreJanitor.Configuration()
      configuration.scrubDays = 0
      let upkeep = StoreJanitor(
        store: world.store, configuration: configuration,
        clock: ServiceClock(
          now: { self.state.withLock(\.wall) },
          instant: { self.start + self.state.withLock(\.counting) },
          sleep: { pause in
            try self.state.withLock { state in
              state.ticks += 1
              if state.ticks == ticks { throw CancellationError() }
              state.counting += pause
              state.wall = state.wall + (pause + turn(state.ticks))
            }
          }),
        logger: Logger(label: "test") { _ in CollectingLog(lines: self.lines) })
      await upkeep.tidy()
    }

    func addToken(lifetime: Duration) async throws {
      let wall = state.withLock(\.wall)
      _ = try await world.store.createAccount(
        name: "ada", passwordHash: "hash",
        token: NewToken(
          secretHash: [UInt8](repeating: 1, count: 32), label: "", scopes: [],
          expireTime: wall + lifetime, origin: .login), at: wall)
    }

    /// Whether the token of `addToken` is there at all.
    func hasToken() async throws -> Bool {
      try await world.store.authenticate(
        secretHash: [UInt8](repeating: 1, count: 32), at: Timestamp(unixMilliseconds: 0)) != nil
    }
  }

  private struct CollectingLog: LogHandler {
    let lines: Log
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      _ = lines.add("\(event.level) \(event.message)")
    }
  }

  private static let week = 7 * 86_400

  @Test func `what expired a week ago goes within the hour`() async throws {
    let house = try House(at: 1_000_000)
    try await house.addToken(lifetime: .seconds(60))
    let ticks = (Self.week + 60) / 60
    await house.run(ticks: ticks)
    #expect(try await house.hasToken())
    await house.run(ticks: 62)
    #expect(try await !house.hasToken())
    #expect(house.lines.lines.isEmpty)
  }

  @Test func `a clock that is a year ahead takes nothing with it for a week`() async throws {
    let house = try House(at: 1_000_000)
    try await house.addToken(lifetime: .seconds(60))
    await house.run(ticks: 200) { $0 == 10 ? .seconds(365 * 86_400) : .zero }
    #expect(try await house.hasToken())
    #expect(house.lines.lines.count == 1)
    #expect(house.lines.lines.first?.hasPrefix("warning the clock has jumped ahead") == true)
    // Another start does not shorten the wait.
    await house.run(ticks: Self.week / 60 - 200)
    #expect(try await house.hasToken())
    await house.run(ticks: 62)
    #expect(try await !house.hasToken())
    #expect(house.lines.lines.count == 1)
  }

  @Test func `a clock put back is told`() async throws {
    let house = try House(at: 100_000_000)
    await house.run(ticks: 20) { $0 == 10 ? .seconds(-3_600) : .zero }
    #expect(house.lines.lines.count == 1)
    #expect(house.lines.lines.first?.hasPrefix("warning the clock has jumped backwards") == true)
  }
}
