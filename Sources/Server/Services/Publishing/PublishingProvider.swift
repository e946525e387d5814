internal import API
internal import RPCCore
internal import Store

/// Serves `diyml.v1.Publishing`.
struct PublishingProvider: PublishingService {
  /// Of what is searched for.
  static let searchTextBytesMax = 256

  let base: ProviderBase

  func publish(
    _ request: PublishRequest, context: ServerContext
  ) async throws -> Model {
    let (project, number) = try await base.training(
      request.training, of: context, needing: .publish)
    try checkBytes(request.description, "description", base.limits.descriptionBytesMax)
    return try await base.answer(request, context, of: project.account) {
      (publication: PublicationRecord) in
      try Model(publication)
    } to: { answer in
      do {
        return try await base.store.publish(
          number, ofProject: project.name, of: project.account.id,
          description: request.description, at: base.now(), keeping: answer)
      } catch StoreError.trainingState(let number, let state) {
        throw Status(
          .noModel,
          "training \(project.address(number)) is \(state); only one that has succeeded has a"
            + " model to publish")
      } catch StoreError.notFound(.training, _) where number == nil {
        throw Status(
          .noModel,
          "no training of '\(project.address())' has succeeded, so there is no model to publish")
      }
    }
  }

  func unpublish(
    _ request: UnpublishRequest, context: ServerContext
  ) async throws -> UnpublishResponse {
    let (project, number) = try await target(of: request, context)
    return try await base.answer(request, context, of: project.account) { (numbers: [Int32]) in
      UnpublishResponse(models: numbers.map { project.address($0) })
    } to: { answer in
      try await base.store.unpublish(
        number, ofProject: project.name, of: project.account.id, keeping: answer)
    }
  }

  /// What is taken back: one model, or without a number all of a project.
  private func target(
    of request: UnpublishRequest, _ context: ServerContext
  ) async throws -> (project: OwnedProject, number: Int32?) {
    switch request.target {
    case .model(let address):
      let model = try await base.training(address, "model", of: context, needing: .publish)
      guard model.number != nil else {
        throw invalid(
          "model", "\(quoted(address)) has no @number; to take back every model, set project")
      }
      return model
    case .project(let address):
      return (try await base.project(address, of: context, needing: .publish), nil)
    case nil:
      _ = try await base.account(of: context, needing: .publish)
      throw invalid("target", "it has neither model nor project")
    }
  }

  func searchPublished(
    _ request: SearchPublishedRequest, context: ServerContext
  ) async throws -> SearchPublishedResponse {
    _ = try await base.account(of: context, needing: .infer)
    if !request.owner.isEmpty { try checkName(request.owner, "owner") }
    try checkBytes(request.text, "text", Self.searchTextBytesMax)
    let page = try pageRequest(size: request.pageSize, token: request.pageToken, Int64.init)
    let filter = PublicationFilter(
      owner: request.owner.isEmpty ? nil : request.owner,
      text: request.text.isEmpty ? nil : request.text)
    let publications = try await base.store.publications(filter: filter, page: page)
    let answer = try AnswerPage(publications) { try Model(listed: $0) }
    return SearchPublishedResponse(models: answer.elements, nextPageToken: answer.nextPageToken)
  }

  func getModel(
    _ request: GetModelRequest, context: ServerContext
  ) async throws -> Model {
    let account = try await base.account(of: context, needing: .infer)
    let publication = try await base.store.publication(addressed: request.model, by: account)
    return try Model(publication)
  }
}
