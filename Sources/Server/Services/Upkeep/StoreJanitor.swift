package import Logging
package import Store

/// What the store needs done while it is served: the rows and files of deletions removed, what a
/// crash left moved to the trash, what is long expired removed, the clock watched, and every object
/// read now and then.
package struct StoreJanitor: Sendable {
  package struct Configuration: Sendable {
    /// Days for which the trash keeps what nothing refers to.
    package var trashDays = 14
    /// Days in which every object is read once; 0 reads none.
    package var scrubDays = 30
    /// What the scrub reads in a second, so that others hardly notice.
    package var scrubBytesPerSecond: UInt64 = 4 << 20
    /// Between two looks at the clocks.
    package var tickPause = Duration.seconds(60)
    /// Between two removals of what is expired.
    package var pause = Duration.seconds(3_600)
    /// Before what failed is tried again.
    package var retryPause = Duration.seconds(10)

    package init() {}
  }

  private let store: DataStore
  private let configuration: Configuration
  private let clock: ServiceClock
  private let logger: Logger

  package init(
    store: DataStore, configuration: Configuration = Configuration(),
    clock: ServiceClock = ServiceClock(), logger: Logger
  ) {
    self.store = store
    self.configuration = configuration
    self.clock = clock
    self.logger = logger
  }

  /// Runs until cancelled; a transaction that has begun is finished.
  package func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await removeLeftovers() }
      group.addTask { await tidy() }
      if configuration.scrubDays > 0 { group.addTask { await scrub() } }
      await group.waitForAll()
    }
  }

  private func removeLeftovers() async {
    var signals = store.leftoverSignals.makeAsyncIterator()
    repeat {
      await trying("remove what was deleted") { try await store.removeLeftovers() }
    } while await signals.next() != nil && !Task.isCancelled
  }

  func tidy() async {
    await trying("finish removing classes") { try await store.finishClassRemovals() }
    await trying("put away what a crash left") {
      _ = try await store.sweepAfterCrash(at: clock.now())
    }
    var lastSeen: Timestamp?
    await trying("note the time") { lastSeen = try await store.noteTime(clock.now()) }
    var watch = ClockWatch(lastSeen: lastSeen)
    var nextRemoval = clock.instant()
    repeat {
      store.replenishReserve()
      let jump = watch.tick(clock.now(), at: clock.instant())
      if let jump { report(jump) }
      guard jump != nil || clock.instant() >= nextRemoval else { continue }
      nextRemoval = clock.instant() + configuration.pause
      await trying("remove what is long expired") {
        try await store.noteTime(clock.now())
        try await store.removeOldTrash(days: configuration.trashDays, at: clock.now())
        try await store.removeExpired(at: clock.now())
      }
    } while await clock.slept(configuration.tickPause)
  }

  private func report(_ jump: ClockWatch.Jump) {
    let hold = store.limits.expiredRowsLifetime
    switch jump {
    case .backwards(let step):
      logger.warning(
        "the clock has jumped backwards by \(step); nothing is removed by its age for \(hold)")
    case .ahead(let step):
      logger.warning(
        """
        the clock has jumped ahead by \(step), or the server was off; nothing is removed by its age \
        for \(hold)
        """)
    }
  }

  private func scrub() async {
    var wait = Duration.zero
    while await clock.slept(wait) {
      wait = configuration.pause
      await trying("read the stored objects") {
        let next = try await store.scrub(everyDays: configuration.scrubDays, at: clock.now()) {
          bytes in
          try await clock.sleep(.seconds(Double(bytes) / Double(configuration.scrubBytesPerSecond)))
        }
        wait = max(
          .seconds(1), .milliseconds(next.unixMilliseconds - clock.now().unixMilliseconds))
      }
    }
  }

  /// What fails is tried again until it works or this task is cancelled.
  private func trying(_ purpose: String, _ body: () async throws -> Void) async {
    while !Task.isCancelled {
      do {
        try await body()
        return
      } catch is CancellationError {
        return
      } catch {
        logger.error("cannot \(purpose): \(error)")
        guard await clock.slept(configuration.retryPause) else { return }
      }
    }
  }
}
