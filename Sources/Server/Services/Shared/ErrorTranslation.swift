package import Credentials
package import RPCCore
package import Store

/// Runs `body` and turns what the store and the password hasher refuse into the status that tells
/// the caller.
///
/// Faults stay as they are, so that nobody takes them for an answer to the request: the RPC layer
/// turns them into a status when the call ends (see `StatusError`).
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
    case .folderInUse, .refused, .fault, .file, .database: true
    case .notFound, .alreadyExists, .unknownClass, .repeatedClass, .classInUse, .wrongAnnotation,
      .limit, .trainingActive, .trainingState, .changedMeanwhile, .keyTaken, .damaged:
      false
    }
  }
}

extension StoreError: StatusError {
  package var status: Status? {
    switch self {
    case .folderInUse, .refused, .file, .database: nil
    case .notFound, .alreadyExists, .unknownClass, .repeatedClass, .classInUse, .wrongAnnotation,
      .limit, .trainingActive, .trainingState, .changedMeanwhile, .keyTaken, .damaged, .fault:
      Status(self)
    }
  }

  /// A full disk is not: it is told once, when it becomes full, and not with each upload.
  package var isWorthLogging: Bool {
    switch self {
    case .fault(let fault, _): !fault.isLackOfRoom
    case .folderInUse, .refused, .damaged, .file, .database: true
    case .notFound, .alreadyExists, .unknownClass, .repeatedClass, .classInUse, .wrongAnnotation,
      .limit, .trainingActive, .trainingState, .changedMeanwhile, .keyTaken:
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
    case .fault(let fault, _): self.init(fault)
    case .folderInUse, .refused, .file, .database: self.init(.internal, "the server's store failed")
    }
  }

  /// What a fault of the machine below the store means to the caller.
  ///
  /// None of these says that the call was not processed, so clients send only those calls again that
  /// may be processed twice.
  init(_ fault: StorageFault) {
    let message = "\(fault)"
    switch fault {
    case .full(let left, let reserve):
      self.init(
        .resourceExhausted, message,
        details: [
          .limitExceeded(
            name: "disk bytes left", value: Int64(clamping: left), limit: Int64(clamping: reserve))
        ])
    case .quota: self.init(.resourceExhausted, message)
    case .io: self.init(.internal, "\(message); the server's log says more")
    case .readOnly: self.init(.unavailable, message)
    case .tooManyFiles, .noMemory:
      self.init(.unavailable, message, details: [.retryAfter(.seconds(1))])
    case .damagedDatabase: self.init(.dataLoss, message)
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

extension DataStore {
  /// Has the store look at objects that an engine could not use, so that it knows of the damage: an
  /// upload of the same bytes then heals them.
  ///
  /// `status` is what the engine said, and stays what its caller is told.
  func examineDamage(in status: Status) async {
    guard status.code == .dataLoss else { return }
    for case .resource(kind: "object", let name) in status.details {
      guard let hash = ObjectHash(hex: name) else { continue }
      do {
        try await verifyObject(hash)
      } catch {
        // The store has noted it.
      }
    }
  }
}
