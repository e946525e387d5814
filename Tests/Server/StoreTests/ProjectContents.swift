import API
import GRDB

@testable import Store

extension Image {
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
  var images: [Image]
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
        images: try ids.map {
          try Self.image($0, of: (project.id, project.message.type), in: db)
        })
    }
  }
}
