package import API

/// One training of a project.
package struct TrainingRecord: Sendable, Equatable {
  package var id: TrainingID
  package var project: ProjectID
  package var projectName: String
  package var type: ProjectType
  /// From 1 in each project; also the version of its model.
  package var number: UInt32
  package var state: TrainingState
  /// As the caller encoded them.
  package var parameters: [UInt8]
  /// SHA-256, in hexadecimal, of a sorted line for each label: see `FrozenDataSet`.
  package var dataSetHash: String
  package var dataPointCount: UInt64
  /// Why it failed or was cancelled; empty otherwise.
  package var reason: String
  package var createTime: Timestamp
  package var startTime: Timestamp?
  package var endTime: Timestamp?
  /// When it has succeeded.
  package var model: ModelRecord?
}

/// What a training that succeeded has made.
package struct ModelRecord: Sendable, Equatable {
  package var weights: ObjectHash
  package var weightsBytes: UInt64
  /// The network, such as `efficientnet-lite0`.
  package var architecture: String
  /// Pixels.
  package var inputSide: UInt32
  /// What lists show of the metrics: of a classifier its accuracy, of a detector its mAP over COCO's
  /// IoU thresholds, and at 0.5, if there was an object to measure it by.
  package var accuracy: Double
  package var map: Double?
  package var map50: Double?
  /// The bytes of `ModelMetrics`, which may be many.
  package var metrics: [UInt8]
}

/// What is known of a new model beside its weights.
package struct ModelFacts: Sendable, Equatable {
  /// The network, such as `efficientnet-lite0`.
  package var architecture: String
  /// Pixels.
  package var inputSide: UInt32
  package var metrics: ModelMetrics

  package init(architecture: String, inputSide: UInt32, metrics: ModelMetrics) {
    self.architecture = architecture
    self.inputSide = inputSide
    self.metrics = metrics
  }
}

/// Something that happened in a training.
package struct TrainingEventRecord: Sendable, Equatable {
  package enum Content: Sendable, Equatable {
    case state(TrainingState)
    /// As the caller encoded it.
    case progress([UInt8])
    case note(String)
  }
  /// From 1, growing by one with each event of the training.
  package var sequence: UInt64
  package var time: Timestamp
  package var content: Content
}

/// How a training ends without a model.
package enum TrainingFailure: Sendable, Equatable {
  case failed(reason: String)
  case cancelled(reason: String)
}
