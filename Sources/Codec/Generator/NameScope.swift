/// The names that are taken within one scope of Swift: different names of the schema can become one.
struct NameScope {
  private var taken: Set<String>

  init(taken: Set<String> = []) {
    self.taken = taken
  }

  func isTaken(_ name: String) -> Bool {
    taken.contains(name)
  }

  /// Takes `name`, or when that is taken `name` with `suffix`, with underscores until it is free.
  mutating func claim(_ name: String, orWith suffix: String = "_") -> String {
    var candidate = taken.contains(name) ? name + suffix : name
    while !taken.insert(candidate).inserted { candidate += "_" }
    return candidate
  }
}
