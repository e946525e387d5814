package import API

/// Everything a `DataStore` refuses or cannot do.
package enum StoreError: Error, Equatable, Sendable {
  /// What a name or number stood for.
  package enum Subject: String, Sendable {
    case account, token, project, training, publication, inference
    case classID = "class"
    case image = "image"
    case object
  }

  /// Nothing of that name or number, or nothing that this caller may see.
  case notFound(Subject, String)
  /// The name is taken.
  case alreadyExists(Subject, String)
  /// An annotation names a class that the project does not have.
  case unknownClass(String)
  /// A class name or id stands twice in one list.
  case repeatedClass(String)
  /// A class would be dropped that `images` images use.
  case classInUse(String, images: UInt64)
  /// Boxes for a classification project, or one class for a detection project.
  case wrongAnnotation(ProjectType)
  /// Some count would pass its bound.
  case limit(name: String, value: UInt64, limit: UInt64)
  /// The project has a training that is queued or running.
  case trainingActive(number: Int32)
  /// The training is in this state, and what was asked for needs another.
  case trainingState(number: Int32, TrainingState)
  /// It was changed since the caller read it.
  case changed(Subject, String, by: String, at: Timestamp?)
  /// The row was changed by someone else since it was read.
  case changedMeanwhile(Subject)
  /// An answer to another call is kept under this idempotency key.
  case keyTaken
  /// Another process uses this data folder.
  case folderInUse(String)
  /// The folder's contents do not fit together; nothing was changed.
  case refused(StoreRefusal)
  /// A stored object's bytes are not those that were stored, or are not there.
  case damaged(ObjectHash, String)
  /// The machine below the store fails it, in what the text says.
  case fault(StorageFault, while: String)
  /// A system call failed with this `errno`.
  case file(operation: String, path: String, errno: Int32)
  /// SQLite failed for a reason that no caller causes.
  case database(String)
}

extension StoreError {
  /// Who has to do something about an error.
  package enum Cause: Equatable {
    /// The request: what it asks for cannot be.
    case request
    /// Whoever has the bytes of a damaged object.
    case damage
    /// The machine below the store.
    case machine(StorageFault)
    /// The server's operator.
    case server
  }

  package var cause: Cause {
    switch self {
    case .notFound, .alreadyExists, .unknownClass, .repeatedClass, .classInUse, .wrongAnnotation,
      .limit, .trainingActive, .trainingState, .changed, .changedMeanwhile, .keyTaken:
      .request
    case .damaged: .damage
    case .fault(let fault, _): .machine(fault)
    case .folderInUse, .refused, .file, .database: .server
    }
  }
}

extension StoreError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notFound(let subject, let name): "there is no \(subject.rawValue) '\(name)'"
    case .alreadyExists(let subject, let name): "the \(subject.rawValue) '\(name)' exists already"
    case .unknownClass(let name): "the project has no class '\(name)'"
    case .repeatedClass(let name): "the class '\(name)' stands in the list twice"
    case .classInUse(let name, let count): "the class '\(name)' is used by \(count) images"
    case .wrongAnnotation(let type):
      type == .detection
        ? "a detection project takes boxes, not one class per image"
        : "a classification project takes one class per image, not boxes"
    case .limit(let name, let value, let limit): "\(value) \(name); the limit is \(limit)"
    case .trainingActive(let number): "training \(number) of the project is queued or running"
    case .trainingState(let number, let state): "training \(number) is \(state)"
    case .changed(let subject, let name, let author, let time):
      "the \(subject.rawValue) '\(name)' was changed"
        + (author.isEmpty ? "" : " by \(author)") + (time.map { " at \($0.dateTime)Z" } ?? "")
        + "; read it again"
    case .changedMeanwhile(let subject): "the \(subject.rawValue) was changed meanwhile"
    case .keyTaken: "another call has used this idempotency key"
    case .folderInUse(let path): "another server uses the data folder '\(path)'"
    case .refused(let refusal): "\(refusal)"
    case .damaged(let object, let finding): "the object \(object) is damaged: \(finding)"
    case .fault(let fault, let work): "\(fault) (\(work))"
    case .file(let operation, let path, let code):
      "\(operation) of '\(path)' failed: \(systemMessage(code))"
    case .database(let message): "the database failed: \(message)"
    }
  }
}

/// Something that the owner of a store should know and no caller is told.
package enum StoreEvent: Sendable, Equatable {
  /// A file that should be gone, or noted, could not be; the next clean-up tries again.
  case cleanUpFailed(String)
  /// A stored object is not what was stored, or is gone.
  case damaged(ObjectHash, String)
  /// Files that nothing refers to were moved to the trash.
  case trashed(Int)
  /// Files were removed from the trash, their time being over.
  case trashRemoved(Int)
  /// The disk is full, and what would add to the store is refused.
  case full(StorageFault)
  /// The disk has room again.
  case roomAgain
}
