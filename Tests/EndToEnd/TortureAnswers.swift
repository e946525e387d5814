import API
import RPCCore

// Whether an answer is what the model says, and what is learned from it.

extension TortureCall {
  /// The account as it is after an answer; nothing when the answer contradicts it.
  func state(
    after answer: TortureAnswer, as outcome: TortureOutcome, from before: TortureAccount?
  ) -> TortureAccount?? {
    switch (outcome, answer) {
    case (.refused(let expected), .refused(let code, _)): return code == expected ? before : nil
    case (.refused, _), (.done, .refused): return nil
    case (.done(let after), _):
      var after = after
      return accepts(answer, learning: &after) ? .some(after) : nil
    }
  }

  private func accepts(
    _ answer: TortureAnswer, learning after: inout TortureAccount?
  ) -> Bool {
    switch (operation, answer) {
    case (.createAccount, .token(let issued)): return learn(issued, as: "", in: &after)
    case (.login(_, let label), .token(let issued)),
      (.createToken(let label, _), .token(let issued)):
      return learn(issued, as: label, in: &after)
    case (.createProject(let name, _, _), .project(let project)):
      after?.projects[name]?.createTime = project.createTime
      return after?.projects[name]?.differences(from: project).isEmpty == true
    case (.setClasses(let name, _), .classes(let classes)):
      return after?.projects[name]?.classes == classes
    case (.put(let name, _), .stored(let stored, let refused)),
      (.putAll(let name, _), .stored(let stored, let refused)),
      (.relabel(let name, _, _), .stored(let stored, let refused)):
      return learn(stored, refused, in: name, &after)
    case (.train(let name), .job(let job)):
      return after?.projects[name]?.trainings.count == Int(job.number)
    case (.cancel(_, let number), .job(let job)):
      return job.state == .canceled && job.number == number
    case (.publish(let name, let version, let description), .model(let model)):
      return model.model == "\(user)/\(name)@\(version)"
        && model.description == description
    case (.unpublish(let name, let version), .versions(let versions)):
      return after?.projects[name]?.published.keys.contains { versions.contains($0) } == false
        && (version == 0 || versions == [version])
    case (.submit, .inference(let id)):
      after?.inferences[id] = .some(nil)
      return true
    case (.deleteAccount, .nothing), (.changePassword, .nothing), (.revokeToken, .nothing),
      (.deleteProject, .nothing), (.deleteClasses, .nothing), (.deleteImage, .nothing):
      return true
    default: return false
    }
  }

  private func learn(
    _ issued: IssuedToken, as label: String, in after: inout TortureAccount?
  ) -> Bool {
    guard let token = issued.token, token.label == label, token.id > 0, !issued.secret.isEmpty
    else {
      return false
    }
    after?.tokens[label]?.id = token.id
    after?.tokens[label]?.secret = issued.secret
    return Set(token.scopes) == after?.tokens[label].map { Set($0.scopes) }
  }

  private func learn(
    _ stored: [PutImageResponse], _ refused: [Int32: Int32], in name: String,
    _ after: inout TortureAccount?
  ) -> Bool {
    guard let project = after?.projects[name] else { return false }
    for (index, upload) in uploads.enumerated() {
      let refusal = upload.refusal(by: project)
      guard refused[Int32(index)] == refusal.map({ Int32($0.rawValue) }) else { return false }
    }
    guard uploads.isEmpty || stored.count + refused.count == uploads.count else { return false }
    for point in stored.compactMap(\.image) {
      if after?.projects[name]?.images[point.id]?.createTime == nil {
        after?.projects[name]?.images[point.id]?.createTime = point.createTime
      }
      guard let image = after?.projects[name]?.images[point.id],
        project.differences(image, from: point).isEmpty
      else { return false }
    }
    return true
  }

  private var uploads: [TortureUpload] {
    switch operation {
    case .put(_, let upload): [upload]
    case .putAll(_, let uploads): uploads
    default: []
    }
  }
}

extension TortureUpload {
  /// Why the project does not take it.
  func refusal(by project: TortureProject) -> StatusCode? {
    if picture == nil { return .invalidArgument }
    return project.label(annotation) == nil ? .notFound : nil
  }
}
