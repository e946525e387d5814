internal import GRDB

/// Something that is not as it should be in a store.
package struct StoreFault: Sendable, Equatable {
  package enum Kind: Sendable, CaseIterable {
    /// The database contradicts itself.
    case database
    /// A row refers to one that is not there.
    case reference
    /// An object has a row and no file.
    case missing
    /// An object's bytes are not those it is named for.
    case damaged
    /// The system refuses to read an object.
    case unreadable
    /// A file has no row.
    case unreferenced
    /// A number that is kept differs from what is counted.
    case counter
  }

  package var kind: Kind
  package var object: ObjectHash?
  package var user = ObjectUser()
  package var detail: String
  package var isRepaired = false
}

/// Who uses an object, for people: the first of its users.
package struct ObjectUser: Sendable, Equatable {
  /// `ACCOUNT/PROJECT`; empty if nobody uses it.
  package var project = ""
  /// An image's file name, or what else the object is.
  package var name = ""
  /// How many rows use it.
  package var uses: UInt64 = 0

  package init(project: String = "", name: String = "", uses: UInt64 = 0) {
    self.project = project
    self.name = name
    self.uses = uses
  }
}

extension ObjectUser {
  /// Looks for the one who would miss the object most: an image's project, then a model's, then that
  /// of a training that learned from it.
  init(of hash: ObjectHash, in db: Database) throws {
    // Before version 6 each training had examples of its own.
    let examples =
      try db.tableExists("frozen_image")
      ? """
      frozen_image JOIN data_set ON data_set.id = frozen_image.data_set
      JOIN training ON training.id = data_set.training WHERE frozen_image.object = :hash
      """
      : """
      training_example JOIN training ON training.id = training_example.training
      WHERE training_example.object = :hash
      """
    let row = try Row.fetchOne(
      db,
      sql: """
        SELECT account.name || '/' || project.name AS project, user.name AS name,
          object.reference_count AS uses
        FROM object LEFT JOIN (
          SELECT project, file_name AS name, 1 AS rank FROM data_point WHERE object = :hash
          UNION ALL
          SELECT training.project, 'the model of training ' || training.number, 2
          FROM model JOIN training ON training.id = model.training WHERE model.weights = :hash
          UNION ALL
          SELECT training.project, 'an example of training ' || training.number, 3
          FROM \(examples)
            AND NOT EXISTS (SELECT 1 FROM data_point WHERE data_point.object = :hash)
          ORDER BY rank LIMIT 1
        ) AS user LEFT JOIN project ON project.id = user.project
        LEFT JOIN account ON account.id = project.account
        WHERE object.hash = :hash
        """, arguments: ["hash": hash.hex])
    guard let row else { return }
    project = row["project"] ?? ""
    name = row["name"] ?? ""
    uses = UInt64(clamping: row["uses"] as Int64)
  }
}
