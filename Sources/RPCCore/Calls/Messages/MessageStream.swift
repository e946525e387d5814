public import Codec

/// The messages of one direction of a call, as they arrive.
///
/// It ends after the last message, or throws the ``Status`` with which the call failed. It is read
/// once, by one task at a time; what is not read yet holds back the sender.
public struct MessageStream<Element: Message>: AsyncSequence, Sendable {
  private let source: IncomingMessages

  package init(_ source: IncomingMessages) { self.source = source }

  /// Reads the messages.
  public func makeAsyncIterator() -> Iterator { Iterator(source: source) }

  /// Reads the messages, one at a time.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let source: IncomingMessages

    /// The next message; `nil` after the last one.
    ///
    /// - Throws: the call's `Status` if it failed; `INVALID_ARGUMENT` (in a server) or `INTERNAL`
    ///   (in a client) if the bytes are not such a message; `CancellationError` if the reading task
    ///   was cancelled.
    public mutating func next() async throws -> Element? {
      try await next(isolation: nil)
    }

    /// As ``next()``, where the caller runs: a message that is waiting costs no change of executor.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws -> Element? {
      if let bytes = source.nextWaiting() {
        return try decode(bytes, as: Element.self, failingWith: source.malformedCode)
      }
      guard let bytes = try await source.next() else { return nil }
      return try decode(bytes, as: Element.self, failingWith: source.malformedCode)
    }
  }
}
