import DiskFaults
import Foundation
import Glibc
import Store

/// Runs the scenario once and leaves in a folder what the other parts begin with.
///
/// `logP` holds what process P did below `run` or, where it begins with a store of its own, below
/// `runP`. The store is the folder `data` there. `before/N` is a copy of the store as step N found
/// it, `after/N` what it held then, as lines of text, and `names/N` what the step was.
struct Recording {
  let work: String
  let layer: DiskLayer
  private let scenario = Scenario()

  init(work: String, layer: DiskLayer) {
    self.work = work
    self.layer = layer
  }

  /// Runs the steps of a process; does not return from the first one, which is killed.
  func run(process: Int) async throws {
    for folder in ["", "/before", "/after", "/names"] { mkdir(work + folder, 0o700) }
    let steps = scenario.processes[process - 1]
    let origin = scenario.steps[steps.lowerBound].origin
    let root = work + (origin == .stepBefore ? "/run" : "/run\(process)")
    mkdir(root, 0o700)
    switch origin {
    case .stepBefore: break
    case .oldStore: try OldStore.write(to: root + "/data")
    case .backup:
      try copyStore(from: "\(work)/before/\(scenario.backupBefore)", to: root + "/data")
      try "{}\n".write(toFile: root + "/data/manifest.json", atomically: false, encoding: .utf8)
    }
    try layer.watch(root, log: "\(work)/log\(process)")
    let session = Session(folder: root + "/data")
    for number in steps { try await run(number, session) }
    if process == 1 {
      // What a kill leaves: an upload that was on its way.
      var upload = try session.open.stage(bytes: 3)
      try upload.write([1, 2, 3])
      _exit(0)
    }
    layer.stopWatching()
    try session.close()
  }

  private func run(_ number: Int, _ session: Session) async throws {
    try copyStore(from: session.folder, to: "\(work)/before/\(number)")
    layer.mark("begin \(number)")
    try await scenario.steps[number].run(session)
    layer.mark("done \(number)")
    var text = ""
    if let store = session.store {
      text = try await StoreSnapshot.text(of: store, asReopened: true)
    } else {
      text = try String(contentsOfFile: "\(work)/after/\(number - 1)", encoding: .utf8)
    }
    let name = scenario.steps[number].name
    try name.write(toFile: "\(work)/names/\(number)", atomically: false, encoding: .utf8)
    try text.write(toFile: "\(work)/after/\(number)", atomically: false, encoding: .utf8)
  }
}

/// Copies a store that may be open: all but what its programs make anew.
func copyStore(from source: String, to target: String) throws {
  let files = FileManager.default
  try files.createDirectory(atPath: target, withIntermediateDirectories: true)
  guard files.fileExists(atPath: source) else { return }
  for name in try files.contentsOfDirectory(atPath: source)
  where name != "lock" && !DiskModel.isPassedOver(name) {
    try files.copyItem(atPath: source + "/" + name, toPath: target + "/" + name)
  }
}
