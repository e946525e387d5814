// What people change at once: numbered changes, and who made the last.

extension Migrations {
  /// A project counts its changes.
  ///
  /// Each of its images has the number of the last change of its annotation, and the project that of
  /// its description or class list.
  static let changeColumns = """
    ALTER TABLE project ADD COLUMN changes INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE project ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE project ADD COLUMN editor TEXT NOT NULL DEFAULT '';
    ALTER TABLE project ADD COLUMN update_time INTEGER;
    ALTER TABLE data_point ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE data_point ADD COLUMN labeler TEXT NOT NULL DEFAULT '';
    ALTER TABLE data_point ADD COLUMN label_time INTEGER;
    """
}
