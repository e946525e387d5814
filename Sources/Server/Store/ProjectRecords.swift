/// What a project's models do.
///
/// The numbers are those of the contract's `ProjectType`.
package enum ProjectKind: Int64, Sendable {
  case classification = 1
  case detection = 2
}

/// A class; its id stays when it is renamed and is never given to another class of the project.
package struct ClassRecord: Sendable, Hashable {
  /// At least 1.
  package var id: UInt32
  package var name: String

  package init(id: UInt32, name: String) {
    self.id = id
    self.name = name
  }
}

/// A project with what a list shows of it.
package struct ProjectRecord: Sendable, Equatable {
  package var id: ProjectID
  package var account: AccountID
  package var owner: String
  package var name: String
  package var kind: ProjectKind
  package var description: String
  package var createTime: Timestamp
  /// In the order the owner gave.
  package var classes: [ClassRecord] = []
  package var dataPointCount: UInt64 = 0
  package var labeledDataPointCount: UInt64 = 0
  package var boxCount: UInt64 = 0
  /// The newest training's number and state.
  package var newestTraining: TrainingSummary?
  /// Oldest first.
  package var publishedVersions: [UInt32] = []

  package struct TrainingSummary: Sendable, Equatable {
    package var number: UInt32
    package var state: JobState

    package init(number: UInt32, state: JobState) {
      self.number = number
      self.state = state
    }
  }
}
