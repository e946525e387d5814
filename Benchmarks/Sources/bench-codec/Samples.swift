import BenchMessages
import Codec

/// Messages as the server and its clients exchange them.
enum Samples {
  /// 64 bytes.
  static let login = LoginRequest(
    user: "ada.lovelace", password: "correct horse battery staple",
    tokenLabel: "lab laptop, Fedora")

  /// 20 boxes, with the class names of a well-known data set.
  static let detection = Detection(
    objects: (0..<20).map { index in
      let names = ["person", "bicycle", "traffic light", "dining table", "dog"]
      let left = 1920 * Double(index) / 21
      return DetectedObject(
        xMin: left, yMin: left / 2.5, xMax: left + 91.375, yMax: left / 2.5 + 131.0625,
        className: names[index % names.count], confidence: 0.97 / Double(index + 1))
    })

  /// 100 KiB of image.
  static let image = InferRequest(
    model: "ada/pets",
    image: Bytes((0..<100 << 10).map { UInt8(truncatingIfNeeded: $0 &* 0x9e37_79b9 >> 13) }),
    topK: 5)

  /// 1,000 rows.
  static let list = ListDataPointsResponse(
    dataPoints: (0..<1000).map { index in
      let names = ["cardboard", "glass", "metal", "paper", "plastic", "trash"]
      return DataPoint(
        id: digits(UInt64(index)), fileName: "IMG_20260714_\(100_000 + index).jpg",
        annotation: Annotation(value: .className(names[index % names.count])), format: .jpeg,
        width: 4032, height: 3024, bytes: 2_000_000 + UInt64(index) * 1009,
        createTimeUnixMs: 1_784_000_000_000 + Int64(index) * 731)
    }, nextPageToken: digits(999))

  /// A value of each scalar type.
  static let scalars = Scalars(
    doubleValue: 2.5, floatValue: -0.125, int32Value: 4032, int64Value: 1_784_000_000_000,
    uint32Value: 300, uint64Value: 1 << 40, sint32Value: -5, sint64Value: -1_000_000,
    fixed32Value: 0xdead_beef, fixed64Value: 0x0123_4567_89ab_cdef, sfixed32Value: -7,
    sfixed64Value: -8, boolValue: true, stringValue: "a string, not so short",
    bytesValue: [1, 2, 3, 4, 5, 6, 7, 8], enumValue: .png)

  /// 64 hexadecimal digits, like those of a hash.
  private static func digits(_ seed: UInt64) -> String {
    var state = seed
    var text = ""
    while text.utf8.count < 64 {
      state = (state &+ 1) &* 0x9e37_79b9_7f4a_7c15
      text += String(state >> 60, radix: 16)
    }
    return text
  }
}
