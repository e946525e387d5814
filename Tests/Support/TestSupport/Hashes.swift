internal import Cryptography
internal import Foundation

/// The SHA-256 of bytes in lower-case hexadecimal digits, as images and models are named.
package func sha256(_ bytes: some Collection<UInt8>) -> String { lowerHex(SHA256.hash(bytes)) }
