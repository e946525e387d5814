package import NIOCore

/// The first six bytes of each direction: who speaks, and which version.
package struct Preface: Hashable, Sendable {
  /// No text protocol begins with these.
  package static let magic: [UInt8] = [0xD1, 0x59, 0x4D, 0x4C]
  /// Bytes of a preface: magic, version, flags.
  package static let bytes = 6
  /// The version this code speaks.
  package static let currentVersion: UInt8 = 1

  package var version: UInt8
  /// No flag is defined; a receiver ignores them all.
  package var flags: UInt8

  package init(version: UInt8 = Preface.currentVersion, flags: UInt8 = 0) {
    self.version = version
    self.flags = flags
  }
}

/// How every alert of TLS begins: what a server with TLS says to a client without.
private let tlsAlert: [UInt8] = [0x15, 0x03]

extension ByteBuffer {
  /// Reads a preface; nothing is read while it is not whole, but a wrong byte is seen at once.
  package mutating func readPreface() throws(ConnectionFault) -> Preface? {
    if readableBytesView.starts(with: tlsAlert) {
      throw .protocolError("the other side speaks TLS")
    }
    for (seen, wanted) in zip(readableBytesView, Preface.magic) where seen != wanted {
      throw .protocolError("the first bytes are not those of this protocol")
    }
    guard readableBytes >= Preface.bytes else { return nil }
    moveReaderIndex(forwardBy: Preface.magic.count)
    guard let (version, flags) = readMultipleIntegers(as: (UInt8, UInt8).self) else { return nil }
    return Preface(version: version, flags: flags)
  }

  /// Writes a preface of 6 bytes.
  package mutating func writePreface(_ preface: Preface) {
    writeBytes(Preface.magic)
    writeMultipleIntegers(preface.version, preface.flags)
  }
}

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
