package import API
package import RPCCore
package import Store

/// Serves `diyml.v1.Publishing`.
package struct PublishingProvider: PublishingService {
  /// Of what is searched for.
  static let searchTextBytesMax = 256

  private let limits = ServiceLimits()
  private let authenticator: Authenticator
  private let store: DataStore
  private let keyed: IdempotentCalls
  private let now: @Sendable () -> Timestamp

  package init(
    authenticator: Authenticator, store: DataStore, now: @escaping @Sendable () -> Timestamp
  ) {
    self.authenticator = authenticator
    self.store = store
    keyed = IdempotentCalls(store: store, limits: limits, now: now)
    self.now = now
  }

  package func publish(
    _ request: PublishRequest, context: ServerContext
  ) async throws -> PublishResponse {
    let caller = try await authenticator.user(of: context, needing: .publish).account
    try checkName(request.project, "project")
    try checkBytes(request.description, "description", limits.descriptionBytesMax)
    return try await keyed.answer(request, context, of: caller.name) { keeper in
      try await publish(request, of: caller.id, keeper)
    }
  }

  private func publish(
    _ request: PublishRequest, of account: AccountID, _ keeper: ResponseRecorder<PublishResponse>?
  ) async throws -> PublishResponse {
    let answer: @Sendable (PublicationRecord) -> PublishResponse = {
      PublishResponse(model: PublishedModel($0))
    }
    return try await translatingStoreErrors {
      do {
        return answer(
          try await store.publish(
            request.version, ofProject: request.project, of: account,
            description: request.description, at: now(), keeping: keeper?.keeping(answer)))
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

  package func unpublish(
    _ request: UnpublishRequest, context: ServerContext
  ) async throws -> UnpublishResponse {
    let caller = try await authenticator.user(of: context, needing: .publish).account
    try checkName(request.project, "project")
    return try await keyed.answer(request, context, of: caller.name) { keeper in
      try await translatingStoreErrors {
        let versions = try await store.unpublish(
          request.version, ofProject: request.project, of: caller.id,
          keeping: keeper?.keeping { UnpublishResponse(versions: $0) })
        return UnpublishResponse(versions: versions)
      }
    }
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
