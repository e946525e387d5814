package import Credentials
internal import API
package import RPCCore
package import Store

/// Runs `body` and turns what the store and the password hasher refuse into the status that tells
/// the caller: for those who look at the status before the call ends.
///
/// Faults stay as they are, so that nobody takes them for an answer to the request. Whatever is not
/// turned here the RPC layer turns into a status when the call ends (see `StatusError`).
func translatingStoreErrors<Result>(
  _ body: () async throws -> Result
) async throws -> Result {
  do {
    return try await body()
  } catch let error as StoreError where error.cause == .request || error.cause == .damage {
    throw Status(error)
  } catch let error as CredentialsError {
    if let status = error.status { throw status }
    throw error
  }
}

extension StoreError: StatusError {
  package var status: Status? {
    switch cause {
    case .request, .damage, .machine: Status(self)
    case .server: nil
    }
  }

  /// Damage is not, which the store has told, nor a full disk: that is told once, when it becomes full.
  package var isWorthLogging: Bool {
    switch cause {
    case .machine(let fault): !fault.isLackOfRoom
    case .server: true
    case .request, .damage: false
    }
  }
}

extension CredentialsError: StatusError {
  package var status: Status? {
    switch self {
    case .busy(let waiting, let limit):
      Status(
        .tooManyAttempts, description,
        details: [
          .limitExceeded(name: "waiting passwords", value: Int64(waiting), limit: Int64(limit)),
          .retryAfter(.seconds(1)),
        ])
    case .argon2: nil
    }
  }

  package var isWorthLogging: Bool { status == nil }
}

extension Status {
  /// What a refusal of the store means to the caller.
  init(_ error: StoreError) {
    let message = error.description
    switch error {
    case .notFound(let subject, let name):
      self.init(
        subject.missing, message, details: [.resource(kind: subject.rawValue, name: name)])
    case .unknownClass(let name):
      self.init(.unknownClass, message, details: [.resource(kind: "class", name: name)])
    case .alreadyExists(let subject, let name):
      self.init(
        subject.present, message,
        details: [.resource(kind: subject.rawValue, name: name)])
    case .repeatedClass:
      self.init(
        .repeatedClass, message,
        details: [.fieldViolation(field: "classes", description: message)])
    case .wrongAnnotation:
      self.init(
        .wrongProjectType, message,
        details: [.fieldViolation(field: "annotation", description: message)])
    case .classInUse(let name, let images):
      self.init(
        .classInUse, message, metadata: ["images": "\(images)"],
        details: [.resource(kind: "class", name: name)])
    case .trainingActive(let number):
      self.init(
        .trainingActive, message, details: [.resource(kind: "training", name: "\(number)")])
    case .trainingState(let number, _):
      self.init(
        .trainingEnded, message, details: [.resource(kind: "training", name: "\(number)")])
    case .limit(let name, let value, let limit):
      self.init(
        .limitReached, message,
        details: [
          .limitExceeded(
            name: name, value: Int64(clamping: value), limit: Int64(clamping: limit))
        ])
    case .changed(let subject, let name, let author, let time):
      var metadata = ["by": author]
      metadata["at"] = time.map { "\($0.dateTime)Z" }
      self.init(
        .changedMeanwhile, message, metadata: metadata.filter { !$0.value.isEmpty },
        details: [.resource(kind: subject.rawValue, name: name)])
    case .changedMeanwhile: self.init(.changedMeanwhile, message)
    case .keyTaken: self.init(.keyReused, message)
    case .damaged(let object, _):
      self.init(
        .damaged, message + "; upload it again, or restore it from a backup",
        details: [.resource(kind: "object", name: object.hex)])
    case .fault(let fault, _): self.init(fault)
    case .folderInUse, .refused, .file, .database:
      self.init(.serverFailed, "the server's store failed")
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
        .diskFull, message,
        details: [
          .limitExceeded(
            name: "disk bytes left", value: Int64(clamping: left), limit: Int64(clamping: reserve))
        ])
    case .quota: self.init(.diskFull, message)
    case .io: self.init(.serverFailed, "\(message); the server's log says more")
    case .readOnly: self.init(.temporarilyUnavailable, message)
    case .tooManyFiles, .noMemory:
      self.init(
        .temporarilyUnavailable, message, details: [.retryAfter(.seconds(1))])
    case .damagedDatabase: self.init(.damaged, message)
    }
  }
}

extension StoreError.Subject {
  /// Why a call fails that would make one which is there.
  fileprivate var present: ErrorReason {
    switch self {
    case .account: .accountExists
    case .project: .projectExists
    case .classID: .classExists
    case .token, .training, .publication, .inference, .image, .object: .serverFailed
    }
  }

  /// Why a call fails that names one which is not there.
  fileprivate var missing: ErrorReason {
    switch self {
    case .account: .accountNotFound
    case .token: .tokenNotFound
    case .project: .projectNotFound
    case .classID: .unknownClass
    case .image, .object: .imageNotFound
    case .training: .trainingNotFound
    case .publication: .modelNotFound
    case .inference: .inferenceNotFound
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
