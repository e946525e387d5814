public import Codec
import Synchronization

/// What caller and server say about a call, beside its messages: ordered pairs, like HTTP headers.
///
/// Keys are lower-case ASCII (`a-z 0-9 - _ .`, 1 to 64 characters; upper case is folded when adding).
/// A key that ends in `-bin` holds bytes, any other key holds text without control characters. What
/// breaks these rules is refused when the call is sent. The same key may occur more than once.
public struct Metadata: Sendable, Hashable {
  /// What stands under one key.
  public enum Content: Sendable, Hashable {
    /// Text without control characters.
    case text(String)
    /// Bytes, under a key that ends in `-bin`.
    case binary(Bytes)
  }

  /// One key with its value.
  public struct Entry: Sendable, Hashable {
    /// The key, in lower case.
    public let key: String
    /// The value.
    public let value: Content
  }

  /// All entries, in the order in which they were added.
  public private(set) var entries: [Entry] = []

  /// Makes empty metadata.
  public init() {}

  /// Whether there is no entry.
  public var isEmpty: Bool { entries.isEmpty }

  /// The first text under `key`; setting replaces every value under it, setting `nil` removes them.
  public subscript(key: String) -> String? {
    get {
      for entry in entries where entry.key == key {
        if case .text(let text) = entry.value { return text }
      }
      return nil
    }
    set {
      removeAll(for: key)
      if let newValue { add(newValue, for: key) }
    }
  }

  /// The first bytes under `key`; setting replaces every value under it, setting `nil` removes them.
  public subscript(binary key: String) -> Bytes? {
    get {
      for entry in entries where entry.key == key {
        if case .binary(let bytes) = entry.value { return bytes }
      }
      return nil
    }
    set {
      removeAll(for: key)
      if let newValue { add(newValue, for: key) }
    }
  }

  /// Adds text after what stands under `key` already.
  public mutating func add(_ text: String, for key: String) {
    entries.append(Entry(key: key.lowercased(), value: .text(text)))
  }

  /// Adds bytes after what stands under `key` already; `key` ends in `-bin`.
  public mutating func add(_ bytes: Bytes, for key: String) {
    entries.append(Entry(key: key.lowercased(), value: .binary(bytes)))
  }

  /// Removes every value under `key`.
  public mutating func removeAll(for key: String) {
    let folded = key.lowercased()
    entries.removeAll { $0.key == folded }
  }

  /// Every value under `key`, in order.
  public func values(for key: String) -> [Content] {
    entries.filter { $0.key == key }.map(\.value)
  }

  package init(entries: [Entry]) { self.entries = entries }
}

extension Metadata: ExpressibleByDictionaryLiteral {
  /// Makes metadata of texts: `["authorization": "Bearer abc"]`.
  public init(dictionaryLiteral elements: (String, String)...) {
    for (key, text) in elements { add(text, for: key) }
  }
}

/// What a server says beside its responses: a head before the first one, trailers after the last.
///
/// A handler sets both through its ``ServerContext``. A caller that wants to read them puts one of
/// these into its ``CallOptions`` and looks when the call has returned (or, for the head, when the
/// first response has arrived).
public final class ResponseMetadata: Sendable {
  private struct State {
    var head = Metadata()
    var trailers = Metadata()
  }

  private let state = Mutex(State())

  /// Makes one with nothing in it; use it for one call.
  public init() {}

  /// Sent before the first response; what is set after that response is not sent.
  public var head: Metadata {
    get { state.withLock { $0.head } }
    set { state.withLock { $0.head = newValue } }
  }

  /// Sent with the end of the call.
  public var trailers: Metadata {
    get { state.withLock { $0.trailers } }
    set { state.withLock { $0.trailers = newValue } }
  }
}
