import API
import RPCCore

/// What an operation may come to.
enum TortureOutcome: Sendable {
  /// The account is then so; nothing once it is deleted.
  case done(TortureAccount?)
  /// The account stays as it was.
  case refused(StatusCode)
}

// What the contract promises, on the model instead of the server.

extension TortureCall {
  /// Everything that the answer to the call may say; mostly one thing.
  func outcomes(on account: TortureAccount?) -> [TortureOutcome] {
    switch operation {
    case .createAccount(let password):
      guard account == nil else { return [.refused(.alreadyExists)] }
      return [.done(TortureAccount(password: password, tokens: ["": TortureToken()]))]
    case .login(let password, let label):
      // Too many guesses are refused, right ones among them.
      guard var account, account.password == password else {
        return [.refused(.unauthenticated), .refused(.resourceExhausted)]
      }
      account.tokens[label] = TortureToken()
      return [.done(account), .refused(.resourceExhausted)]
    case .deleteAccount, .changePassword, .createToken, .revokeToken, .createProject,
      .deleteProject, .setClasses, .deleteClasses, .put, .putAll, .relabel, .deleteImage, .train,
      .cancel, .publish, .unpublish, .submit:
      guard let account, let token, let used = account.tokens[token] else {
        return [.refused(.unauthenticated)]
      }
      if let scope = operation.scope, !used.scopes.contains(scope) {
        return [.refused(.permissionDenied)]
      }
      return outcomes(on: account, with: token)
    }
  }

  /// Where a call without an answer may have stopped in its middle: some of its images are stored.
  func partialStates(on account: TortureAccount?) -> [TortureAccount] {
    guard case .putAll(let name, let uploads) = operation, uploads.count > 1, let account,
      let token,
      account.tokens[token]?.scopes.contains(.write) == true, let project = account.projects[name]
    else { return [] }
    return (1..<(1 << uploads.count) - 1).map { chosen in
      var after = project
      for (index, upload) in uploads.enumerated() where chosen >> index & 1 == 1 {
        _ = after.store(upload, order: sequence)
      }
      var account = account
      account.projects[name] = after
      return account
    }
  }

  private func outcomes(on account: TortureAccount, with token: String) -> [TortureOutcome] {
    var account = account
    switch operation {
    case .createAccount, .login: return []
    case .deleteAccount(let password):
      return [account.password == password ? .done(nil) : .refused(.invalidArgument)]
    case .changePassword(let old, let new):
      guard account.password == old else { return [.refused(.invalidArgument)] }
      account.password = new
      account.tokens = account.tokens.filter { $0.key == token }
      return [.done(account)]
    case .createToken(let label, let scopes):
      // Nobody hands on more than they may.
      let own = account.tokens[token]?.scopes ?? []
      guard scopes.allSatisfy(own.contains) else { return [.refused(.permissionDenied)] }
      account.tokens[label] = TortureToken(scopes: scopes)
      return [.done(account)]
    case .revokeToken(let id):
      guard let label = account.tokens.first(where: { $0.value.id == id })?.key else {
        return [.refused(.notFound)]
      }
      account.tokens[label] = nil
      return [.done(account)]
    case .createProject(let name, let type, let description):
      guard account.projects[name] == nil else { return [.refused(.alreadyExists)] }
      account.projects[name] = TortureProject(type: type, description: description)
      return [.done(account)]
    case .deleteProject(let name):
      guard account.projects.removeValue(forKey: name) != nil else {
        return [.refused(.notFound)]
      }
      return [.done(account)]
    case .submit(let model, _):
      // Another account's model may come and go at any time.
      guard model.hasPrefix(user + "/") else { return [.done(account), .refused(.notFound)] }
      let name = String(model.dropFirst(user.count + 1))
      return account.projects[name]?.published.isEmpty == false
        ? [.done(account)] : [.refused(.notFound)]
    case .setClasses(let name, _), .deleteClasses(let name, _), .put(let name, _),
      .putAll(let name, _), .relabel(let name, _, _), .deleteImage(let name, _), .train(let name),
      .cancel(let name, _), .publish(let name, _, _), .unpublish(let name, _):
      guard let project = account.projects[name] else { return [.refused(.notFound)] }
      return projectOutcomes(on: project).map { outcome in
        switch outcome {
        case .success(let after):
          account.projects[name] = after
          return .done(account)
        case .failure(let refusal): return .refused(refusal.code)
        }
      }
    }
  }

