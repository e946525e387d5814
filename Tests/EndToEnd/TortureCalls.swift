import API
import Codec
import RPCCore

// How operations are asked for.

extension TortureCall {
  private var options: CallOptions { Self.options(secret: secret, key: key) }

  /// Waits for a server while there is none; only one that hangs passes the time.
  static func options(secret: String?, key: String? = nil) -> CallOptions {
    var options = CallOptions(timeout: .seconds(120), idempotencyKey: key, waitForReady: true)
    if let secret { options.metadata["authorization"] = "Bearer \(secret)" }
    return options
  }

  /// - Returns: what the server says; nothing when it may or may not have done it.
  func perform(on caller: any Caller) async throws -> TortureAnswer? {
    do {
      return try await ask(caller)
    } catch let status as Status {
      return status.code == .unavailable ? nil : .refused(status.code, status.message)
    }
  }

  private func ask(_ caller: any Caller) async throws -> TortureAnswer {
    let options = options
    switch operation {
    case .createAccount, .deleteAccount, .login, .changePassword, .createToken, .revokeToken:
      return try await askAuth(AuthClient(caller), options)
    case .createProject, .deleteProject, .setClasses, .deleteClasses, .put, .putAll, .relabel,
      .deleteImage:
      return try await askData(DataClient(caller), options)
    case .train(let project):
      let request = TrainRequest(project: project, parameters: World.quickParameters)
      return .job(try await TrainingClient(caller).train(request, options: options))
    case .cancel(let project, let number):
      let request = CancelTrainingRequest(training: "\(project)@\(number)")
      let answer = try await TrainingClient(caller).cancelTraining(request, options: options)
      return .job(answer)
    case .publish(let project, let version, let description):
      let request = PublishRequest(
        training: ResourceAddress(version, of: project).description, description: description)
      let answer = try await PublishingClient(caller).publish(request, options: options)
      return .model(answer)
    case .unpublish(let project, let version):
      let model = ResourceAddress(version, of: project)
      let request = UnpublishRequest(
        target: model.number == nil ? .project(project) : .model(model.description))
      let answer = try await PublishingClient(caller).unpublish(request, options: options)
      return .versions(answer.models.compactMap { ResourceAddress.number(of: $0) })
    case .submit(let model, let picture):
      let request = InferRequest(model: model, image: picture.bytes)
      let answer = try await InferenceClient(caller).submitInference(
        SubmitInferenceRequest(request: request), options: options)
      return .inference(answer.id)
    }
  }

  private func askAuth(_ auth: AuthClient, _ options: CallOptions) async throws -> TortureAnswer {
    switch operation {
    case .createAccount(let password):
      let request = CreateAccountRequest(user: user, password: password)
      return .token(try await auth.createAccount(request, options: options))
    case .login(let password, let label):
      let request = LoginRequest(user: user, password: password, tokenLabel: label)
      return .token(try await auth.login(request, options: options))
    case .createToken(let label, let scopes):
      let request = CreateTokenRequest(label: label, scopes: scopes)
      return .token(try await auth.createToken(request, options: options))
    case .deleteAccount(let password):
      _ = try await auth.deleteAccount(.init(password: password), options: options)
    case .changePassword(let old, let new):
      _ = try await auth.changePassword(
        .init(oldPassword: old, newPassword: new), options: options)
    case .revokeToken(let id):
      _ = try await auth.revokeToken(RevokeTokenRequest(token: .id(id)), options: options)
    case .createProject, .deleteProject, .setClasses, .deleteClasses, .put, .putAll, .relabel,
      .deleteImage, .train, .cancel, .publish, .unpublish, .submit:
      preconditionFailure("\(operation.kind) is not of Auth")
    }
    return .nothing
  }

  private func askData(_ data: DataClient, _ options: CallOptions) async throws -> TortureAnswer {
    switch operation {
    case .createProject(let name, let type, let description):
      let request = CreateProjectRequest(project: name, type: type, description: description)
      return .project(try await data.createProject(request, options: options))
    case .deleteProject(let name):
      _ = try await data.deleteProject(DeleteProjectRequest(project: name), options: options)
    case .setClasses(let name, let classes):
      let request = SetClassesRequest(project: name, classes: classes)
      return .classes(try await data.setClasses(request, options: options).classes)
    case .deleteClasses(let name, let force):
      let request = DeleteClassesRequest(project: name, force: force)
      _ = try await data.deleteClasses(request, options: options)
    case .put(let name, let upload):
      let request = PutImageRequest(
        project: name, image: upload.bytes, annotation: upload.annotation,
        fileName: upload.fileName, onExisting: .replace)
      return .stored([try await data.putImage(request, options: options)], refused: [:])
    case .putAll(let name, let uploads):
      return try await putAll(name, uploads, data, options)
    case .relabel(let name, let id, let annotation):
      let image =
        if annotation == nil {
          try await data.removeAnnotation(
            RemoveAnnotationRequest(project: name, id: id), options: options)
        } else {
          try await data.setAnnotation(
            SetAnnotationRequest(project: name, id: id, annotation: annotation), options: options)
        }
      return .stored([.init(image: image, created: false)], refused: [:])
    case .deleteImage(let name, let id):
      let request = DeleteImageRequest(project: name, id: id)
      _ = try await data.deleteImage(request, options: options)
    case .createAccount, .deleteAccount, .login, .changePassword, .createToken, .revokeToken,
      .train, .cancel, .publish, .unpublish, .submit:
      preconditionFailure("\(operation.kind) is not of Data")
    }
    return .nothing
  }

  private func putAll(
    _ name: String, _ uploads: [TortureUpload], _ data: DataClient, _ options: CallOptions
  ) async throws -> TortureAnswer {
    let answer = try await data.putImages(options: options) { writer in
      try await writer.write(
        PutImagesRequest(part: .start(.init(project: name, onExisting: .replace))))
      for upload in uploads {
        var parts = UploadCases.parts(
          of: upload.bytes, chunkBytes: 16 << 10, fileName: upload.fileName)
        if case .begin(var begin)? = parts[0].part {
          begin.annotation = upload.annotation
          parts[0].part = .begin(begin)
        }
        for part in parts { try await writer.write(part) }
      }
    }
    let refused = answer.refused.map { ($0.index, $0.status?.code ?? 0) }
    return .stored(answer.stored, refused: Dictionary(uniqueKeysWithValues: refused))
  }
}

extension ResourceAddress {
  /// Of a version of a project's model; 0 means none in particular.
  fileprivate init(_ version: Int32, of project: String) {
    self.init(owner: nil, project: project, number: version == 0 ? nil : version)
  }
}
