/// The name of a call that goes with it from one program to the next, and stands in the logs of each.
public enum RequestID {
  /// Where it stands in a call's metadata, and in the trailers of one that failed.
  public static let key = "x-request-id"
  /// Bytes of one that is taken from a caller, at most.
  static let bytesMax = 64

  /// Whether a caller's id may stand in logs: 1 to 64 letters, digits, `-`, `_`, `.` and `:`.
  static func isFit(_ id: String) -> Bool {
    (1...bytesMax).contains(id.utf8.count)
      && id.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
          UInt8(ascii: "."), UInt8(ascii: ":"):
          true
        default: false
        }
      }
  }
}
