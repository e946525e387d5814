internal import API
internal import Codec
internal import Store
internal import WellKnownTypes

// What the store keeps of trainings, as the contract says it.

extension TrainingJob {
  init(_ record: TrainingRecord) throws(DecodingError) {
    try self.init(record, when: record.state)
  }

  /// The job as it was when it came into a state that it has passed since.
  init(_ record: TrainingRecord, when state: TrainingState) throws(DecodingError) {
    self.init(
      training: record.address.description, state: state,
      parameters: try TrainingParameters(serialized: record.parameters),
      dataSetHash: record.dataSetHash, imageCount: record.imageCount,
      createTime: ProtoTimestamp(record.createTime))
    if state != .queued { startTime = record.startTime.map(ProtoTimestamp.init) }
    guard state.isFinal else { return }
    endTime = record.endTime.map(ProtoTimestamp.init)
    reason = record.reason
    if let model = record.model {
      metrics = try ModelMetrics(serialized: model.metrics)
    }
  }
}

extension TrainingEvent {
  init(_ event: TrainingEventRecord, of training: TrainingRecord) throws(DecodingError) {
    self.init(sequence: event.sequence, time: ProtoTimestamp(event.time))
    switch event.content {
    case .state(let state): self.event = .job(try TrainingJob(training, when: state))
    case .progress(let bytes): self.event = .progress(try TrainingProgress(serialized: bytes))
    case .note(let text): self.event = .note(text)
    }
  }
}

extension TrainingReport.Confusion {
  /// A classifier's, which its metrics hold.
  init(_ metrics: ModelMetrics) {
    self.init(classNames: metrics.classes.map(\.className), counts: metrics.confusion)
  }
}
