internal import API
internal import ArgumentParser
internal import Synchronization

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Read everything in the store and say what is wrong.",
    discussion: """
      Checks the database, every number that is kept in it, and the length and SHA-256 of every \
      object; ends with 2 while there are faults. --repair takes missing and damaged objects from \
      a backup, moves damaged ones and files without a row to the trash, and counts anew.

      Example: diymld verify --data ~/diyml --repair --from /mnt/backup/diyml
      """)

  @OptionGroup var options: UpkeepOptions
  @Flag(help: "Put right what can be.")
  var repair = false
  @Option(help: "The backup, or other store, that --repair takes objects from.")
  var from: String?

  func validate() throws {
    guard from == nil || repair else { throw ValidationError("--from needs --repair") }
  }

  func run() async throws {
    let output = UpkeepOutput(json: options.json)
    let request = UpkeepVerifyRequest(
      repair: repair, from: from.map(UpkeepFolder.absolute) ?? "")
    let left = SharedCount()
    try await UpkeepFolder.with(options.folder, toRepair: repair) { backend in
      try await backend.verify(request) { event in
        switch event.event {
        case .progress(let progress): try output.show(progress, of: event)
        case .fault(let fault): try output.show(event, [UpkeepText.fault(fault)])
        case .result(let result):
          left.set(result.faults - result.repaired)
          try output.show(event, UpkeepText.verified(result))
        case nil: break
        }
      }
    }
    if left.value > 0 { throw FaultsFound() }
  }
}

/// A number that one task sets and another reads later.
final class SharedCount: Sendable {
  private let count = Atomic<UInt64>(0)

  var value: UInt64 { count.load(ordering: .acquiring) }

  func set(_ value: UInt64) { count.store(value, ordering: .releasing) }
}
