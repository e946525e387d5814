import API
import RPCCore
import Synchronization

/// What heavy work costs others: small calls of another account while it runs, and memory.
struct Beside: Sendable {
  struct Costs: Codable, Sendable {
    var seconds = 0.0
    /// The longest write of another project.
    var writeMillisecondsMax = 0.0
    var writeMillisecondsMedian = 0.0
    var whoAmIMillisecondsP99 = 0.0
    var whoAmICalls = 0
    /// The peak over what the server had when the work began.
    var memoryMiB = 0.0
  }

  let server: ServerProcess
  let other: Session
  let image: String

  /// Does the work once, and again while it has taken less than this.
  func measure(
    atLeast time: Duration = .zero, _ work: @escaping @Sendable () async throws -> Void
  ) async throws -> Costs {
    let clock = ContinuousClock()
    let flag = Flag()
    let before = try server.resetMemoryPeak()
    var costs = Costs()
    async let writes = repeated(until: flag) { round in
      let annotation = Annotation(value: .className("class \(1 + round % 2)"))
      _ = try await other.data.setAnnotation(
        .init(project: "small", id: image, annotation: annotation), options: other.options)
    }
    async let looks = repeated(until: flag) { _ in
      _ = try await other.auth.whoAmI(WhoAmIRequest(), options: other.options)
    }
    // So that both are under way.
    try await Task.sleep(for: .milliseconds(20))
    let start = clock.now
    var rounds = 0.0
    do {
      repeat {
        try await work()
        rounds += 1
      } while clock.now - start < time
    } catch {
      flag.set()
      throw error
    }
    costs.seconds = (clock.now - start).milliseconds / 1_000 / rounds
    flag.set()
    let (writeTimes, lookTimes) = (try await writes.sorted(), try await looks.sorted())
    costs.writeMillisecondsMax = writeTimes.last ?? 0
    costs.writeMillisecondsMedian = writeTimes.isEmpty ? 0 : writeTimes[writeTimes.count / 2]
    costs.whoAmICalls = lookTimes.count
    costs.whoAmIMillisecondsP99 = lookTimes.isEmpty ? 0 : lookTimes[lookTimes.count * 99 / 100]
    costs.memoryMiB = Double(try server.memoryPeak() - before) / 1_048_576
    return costs
  }

  private func repeated(
    until flag: Flag, _ call: @Sendable (Int) async throws -> Void
  ) async throws -> [Double] {
    let clock = ContinuousClock()
    var times: [Double] = []
    while !flag.isSet {
      let start = clock.now
      try await call(times.count)
      times.append((clock.now - start).milliseconds)
      try await Task.sleep(for: .milliseconds(1))
    }
    return times
  }
}

/// Says that a work is done, to what runs beside it.
private final class Flag: Sendable {
  private let state = Mutex(false)

  var isSet: Bool { state.withLock { $0 } }

  func set() { state.withLock { $0 = true } }
}

extension Duration {
  var milliseconds: Double {
    Double(components.seconds) * 1_000 + Double(components.attoseconds) / 1e15
  }
}
