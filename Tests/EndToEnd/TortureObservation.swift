import API
import RPCCore

/// Everything that a server shows an account of itself.
struct TortureObservation: Sendable {
  struct ProjectSeen: Sendable {
    var project: Project
    var images: [Image]
    /// Newest first.
    var trainings: [TrainingJob]
  }

  var user: String
  var tokens: [Token]
  var projects: [ProjectSeen]
  var published: [Model]
  /// Of the inferences asked for: those that there are.
  var inferences: [String: InferenceJob]
}

/// Reads on behalf of one token.
struct TortureReader: Sendable {
  let caller: any Caller
  let options: CallOptions

  init(_ caller: any Caller, secret: String) {
    self.caller = caller
    options = TortureCall.options(secret: secret)
  }

  /// Reads the whole account.
  ///
  /// - Returns: nothing when the token is good for nothing (any more).
  func account(_ user: String, inferences: some Collection<String>) async throws
    -> TortureObservation?
  {
    do {
      let tokens = try await everyPage { token in
        let page = try await AuthClient(caller).listTokens(
          ListTokensRequest(pageSize: 1_000, pageToken: token), options: options)
        return (page.tokens, page.nextPageToken)
      }
      let projects = try await everyPage { token in
        let page = try await DataClient(caller).listProjects(
          ListProjectsRequest(pageSize: 1_000, pageToken: token), options: options)
        return (page.projects, page.nextPageToken)
      }
      var seen: [TortureObservation.ProjectSeen] = []
      for project in projects { seen.append(try await self.project(project)) }
      return TortureObservation(
        user: user, tokens: tokens, projects: seen, published: try await published(by: user),
        inferences: try await self.inferences(inferences))
    } catch let status as Status where status.code == .unauthenticated {
      return nil
    }
  }

  private func project(_ project: Project) async throws -> TortureObservation.ProjectSeen {
    let images = try await everyPage { token in
      // Small pages, so that the order across them is checked too.
      let page = try await DataClient(caller).listImages(
        ListImagesRequest(project: project.name, pageSize: 40, pageToken: token),
        options: options)
      return (page.images, page.nextPageToken)
    }
    let trainings = try await everyPage { token in
      let page = try await TrainingClient(caller).listTrainings(
        ListTrainingsRequest(project: project.name, pageSize: 1_000, pageToken: token),
        options: options)
      return (page.trainings, page.nextPageToken)
    }
    return .init(project: project, images: images, trainings: trainings)
  }

  private func published(by user: String) async throws -> [Model] {
    try await everyPage { token in
      let page = try await PublishingClient(caller).searchPublished(
        SearchPublishedRequest(owner: user, pageSize: 1_000, pageToken: token), options: options)
      return (page.models, page.nextPageToken)
    }
  }

  private func inferences(
    _ ids: some Collection<String>
  ) async throws -> [String: InferenceJob] {
    var found: [String: InferenceJob] = [:]
    for id in ids { found[id] = try await inference(id) }
    return found
  }

  /// Nothing when the account has no such inference.
  func inference(_ id: String) async throws -> InferenceJob? {
    do {
      return try await InferenceClient(caller).getInference(.init(id: id), options: options)
    } catch let status as Status where status.code == .notFound {
      return nil
    }
  }

  /// An image's bytes.
  func bytes(of id: String, in project: String) async throws -> [UInt8] {
    try await DataClient(caller).downloadImage(
      DownloadImageRequest(project: project, id: id), options: options
    ) { parts in
      try await parts.reduce(into: []) { $0 += $1.chunk }
    }
  }

  /// Compares the bytes of all images.
  func byteFaults(_ account: TortureAccount) async throws -> [TortureFault] {
    var faults: [TortureFault] = []
    for (name, project) in account.projects {
      for id in project.images.keys {
        do {
          let bytes = try await bytes(of: id, in: name)
          if TorturePicture.byID[id]?.bytes.elementsEqual(bytes) != true {
            faults.add(.changed, "the bytes of \(name)'s \(id)")
          }
        } catch let status as Status {
          faults.add(.lost, "the bytes of \(name)'s \(id): \(status)")
        }
      }
    }
    return faults
  }
}
