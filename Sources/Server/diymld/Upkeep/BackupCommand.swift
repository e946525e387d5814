internal import API
internal import ArgumentParser
internal import Services
internal import Store

struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Copy the store as it is at one instant to another folder.",
    discussion: """
      What the folder has from an earlier backup of the same store is not copied again, so do it \
      often. The folder is a store as well: `diymld --data TARGET` serves it, and from then on it \
      is no longer a target. A backup that is cut off leaves the one before as it was.

      Example: diymld backup --data ~/diyml /mnt/backup/diyml
      """)

  @OptionGroup var options: UpkeepOptions
  @Argument(help: "The folder to copy to: an earlier backup of the store, or empty, or new.")
  var target: String

  func run() async throws {
    let output = UpkeepOutput(json: options.json)
    let request = UpkeepBackupRequest(target: UpkeepFolder.absolute(target))
    let printer = CopyPrinter(output: output, verb: "backed up")
    try await UpkeepFolder.with(options.folder) { backend in
      try await backend.backup(request) { try printer.show($0) }
    }
    try printer.end()
  }
}

struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Make a store of a backup in an empty folder.",
    discussion: """
      Every byte is checked on the way, and the database comes last: a restore that was cut off \
      leaves no folder that could be served. The source may also be a store that no server uses.

      Example: diymld restore /mnt/backup/diyml ~/diyml
      """)

  @Argument(help: "A backup, or the folder of a store that no server uses.")
  var source: String
  @Argument(help: "The folder to make the store in: empty, or new.")
  var target: String
  @Flag(help: "Restore what is good when something in the source is damaged or missing.")
  var despiteFaults = false
  @Flag(
    help: "Print JSON: a line for each fault and one for the result; progress on standard error.")
  var json = false

  func run() async throws {
    let printer = CopyPrinter(output: UpkeepOutput(json: json), verb: "restored")
    let work = Restore(
      from: UpkeepFolder.absolute(source), to: UpkeepFolder.absolute(target),
      despiteFaults: despiteFaults)
    do {
      try await untilSignalled { try await restore(work) { try printer.show($0) } }
    } catch let error as UpkeepError {
      if case .damagedSource = error, !json {
        printer.output.print("\(error)")
        throw FaultsFound()
      }
      throw error
    }
    try printer.end()
  }
}

/// Prints what comes of copying a store.
final class CopyPrinter: Sendable {
  let output: UpkeepOutput
  private let verb: String
  private let faults = SharedCount()

  init(output: UpkeepOutput, verb: String) {
    self.output = output
    self.verb = verb
  }

  func show(_ event: UpkeepCopyEvent) throws {
    switch event.event {
    case .progress(let progress): try output.show(progress, of: event)
    case .fault(let fault): try output.show(event, [UpkeepText.fault(fault)])
    case .result(let result):
      faults.set(result.faults)
      try output.show(event, UpkeepText.copied(result, verb: verb))
    case nil: break
    }
  }

  /// - Throws: `FaultsFound` if there were any.
  func end() throws {
    if faults.value > 0 { throw FaultsFound() }
  }
}
