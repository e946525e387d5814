import API
import Codec
import Foundation
import RPCServices

extension Enumeration {
  /// The value's name as people read it: `fine-tuning`; `unspecified` where there is none, and
  /// `unknown` with its number where this program knows none.
  fileprivate func word(unspecified: String, unknown: String) -> String {
    if rawValue == 0 { return unspecified }
    guard Self.allCases.contains(self) else { return "\(unknown) \(rawValue)" }
    return "\(self)".reduce(into: "") { word, letter in
      word += letter.isUppercase ? "-" + letter.lowercased() : String(letter)
    }
  }
}

extension ProjectType {
  var word: String { word(unspecified: "unspecified", unknown: "type") }
}

extension TrainingState {
  var word: String { word(unspecified: "none", unknown: "state") }
}

extension TrainingPhase {
  var word: String { word(unspecified: "training", unknown: "phase") }
}

extension ImageFormat {
  var word: String { word(unspecified: "unknown", unknown: "format") }
}

extension Scope {
  var word: String { word(unspecified: "unknown", unknown: "scope") }
}

extension ConnectionState {
  var word: String { word(unspecified: "unknown", unknown: "state") }
}

extension ServingStatus {
  /// As gRPC's health service writes it: `NOT_SERVING`.
  var word: String {
    word(unspecified: "unknown", unknown: "status").uppercased()
      .replacingOccurrences(of: "-", with: "_")
  }
}
