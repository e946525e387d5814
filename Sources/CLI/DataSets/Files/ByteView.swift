import Foundation

/// Numbers at places that may lie past the end.
struct ByteView {
  private let bytes: Data

  init(_ bytes: Data) { self.bytes = bytes }

  func byte(_ place: Int) -> Int? {
    guard place >= 0, place < bytes.count else { return nil }
    return Int(bytes[bytes.startIndex + place])
  }

  func big16(_ place: Int) -> Int? {
    guard let high = byte(place), let low = byte(place + 1) else { return nil }
    return high << 8 | low
  }

  func big32(_ place: Int) -> Int? {
    guard let high = big16(place), let low = big16(place + 2) else { return nil }
    return high << 16 | low
  }

  func little16(_ place: Int) -> Int? {
    guard let low = byte(place), let high = byte(place + 1) else { return nil }
    return high << 8 | low
  }

  func little24(_ place: Int) -> Int? {
    guard let low = little16(place), let high = byte(place + 2) else { return nil }
    return high << 16 | low
  }

  func little32(_ place: Int) -> Int? {
    guard let low = little16(place), let high = little16(place + 2) else { return nil }
    return high << 16 | low
  }

  func holds(_ text: String, at place: Int) -> Bool {
    text.utf8.enumerated().allSatisfy { byte(place + $0.offset) == Int($0.element) }
  }

  func starts(with prefix: [UInt8]) -> Bool { bytes.starts(with: prefix) }
}
