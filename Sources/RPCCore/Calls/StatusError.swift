/// An error of another layer that says itself what a caller may know of it.
package protocol StatusError: Error {
  /// What the caller is given; nothing where nobody but the log may know.
  var status: Status? { get }
  /// Whether it also belongs in the log, for the operator.
  var isWorthLogging: Bool { get }
}
