package import API

/// One training of a project.
package struct TrainingRecord: Sendable, Equatable {
  package var id: TrainingID
  package var project: ProjectID
  package var projectName: String
  /// The name of the project's account.
  package var owner: String
  package var type: ProjectType
  /// From 1 in each project; also the version of its model.
  package var number: Int32
  package var state: TrainingState
  /// As the caller encoded them.
  package var parameters: [UInt8]
  /// SHA-256, in hexadecimal, of a sorted line for each label: see `FrozenDataSet`.
  package var dataSetHash: String
  package var imageCount: Int32
  /// Why it failed or was cancelled; empty otherwise.
  package var reason: String
  package var createTime: Timestamp
  package var startTime: Timestamp?
  package var endTime: Timestamp?
  /// When it has succeeded.
  package var model: ModelRecord?

  /// Its address, and its model's.
  package var address: ResourceAddress {
    ResourceAddress(owner: owner, project: projectName, number: number)
  }
}

/// What a training that succeeded has made.
package struct ModelRecord: Sendable, Equatable {
  package var weights: ObjectHash
  package var weightsBytes: Int64
  /// The network, such as `efficientnet-lite0`.
  package var architecture: String
  /// Pixels.
  package var inputSide: Int32
  /// The bytes of `ModelMetrics`, which may be many.
  package var metrics: [UInt8]
}

/// What is known of a new model beside its weights.
package struct ModelFacts: Sendable, Equatable {
  /// The network, such as `efficientnet-lite0`.
  package var architecture: String
  /// Pixels.
  package var inputSide: Int32
  package var metrics: ModelMetrics

  package init(architecture: String, inputSide: Int32, metrics: ModelMetrics) {
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
  package var sequence: Int32
  package var time: Timestamp
  package var content: Content
}

/// How a training ends without a model.
package enum TrainingFailure: Sendable, Equatable {
  case failed(reason: String)
  case canceled(reason: String)
}
