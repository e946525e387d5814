import CProtobuf

/// What one side took for one operation on one message.
struct Measurement: Codable {
  let side: String
  let nanosecondsMin: Double
  let nanosecondsMedian: Double
  let allocations: Double
}

/// Times the sides of a race in turn, so that whatever else the machine does meets all of them.
enum Stopwatch {
  private static let rounds = 101
  private static let roundNanoseconds = 1_000_000.0

  static func race(
    _ sides: [Side], _ operation: (Side, Int) throws -> Void
  ) rethrows -> [Measurement] {
    let repetitions = try sides.map { side in
      max(1, Int(roundNanoseconds / (try nanoseconds(side, 20, operation))))
    }
    var times = [[Double]](repeating: [], count: sides.count)
    for round in 0..<rounds {
      for turn in sides.indices {
        let index = (turn + round) % sides.count
        times[index].append(try nanoseconds(sides[index], repetitions[index], operation))
      }
    }
    return try sides.indices.map { index in
      let before = bench_allocations()
      try operation(sides[index], 1000)
      let allocations = Double(bench_allocations() - before) / 1000
      let sorted = times[index].sorted()
      return Measurement(
        side: sides[index].name, nanosecondsMin: sorted[0],
        nanosecondsMedian: sorted[rounds / 2], allocations: allocations)
    }
  }

  private static func nanoseconds(
    _ side: Side, _ repetitions: Int, _ operation: (Side, Int) throws -> Void
  ) rethrows -> Double {
    let clock = ContinuousClock()
    let time = try clock.measure { try operation(side, repetitions) }
    let whole = Double(time.components.seconds) * 1e9
    return (whole + Double(time.components.attoseconds) / 1e9) / Double(repetitions)
  }
}
