/// Lets all lanes begin at one time, when the last of them is connected.
struct StartSignal: Sendable {
  private let lanes: Int
  private let ready: AsyncStream<Void>
  private let readyContinuation: AsyncStream<Void>.Continuation
  private let starts: [AsyncStream<RunClock>]
  private let startContinuations: [AsyncStream<RunClock>.Continuation]

  init(lanes: Int) {
    self.lanes = lanes
    (ready, readyContinuation) = AsyncStream.makeStream()
    let streams = (0..<lanes).map { _ in AsyncStream.makeStream(of: RunClock.self) }
    starts = streams.map(\.stream)
    startContinuations = streams.map(\.continuation)
  }

  /// Says that a lane is ready and waits for the start; `nil` if this task was cancelled.
  func wait(lane: Int) async -> RunClock? {
    readyContinuation.yield()
    return await starts[lane].first { _ in true }
  }

  /// Waits until all lanes are ready; `false` if this task was cancelled.
  func waitForLanes() async -> Bool {
    var count = 0
    for await _ in ready {
      count += 1
      if count == lanes { return true }
    }
    return false
  }

  /// Starts all lanes.
  func begin(_ clock: RunClock) {
    for continuation in startContinuations { continuation.yield(clock) }
  }
}
