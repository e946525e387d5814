internal import GRDB

/// The tables, as numbered steps.
///
/// A released step is never edited; a change is a new step.
enum Migrations {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("001 tables") { db in
      try db.execute(sql: objectTables)
      try db.execute(sql: accountTables)
      try db.execute(sql: projectTables)
      try db.execute(sql: trainingTables)
      try db.execute(sql: inferenceTables)
      for (table, column) in [
        ("data_point", "object"), ("training_example", "object"), ("model", "weights"),
        ("inference", "image"),
      ] {
        try db.execute(sql: referenceCounting(table: table, column: column))
      }
    }
    migrator.registerMigration("002 detection") { try $0.execute(sql: detectionColumns) }
    migrator.registerMigration("003 answers") { try $0.execute(sql: answerTable) }
    migrator.registerMigration("004 safety") { db in
      try db.execute(sql: safetyTables)
      try db.execute(sql: loginColumn)
      try db.execute(
        sql: "INSERT INTO store (id, changes) VALUES (?, 1)",
        arguments: [FolderIdentity.randomID()])
    }
    migrator.registerMigration("005 scale") { try $0.execute(sql: scale) }
    migrator.registerMigration("006 freezing") { db in
      try db.execute(sql: dataSetTables)
      try db.execute(sql: dataSetRows)
      try db.execute(sql: byteCount)
    }
    // Answers are kept for a day as messages of the contract, which has changed.
    migrator.registerMigration("007 contract") { try $0.execute(sql: "DELETE FROM kept_answer") }
    migrator.registerMigration("008 changes") { db in
      try db.execute(sql: changeColumns)
      try db.execute(sql: "DELETE FROM kept_answer")
    }
    return migrator
  }

  /// How many steps there are: the version of a database that has all of them.
  static var version: Int { migrator.migrations.count }
  /// The first version that says which store it is of.
  static let firstVersionWithID = 4

  /// Which objects there are, and how many rows refer to each; those at 0 go with the transaction.
  private static let objectTables = """
    CREATE TABLE object (
      hash TEXT NOT NULL PRIMARY KEY CHECK (length(hash) = 64),
      bytes INTEGER NOT NULL,
      reference_count INTEGER NOT NULL DEFAULT 0 CHECK (reference_count >= 0)
    ) STRICT;
    CREATE INDEX object_unreferenced ON object(hash) WHERE reference_count = 0;
    """

  private static let accountTables = """
    CREATE TABLE account (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL COLLATE NOCASE UNIQUE,
      password_hash TEXT NOT NULL,
      create_time INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE token (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      account INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
      secret_hash BLOB NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
      label TEXT NOT NULL,
      scopes INTEGER NOT NULL,
      create_time INTEGER NOT NULL,
      expire_time INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX token_account ON token(account, id);
    """

  private static let projectTables = """
    CREATE TABLE project (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      account INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
      name TEXT NOT NULL COLLATE NOCASE,
      kind INTEGER NOT NULL CHECK (kind IN (1, 2)),
      description TEXT NOT NULL,
      create_time INTEGER NOT NULL,
      data_point_count INTEGER NOT NULL DEFAULT 0,
      labeled_count INTEGER NOT NULL DEFAULT 0,
      box_count INTEGER NOT NULL DEFAULT 0,
      next_class INTEGER NOT NULL DEFAULT 1,
      next_training INTEGER NOT NULL DEFAULT 1,
      UNIQUE (account, name)
    ) STRICT;
    CREATE TABLE class (
      project INTEGER NOT NULL REFERENCES project(id) ON DELETE CASCADE,
      id INTEGER NOT NULL,
      name TEXT NOT NULL,
      position INTEGER NOT NULL,
      PRIMARY KEY (project, id),
      UNIQUE (project, name)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE data_point (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      project INTEGER NOT NULL REFERENCES project(id) ON DELETE CASCADE,
      object TEXT NOT NULL REFERENCES object(hash),
      file_name TEXT NOT NULL,
      labeled INTEGER NOT NULL CHECK (labeled IN (0, 1)),
      class INTEGER,
      format INTEGER NOT NULL,
      width INTEGER NOT NULL,
      height INTEGER NOT NULL,
      perceptual_hash INTEGER NOT NULL,
      create_time INTEGER NOT NULL,
      UNIQUE (project, object),
      FOREIGN KEY (project, class) REFERENCES class(project, id) DEFERRABLE INITIALLY DEFERRED,
      CHECK (labeled = 1 OR class IS NULL)
    ) STRICT;
    CREATE TRIGGER data_point_count_insert AFTER INSERT ON data_point BEGIN
      UPDATE project SET data_point_count = data_point_count + 1,
        labeled_count = labeled_count + NEW.labeled WHERE id = NEW.project;
    END;
    CREATE TRIGGER data_point_count_delete AFTER DELETE ON data_point BEGIN
      UPDATE project SET data_point_count = data_point_count - 1,
        labeled_count = labeled_count - OLD.labeled WHERE id = OLD.project;
    END;
    CREATE TRIGGER data_point_count_update AFTER UPDATE OF labeled ON data_point
    WHEN OLD.labeled <> NEW.labeled BEGIN
      UPDATE project SET labeled_count = labeled_count - OLD.labeled + NEW.labeled
        WHERE id = NEW.project;
    END;
    CREATE INDEX data_point_project ON data_point(project, labeled, id);
    CREATE INDEX data_point_class ON data_point(project, class, id);
    CREATE INDEX data_point_object ON data_point(object);
    CREATE TABLE box (
      data_point INTEGER NOT NULL REFERENCES data_point(id) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      project INTEGER NOT NULL,
      class INTEGER NOT NULL,
      x_min REAL NOT NULL,
      y_min REAL NOT NULL,
      x_max REAL NOT NULL,
      y_max REAL NOT NULL,
      PRIMARY KEY (data_point, position),
      FOREIGN KEY (project, class) REFERENCES class(project, id) DEFERRABLE INITIALLY DEFERRED
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER box_count_insert AFTER INSERT ON box BEGIN
      UPDATE project SET box_count = box_count + 1 WHERE id = NEW.project;
    END;
    CREATE TRIGGER box_count_delete AFTER DELETE ON box BEGIN
      UPDATE project SET box_count = box_count - 1 WHERE id = OLD.project;
    END;
    CREATE INDEX box_class ON box(project, class, data_point);
    """

  private static let trainingTables = """
    CREATE TABLE training (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      project INTEGER NOT NULL REFERENCES project(id) ON DELETE CASCADE,
      number INTEGER NOT NULL,
      state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5),
      parameters BLOB NOT NULL,
      data_set_hash TEXT NOT NULL,
      data_point_count INTEGER NOT NULL,
      reason TEXT NOT NULL DEFAULT '',
      create_time INTEGER NOT NULL,
      start_time INTEGER,
      end_time INTEGER,
      next_event INTEGER NOT NULL DEFAULT 1,
      UNIQUE (project, number)
    ) STRICT;
    CREATE INDEX training_active ON training(state, id) WHERE state IN (1, 2);
    CREATE TABLE training_class (
      training INTEGER NOT NULL REFERENCES training(id) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      name TEXT NOT NULL,
      PRIMARY KEY (training, position)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE training_example (
      training INTEGER NOT NULL REFERENCES training(id) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      object TEXT NOT NULL REFERENCES object(hash),
      class_index INTEGER NOT NULL,
      duplicate_group INTEGER NOT NULL,
      width INTEGER NOT NULL,
      height INTEGER NOT NULL,
      PRIMARY KEY (training, position)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX training_example_object ON training_example(object);
    CREATE TABLE training_event (
      training INTEGER NOT NULL REFERENCES training(id) ON DELETE CASCADE,
      sequence INTEGER NOT NULL,
      time INTEGER NOT NULL,
      kind INTEGER NOT NULL CHECK (kind IN (1, 2, 3)),
      state INTEGER,
      progress BLOB,
      note TEXT,
      PRIMARY KEY (training, sequence)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX training_event_kind ON training_event(training, kind, sequence);
    CREATE TABLE model (
      training INTEGER PRIMARY KEY REFERENCES training(id) ON DELETE CASCADE,
      weights TEXT NOT NULL REFERENCES object(hash),
      architecture TEXT NOT NULL,
      input_side INTEGER NOT NULL,
      accuracy REAL NOT NULL,
      metrics BLOB NOT NULL
    ) STRICT;
    CREATE INDEX model_weights ON model(weights);
    CREATE TABLE publication (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      training INTEGER NOT NULL UNIQUE REFERENCES model(training) ON DELETE CASCADE,
      description TEXT NOT NULL,
      publish_time INTEGER NOT NULL
    ) STRICT;
    """

  private static let inferenceTables = """
    CREATE TABLE inference (
      position INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      account INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
      model TEXT NOT NULL,
      training INTEGER REFERENCES training(id) ON DELETE SET NULL,
      image TEXT REFERENCES object(hash),
      top_k INTEGER NOT NULL,
      state INTEGER NOT NULL CHECK (state IN (1, 2, 3)),
      outcome BLOB,
      create_time INTEGER NOT NULL,
      expire_time INTEGER,
      CHECK ((state = 1) = (image IS NOT NULL) AND (state = 1) = (outcome IS NULL))
    ) STRICT;
    CREATE INDEX inference_pending ON inference(position) WHERE state = 1;
    CREATE INDEX inference_account ON inference(account, state);
    CREATE INDEX inference_training ON inference(training);
    CREATE INDEX inference_expiry ON inference(expire_time);
    CREATE INDEX inference_image ON inference(image);
    """

  /// What detectors need: an example has a class or, in the encoding of `EngineBox`, boxes; a model
  /// has an accuracy or average precisions; `class_index` and `accuracy` are 0 otherwise.
  private static let detectionColumns = """
    ALTER TABLE training_example ADD COLUMN boxes BLOB;
    ALTER TABLE model ADD COLUMN average_precision REAL;
    ALTER TABLE model ADD COLUMN average_precision50 REAL;
    ALTER TABLE inference ADD COLUMN confidence_min REAL;
    ALTER TABLE inference ADD COLUMN iou_max REAL;
    ALTER TABLE inference ADD COLUMN detections_max INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE training_report (
      training INTEGER PRIMARY KEY REFERENCES model(training) ON DELETE CASCADE,
      report BLOB NOT NULL
    ) STRICT;
    """

  /// Answers to calls with idempotency keys, sealed so that the file does not tell what they say.
  private static let answerTable = """
    CREATE TABLE kept_answer (
      id INTEGER PRIMARY KEY,
      account INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
      name BLOB NOT NULL CHECK (length(name) = 32),
      fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
      answer BLOB NOT NULL,
      expire_time INTEGER NOT NULL,
      UNIQUE (account, name)
    ) STRICT;
    CREATE INDEX kept_answer_expiry ON kept_answer(account, expire_time);
    """

  /// What the store says of itself, what is known of each object, and what is being removed.
  ///
  /// A project is deleted by moving it to account 0, whose name nobody can have; its rows go bit by
  /// bit afterwards.
  private static let safetyTables = """
    CREATE TABLE store (
      one INTEGER PRIMARY KEY DEFAULT 1 CHECK (one = 1),
      id TEXT NOT NULL CHECK (length(id) = 32),
      changes INTEGER NOT NULL,
      is_open INTEGER NOT NULL DEFAULT 0,
      seen_time INTEGER NOT NULL DEFAULT 0,
      removal_time INTEGER NOT NULL DEFAULT 0,
      scrub_folder INTEGER NOT NULL DEFAULT 0,
      scrub_time INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    ALTER TABLE object ADD COLUMN damaged INTEGER NOT NULL DEFAULT 0 CHECK (damaged IN (0, 1));
    CREATE INDEX object_damaged ON object(hash) WHERE damaged = 1;
    ALTER TABLE account ADD COLUMN removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1));
    CREATE INDEX account_removed ON account(id) WHERE removed = 1;
    INSERT INTO account (id, name, password_hash, create_time, removed)
      VALUES (0, 'removed/', '', 0, 1);
    """

  /// Which tokens logins made, and what finds the rows that have expired.
  ///
  /// Tokens from before may have been made to keep, so none of them gives way to a login.
  private static let loginColumn = """
    ALTER TABLE token ADD COLUMN is_login INTEGER NOT NULL DEFAULT 0 CHECK (is_login IN (0, 1));
    CREATE INDEX token_account_expiry ON token(account, expire_time);
    CREATE INDEX token_expiry ON token(expire_time);
    CREATE INDEX kept_answer_time ON kept_answer(expire_time);
    CREATE INDEX inference_account_expiry ON inference(account, expire_time);
    """

  /// Triggers that count a column's references.
  ///
  /// They also fire when a deletion cascades, so no method has to remember which objects its rows
  /// held.
  private static func referenceCounting(table: String, column: String) -> String {
    """
    CREATE TRIGGER \(table)_insert AFTER INSERT ON \(table) WHEN NEW.\(column) IS NOT NULL BEGIN
      UPDATE object SET reference_count = reference_count + 1 WHERE hash = NEW.\(column);
    END;
    CREATE TRIGGER \(table)_delete AFTER DELETE ON \(table) WHEN OLD.\(column) IS NOT NULL BEGIN
      UPDATE object SET reference_count = reference_count - 1 WHERE hash = OLD.\(column);
    END;
    CREATE TRIGGER \(table)_update AFTER UPDATE OF \(column) ON \(table)
    WHEN OLD.\(column) IS NOT NEW.\(column) BEGIN
      UPDATE object SET reference_count = reference_count + 1 WHERE hash = NEW.\(column);
      UPDATE object SET reference_count = reference_count - 1 WHERE hash = OLD.\(column);
    END;
    """
  }
}
