import API
import Foundation
import RPCClient
import RPCCore

/// A store of one size and the server over it.
///
/// The account `bench` has projects `images`, for classification, and `boxes`, for detection, with so
/// many synthetic images each, `trained` with many synthetic trainings, `tiny` with a few real
/// images and a real model, and many empty ones. The account `other` has the project `small`.
struct Stage {
  let programs: String
  let weights: String
  let size: Int
  let folder: String

  init(programs: String, weights: String, size: Int) throws {
    self.programs = programs
    self.weights = weights
    self.size = size
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let place = program.deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "bench-store")
    folder = place.appending(path: "\(size)").path
    try remove()
    try FileManager.default.createDirectory(
      atPath: place.path, withIntermediateDirectories: true)
  }

  func remove() throws {
    for path in [folder, folder + ".out"] where FileManager.default.fileExists(atPath: path) {
      try FileManager.default.removeItem(atPath: path)
    }
  }

  private func served<R>(_ body: (ServerProcess) async throws -> R) async throws -> R {
    let server = try await ServerProcess(programs: programs, weights: weights, data: folder)
    do {
      let result = try await body(server)
      try server.stop()
      return result
    } catch {
      do { try server.stop() } catch { print("\(error)") }
      throw error
    }
  }

  func measure(into report: inout Report) async throws {
    try await served { try await makeProjects($0) }
    let clock = ContinuousClock()
    let start = clock.now
    try SyntheticRows(size: size).fill(folder + "/diyml.sqlite")
    report.add(
      "(making the rows)", size: size, milliseconds: (clock.now - start).milliseconds)
    report = try await served { server in
      try await Session.with("bench", at: server.address) { bench in
        try await Session.with("other", at: server.address) { other in
          try await measure(server, bench, other, report)
        }
      }
    }
  }

  private func measure(
    _ server: ServerProcess, _ bench: Session, _ other: Session, _ before: Report
  ) async throws -> Report {
    var report = before
    var random = SystemRandomNumberGenerator()
    let image = try await other.put(
      PNG.noise(bytes: 1_000, using: &random), "class 1", in: "small")
    let beside = Beside(server: server, other: other, image: image)
    report.add(
      "nothing", size: size,
      try await beside.measure(atLeast: .seconds(2)) { try await Task.sleep(for: .seconds(2)) })
    var methods = Methods(session: bench, size: size, report: report)
    try await methods.prepare()
    try await methods.measure(at: server.address)
    report = methods.report
    if size == report.sizes.first {
      try await Uploads(session: bench, folder: folder + "/dd").measure(into: &report)
    }
    try await HeavyWork(session: bench, beside: beside, size: size).measure(into: &report)
    return report
  }

  private func makeProjects(_ server: ServerProcess) async throws {
    try await withClient(to: server.address) { client in
      for user in ["bench", "other"] {
        var session = Session(client)
        session.take(
          try await session.auth.createAccount(
            .init(user: user, password: Session.password)
          ))
        if user == "other" {
          try await session.project("small", .classification, classes: 2)
          continue
        }
        try await session.project("images", .classification, classes: 10)
        try await session.project("boxes", .detection, classes: 10)
        try await session.project("trained", .classification, classes: 2)
        try await session.project("tiny", .classification, classes: 2)
        try await session.project("doomed", .classification, classes: 2)
      }
    }
  }
}
