import CSQLite
import Foundation

/// Fills the database of a stopped server with rows, without a file for any of them.
struct SyntheticRows {
  let size: Int

  /// Rows of lists that grow with use and not with the images of a project.
  private var others: Int { min(size / 10, 10_000) }

  /// The projects by name, as they were made by calls.
  func fill(_ path: String) throws {
    var database: OpaquePointer?
    guard sqlite3_open(path, &database) == SQLITE_OK, let database else {
      throw Failure("cannot open \(path)")
    }
    defer { sqlite3_close(database) }
    for sql in [settings, "BEGIN", images, boxes, trainings, account, "COMMIT"] {
      var message: UnsafeMutablePointer<CChar>?
      guard sqlite3_exec(database, sql, nil, nil, &message) == SQLITE_OK else {
        let text = message.map { String(cString: $0) } ?? "an unknown failure"
        throw Failure("\(text)\nin: \(sql)")
      }
    }
  }

  private let settings = """
    PRAGMA synchronous = OFF;
    PRAGMA cache_size = -1000000;
    PRAGMA foreign_keys = ON;
    """

  private func numbers(_ count: Int) -> String {
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))"
  }

  private func project(_ name: String) -> String {
    "(SELECT id FROM project WHERE name = '\(name)')"
  }

  /// Ten classes; every hundredth image has none.
  private var images: String {
    """
    CREATE TEMP TABLE hash AS \(numbers(size))
      SELECT i, lower(hex(randomblob(32))) AS hex FROM n;
    INSERT INTO object (hash, bytes) SELECT hex, 100000 FROM hash ORDER BY hex;
    INSERT INTO data_point (project, object, file_name, labeled, class, format, width, height,
        perceptual_hash, create_time)
      SELECT \(project("images")), hex, 'image' || i || '.jpg', i % 100 <> 0,
        CASE WHEN i % 100 <> 0 THEN 1 + i % 10 END, 1, 640, 480, random(), 0
      FROM hash ORDER BY i;
    """
  }

  private var boxes: String {
    """
    INSERT INTO data_point (project, object, file_name, labeled, format, width, height,
        perceptual_hash, create_time)
      SELECT \(project("boxes")), hex, 'image' || i || '.jpg', i % 100 <> 0, 1, 640, 480, random(), 0
      FROM hash ORDER BY i;
    INSERT INTO box (data_point, position, project, class, x_min, y_min, x_max, y_max)
      SELECT id, 0, project, 1 + id % 10, 10, 10, 100, 100
      FROM data_point WHERE project = \(project("boxes")) AND labeled = 1 ORDER BY id;
    """
  }

  /// Trainings that succeeded, all with the same weights, and all published.
  private var trainings: String {
    let training = "(SELECT id FROM training WHERE project = \(project("trained")))"
    return """
      INSERT INTO object (hash, bytes) VALUES (printf('%064d', 0), 1000);
      \(numbers(others))
      INSERT INTO training (project, number, state, parameters, data_set_hash, data_point_count,
          create_time, start_time, end_time)
        SELECT \(project("trained")), i, 3, x'', printf('%064d', 0), 100, 0, 0, 0 FROM n;
      UPDATE project SET next_training = \(others + 1) WHERE name = 'trained';
      INSERT INTO training_class (training, position, name)
        SELECT id, 0, 'cat' FROM training WHERE id IN \(training)
        UNION ALL SELECT id, 1, 'dog' FROM training WHERE id IN \(training);
      INSERT INTO model (training, weights, architecture, input_side, accuracy, metrics)
        SELECT id, printf('%064d', 0), 'efficientnet-lite0', 224, 0.9, x''
        FROM training WHERE id IN \(training);
      INSERT INTO publication (training, account, project, number, description, publish_time)
        SELECT training.id, project.account, project.id, training.number, 'a model', 0
        FROM training JOIN project ON project.id = training.project
        WHERE project.name = 'trained';
      """
  }

  /// What an account gathers: projects and tokens near their limits, and answers to inferences.
  private var account: String {
    let owner = "(SELECT id FROM account WHERE name = 'bench')"
    return """
      \(numbers(900)) INSERT INTO project (account, name, kind, description, create_time)
        SELECT \(owner), printf('p%06d', i), 1, '', 0 FROM n;
      \(numbers(900))
      INSERT INTO token (account, secret_hash, label, scopes, create_time, expire_time)
        SELECT \(owner), randomblob(32), 'token', 1, 0, 9000000000000 FROM n;
      \(numbers(others)) INSERT INTO inference (id, account, model, top_k, state, outcome,
          create_time, expire_time)
        SELECT lower(hex(randomblob(16))), \(owner), 'bench/trained@1', 1, 2, x'', 0, 9000000000000
        FROM n;
      """
  }
}
