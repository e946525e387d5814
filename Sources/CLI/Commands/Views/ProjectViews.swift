import API

struct ClassView: Encodable {
  let id: UInt32
  let name: String

  init(_ value: Class) {
    id = value.id
    name = value.name
  }
}

struct ClassListView: Encodable {
  let classes: [ClassView]

  init(_ classes: [Class]) {
    self.classes = classes.map(ClassView.init)
  }
}

struct ProjectView: Encodable {
  let owner: String
  let name: String
  let type: String
  let description: String
  let classes: [ClassView]
  let images: UInt64
  let labeledImages: UInt64
  let training: UInt32
  let trainingState: String
  let publishedVersions: [UInt32]
  let created: String

  init(_ project: Project) {
    owner = project.owner
    name = project.name
    type = ProjectTypeName.text(project.type)
    description = project.description
    classes = project.classes.map(ClassView.init)
    images = project.dataPointCount
    labeledImages = project.labeledDataPointCount
    training = project.training
    trainingState = TrainingStateName.text(project.trainingState)
    publishedVersions = project.publishedVersions
    created = Format.time(unixMilliseconds: project.createTimeUnixMs)
  }
}

struct ProjectListView: Encodable {
  let projects: [ProjectView]
}

/// Project types as the command line spells them.
enum ProjectTypeName {
  static func text(_ type: ProjectType) -> String {
    switch type {
    case .unspecified: "unspecified"
    case .classification: "classification"
    case .detection: "detection"
    case .unrecognized(let number): "type \(number)"
    }
  }
}

/// States of trainings as the command line spells them.
enum TrainingStateName {
  static func text(_ state: TrainingState) -> String {
    switch state {
    case .unspecified: "none"
    case .queued: "queued"
    case .running: "running"
    case .succeeded: "succeeded"
    case .failed: "failed"
    case .cancelled: "cancelled"
    case .unrecognized(let number): "state \(number)"
    }
  }
}
