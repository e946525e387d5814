// The tables of migration 006.

extension Migrations {
  /// What trainings learn from.
  ///
  /// A data set belongs to no training before all of it is stored, and after its training has ended;
  /// its images then go bit by bit.
  ///
  /// They stand in the order of their upload, which is that of the table of objects: counting the
  /// references then changes few pages at a time. An index by object would change one for each
  /// image, so there is none, and no foreign key that would need one: the count keeps the object.
  static let dataSetTables = """
    CREATE TABLE data_set (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      training INTEGER UNIQUE REFERENCES training(id) ON DELETE SET NULL
    ) STRICT;
    CREATE INDEX data_set_forgotten ON data_set(id) WHERE training IS NULL;
    CREATE TABLE frozen_image (
      data_set INTEGER NOT NULL REFERENCES data_set(id),
      position INTEGER NOT NULL,
      object TEXT NOT NULL,
      class_index INTEGER NOT NULL,
      boxes BLOB,
      duplicate_group INTEGER NOT NULL,
      width INTEGER NOT NULL,
      height INTEGER NOT NULL,
      PRIMARY KEY (data_set, position)
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER frozen_image_insert AFTER INSERT ON frozen_image BEGIN
      UPDATE object SET reference_count = reference_count + 1 WHERE hash = NEW.object;
      SELECT RAISE(ABORT, 'a frozen image has no object') WHERE changes() = 0;
    END;
    CREATE TRIGGER frozen_image_delete AFTER DELETE ON frozen_image BEGIN
      UPDATE object SET reference_count = reference_count - 1 WHERE hash = OLD.object;
    END;
    """

  /// Moves what there is from the table that had it until now; its triggers count the references.
  static let dataSetRows = """
    INSERT INTO data_set (training) SELECT DISTINCT training FROM training_example ORDER BY training;
    INSERT INTO frozen_image (data_set, position, object, class_index, boxes, duplicate_group, width,
        height)
      SELECT data_set.id, position, object, class_index, boxes, duplicate_group, width, height
      FROM training_example JOIN data_set ON data_set.training = training_example.training;
    DELETE FROM training_example;
    DROP TABLE training_example;
    """

  /// The length of all files of a project's images, which takes long to add up.
  static let byteCount = """
    ALTER TABLE project ADD COLUMN byte_count INTEGER NOT NULL DEFAULT 0;
    UPDATE project SET byte_count = coalesce((
      SELECT sum(object.bytes) FROM data_point JOIN object ON object.hash = data_point.object
      WHERE data_point.project = project.id), 0);
    CREATE TRIGGER data_point_bytes_insert AFTER INSERT ON data_point BEGIN
      UPDATE project SET byte_count = byte_count
        + (SELECT bytes FROM object WHERE hash = NEW.object) WHERE id = NEW.project;
    END;
    CREATE TRIGGER data_point_bytes_delete AFTER DELETE ON data_point BEGIN
      UPDATE project SET byte_count = byte_count
        - (SELECT bytes FROM object WHERE hash = OLD.object) WHERE id = OLD.project;
    END;
    """
}
