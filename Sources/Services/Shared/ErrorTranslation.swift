package import Credentials
package import RPCCore
package import Store

/// Runs `body` and turns what the store and the password hasher refuse into the status that tells
/// the caller.
///
/// Faults of the server itself stay as they are: the RPC layer logs them in full and answers
/// `INTERNAL`.
package func translatingStoreErrors<Result>(
  _ body: () async throws -> Result
) async throws -> Result {
  do {
    return try await body()
  } catch let error as StoreError where !error.isFault {
    throw Status(error)
  } catch let error as CredentialsError where !error.isFault {
    throw Status(error)
  }
}

extension StoreError {
  /// Whether no request can be blamed for it.
  var isFault: Bool {
    switch self {
    case .folderInUse, .refused, .file, .database: true
    case .notFound, .alreadyExists, .unknownClass, .repeatedClass, .classInUse, .wrongAnnotation,
      .limit, .trainingActive, .trainingState, .changedMeanwhile, .keyTaken, .full, .damaged:
      false
    }
  }
}

extension CredentialsError {
  var isFault: Bool {
    switch self {
    case .busy: false
    case .argon2: true
    }
  }
}

extension Status {
  /// What a refusal of the store means to the caller.
  package init(_ error: StoreError) {
    let message = error.description
    switch error {
    case .notFound(let subject, let name):
      self.init(
        .notFound, message, details: [.resource(kind: subject.rawValue, name: name)])
    case .unknownClass(let name):
      self.init(.notFound, message, details: [.resource(kind: "class", name: name)])
    case .alreadyExists(let subject, let name):
      self.init(
        .alreadyExists, message, details: [.resource(kind: subject.rawValue, name: name)])
    case .repeatedClass:
      self.init(
        .invalidArgument, message,
        details: [.fieldViolation(field: "classes", description: message)])
    case .wrongAnnotation:
      self.init(
        .invalidArgument, message,
        details: [.fieldViolation(field: "annotation", description: message)])
    case .classInUse(let name, _):
      self.init(.failedPrecondition, message, details: [.resource(kind: "class", name: name)])
    case .trainingActive(let number), .trainingState(let number, _):
      self.init(
        .failedPrecondition, message, details: [.resource(kind: "training", name: "\(number)")])
    case .limit(let name, let value, let limit):
      self.init(
        .resourceExhausted, message,
        details: [
          .limitExceeded(
            name: name, value: Int64(clamping: value), limit: Int64(clamping: limit))
        ])
    case .changedMeanwhile: self.init(.aborted, message)
    case .keyTaken: self.init(.failedPrecondition, message)
    case .damaged(let object, _):
      self.init(
        .dataLoss, message + "; upload it again, or restore it from a backup",
        details: [.resource(kind: "object", name: object.hex)])
    case .full: self.init(.resourceExhausted, "the server's disk is full")
    case .folderInUse, .refused, .file, .database: self.init(.internal, "the server's store failed")
    }
  }

  /// What a refusal of the password hasher means to the caller.
  package init(_ error: CredentialsError) {
    switch error {
    case .busy(let waiting, let limit):
      self.init(
        .resourceExhausted, error.description,
        details: [
          .limitExceeded(
            name: "waiting passwords", value: Int64(waiting), limit: Int64(limit)),
          .retryAfter(.seconds(1)),
        ])
    case .argon2: self.init(.internal, "the server could not check a password")
    }
  }
}
