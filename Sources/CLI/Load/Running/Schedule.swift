/// When calls at a constant rate are to start: call 0 at once, the others evenly after it.
struct Schedule: Sendable {
  let callsPerSecond: Double
  /// How many calls there are before the end.
  let count: Int

  init(callsPerSecond: Double, total: Duration, callsMax: Int) {
    precondition(callsPerSecond > 0, "\(callsPerSecond) calls a second")
    self.callsPerSecond = callsPerSecond
    let calls = (total / .seconds(1) * callsPerSecond).rounded(.up)
    count = calls < Double(callsMax) ? Int(calls) : callsMax
  }

  /// Nanoseconds from the start of the run to the intended start of a call.
  func offset(ofCall number: Int) -> Int64 {
    Int64((Double(number) / callsPerSecond * 1e9).rounded(.up))
  }

  /// How many calls are to have started `elapsed` nanoseconds into the run.
  func due(after elapsed: Int64) -> Int {
    guard elapsed >= 0 else { return 0 }
    var due = min(count, Int(Double(elapsed) / 1e9 * callsPerSecond) + 1)
    // Rounding may be off by one either way; the offsets decide.
    while due > 0, offset(ofCall: due - 1) > elapsed { due -= 1 }
    while due < count, offset(ofCall: due) <= elapsed { due += 1 }
    return due
  }

  /// How many of the calls number `range` belong to `lane`, which has every `lanes`th of them.
  static func share(of lane: Int, among lanes: Int, in range: Range<Int>) -> Int {
    func before(_ bound: Int) -> Int { (bound + lanes - 1 - lane) / lanes }
    return before(range.upperBound) - before(range.lowerBound)
  }
}
