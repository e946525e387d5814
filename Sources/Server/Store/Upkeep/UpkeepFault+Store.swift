internal import API
internal import GRDB

extension UpkeepFault {
  /// Something that is not as it should be in a store.
  init(_ kind: UpkeepFaultKind, _ detail: String, object: ObjectHash? = nil) {
    self.init(kind: kind, object: object?.hex ?? "", detail: detail)
  }

  /// The same fault with who uses its object, and how many do.
  ///
  /// Looks for the one who would miss it most: an image's project, then a model's, then that of a
  /// training that learned from it.
  func withUser(in db: Database) throws -> UpkeepFault {
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
        """, arguments: ["hash": object])
    guard let row else { return self }
    var fault = self
    fault.project = row["project"] ?? ""
    fault.name = row["name"] ?? ""
    fault.uses = UInt64(clamping: row["uses"] as Int64)
    return fault
  }
}
