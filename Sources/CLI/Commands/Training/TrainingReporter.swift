package import API

/// Shows a training's events as they come: a live line on a terminal, a line for each epoch
/// elsewhere, or JSON lines.
package struct TrainingReporter: Sendable {
  private struct Epoch: Sendable, Equatable {
    var phase: TrainingPhase
    var number: Int32
  }

  private let context: CommandContext
  private let status: StatusLine
  private let bar: ProgressBar
  private let epoch = Shared<Epoch?>(nil)

  package init(_ context: CommandContext) {
    self.context = context
    status = context.statusLine()
    bar = context.progressBar
  }

  package func show(_ event: TrainingEvent) throws {
    try context.report(event) {
      switch event.event {
      case .job(let job): status.print(TrainingText.line(job))
      case .note(let text): status.print(TextWidth.printable(text))
      case .progress(let progress): show(progress)
      case nil: break
      }
    }
  }

  /// Leaves the live line.
  package func finish() {
    status.finish()
  }

  private func show(_ progress: TrainingProgress) {
    let new = Epoch(phase: progress.phase, number: progress.epoch)
    // An evaluation is part of its epoch, whose line follows.
    let isEvaluation = progress.phase == .evaluation
    let isDone =
      !isEvaluation && progress.imagesTotal > 0 && progress.imagesDone >= progress.imagesTotal
    let isNewPhase = epoch.withLock { epoch in
      if isEvaluation { return false }
      defer { epoch = new }
      return epoch?.phase != nil && epoch?.phase != new.phase
    }
    if isNewPhase { status.finish() }  // the last phase's line stays to be read
    let line = TrainingText.line(
      progress, columns: context.system.terminal.columns, bar: bar)
    status.show(line, at: context.system.now(), always: isDone)
  }
}
