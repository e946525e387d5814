/// Where a training stands.
///
/// The numbers are those of the contract's `TrainingState`.
package enum JobState: Int64, CaseIterable, Sendable {
  case queued = 1
  case running = 2
  case succeeded = 3
  case failed = 4
  case cancelled = 5

  /// Whether nothing happens to it any more.
  package var isFinal: Bool {
    switch self {
    case .queued, .running: false
    case .succeeded, .failed, .cancelled: true
    }
  }
}

/// One training of a project.
package struct TrainingRecord: Sendable, Equatable {
  package var id: TrainingID
  package var project: ProjectID
  package var projectName: String
  package var kind: ProjectKind
  /// From 1 in each project; also the version of its model.
  package var number: UInt32
  package var state: JobState
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
  package var facts: ModelFacts
}

/// What is known of a model beside its weights.
package struct ModelFacts: Sendable, Equatable {
  /// The network, such as `efficientnet-lite0`.
  package var architecture: String
  /// Pixels.
  package var inputSide: UInt32
  package var quality: ModelQuality
  /// As the caller encoded them.
  package var metrics: [UInt8]

  package init(architecture: String, inputSide: UInt32, quality: ModelQuality, metrics: [UInt8]) {
    self.architecture = architecture
    self.inputSide = inputSide
    self.quality = quality
    self.metrics = metrics
  }
}

/// The figures that lists of models show, measured on the validation images; 0 to 1.
package enum ModelQuality: Sendable, Hashable {
  case classification(accuracy: Double)
  /// Mean average precision over COCO's IoU thresholds, and at 0.5; nothing without an object to
  /// measure it by.
  case detection(averagePrecision: Double?, averagePrecision50: Double?)
}

/// One image of a frozen data set.
package struct TrainingExample: Sendable, Hashable {
  /// What is to be learned of it.
  package enum Label: Sendable, Hashable {
    /// The place of its class in the frozen class list, from 0.
    case classIndex(UInt32)
    /// None: nothing but background.
    case boxes([FrozenBox])
  }

  package var object: ObjectHash
  package var label: Label
  /// Examples of one group must stay on one side of a split.
  package var group: UInt32
  /// Pixels, after EXIF rotation.
  package var width: UInt32
  package var height: UInt32

  package init(object: ObjectHash, label: Label, group: UInt32, width: UInt32, height: UInt32) {
    self.object = object
    self.label = label
    self.group = group
    self.width = width
    self.height = height
  }
}

/// The images and labels a training learns from, as they were when it was queued.
package struct FrozenDataSet: Sendable, Equatable {
  /// A model's answers are places in this list.
  package var classNames: [String]
  package var examples: [TrainingExample]

  package init(classNames: [String], examples: [TrainingExample]) {
    self.classNames = classNames
    self.examples = examples
  }
}

/// Something that happened in a training.
package struct TrainingEventRecord: Sendable, Equatable {
  package enum Content: Sendable, Equatable {
    case state(JobState)
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
