import Descriptors

/// What a user is told who names something that the schema calls deprecated.
struct Deprecation {
  /// The sentence behind "Deprecated:" in the comment, without its full stop; nil without one.
  let advice: String?

  init(advice: String) {
    self.advice = advice
  }

  init(comment: String) {
    let words = comment.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .map { $0.split(whereSeparator: \.isWhitespace) }
      .drop { !$0.contains("Deprecated:") }
      .prefix { !$0.isEmpty }
      .joined().drop { $0 != "Deprecated:" }.dropFirst()
    let end = words.firstIndex { Comment.endsSentence(String($0)) }
    let sentence = (end.map { words[...$0] } ?? words).joined(separator: " ")
    let text = end == nil ? sentence : String(sentence.dropLast())
    advice = text.isEmpty ? nil : text
  }
}

/// The name of a deprecated message or enum.
///
/// Generated code uses the type in places that are not deprecated, where its name would be warned of.
/// So the type has another name, and that of the schema is an alias which alone is deprecated.
struct DeprecatedAlias {
  let name: String
  let deprecation: Deprecation
}

extension FileDescriptorProto {
  var isDeprecated: Bool { options?.deprecated == true }
}

extension DescriptorProto {
  var isDeprecated: Bool { options?.deprecated == true }
}

extension FieldDescriptorProto {
  var isDeprecated: Bool { options?.deprecated == true }
}

extension EnumDescriptorProto {
  var isDeprecated: Bool { options?.deprecated == true }
}

extension EnumValueDescriptorProto {
  var isDeprecated: Bool { options?.deprecated == true }
}

extension ServiceDescriptorProto {
  var isDeprecated: Bool { options?.deprecated == true }
}

extension MethodDescriptorProto {
  var isDeprecated: Bool { options?.deprecated == true }
}
