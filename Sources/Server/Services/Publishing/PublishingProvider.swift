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
    let account = try await base.account(of: context, needing: .publish, project: request.project)
    try checkBytes(request.description, "description", base.limits.descriptionBytesMax)
    return try await base.answer(request, context, of: account) {
      (publication: PublicationRecord) in
      try Model(publication)
    } to: { answer in
      do {
        return try await base.store.publish(
          request.version, ofProject: request.project, of: account.id,
          description: request.description, at: base.now(), keeping: answer)
      } catch StoreError.trainingState(let number, let state) {
        throw Status(
          .failedPrecondition,
          "training \(number) of '\(request.project)' is \(state); only one that has succeeded has"
            + " a model to publish")
      } catch StoreError.notFound(.training, _) where request.version == 0 {
        throw Status(
          .failedPrecondition,
          "no training of '\(request.project)' has succeeded, so there is no model to publish")
      }
    }
  }

  func unpublish(
    _ request: UnpublishRequest, context: ServerContext
  ) async throws -> UnpublishResponse {
    let account = try await base.account(of: context, needing: .publish, project: request.project)
    return try await base.answer(request, context, of: account) { (versions: [Int32]) in
      UnpublishResponse(versions: versions)
    } to: { answer in
      try await base.store.unpublish(
        request.version, ofProject: request.project, of: account.id, keeping: answer)
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
    _ = try await base.account(of: context, needing: .infer)
    let publication = try await base.store.publication(addressed: request.model)
    return try Model(publication)
  }
}
