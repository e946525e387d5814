import CommandLineKit
import Synchronization

/// Answers as they arrive.
final class AnswerList: Sendable {
  private let list = Mutex<[ImageAnswer]>([])

  /// - Returns: How many there are now.
  func append(_ answer: ImageAnswer) -> Int {
    list.withLock { list in
      list.append(answer)
      return list.count
    }
  }

  var answers: [ImageAnswer] { list.withLock { $0 } }
}
