extension CommandContext {
  /// Reads a password: from standard input's next line, or from the terminal without echo; with
  /// `again`, twice, as for a new one.
  ///
  /// Throws `CommandFailure` when there is none, or the two differ.
  func password(_ prompt: String, fromInput: Bool, again: Bool = false) throws -> String {
    if fromInput {
      guard let line = system.readLine(), !line.isEmpty else {
        throw CommandFailure.usage("--password-stdin: standard input has no password")
      }
      return line
    }
    let password = try system.readSecret("\(prompt): ")
    if again, try system.readSecret("\(prompt) again: ") != password {
      throw CommandFailure.local("the two passwords differ")
    }
    return password
  }

  /// Asks before what cannot be undone; `--yes` answers beforehand.
  ///
  /// - Throws: `CommandFailure.usage` where nobody can be asked.
  func confirm(_ question: String, isConfirmed: Bool) throws {
    if isConfirmed { return }
    guard system.terminal.inputIsTerminal else {
      throw CommandFailure.usage("\(question) There is nobody to ask; say --yes")
    }
    system.complaints("\(question) [y/N] ")
    let answer = system.readLine()?.lowercased()
    guard answer == "y" || answer == "yes" else {
      throw CommandFailure.local("not confirmed; nothing was done")
    }
  }
}
