/// From names of the schema to names of Swift.
enum Names {
  /// `page_token` to `pageToken`.
  ///
  /// What would be no name at all, such as that of `_1`, gets `word` in front.
  static func lowerCamel(_ name: String, orWith word: String = "field") -> String {
    let upper = upperCamel(name)
    guard let first = upper.first, !first.isNumber else { return word + upper }
    return first.lowercased() + upper.dropFirst()
  }

  /// `page_token` to `PageToken`; what is camel case already stays.
  static func upperCamel(_ name: String) -> String {
    name.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  /// `diyml/v1/auth.proto` to `diymlV1Auth`.
  static func fileConstant(_ path: String) -> String {
    let stem = path.hasSuffix(".proto") ? path.dropLast(6) : path[...]
    let words = stem.split { !$0.isLetter && !$0.isNumber }
    return quoted(safe(lowerCamel(words.joined(separator: "_"), orWith: "file")))
  }

  /// The case of `PROJECT_TYPE_DETECTION` in `ProjectType`: `detection`.
  ///
  /// The enum's name is dropped if what is left can begin a name.
  static func enumCase(_ value: String, in enumeration: String) -> String {
    var rest = value[...]
    for letter in enumeration.lowercased() {
      while rest.first == "_" { rest.removeFirst() }
      guard rest.first?.lowercased() == String(letter) else { return enumCase(value) }
      rest.removeFirst()
    }
    guard rest.first == "_", let first = rest.dropFirst().first, first.isLetter else {
      return enumCase(value)
    }
    return enumCase(String(rest.dropFirst()))
  }

  /// Words in capitals become small; one in camel case stays as it is.
  private static func enumCase(_ value: String) -> String {
    let words = value.split(separator: "_").map { word in
      word.contains(where: \.isLowercase) ? String(word) : word.lowercased()
    }
    return lowerCamel(words.joined(separator: "_"), orWith: "value")
  }

  /// A property, case or method name: with an underscore when generated code has one of that name.
  static func safe(_ name: String) -> String {
    members.contains(name) ? name + "_" : name
  }

  /// A property, case or method name: with backticks when it is a keyword.
  static func quoted(_ name: String) -> String {
    keywords.contains(name) ? "`\(name)`" : name
  }

  /// A type name: with underscores when it means something to generated code.
  ///
  /// No underscore is added that gives the name of one of the `siblings`.
  static func type(_ name: String, besides siblings: Set<String> = []) -> String {
    guard types.contains(name) || keywords.contains(name) || locals.contains(name) else {
      return name
    }
    var safe = name + "_"
    while siblings.contains(safe) { safe += "_" }
    return safe
  }

  /// The name of a type whose `name` is left to a deprecated alias, unlike those of the `siblings`.
  static func deprecated(_ name: String, besides siblings: Set<String>) -> String {
    var deprecated = "Deprecated" + name
    while siblings.contains(deprecated) { deprecated += "_" }
    return deprecated
  }

  /// The name of a type inside its enclosing one.
  static func last(of name: String) -> String {
    name.split(separator: ".").last.map(String.init) ?? name
  }

  /// A property inside a method that has variables of these names.
  static func member(_ name: String) -> String {
    locals.contains(name) ? "self." + name : name
  }

  private static let locals: Set = [
    "current", "entry", "key", "other", "outer", "reader", "sizer", "tag", "value", "writer",
  ]

  /// Names that messages and enums have already, or that cannot be used even with backticks.
  private static let members: Set = [
    "Protocol", "Type", "allCases", "customMirror", "hashValue", "init", "rawValue", "self",
    "serialized", "unknownFields", "unrecognized",
  ]

  private static let types: Set = [
    "Any", "Array", "Bool", "Bytes", "CallOptions", "Caller", "DecodingError", "Dictionary",
    "Double", "Enumeration", "Float", "Hashable", "Hasher", "Indirect", "Int", "Int32", "Int64",
    "Message",
    "MessageStream", "MessageWriter", "MethodDescriptor", "Mirror", "Never", "Optional", "Protocol",
    "ProtoFile", "Reader",
    "Route", "Self", "Sendable", "ServerContext", "Set", "Sizer", "String", "Type", "UInt32",
    "UInt64", "UnknownFields", "Void", "Writer", "allMessageTypes", "allMethods", "allProtoFiles",
    "init",
    "protoName",
  ]

  private static let keywords: Set = [
    "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer",
    "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for",
    "func", "guard", "if", "import", "in", "inout", "internal", "is", "let", "nil", "operator",
    "precedencegroup", "private", "protocol", "public", "repeat", "rethrows", "return", "self",
    "static", "struct", "subscript", "super", "switch", "throw", "throws", "true", "try",
    "typealias", "var", "where", "while",
    // These are words of the language only where an expression begins.
    "await", "borrow", "consume", "copy", "discard", "each", "then", "unsafe", "yield",
  ]
}
