internal import API
internal import RPCCore
internal import Synchronization

/// Images that wait for models, computed in batches on the thread of the models.
final class WaitingImages<Input: Sendable, Output: Sendable>: Sendable {
  typealias Image = PendingImage<Input, Output>

  private let waiting: Mutex<WaitingRequests<String, Image>>

  init(batchMax: Int) { waiting = Mutex(WaitingRequests(batchMax: batchMax)) }

  /// The ticket names the image for `compute`.
  func add(_ input: Input, for model: String) -> (image: Image, ticket: UInt64) {
    let image = Image(input: input)
    return (image, waiting.withLock { $0.add(image, for: model) })
  }

  /// Computes batches of the model's images until the one that `ticket` names has its result, whoever computed it.
  ///
  /// - Throws: `CancellationError` when nobody waits for the image any more.
  func compute(
    _ model: String, until ticket: UInt64, _ body: ([Input]) throws -> [Output]
  ) throws {
    if Task.isCancelled {
      waiting.withLock { $0.remove(ticket) }
      throw CancellationError()
    }
    while true {
      let batch = waiting.withLock { $0.takeBatch(for: model, until: ticket) }
      if batch.isEmpty { return }
      switch Result(catching: { try body(batch.map(\.input)) }) {
      case .success(let outputs):
        for (image, output) in zip(batch, outputs) { image.set(.success(output)) }
      case .failure(let error): for image in batch { image.set(.failure(error)) }
      }
    }
  }
}

/// One image in the list, and what came out of it.
final class PendingImage<Input: Sendable, Output: Sendable>: Sendable {
  let input: Input
  private let outcome = Mutex<Result<Output, any Error>?>(nil)

  init(input: Input) { self.input = input }

  func set(_ result: Result<Output, any Error>) { outcome.withLock { $0 = result } }

  func result() throws -> Output {
    guard let result = outcome.withLock({ $0 }) else {
      throw Status(.serverFailed, "an image was left out of its batch")
    }
    return try result.get()
  }
}
