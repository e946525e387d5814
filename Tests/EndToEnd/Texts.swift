/// Texts at the bounds of the contract, and texts that it refuses.
enum Texts {
  /// ASCII of a number of bytes.
  static func bytes(_ count: Int) -> String { String(repeating: "n", count: count) }

  /// What no account or project may be called, with what it is about.
  static let badNames: [(what: String, name: String)] = [
    ("no bytes", ""),
    ("a path upwards", "../etc/passwd"),
    ("two dots", "a..b"),
    ("only two dots", ".."),
    ("a dot first", ".a"),
    ("a hyphen first", "-a"),
    ("a NUL", "a\u{0}b"),
    ("an escape", "a\u{1B}[31mb"),
    ("a line feed", "a\nb"),
    ("a delete", "a\u{7F}"),
    ("a space", "a b"),
    ("a letter beyond ASCII", "zoë"),
  ]

  /// What no class may be called.
  static let badClassNames: [(what: String, name: String)] = [
    ("no bytes", ""),
    ("a slash", "a/b"),
    ("a backslash", "a\\b"),
    ("one dot", "."),
    ("two dots", ".."),
    ("a NUL", "a\u{0}b"),
    ("an escape", "a\u{1B}[31mb"),
    ("a line feed", "a\nb"),
    ("a space first", " a"),
    ("a space last", "a "),
  ]
}
