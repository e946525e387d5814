/// The beginning of a connection as one side sees the other: preface, settings, then frames.
package enum Hello: Hashable, Sendable {
  case awaitingPreface
  case awaitingSettings
  case done

  /// Takes the peer's preface.
  package mutating func received(_ preface: Preface) throws(ConnectionFault) {
    guard preface.version == Preface.currentVersion else {
      throw ConnectionFault(
        .version, "version \(preface.version); this side speaks \(Preface.currentVersion)")
    }
    self = .awaitingSettings
  }

  /// Judges whether a frame of this type may come now.
  package mutating func received(_ type: FrameType) throws(ConnectionFault) {
    switch (self, type) {
    case (.awaitingSettings, .settings): self = .done
    case (.awaitingSettings, .goAway): break
    case (.done, .settings): throw .protocolError("settings after the settings")
    case (.done, _): break
    case (.awaitingSettings, _), (.awaitingPreface, _):
      throw .protocolError("a \(type) frame before the settings")
    }
  }
}
