import Descriptors

/// The line of a comment that stands for the field option of the same name, which protoc knows from
/// its version 22 on.
private let mark = "debug_redact"

extension SourceCodeInfo.Location {
  private var lines: [Substring] {
    (leadingComments.isEmpty ? trailingComments : leadingComments)
      .split(separator: "\n", omittingEmptySubsequences: false)
  }

  fileprivate var isMarked: Bool {
    lines.contains { $0.drop { $0 == " " } == mark }
  }

  /// The comment above, or else behind, without what is meant for the generator.
  var comment: String {
    lines.filter { $0.drop { $0 == " " } != mark }.joined(separator: "\n")
  }
}

extension FileDescriptorProto {
  /// The file with the option set in each field whose comment asks for it.
  var withRedaction: Self {
    var file = self
    for location in sourceCodeInfo?.location ?? [] where location.isMarked {
      let path = location.path.map(Int.init)
      guard path.count >= 4, path[0] == 4, file.messageType.indices.contains(path[1]) else {
        continue
      }
      file.messageType[path[1]].redact(path[2...])
    }
    return file
  }
}

extension DescriptorProto {
  /// Follows a path of `SourceCodeInfo` down: 2 and an index is a field, 3 and an index a message.
  fileprivate mutating func redact(_ path: ArraySlice<Int>) {
    guard let kind = path.first, let index = path.dropFirst().first else { return }
    if kind == 3, nestedType.indices.contains(index) {
      nestedType[index].redact(path.dropFirst(2))
    } else if kind == 2, path.count == 2, field.indices.contains(index) {
      var options = field[index].options ?? FieldOptions()
      options.debugRedact = true
      field[index].options = options
    }
  }
}
