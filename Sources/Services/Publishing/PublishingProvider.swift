package import API
package import RPCCore
package import Store

/// Serves `diyml.v1.Publishing`.
package struct PublishingProvider: PublishingService {
  static let searchTextBytesMax = 256

  private let limits = ServiceLimits()
  private let authenticator: Authenticator
  private let store: DataStore
  private let now: @Sendable () -> Timestamp

  package init(
    authenticator: Authenticator, store: DataStore, now: @escaping @Sendable () -> Timestamp
  ) {
    self.authenticator = authenticator
    self.store = store
    self.now = now
  }

  package func publish(
    _ request: PublishRequest, context: ServerContext
  ) async throws -> PublishResponse {
    let account = try await authenticator.account(of: context, needing: .publish)
    try checkName(request.project, "project")
    try checkBytes(request.description, "description", limits.descriptionBytesMax)
    let publication = try await translatingStoreErrors {
      do {
        return try await store.publish(
          request.version, ofProject: request.project, of: account,
          description: request.description, at: now())
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
    return PublishResponse(model: PublishedModel(publication))
  }

  package func unpublish(
    _ request: UnpublishRequest, context: ServerContext
  ) async throws -> UnpublishResponse {
    let account = try await authenticator.account(of: context, needing: .publish)
    try checkName(request.project, "project")
    let versions = try await translatingStoreErrors {
      try await store.unpublish(request.version, ofProject: request.project, of: account)
    }
    return UnpublishResponse(versions: versions)
  }

  package func searchPublished(
    _ request: SearchPublishedRequest, context: ServerContext
  ) async throws -> SearchPublishedResponse {
    _ = try await authenticator.account(of: context, needing: .infer)
    if !request.owner.isEmpty { try checkName(request.owner, "owner") }
    try checkBytes(request.text, "text", Self.searchTextBytesMax)
    let page = try pageRequest(size: request.pageSize, token: request.pageToken, Int64.init)
    let filter = PublicationFilter(
      owner: request.owner.isEmpty ? nil : request.owner,
      text: request.text.isEmpty ? nil : request.text)
    let publications = try await translatingStoreErrors {
      try await store.publications(filter: filter, page: page)
    }
    let answer = try AnswerPage(publications, cursor: \.id) { PublishedModel($0) }
    return SearchPublishedResponse(models: answer.elements, nextPageToken: answer.nextPageToken)
  }

  package func getModelCard(
    _ request: GetModelCardRequest, context: ServerContext
  ) async throws -> GetModelCardResponse {
    _ = try await authenticator.account(of: context, needing: .infer)
    let publication = try await store.publication(addressed: request.model)
    return GetModelCardResponse(card: try ModelCard(publication))
  }
}
