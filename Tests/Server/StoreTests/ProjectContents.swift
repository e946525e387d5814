import API
import GRDB

@testable import Store

extension DataPoint {
  /// The object that has its bytes.
  var object: ObjectHash { ObjectHash(column: id) }

  /// What is said of it.
  var label: Annotation.Value? { annotation?.value }
}

extension Annotation.Value {
  static func boxes(_ boxes: [Box]) -> Annotation.Value { .boxes(Boxes(boxes: boxes)) }
}

/// A project with all of its images, read at one instant.
struct ProjectContents: Sendable, Equatable {
  var project: Project
  /// In the order of their first upload.
  var dataPoints: [DataPoint]
}

extension DataStore {
  /// - Throws: `.notFound` when the account has no project of that name.
  func contents(
    ofProject name: String, of account: AccountID
  ) async throws -> ProjectContents {
    try await read { db in
      let project = try Self.project(named: name, of: account, in: db)
      let ids = try Int64.fetchAll(
        db, sql: "SELECT id FROM data_point WHERE project = ? ORDER BY id",
        arguments: [project.id.rawValue])
      return ProjectContents(
        project: project.message,
        dataPoints: try ids.map {
          try Self.dataPoint($0, of: (project.id, project.message.type), in: db)
        })
    }
  }
}
