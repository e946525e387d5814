import Foundation

/// The requests of a call as JSON: from arguments, files and standard input, in their order.
struct RequestTexts {
  private enum Source {
    case text(String)
    case file(String)
    case input
  }

  private var sources: ArraySlice<Source>
  private let lines: LineReader
  private var splitter = JSONSplitter()
  private var waiting: ArraySlice<[UInt8]> = []

  /// Takes arguments: JSON, `@FILE`, or `-` for standard input.
  init(_ arguments: [String], lines: LineReader) {
    sources = ArraySlice(
      arguments.map { argument in
        if argument == "-" { return .input }
        return argument.hasPrefix("@") ? .file(String(argument.dropFirst())) : .text(argument)
      })
    self.lines = lines
  }

  /// The next object; `nil` after the last one.
  ///
  /// Of standard input it reads no further than it must, so that a person can wait for an answer
  /// before the next request.
  mutating func next() async throws -> [UInt8]? {
    while true {
      if let object = waiting.popFirst() { return object }
      guard let source = sources.first else { return nil }
      switch source {
      case .text(let text):
        try take(text.utf8, last: true)
      case .file(let path):
        try take(contents(of: path), last: true)
      case .input:
        if let line = try await lines.next() {
          try take((line + "\n").utf8, last: false)
        } else {
          try take([], last: true)
        }
      }
    }
  }

  /// All objects.
  mutating func all() async throws -> [[UInt8]] {
    var objects: [[UInt8]] = []
    while let object = try await next() { objects.append(object) }
    return objects
  }

  private mutating func take(_ text: some Sequence<UInt8>, last: Bool) throws {
    waiting = ArraySlice(try splitter.append(text))
    guard last else { return }
    try splitter.finish()
    sources.removeFirst()
  }

  private func contents(of path: String) throws -> Data {
    let shown = TextWidth.printable(path)
    do {
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      let contents = try file.read(upToCount: JSONSplitter.objectBytesMax + 1) ?? Data()
      try file.close()
      guard contents.count <= JSONSplitter.objectBytesMax else {
        throw CommandFailure.local(
          "file '\(shown)' has over \(JSONSplitter.objectBytesMax) bytes; give it as input: - < FILE"
        )
      }
      return contents
    } catch let error as CocoaError {
      throw CommandFailure.local("file '\(shown)' cannot be read: \(error.localizedDescription)")
    }
  }
}
