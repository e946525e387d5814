/// Bytes written as pairs of hexadecimal digits; spaces are for the reader.
func hex(_ digits: String) -> [UInt8] {
  let digits = digits.filter { $0 != " " }.compactMap(\.hexDigitValue).map(UInt8.init)
  precondition(digits.count.isMultiple(of: 2), "half a byte")
  return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
