internal import API
internal import ArgumentParser
internal import Foundation

struct GcCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc",
    abstract: "Empty the trash of what has lain there for long enough.",
    discussion: """
      Shows what that is, and removes it for good with --yes or when you say so. A server does the \
      same by itself once a day.

      Example: diymld gc --data ~/diyml --yes
      """)

  @OptionGroup var options: UpkeepOptions
  @Option(help: "Days that removed files stay in the trash: 0 to 3650.")
  var trashDays: UInt32 = 14
  @Flag(help: "Remove without asking.")
  var yes = false

  func validate() throws {
    guard trashDays <= 3_650 else {
      throw ValidationError("--trash-days is \(trashDays); it must be 0 to 3650")
    }
  }

  func run() async throws {
    let output = UpkeepOutput(json: options.json)
    try await UpkeepFolder.with(options.folder) { backend in
      let found = try await backend.gc(UpkeepGcRequest(trashDays: trashDays, remove: false))
      let isAsked = !options.json && isatty(STDIN_FILENO) == 1
      guard !found.days.isEmpty, yes || isAsked else {
        try output.show(found, UpkeepText.trash(found, days: trashDays))
        if !found.days.isEmpty, !options.json { output.print("--yes removes it") }
        return
      }
      if !yes {
        for line in UpkeepText.trash(found, days: trashDays) { output.print(line) }
        guard Self.agrees() else { return }
      }
      let removed = try await backend.gc(UpkeepGcRequest(trashDays: trashDays, remove: true))
      try output.show(removed, UpkeepText.trash(removed, days: trashDays))
    }
  }

  private static func agrees() -> Bool {
    FileHandle.standardError.write(Data("Remove it for good? [y/N] ".utf8))
    return ["y", "yes"].contains(readLine()?.lowercased())
  }
}

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Say what is in the folder, and how much room is left.",
    discussion: "Example: diymld status --data ~/diyml")

  @OptionGroup var options: UpkeepOptions

  func run() async throws {
    let output = UpkeepOutput(json: options.json)
    let status = try await UpkeepFolder.with(options.folder) { try await $0.status() }
    try output.show(status, UpkeepText.status(status))
  }
}
