internal import Crypto
internal import Foundation

/// The SHA-256 of bytes in lower-case hexadecimal digits, as images and models are named.
package func sha256(_ bytes: some Sequence<UInt8>) -> String {
  SHA256.hash(data: Data(bytes)).map { byte in
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }.joined()
}
