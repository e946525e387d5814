import API
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Store

/// Every statement that the store's methods run, and how SQLite means to find its rows.
struct QueryPlanTests {
  /// Plans that read or sort all there is, each with a part of its statement, and why that is right.
  private static let allowed: [(plan: String, statement: String, reason: String)] = [
    ("SCAN store", "", "a table of one row"),
    (
      "SCAN object USING INDEX object_unreferenced", "LIMIT",
      "only objects that are to go, and only so many of them"
    ),
    ("SCAN object USING INDEX object_damaged", "count(*)", "only damaged objects"),
    (
      "SCAN project USING INDEX project_removing_classes", "",
      "only projects whose classes are being removed"
    ),
  ]

  private struct Fault: Hashable, CustomStringConvertible {
    let statement, plan: String
    var description: String { "\(plan)\n    in: \(statement)" }
  }

  /// Reads of a whole table, or what sorts rows that an index should bring in order.
  private static func isCostly(_ plan: String) -> Bool {
    if plan.hasPrefix("SCAN CONSTANT ROW") || plan.hasPrefix("SCAN (") { return false }
    return plan.hasPrefix("SCAN") || plan.contains("TEMP B-TREE") || plan.contains("AUTOMATIC")
      // In the order of their numbers, whatever project they are of.
      || plan.firstMatch(of: /^SEARCH (data_point|training|class|project) .*\(rowid[<>]/) != nil
  }

  private static func faults(of statement: String, in db: Database) throws -> [Fault] {
    let explanation = try db.makeStatement(sql: "EXPLAIN QUERY PLAN " + statement)
    explanation.setUncheckedArguments(StatementArguments())
    return try Row.fetchAll(explanation).compactMap { row in
      let plan: String = row["detail"]
      guard isCostly(plan) else { return nil }
      let isAllowed = allowed.contains {
        plan == $0.plan && ($0.statement.isEmpty || statement.contains($0.statement))
      }
      return isAllowed ? nil : Fault(statement: statement, plan: plan)
    }
  }

  @Test func `no method reads a whole table or sorts what an index should`() async throws {
    var limits = StoreLimits()
    // The second login makes the first give way.
    limits.accountLoginTokensMax = 1
    let fixture = try await StoreFixture(limits: limits)
    let statements = SharedState<Set<String>>([])
    try await fixture.store.database.write { db in
      db.trace { event in
        guard case .statement(let statement) = event else { return }
        let sql = statement.sql
        if sql.firstMatch(of: /^(SELECT|INSERT|UPDATE|DELETE|WITH)/) != nil {
          statements.change { _ = $0.insert(sql) }
        }
      }
    }
    try await EveryMethod(fixture: fixture).run()
    let seen = statements.value
    #expect(seen.count > 100)
    let faults = try await fixture.store.database.write { db in
      db.trace(nil)
      return try seen.sorted().flatMap { try Self.faults(of: $0, in: db) }
    }
    for fault in faults { Issue.record("\(fault)") }
  }

  /// The statements of a trigger, with parameters in the place of the row it fires for; what only
  /// fails reads nothing.
  private static func statements(ofTrigger sql: String) throws -> [String] {
    let text = sql.replacing(/\b(NEW|OLD)\.\w+/, with: "?")
    let match = try #require(text.firstMatch(of: /(?s)^(.*?)\bBEGIN\b(.*)\bEND$/))
    var statements = match.2.split(separator: ";").map {
      $0.trimmingCharacters(in: .whitespacesAndNewlines)
    }.filter { !$0.isEmpty && !$0.contains("RAISE(") }
    if let condition = match.1.firstMatch(of: /(?s)\bWHEN\b(.*)/) {
      statements.append("SELECT \(condition.1)")
    }
    return statements
  }

  @Test func `no trigger reads a whole table`() async throws {
    let fixture = try await StoreFixture()
    let faults = try await fixture.store.database.read { db in
      let triggers = try String.fetchAll(
        db, sql: "SELECT sql FROM sqlite_master WHERE type = 'trigger'")
      #expect(triggers.count > 20)
      return try triggers.flatMap { trigger in
        try Self.statements(ofTrigger: trigger).flatMap { try Self.faults(of: $0, in: db) }
      }
    }
    for fault in faults { Issue.record("\(fault)") }
  }

  @Test func `an index leads from each row to those that refer to it`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.store.database.read { db in
      for table in try String.fetchAll(
        db, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
      {
        for (_, columns) in try foreignKeys(of: table, in: db) {
          let condition = columns.map { "\($0) = ?" }.joined(separator: " AND ")
          let faults = try Self.faults(
            of: "SELECT 1 FROM \(table) WHERE \(condition)", in: db)
          for fault in faults { Issue.record("\(fault)") }
        }
      }
    }
  }

  private func foreignKeys(of table: String, in db: Database) throws -> [Int: [String]] {
    var keys: [Int: [String]] = [:]
    for row in try Row.fetchAll(db, sql: "PRAGMA foreign_key_list(\(table))") {
      keys[row["id"], default: []].append(row["from"])
    }
    return keys
  }

  @Test func `the check of plans finds what it looks for`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.store.database.read { db in
      for statement in [
        "SELECT * FROM data_point", "SELECT count(*) FROM training",
        "SELECT * FROM class WHERE project = ? ORDER BY position",
        "SELECT * FROM data_point WHERE id > ? ORDER BY id LIMIT 10",
        "SELECT state, count(*) FROM training GROUP BY state",
      ] {
        let faults = try Self.faults(of: statement, in: db)
        #expect(!faults.isEmpty, "\(statement)")
      }
      let faults = try Self.faults(of: "SELECT * FROM data_point WHERE id = ?", in: db)
      #expect(faults.isEmpty)
    }
  }

  @Test func `the script leaves out no method of the store`() throws {
    let tests = URL(filePath: #filePath).deletingLastPathComponent()
    let sources = TestData.package.appending(path: "Sources/Server/Store")
    let script = try String(contentsOf: tests.appending(path: "EveryMethod.swift"), encoding: .utf8)
    let names = try FileManager.default.contentsOfDirectory(atPath: sources.path)
      .filter { $0.hasPrefix("DataStore") }
    #expect(names.count > 10)
    for name in names {
      let text = try String(contentsOf: sources.appending(path: name), encoding: .utf8)
      for match in text.matches(of: /package func (\w+)/)
      where !EveryMethod.other.contains("\(match.1)") {
        let isCalled = ["(", " {"].contains { script.contains(".\(match.1)\($0)") }
        #expect(isCalled, "\(name): \(match.1)")
      }
    }
  }
}
