import RPCCore

extension StatusCode {
  /// The name of a code as answers about single images carry it.
  static func name(of number: UInt32) -> String {
    UInt8(exactly: number).flatMap(StatusCode.init(rawValue:))?.description ?? "code \(number)"
  }
}
