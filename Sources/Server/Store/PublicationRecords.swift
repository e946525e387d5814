/// A model version that everyone may find and use.
package struct PublicationRecord: Sendable, Equatable {
  /// Grows with each publication.
  package var id: Int64
  package var owner: String
  package var training: TrainingRecord
  package var model: ModelRecord
  /// A model's answers are places in this list.
  package var classNames: [String]
  package var description: String
  package var publishTime: Timestamp

  package var version: UInt32 { training.number }
  /// `owner/project@version`.
  package var address: String { "\(owner)/\(training.projectName)@\(version)" }
}

/// Which published models are asked for; every condition must hold.
package struct PublicationFilter: Sendable, Equatable {
  package var owner: String?
  /// In the project's name, the description or a class name; ASCII case does not matter.
  package var text: String?

  package init(owner: String? = nil, text: String? = nil) {
    self.owner = owner
    self.text = text
  }
}

/// An inference to be answered later.
package struct InferenceRecord: Sendable, Equatable {
  package enum State: Sendable, Equatable {
    /// Waits; the image is an object that stays until the inference is answered.
    case pending(image: ObjectHash)
    /// As the caller encoded the answer.
    case done([UInt8])
    /// As the caller encoded the failure.
    case failed([UInt8])
  }
  /// Grows with each submission.
  package var position: Int64
  /// 32 hexadecimal digits, random.
  package var id: String
  package var account: AccountID
  /// `owner/project@version`, as it was resolved when it was submitted.
  package var model: String
  /// The training that made the model; nothing once it has been deleted.
  package var training: TrainingID?
  package var options: InferenceOptions
  package var state: State
  package var createTime: Timestamp
  /// When the answer is forgotten; nothing while it waits.
  package var expireTime: Timestamp?
}

/// What a caller asked of an answer beside the image and the model; 0 and nothing mean the default.
package struct InferenceOptions: Sendable, Hashable {
  /// Classes to answer with.
  package var topK: UInt32
  package var confidenceMin: Double?
  package var iouMax: Double?
  /// Objects to answer with.
  package var detectionsMax: UInt32

  package init(
    topK: UInt32 = 0, confidenceMin: Double? = nil, iouMax: Double? = nil, detectionsMax: UInt32 = 0
  ) {
    self.topK = topK
    self.confidenceMin = confidenceMin
    self.iouMax = iouMax
    self.detectionsMax = detectionsMax
  }
}

/// The answer to a submitted inference, as the caller encoded it.
package enum InferenceOutcome: Sendable, Equatable {
  case done([UInt8])
  case failed([UInt8])
}
