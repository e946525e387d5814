import API
import RPCCore
import SeededRandom
import TestSupport

// What clients look at, and where they may not.

extension TortureWorker {
  mutating func look(
    _ index: Int, _ secret: String, on client: any Caller
  ) async throws {
    switch Int.random(in: 0..<8, using: &random) {
    case 0, 1: try await owners[index].check(using: &random, on: client)
    case 2:
      guard let secret = owners[index].deadSecrets.randomElement(using: &random) else { return }
      try await checkDead(secret, on: client)
    case 3: try await infer(index, secret, on: client)
    case 4: try await readProject(index, secret, on: client)
    default: try await readImage(index, secret, on: client)
    }
  }

  /// Reads an image that is there, or one that must not be.
  private mutating func readImage(
    _ index: Int, _ secret: String, on client: any Caller
  ) async throws {
    guard let account = owners[index].account,
      let (name, project) = account.projects.randomElement(using: &random),
      let other = TorturePicture.all.randomElement(using: &random)
    else { return }
    let isOther = Int.random(in: 0..<4, using: &random) == 0
    let id = isOther ? other.id : project.images.keys.randomElement(using: &random) ?? other.id
    do {
      let bytes = try await TortureReader(client, secret: secret).bytes(of: id, in: name)
      ledger.count("GetImage", \.done)
      if project.images[id] == nil {
        owners[index].giveUp([TortureFault(kind: .foreign, text: "the image \(id) in \(name)")])
      } else if TorturePicture.byID[id]?.bytes.elementsEqual(bytes) != true {
        owners[index].giveUp([TortureFault(kind: .changed, text: "the bytes of \(id) in \(name)")])
      }
    } catch let status as Status {
      switch status.code {
      case .unavailable: ledger.count("GetImage", \.lost)
      case .notFound where project.images[id] == nil: ledger.count("GetImage", \.refused)
      default: owners[index].giveUp([TortureFault(kind: .lost, text: "the image \(id): \(status)")])
      }
    }
  }

  /// Asks the one model that there is, which is published now and then.
  private mutating func infer(
    _ index: Int, _ secret: String, on client: any Caller
  ) async throws {
    guard let picture = TorturePicture.all.randomElement(using: &random) else { return }
    let request = InferRequest(model: Self.model, image: picture.bytes)
    do {
      let answer = try await InferenceClient(client).infer(
        request, options: TortureCall.options(secret: secret))
      ledger.count("Infer", \.done)
      if Int(answer.imageWidth) != picture.side { ledger.report(.wrong, "inferred \(answer)") }
    } catch let status as Status {
      switch status.code {
      case .notFound: ledger.count("Infer", \.refused)
      case .unavailable: ledger.count("Infer", \.lost)
      default: ledger.report(.wrong, "inference: \(status)")
      }
    }
  }

  /// Has a project counted, and its last training told, in other ways than by lists.
  private mutating func readProject(
    _ index: Int, _ secret: String, on client: any Caller
  ) async throws {
    guard let (name, project) = owners[index].account?.projects.randomElement(using: &random)
    else { return }
    let options = TortureCall.options(secret: secret)
    do {
      let analysis = try await DataClient(client).analyzeProject(
        .init(project: name), options: options)
      ledger.count("AnalyzeProject", \.done)
      if analysis.imageCount != Int32(project.images.count)
        || analysis.labeledImageCount != Int32(project.labeledCount)
      {
        owners[index].giveUp([TortureFault(kind: .changed, text: "\(name): \(analysis)")])
      }
      guard case .ended(let state)? = project.trainings.last else { return }
      let last = try await TrainingClient(client).watchTraining(
        .init(training: "\(name)@\(project.trainings.count)"), options: options
      ) { events in
        try await events.reduce(nil) { $1.event ?? $0 }
      }
      ledger.count("WatchTraining", \.done)
      if case .job(let job)? = last, job.state == state { return }
      let text = "\(name): \(String(describing: last)), not \(state)"
      owners[index].giveUp([TortureFault(kind: .changed, text: text)])
    } catch let status as Status {
      if status.code == .unavailable {
        ledger.count("AnalyzeProject", \.lost)
      } else {
        owners[index].giveUp([TortureFault(kind: .lost, text: "\(name): \(status)")])
      }
    }
  }

  /// A token that was revoked, or went with its account, is good for nothing.
  func checkDead(_ secret: String, on client: any Caller) async throws {
    do {
      let answer = try await AuthClient(client).whoAmI(
        .init(), options: TortureCall.options(secret: secret))
      ledger.report(.appeared, "a dead token of \(answer.user)")
    } catch let status as Status {
      switch status.code {
      case .unauthenticated: ledger.count("WhoAmI", \.refused)
      case .unavailable: ledger.count("WhoAmI", \.lost)
      default: ledger.report(.wrong, "a dead token: \(status)")
      }
    }
  }

  /// Waits until everything that was submitted is answered, by whichever server.
  func checkInferences(on client: any Caller) async throws {
    for owner in owners where !owner.isGivenUp {
      guard let account = owner.account else { continue }
      guard let secret = account.tokens.values.first(where: \.isUsable)?.secret else { continue }
      let reader = TortureReader(client, secret: secret)
      for id in account.inferences.keys {
        try await eventually(within: .seconds(120), "the answer to a submitted inference") {
          try await reader.inference(id)?.state != .pending
        }
      }
    }
  }

  /// Tries to reach what another account has.
  mutating func trespass(
    _ index: Int, _ secret: String, on client: any Caller
  ) async throws {
    let users = owners.map(\.user)
    guard let hint = ledger.hint(notOf: users, using: &random),
      let account = owners[index].account
    else { return }
    let options = TortureCall.options(secret: secret)
    let own = account.projects.keys.randomElement(using: &random) ?? "p0"
    let choice = Int.random(in: 0..<4, using: &random)
    do {
      switch choice {
      case 0:
        // Their project by its owner's name, as a project of one's own and as a path.
        let name = "\(hint.user)-\(hint.project)"
        _ = try await DataClient(client).getProject(.init(project: name), options: options)
      case 1:
        guard let image = hint.image, account.projects[own]?.images[image] == nil else { return }
        let request = DeleteImageRequest(project: own, id: image)
        _ = try await DataClient(client).deleteImage(request, options: options)
      case 2:
        guard let token = hint.token else { return }
        _ = try await AuthClient(client).revokeToken(.init(token: .id(token)), options: options)
      default:
        guard let inference = hint.inference else { return }
        _ = try await InferenceClient(client).getInference(.init(id: inference), options: options)
      }
      ledger.report(.foreign, "\(owners[index].user) reached, in way \(choice), \(hint)")
    } catch let status as Status {
      switch status.code {
      case .notFound: ledger.count("trespass", \.refused)
      case .unavailable: ledger.count("trespass", \.lost)
      default: ledger.report(.wrong, "\(owners[index].user) trespassed: \(status)")
      }
    }
  }
}