  private func projectOutcomes(
    on project: TortureProject
  ) -> [Result<TortureProject, TortureRefusal>] {
    var after = project
    var refusal: StatusCode?
    switch operation {
    case .createAccount, .login, .deleteAccount, .changePassword, .createToken, .revokeToken,
      .createProject, .deleteProject, .submit:
      return []
    case .setClasses(_, let classes): refusal = after.setClasses(classes)
    case .deleteClasses(_, let force): refusal = after.deleteClasses(force: force)
    case .put(_, let upload): refusal = after.store(upload, order: sequence)
    case .putAll(_, let uploads):
      for upload in uploads { _ = after.store(upload, order: sequence) }
    case .relabel(_, let id, let annotation): refusal = after.relabel(id, annotation)
    case .deleteImage(_, let id):
      refusal = after.images.removeValue(forKey: id) == nil ? .notFound : nil
    case .train:
      guard after.isReady else { return [.failure(TortureRefusal(.failedPrecondition))] }
      after.trainings.append(.open)
      // The one before it may have ended or not.
      if project.trainings.last == .open {
        return [.success(after), .failure(TortureRefusal(.failedPrecondition))]
      }
    case .cancel(_, let number): return after.cancelOutcomes(number)
    case .publish(_, let version, let description):
      return after.publishOutcomes(version, description)
    case .unpublish(_, let version):
      let gone = after.published.keys.filter { version == 0 || $0 == version }
      for version in gone { after.published[version] = nil }
      refusal = gone.isEmpty ? .notFound : nil
    }
    return [refusal.map { .failure(TortureRefusal($0)) } ?? .success(after)]
  }
}

/// Why a project stays as it is.
struct TortureRefusal: Error {
  let code: StatusCode

  init(_ code: StatusCode) { self.code = code }
}

extension TortureProject {
  /// - Returns: why it is refused.
  fileprivate mutating func store(_ upload: TortureUpload, order: UInt64) -> StatusCode? {
    guard let picture = upload.picture else { return .invalidArgument }
    guard let label = label(upload.annotation) else { return .notFound }
    if images[picture.id] == nil {
      images[picture.id] = TortureImage(fileName: upload.fileName, label: label, order: order)
    } else if upload.annotation != nil {
      images[picture.id]?.label = label
    }
    return nil
  }

  fileprivate mutating func relabel(_ id: String, _ annotation: Annotation?) -> StatusCode? {
    guard images[id] != nil, let label = label(annotation) else { return .notFound }
    images[id]?.label = label
    return nil
  }

  fileprivate mutating func setClasses(_ wanted: [Class]) -> StatusCode? {
    guard wanted.allSatisfy({ entry in entry.id == 0 || classes.contains { $0.id == entry.id } })
    else { return .notFound }
    var taken = Set(wanted.map(\.id))
    var next = nextClass
    var list: [Class] = []
    for var entry in wanted {
      if entry.id == 0 {
        let same = classes.first { $0.name == entry.name && !taken.contains($0.id) }
        entry.id = same?.id ?? next
        if same == nil { next += 1 }
        taken.insert(entry.id)
      }
      list.append(entry)
    }
    let kept = Set(list.map(\.id))
    guard !classes.contains(where: { !kept.contains($0.id) && uses($0.id) }) else {
      return .failedPrecondition
    }
    (classes, nextClass) = (list, next)
    return nil
  }

  fileprivate mutating func deleteClasses(force: Bool) -> StatusCode? {
    guard force || !classes.contains(where: { uses($0.id) }) else { return .failedPrecondition }
    for (id, image) in images {
      switch image.label {
      case .none: break
      case .classID: images[id]?.label = .none
      case .boxes(let boxes): if !boxes.isEmpty { images[id]?.label = .none }
      }
    }
    classes = []
    return nil
  }

  fileprivate func cancelOutcomes(_ number: Int32) -> [Result<TortureProject, TortureRefusal>] {
    let index = Int(number) - 1
    guard trainings.indices.contains(index) else { return [.failure(TortureRefusal(.notFound))] }
    let tooLate = Result<TortureProject, _>.failure(TortureRefusal(.failedPrecondition))
    guard trainings[index] == .open else { return [tooLate] }
    var after = self
    after.trainings[index] = .ended(.canceled)
    return [.success(after), tooLate]
  }

  fileprivate func publishOutcomes(
    _ version: Int32, _ description: String
  ) -> [Result<TortureProject, TortureRefusal>] {
    let index = Int(version) - 1
    guard trainings.indices.contains(index) else { return [.failure(TortureRefusal(.notFound))] }
    let refused = Result<TortureProject, _>.failure(TortureRefusal(.failedPrecondition))
    var after = self
    after.trainings[index] = .ended(.succeeded)
    after.published[version] = description
    return switch trainings[index] {
    case .ended(.succeeded): [.success(after)]
    case .ended: [refused]
    case .open: [.success(after), refused]
    }
  }
}
