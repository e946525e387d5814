package import API
import Codec
import Foundation
import RPCCore

/// Asks a published model about many image files over one stream.
package struct Inferrer: Sendable {
  private let clients: Clients
  /// Everything but the image.
  private let question: InferRequest

  /// A little under the server's limit of 24 MiB for one message, which also holds the model's name.
  static let imageBytesMax = (24 << 20) - 1024

  /// Asks of each image what `question` asks; its own image does not count.
  package init(clients: Clients, question: InferRequest) {
    self.clients = clients
    self.question = question
  }

  /// Gives the answer for each file to `receive`, in the order of `files`.
  ///
  /// - Throws: The `Status` of a stream that failed as a whole. A bad image is an answer.
  package func infer(
    _ files: [String], _ receive: @escaping @Sendable (ImageAnswer) throws -> Void
  ) async throws {
    try await clients.inference.inferStream(options: clients.streamOptions) { writer, answers in
      let ordered = Shared(OrderedAnswers())
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for (index, file) in files.enumerated() {
            if let failure = try await send(file, index, to: writer) {
              try ordered.withLock { try $0.received(failure).forEach(receive) }
            }
          }
          writer.finish()
        }
        for try await answer in answers {
          let answer = try self.answer(answer, files)
          try ordered.withLock { try $0.received(answer).forEach(receive) }
        }
        try await group.waitForAll()
      }
      let missing = files.count - ordered.withLock { $0.next }
      guard missing == 0 else {
        throw Status(.unavailable, "\(missing) of \(files.count) images were not answered")
      }
    }
  }

  /// - Returns: Why the file was not sent, if it was not.
  private func send(
    _ file: String, _ index: Int, to writer: MessageWriter<InferStreamRequest>
  ) async throws -> ImageAnswer? {
    let contents: Data
    do {
      contents = try Data(contentsOf: URL(fileURLWithPath: file))
    } catch {
      return failed(index, file, code: .notFound, "\(file) cannot be read")
    }
    guard contents.count <= Self.imageBytesMax else {
      let message = "\(file) has \(contents.count) bytes; the limit is \(Self.imageBytesMax)"
      return failed(index, file, code: .invalidArgument, message)
    }
    var request = question
    request.image = Bytes(Array(contents))
    try await writer.write(InferStreamRequest(id: Int64(index), request: request))
    return nil
  }

  private func failed(
    _ index: Int, _ file: String, code: StatusCode, _ message: String
  ) -> ImageAnswer {
    ImageAnswer(index: index, file: file, outcome: .failure(WireStatus(Status(code, message))))
  }

  private func answer(_ answer: InferStreamResponse, _ files: [String]) throws -> ImageAnswer {
    guard let index = Int(exactly: answer.id), files.indices.contains(index) else {
      throw Status(.internal, "an answer for image \(answer.id); \(files.count) were asked about")
    }
    guard let outcome = answer.outcome else {
      return failed(index, files[index], code: .internal, "an empty answer")
    }
    return ImageAnswer(index: index, file: files[index], outcome: outcome)
  }
}

/// Answers in the order of the questions, whatever the order they come in.
struct OrderedAnswers: Sendable {
  private(set) var next = 0
  private var waiting: [Int: ImageAnswer] = [:]

  /// - Returns: The answers whose turn has come.
  mutating func received(_ answer: ImageAnswer) -> [ImageAnswer] {
    guard answer.index >= next else { return [] }  // answered twice
    waiting[answer.index] = answer
    var ready: [ImageAnswer] = []
    while let answer = waiting.removeValue(forKey: next) {
      ready.append(answer)
      next += 1
    }
    return ready
  }
}
