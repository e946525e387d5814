package import Foundation
internal import API
internal import Store

/// A closed store in a folder, to be damaged in copies.
package struct StoreFolder: Sendable {
  package let path: String
  /// What it holds, as lines of text.
  package let text: String

  /// Makes a store with something of everything, and more images, so that its tables have many pages.
  package init(making path: String, images: Int) async throws {
    let scenario = Scenario()
    let session = Session(folder: path)
    for step in scenario.steps[scenario.processes[0]] { try await step.run(session) }
    for number in 0..<images {
      try await session.upload(
        Scenario.bytes(UInt64(1_000 + number), count: 50), "image-\(number).png",
        .className(number.isMultiple(of: 2) ? "cat" : "dog"), to: "pets")
    }
    text = try await StoreSnapshot.text(of: session.open, asReopened: true)
    try session.close()
    self.path = path
  }

  package init(path: String, text: String) {
    self.path = path
    self.text = text
  }

  /// Makes the folder at `target` what this one is, but for the room that is reserved there.
  package func copy(to target: String) throws {
    let files = FileManager.default
    try files.createDirectory(atPath: target, withIntermediateDirectories: true)
    for name in try files.contentsOfDirectory(atPath: target) where name != "reserve" {
      try files.removeItem(atPath: target + "/" + name)
    }
    for name in try files.contentsOfDirectory(atPath: path) where name != "reserve" {
      try files.copyItem(atPath: path + "/" + name, toPath: target + "/" + name)
    }
  }

  /// The names of all object files of a folder, in their places or in the trash.
  ///
  /// What was moved there twice has a number behind its name.
  package static func objects(in folder: String) throws -> Set<String> {
    var names: Set<String> = []
    for place in ["/objects", "/trash"] {
      for path in try FileManager.default.subpathsOfDirectory(atPath: folder + place) {
        if let name = path.split(separator: "/").last, name.utf8.count >= 64 {
          names.insert(String(name.prefix(64)))
        }
      }
    }
    return names
  }

  /// Every file of a folder with its bytes, but for those that say only that it was looked at.
  package static func contents(of folder: String) throws -> [String: Data] {
    var contents: [String: Data] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder)
    where !DiskModel.isPassedOver(path) {
      contents[path] = FileManager.default.contents(atPath: folder + "/" + path)
    }
    return contents
  }
}

/// What became of a store that was damaged.
package enum DamageOutcome: Sendable {
  /// Nothing was changed.
  case refused(String)
  /// It holds what it held.
  case right
  /// It was opened, and something is missing, different or cannot be read.
  case different(String)

  /// Opens a damaged store and does all that a server does by itself.
  ///
  /// - Throws: `Contradiction` when an object file is gone, or a store that was refused was changed;
  ///   whatever else is not a refusal.
  package static func opening(_ folder: String, expecting text: String) async throws
    -> DamageOutcome
  {
    let objects = try StoreFolder.objects(in: folder)
    let before = try StoreFolder.contents(of: folder)
    var outcome: DamageOutcome
    do {
      let store = try DataStore.open(folder: folder, at: Scenario.later)
      outcome = await used(store, expecting: text)
      do { try store.close() } catch _ as StoreError {}
    } catch StoreError.refused(let refusal) {
      let after = try StoreFolder.contents(of: folder)
      let changed = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
      let allowed: Set = ["diyml.sqlite-wal", "reserve"]
      guard changed.subtracting(allowed).isEmpty else {
        throw Contradiction("refused, but it changed \(changed.sorted())")
      }
      outcome = .refused("\(refusal)")
    }
    let gone = try objects.subtracting(StoreFolder.objects(in: folder))
    guard gone.isEmpty else { throw Contradiction("\(gone.count) objects are gone: \(outcome)") }
    return outcome
  }

  private static func used(_ store: DataStore, expecting text: String) async -> DamageOutcome {
    do {
      try await store.sweepAfterCrash(at: Scenario.later)
      try await store.trashUnreferencedObjects(at: Scenario.later)
      try await store.removeLeftovers()
      let held = try await StoreSnapshot.text(of: store, asReopened: true)
      let fault = Contradiction("opened", expected: text, held: held)
      return fault.map { .different($0.description) } ?? .right
    } catch {
      return .different("\(error)")
    }
  }
}
