/// From names of the schema to names of Swift.
enum Names {
  /// `page_token` to `pageToken`.
  static func lowerCamel(_ name: String) -> String {
    let upper = upperCamel(name)
    return upper.prefix(1).lowercased() + upper.dropFirst()
  }

  /// `page_token` to `PageToken`; what is camel case already stays.
  static func upperCamel(_ name: String) -> String {
    name.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  /// `diyml/v1/auth.proto` to `diymlV1Auth`.
  static func fileConstant(_ path: String) -> String {
    let stem = path.hasSuffix(".proto") ? path.dropLast(6) : path[...]
    let words = stem.split { !$0.isLetter && !$0.isNumber }
    let name = lowerCamel(words.joined(separator: "_"))
    return name.first?.isLetter == true ? escaped(name) : "file" + name
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

  private static func enumCase(_ value: String) -> String {
    lowerCamel(value.lowercased())
  }

  /// A property, case or method name: with backticks when it is a keyword.
  static func escaped(_ name: String) -> String {
    if members.contains(name) { return name + "_" }
    return keywords.contains(name) ? "`\(name)`" : name
  }

  /// A type name: with an underscore when it means something to generated code.
  static func type(_ name: String) -> String {
    types.contains(name) ? name + "_" : name
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
    "Type", "allCases", "hashValue", "init", "rawValue", "self", "serialized", "unknownFields",
    "unrecognized",
  ]

  private static let types: Set = [
    "Any", "Array", "Bool", "Bytes", "CallOptions", "Caller", "DecodingError", "Dictionary",
    "Double", "Enumeration", "Float", "Hasher", "Indirect", "Int", "Int32", "Int64", "Message",
    "MessageStream", "MessageWriter", "MethodDescriptor", "Mirror", "Never", "Optional", "Protocol",
    "ProtoFile", "Reader",
    "Route", "Self", "Sendable", "ServerContext", "Set", "Sizer", "String", "Type", "UInt32",
    "UInt64", "UnknownFields", "Void", "Writer",
  ]

  private static let keywords: Set = [
    "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer",
    "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for",
    "func", "guard", "if", "import", "in", "inout", "internal", "is", "let", "nil", "operator",
    "precedencegroup", "private", "protocol", "public", "repeat", "rethrows", "return", "static",
    "struct", "subscript", "super", "switch", "throw", "throws", "true", "try", "typealias", "var",
    "where", "while",
  ]
}
