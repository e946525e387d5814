package import API

/// A model version that everyone may find and use.
package struct PublicationRecord: Sendable, Equatable {
  /// Grows with each publication.
  package var id: Int64
  package var training: TrainingRecord
  package var model: ModelRecord
  /// Without what the training and its model say.
  ///
  /// A model's answers are places in its list of class names.
  package var message: Model
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
  /// What was asked for, without the image; the model is `owner/project@version`, as it was
  /// resolved when it was submitted.
  package var request: InferRequest
  /// The training that made the model; nothing once it has been deleted.
  package var training: TrainingID?
  package var state: State
  package var createTime: Timestamp
  /// When the answer is forgotten; nothing while it waits.
  package var expireTime: Timestamp?
}

/// The answer to a submitted inference, as the caller encoded it.
package enum InferenceOutcome: Sendable, Equatable {
  case done([UInt8])
  case failed([UInt8])
}
