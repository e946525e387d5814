import API
import RPCCore

/// What reads or changes all images of a project, with what it costs others meanwhile.
struct HeavyWork {
  let session: Session
  let beside: Beside
  let size: Int

  func measure(into report: inout Report) async throws {
    let session = session
    let options = session.options
    for project in ["images", "boxes"] {
      report.add(
        "AnalyzeProject \(project)", size: size,
        try await beside.measure(atLeast: .seconds(2)) {
          _ = try await session.data.analyzeProject(.init(project: project), options: options)
        })
      report.add(
        "ListImages \(project), all pages", size: size,
        try await beside.measure(atLeast: .seconds(2)) {
          var request = ListImagesRequest(project: project, pageSize: 1_000)
          repeat {
            let page = try await session.data.listImages(request, options: options)
            request.pageToken = page.nextPageToken
          } while !request.pageToken.isEmpty
        })
      report.add("Train and CancelTraining \(project)", size: size, try await train(project))
      report.add(
        "DeleteClasses \(project), forced", size: size,
        try await beside.measure {
          _ = try await session.data.deleteClasses(
            .init(project: project, force: true), options: options)
        })
    }
    report.add(
      "DeleteProject images", size: size,
      try await beside.measure {
        _ = try await session.data.deleteProject(.init(project: "images"), options: options)
        // Its rows and files go meanwhile.
        try await Task.sleep(for: .seconds(5))
      })
    report.add(
      "DeleteAccount", size: size,
      try await beside.measure {
        _ = try await session.auth.deleteAccount(
          .init(password: Session.password), options: options)
        try await Task.sleep(for: .seconds(5))
      })
  }

  /// A data set may be refused as too large to be trained; that is judged as well.
  private func train(_ project: String) async throws -> Beside.Costs {
    let session = session
    return try await beside.measure {
      do {
        _ = try await session.training.train(.init(project: project), options: session.options)
      } catch let status as Status where status.code == .failedPrecondition {
        print("Train \(project): \(status.message.prefix(200))")
        return
      }
      do {
        _ = try await session.training.cancelTraining(
          .init(training: "\(project)@1"), options: session.options)
      } catch let status as Status where status.code == .failedPrecondition {
        // It has failed already: its images have no files.
      }
    }
  }
}
