internal import API
internal import Foundation

/// What commands say to people.
enum UpkeepText {
  static func progress(_ progress: UpkeepProgress, secondsLeft: Double?) -> String {
    var text = progress.phase
    if progress.objectsTotal > 0 {
      text += ": \(progress.objectsDone) of \(progress.objectsTotal)"
      text += ", \(bytes(progress.bytesDone)) of \(bytes(progress.bytesTotal))"
    }
    if let secondsLeft { text += ", \(time(secondsLeft)) left" }
    return text
  }

  static func fault(_ fault: UpkeepFault) -> String {
    var parts = ["\(word(fault.kind)):"]
    let place = [fault.project, fault.name].filter { !$0.isEmpty }.joined(separator: " ")
    if !place.isEmpty { parts.append(place) }
    if !fault.object.isEmpty { parts.append(place.isEmpty ? fault.object : "(\(fault.object))") }
    var line = parts.joined(separator: " ")
    line += parts.count == 1 ? " \(fault.detail)" : ": \(fault.detail)"
    if fault.uses > 1 { line += "; \(fault.uses) rows use it" }
    return line + (fault.repaired ? " [repaired]" : "")
  }

  static func word(_ kind: UpkeepFaultKind) -> String {
    switch kind {
    case .database: "database"
    case .reference: "reference"
    case .missing: "missing"
    case .damaged: "damaged"
    case .unreadable: "unreadable"
    case .unreferenced: "unreferenced"
    case .counter: "counter"
    default: "fault"
    }
  }

  static func copied(_ result: UpkeepCopyResult, verb: String) -> [String] {
    var lines = [
      "\(verb) \(count(result.objects, "object")) (\(bytes(result.objectBytes))) and a database of"
        + " \(bytes(result.databaseBytes)) to '\(result.target)' in"
        + " \(time(Double(result.milliseconds) / 1_000))",
      "copied \(count(result.copied, "object")) (\(bytes(result.copiedBytes)));"
        + " \(result.objects - min(result.objects, result.copied + result.faults)) were there",
    ]
    if result.cloned > 0 { lines.append("\(result.cloned) of them share their blocks") }
    if result.trashed > 0 {
      lines.append("moved \(count(result.trashed, "object")) of earlier backups to the trash there")
    }
    if result.faults > 0 { lines.append("\(count(result.faults, "fault")); run `diymld verify`") }
    return lines
  }

  static func verified(_ result: UpkeepVerifyResult) -> [String] {
    let read =
      "read \(count(result.objects, "object")) (\(bytes(result.objectBytes))) in"
      + " \(time(Double(result.milliseconds) / 1_000))"
    if result.faults == 0 { return [read + ": no fault"] }
    return [read + ": \(count(result.faults, "fault")), \(result.repaired) repaired"]
  }

  static func trash(_ answer: UpkeepGcResponse, days: UInt32) -> [String] {
    let left = "\(count(answer.filesLeft, "file")) (\(bytes(answer.bytesLeft)))"
    guard !answer.days.isEmpty else {
      return ["nothing in the trash is older than \(days) days; \(left) in it"]
    }
    let lines = answer.days.map { "\($0.day)  \(count($0.files, "file")) (\(bytes($0.bytes)))" }
    return lines + [answer.removed ? "removed; \(left) left in the trash" : "in the trash: \(left)"]
  }

  static func status(_ status: UpkeepStatusResponse) -> [String] {
    var rows = [
      ("folder", status.folder),
      ("store", "\(status.store.isEmpty ? "-" : status.store) at change \(status.changes)"),
      ("version", status.schema),
      ("server", status.serverProcess == 0 ? "none" : "process \(status.serverProcess)"),
      ("accounts", "\(status.accounts)"), ("projects", "\(status.projects)"),
      ("images", "\(status.images)"), ("trainings", "\(status.trainings)"),
      ("models", "\(status.models)"), ("database", bytes(status.databaseBytes)),
      ("objects", "\(status.objects) (\(bytes(status.objectBytes)))"),
      ("trash", "\(status.trashFiles) (\(bytes(status.trashBytes)))"),
      ("staging", "\(status.stagingFiles) (\(bytes(status.stagingBytes)))"),
      ("disk", "\(bytes(status.diskFreeBytes)) left of \(bytes(status.diskBytes))"),
      (
        "last backup",
        status.backupTime == 0
          ? "none known" : "\(date(status.backupTime)) to '\(status.backupTarget)'"
      ),
    ]
    if status.madeTime != 0 { rows.append(("made", "\(date(status.madeTime)) as a backup")) }
    return rows.map { $0.0.padding(toLength: 13, withPad: " ", startingAt: 0) + $0.1 }
  }

  /// `999 B`, `1.5 kB`, `22 MB`: powers of 1000, two digits at least.
  static func bytes(_ count: UInt64) -> String {
    guard count >= 1_000 else { return "\(count) B" }
    var value = Double(count) / 1_000
    for unit in ["kB", "MB", "GB"] {
      if value < 9.95 { return String(format: "%.1f %@", value, unit) }
      if value < 999.5 { return String(format: "%.0f %@", value, unit) }
      value /= 1_000
    }
    return String(format: "%.1f TB", value)
  }

  static func time(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded(.up))
    if whole < 60 { return "\(whole) s" }
    if whole < 3_600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3_600) h \(whole / 60 % 60) min"
  }

  static func count(_ count: UInt64, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  static func date(_ unixSeconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(unixSeconds)).formatted(.iso8601)
  }
}
