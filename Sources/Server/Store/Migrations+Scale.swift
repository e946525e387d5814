// What keeps the cost of a method from growing with the store: an index for each list, and counters
// that triggers keep, so that nothing is counted by reading it.

extension Migrations {
  static var scale: String {
    [
      imageIndexes, trainingIndexes, publicationColumns, classRemoval, imageCounts, tallyTable,
      tallying(table: "training", states: 1...5),
      tallying(table: "inference", states: 1...3),
    ].joined(separator: "\n")
  }

  /// Each index ends with the row's number, which is the order of the list.
  private static let imageIndexes = """
    DROP INDEX data_point_project;
    DROP INDEX data_point_class;
    CREATE INDEX data_point_project ON data_point(project);
    CREATE INDEX data_point_unlabeled ON data_point(project) WHERE labeled = 0;
    CREATE INDEX data_point_class ON data_point(project, class) WHERE class IS NOT NULL;
    """

  private static let trainingIndexes = """
    DROP INDEX training_active;
    CREATE INDEX training_active ON training(project) WHERE state IN (1, 2);
    CREATE INDEX training_state ON training(state);
    CREATE INDEX training_succeeded ON training(project, number) WHERE state = 3;
    """

  /// A publication knows its account, project and number itself, so that those of one account, and
  /// the newest of one project, stand together in an index.
  private static let publicationColumns = """
    ALTER TABLE publication ADD COLUMN account INTEGER REFERENCES account(id) ON DELETE CASCADE;
    ALTER TABLE publication ADD COLUMN project INTEGER REFERENCES project(id) ON DELETE CASCADE;
    ALTER TABLE publication ADD COLUMN number INTEGER;
    UPDATE publication SET (account, project, number) = (
      SELECT project.account, project.id, training.number
      FROM training JOIN project ON project.id = training.project
      WHERE training.id = publication.training);
    CREATE INDEX publication_account ON publication(account);
    CREATE UNIQUE INDEX publication_project ON publication(project, number);
    """

  /// Set while the classes of a project and what its images say of them are removed in batches.
  private static let classRemoval = """
    ALTER TABLE project ADD COLUMN removing_classes INTEGER NOT NULL DEFAULT 0
      CHECK (removing_classes IN (0, 1));
    CREATE INDEX project_removing_classes ON project(id) WHERE removing_classes = 1;
    """

  /// How many images are of a class or have a box of it; several boxes of an image count once.
  private static let imageCounts = """
    ALTER TABLE class ADD COLUMN image_count INTEGER NOT NULL DEFAULT 0 CHECK (image_count >= 0);
    UPDATE class SET image_count =
      (SELECT count(*) FROM data_point
        WHERE data_point.project = class.project AND data_point.class = class.id)
      + (SELECT count(DISTINCT data_point) FROM box
        WHERE box.project = class.project AND box.class = class.id);
    CREATE TRIGGER data_point_class_insert AFTER INSERT ON data_point
    WHEN NEW.class IS NOT NULL BEGIN
      UPDATE class SET image_count = image_count + 1
        WHERE project = NEW.project AND id = NEW.class;
    END;
    CREATE TRIGGER data_point_class_delete AFTER DELETE ON data_point
    WHEN OLD.class IS NOT NULL BEGIN
      UPDATE class SET image_count = image_count - 1
        WHERE project = OLD.project AND id = OLD.class;
    END;
    CREATE TRIGGER data_point_class_update AFTER UPDATE OF class ON data_point
    WHEN OLD.class IS NOT NEW.class BEGIN
      UPDATE class SET image_count = image_count - 1
        WHERE project = OLD.project AND id = OLD.class;
      UPDATE class SET image_count = image_count + 1
        WHERE project = NEW.project AND id = NEW.class;
    END;
    CREATE TRIGGER box_class_insert AFTER INSERT ON box
    WHEN NOT EXISTS (SELECT 1 FROM box WHERE project = NEW.project AND class = NEW.class
      AND data_point = NEW.data_point AND position <> NEW.position) BEGIN
      UPDATE class SET image_count = image_count + 1
        WHERE project = NEW.project AND id = NEW.class;
    END;
    CREATE TRIGGER box_class_delete AFTER DELETE ON box
    WHEN NOT EXISTS (SELECT 1 FROM box WHERE project = OLD.project AND class = OLD.class
      AND data_point = OLD.data_point) BEGIN
      UPDATE class SET image_count = image_count - 1
        WHERE project = OLD.project AND id = OLD.class;
    END;
    """

  /// How many rows of a table are in each state.
  private static let tallyTable = """
    CREATE TABLE tally (
      subject TEXT NOT NULL,
      state INTEGER NOT NULL,
      count INTEGER NOT NULL CHECK (count >= 0),
      PRIMARY KEY (subject, state)
    ) STRICT, WITHOUT ROWID;
    """

  private static func tallying(table: String, states: ClosedRange<Int>) -> String {
    let rows = states.map { state in
      """
      INSERT INTO tally (subject, state, count)
        SELECT '\(table)', \(state), count(*) FROM \(table) WHERE state = \(state);
      """
    }
    let triggers = """
      CREATE TRIGGER \(table)_tally_insert AFTER INSERT ON \(table) BEGIN
        UPDATE tally SET count = count + 1 WHERE subject = '\(table)' AND state = NEW.state;
      END;
      CREATE TRIGGER \(table)_tally_delete AFTER DELETE ON \(table) BEGIN
        UPDATE tally SET count = count - 1 WHERE subject = '\(table)' AND state = OLD.state;
      END;
      CREATE TRIGGER \(table)_tally_update AFTER UPDATE OF state ON \(table)
      WHEN OLD.state <> NEW.state BEGIN
        UPDATE tally SET count = count - 1 WHERE subject = '\(table)' AND state = OLD.state;
        UPDATE tally SET count = count + 1 WHERE subject = '\(table)' AND state = NEW.state;
      END;
      """
    return (rows + [triggers]).joined(separator: "\n")
  }
}
