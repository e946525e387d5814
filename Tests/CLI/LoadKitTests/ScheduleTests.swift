import SeededRandom
import TestSupport
import Testing

@testable import LoadKit

@Suite struct `The schedule of an open loop` {
  @Test(arguments: [0.5, 1, 3, 7, 999.5, 1_000, 33_333, 1_000_000])
  func `makes a call due at its offset and not a nanosecond before`(rate: Double) {
    let schedule = Schedule(callsPerSecond: rate, total: .seconds(10), callsMax: 1_000_000)
    for call in [0, 1, 2, 3, 10, 99, schedule.count - 1] where call < schedule.count {
      let offset = schedule.offset(ofCall: call)
      #expect(schedule.due(after: offset) == call + 1)
      #expect(schedule.due(after: offset - 1) == call)
    }
  }

  @Test(arguments: [(10.0, 1.0, 10), (10, 0.95, 10), (10, 1.01, 11), (0.1, 1, 1)])
  func `has the calls that start before the end`(rate: Double, seconds: Double, count: Int) {
    let schedule = Schedule(callsPerSecond: rate, total: .seconds(seconds), callsMax: 1_000)
    #expect(schedule.count == count)
    #expect(schedule.due(after: .max / 2) == count)
  }

  @Test(arguments: [(100, 100), (99, 99), (101, 100)])
  func `stops at the most calls allowed`(callsMax: Int, count: Int) {
    let schedule = Schedule(callsPerSecond: 100, total: .seconds(1), callsMax: callsMax)
    #expect(schedule.count == count)
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func `gives each call to one lane`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let lanes = Int.random(in: 1...20, using: &random)
    let first = Int.random(in: 0...1_000, using: &random)
    let calls = first..<first + Int.random(in: 0...200, using: &random)
    for lane in 0..<lanes {
      let expected = calls.count { $0 % lanes == lane }
      #expect(Schedule.share(of: lane, among: lanes, in: calls) == expected)
    }
  }
}

@Suite struct `A lane` {
  @Test func `gives leave for what is released, and no more than allowed`() async {
    let lane = Lane(index: 0, released: 1, callsMax: 3)
    #expect(await lane.next().number == 0)
    lane.release(2)
    #expect(lane.backlog == 2)
    #expect(await lane.next().number == 1)
    #expect(await lane.next().number == 2)
    #expect(await lane.next().number == nil)
  }

  @Test func `wakes those who wait, with one call each, and the rest when the last one is given`()
    async throws
  {
    let lane = Lane(index: 0, released: 0, callsMax: 2)
    let numbers = try await within(.seconds(10), "the lane") {
      await withTaskGroup(of: Int?.self) { group in
        for _ in 0..<3 { group.addTask { await lane.next().number } }
        lane.release(1)
        lane.release(1)
        return await group.reduce(into: []) { $0.append($1) }
      }
    }
    #expect(Set(numbers) == [0, 1, nil])
  }

  @Test func `keeps what no caller took as its backlog, and gives nothing after the end`() async {
    let lane = Lane(index: 0, released: 0, callsMax: 100)
    lane.release(10)
    _ = await lane.next()
    lane.end()
    #expect(lane.backlog == 9)
    #expect(await lane.next().number == nil)
  }
}

extension Lane.Leave {
  fileprivate var number: Int? {
    switch self {
    case .call(let number): number
    case .over: nil
    }
  }
}

@Suite struct `The choice of methods` {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func `follows the weights and repeats itself`(seed: UInt64) {
    let weights = [90, 9, 1]
    let choice = MethodChoice(weights: weights, seed: seed)
    let chosen = (0..<100_000).map { choice.index(ofCall: $0) }
    for (index, weight) in weights.enumerated() {
      let share = Double(chosen.count { $0 == index }) / 1_000
      #expect(abs(share - Double(weight)) < 0.5, "method \(index): \(share) %")
    }
    let again = MethodChoice(weights: weights, seed: seed)
    #expect((0..<1_000).allSatisfy { again.index(ofCall: UInt64($0)) == chosen[$0] })
  }

  @Test func `hangs on the seed`() {
    let chosen = ([1, 2] as [UInt64]).map { seed in
      let choice = MethodChoice(weights: [1, 1], seed: seed)
      return (0..<64 as Range<UInt64>).map { choice.index(ofCall: $0) }
    }
    #expect(chosen[0] != chosen[1])
  }
}
