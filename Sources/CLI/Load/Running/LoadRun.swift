import CommandLineKit
import RPCClient
import RPCCore

/// One run of a plan against a server.
struct LoadRun: Sendable {
  let plan: LoadPlan
  let address: Address
  var tls: TLSClientConfiguration?
  let connector: any Connector
  /// The server's process, where it is known.
  let serverPID: Int?
  let interruption: @Sendable () async -> Void
  let show: @Sendable (RunState) -> Void

  /// How a run went.
  struct Result {
    var findings: Sampler.Findings
    let schedule: Schedule?
    let wasInterrupted: Bool
    let serverPID: Int?
  }

  private enum Part {
    case lane
    case timeIsUp
    case graceIsOver
    case interrupted
    case cancelled
    case sampled(Sampler.Findings)
  }

  /// Recorders that callers share: more would cost memory, fewer would make callers wait.
  private static let recordersMax = 4
  /// What calls that are under way at the end may still take.
  private static let graceMax = Duration.seconds(5)

  /// Connects, makes the calls, and returns what was measured.
  ///
  /// - Throws: a `Status` if a connection cannot be made; `CancellationError` if this task was
  ///   cancelled, or a person pressed Ctrl-C, before the calls began.
  func run() async throws -> Result {
    let schedule = plan.callsPerSecond.map {
      Schedule(callsPerSecond: $0, total: plan.total, callsMax: plan.callsMax)
    }
    let lanes = (0..<plan.connections).map { index in
      let callsMax = Schedule.share(
        of: index, among: plan.connections, in: 0..<(schedule?.count ?? plan.callsMax))
      return Lane(index: index, released: schedule == nil ? callsMax : 0, callsMax: callsMax)
    }
    let recorders = (0..<min(Self.recordersMax, lanes.count)).map { _ in
      Recorder(methods: plan.entries.count)
    }
    let start = StartSignal(lanes: lanes.count)
    return try await withThrowingTaskGroup(of: Part.self) { group in
      defer { for lane in lanes { lane.end() } }
      for lane in lanes {
        group.addTask {
          try await serve(lane, schedule, recorders[lane.index % recorders.count], start)
          return .lane
        }
      }
      group.addTask {
        await interruption()
        return .interrupted
      }
      try await waitUntilConnected(start, &group)
      let clock = RunClock(start: .now, plan: plan)
      addClockTasks(to: &group, lanes, schedule, recorders, clock)
      start.begin(clock)
      return try await finish(&group, lanes, schedule)
    }
  }

  /// Connects a lane's connection and makes its calls.
  private func serve(
    _ lane: Lane, _ schedule: Schedule?, _ recorder: Recorder, _ start: StartSignal
  ) async throws {
    try await connector.connected(to: address, tls: tls) { caller in
      if let client = caller as? Client { try await client.connect() }
      guard let clock = await start.wait() else { return }
      let worker = LoadCaller(
        plan: plan, schedule: schedule,
        choice: MethodChoice(weights: plan.entries.map(\.weight), seed: plan.seed),
        lane: lane, clock: clock, recorder: recorder,
        runner: CallRunner(
          caller: caller, options: CallOptions(timeout: plan.timeout, metadata: plan.metadata)))
      await withDiscardingTaskGroup { callers in
        for _ in 0..<plan.streams { callers.addTask { await worker.run() } }
      }
    }
  }

  private func waitUntilConnected(
    _ start: StartSignal, _ group: inout ThrowingTaskGroup<Part, any Error>
  ) async throws {
    show(
      RunState(
        phase: .connecting, elapsed: 0, callsPerSecond: 0, median: 0, percentile99: 0, failed: 0,
        backlog: 0))
    group.addTask {
      await start.waitForLanes() ? .timeIsUp : .cancelled
    }
    // The first to come is that all are ready, or that something is wrong.
    guard let part = try await group.next(), case .timeIsUp = part else {
      throw CancellationError()
    }
  }

  private func addClockTasks(
    to group: inout ThrowingTaskGroup<Part, any Error>, _ lanes: [Lane], _ schedule: Schedule?,
    _ recorders: [Recorder], _ clock: RunClock
  ) {
    let sampler = Sampler(plan: plan, clock: clock, lanes: lanes, show: show)
    let collector = MeasurementCollector(recorders: recorders, methods: plan.entries.count)
    group.addTask {
      .sampled(await sampler.run(collector, serverPID.flatMap { ServerMonitor(pid: $0) }))
    }
    group.addTask {
      do {
        if let schedule { try await Pacer(schedule: schedule, lanes: lanes, clock: clock).run() }
        try await Task.sleep(until: clock.start + plan.total, tolerance: .zero, clock: .continuous)
        return .timeIsUp
      } catch {
        return .cancelled
      }
    }
  }

  /// Waits for what was started: the lanes, and at the end the sampler.
  private func finish(
    _ group: inout ThrowingTaskGroup<Part, any Error>, _ lanes: [Lane], _ schedule: Schedule?
  ) async throws -> Result {
    var lanesLeft = lanes.count
    // A closed loop is over with its last call; a schedule's time goes on until its end.
    var isTimeUp = (schedule?.count ?? plan.callsMax) == plan.callsMax
    var wasInterrupted = false
    var findings: Sampler.Findings?
    while let part = try await group.next() {
      switch part {
      case .lane:
        lanesLeft -= 1
        if lanesLeft == 0, isTimeUp { group.cancelAll() }
      case .timeIsUp:
        isTimeUp = true
        if lanesLeft == 0 { group.cancelAll() }
        for lane in lanes { lane.end() }
        group.addTask {
          do {
            try await Task.sleep(for: min(plan.timeout, Self.graceMax))
            return .graceIsOver
          } catch {
            return .cancelled
          }
        }
      case .interrupted:
        // Its task ends so also when everything is over and cancelled.
        wasInterrupted = wasInterrupted || lanesLeft > 0 && !group.isCancelled
        for lane in lanes { lane.end() }
        group.cancelAll()
      case .graceIsOver:
        group.cancelAll()
      case .sampled(let seen):
        findings = seen
      case .cancelled:
        break
      }
    }
    guard var findings else { throw CancellationError() }
    findings.collector.finish()
    return Result(
      findings: findings, schedule: schedule, wasInterrupted: wasInterrupted, serverPID: serverPID)
  }
}
