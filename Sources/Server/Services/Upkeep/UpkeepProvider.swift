package import API
package import RPCCore
package import Store

/// Serves `diyml.upkeep.v1.Store` to the commands of diymld, which may be told everything.
package struct UpkeepProvider: UpkeepStoreService {
  private let work: UpkeepWork

  package init(_ work: UpkeepWork) { self.work = work }

  package func backup(
    _ request: UpkeepBackupRequest, responses: MessageWriter<UpkeepCopyEvent>,
    context: ServerContext
  ) async throws {
    try await tellingAll { try await work.backup(request) { try await responses.write($0) } }
  }

  package func verify(
    _ request: UpkeepVerifyRequest, responses: MessageWriter<UpkeepVerifyEvent>,
    context: ServerContext
  ) async throws {
    try await tellingAll { try await work.verify(request) { try await responses.write($0) } }
  }

  package func gc(
    _ request: UpkeepGcRequest, context: ServerContext
  ) async throws -> UpkeepGcResponse {
    try await tellingAll { try await work.gc(request) }
  }

  package func status(
    _ request: UpkeepStatusRequest, context: ServerContext
  ) async throws -> UpkeepStatusResponse {
    try await tellingAll { try await work.status() }
  }

  private func tellingAll<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
      return try await body()
    } catch let error as UpkeepError {
      throw Status(.failedPrecondition, "\(error)")
    } catch let error as StoreError {
      throw Status(UpkeepFailure(error).code, "\(error)")
    }
  }
}

/// What kind of failure a command ends with; the same whether a server did the work or the command.
package enum UpkeepFailure: Sendable {
  /// The folder, or what it was to become, is refused.
  case refused
  case folderInUse
  case diskFull
  case other

  package init(_ error: StoreError) {
    switch error {
    case .folderInUse: self = .folderInUse
    case .fault(let fault, _): self = fault.isLackOfRoom ? .diskFull : .other
    case .refused: self = .refused
    case .notFound, .alreadyExists, .unknownClass, .repeatedClass, .classInUse, .wrongAnnotation,
      .limit, .trainingActive, .trainingState, .changed, .changedMeanwhile, .keyTaken, .damaged,
      .file,
      .database:
      self = .other
    }
  }

  package init(_ status: Status) {
    switch status.code {
    case .failedPrecondition: self = .refused
    case .aborted: self = .folderInUse
    case .resourceExhausted: self = .diskFull
    case .ok, .cancelled, .unknown, .invalidArgument, .deadlineExceeded, .notFound,
      .alreadyExists, .permissionDenied, .unauthenticated, .outOfRange, .unimplemented, .internal,
      .unavailable, .dataLoss:
      self = .other
    }
  }

  var code: StatusCode {
    switch self {
    case .refused: .failedPrecondition
    case .folderInUse: .aborted
    case .diskFull: .resourceExhausted
    case .other: .internal
    }
  }
}
