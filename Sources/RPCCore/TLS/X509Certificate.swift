import CTLS
import Glibc

/// A certificate as OpenSSL holds it.
final class X509Certificate: Sendable {
  nonisolated(unsafe) let pointer: OpaquePointer

  /// Takes over what the caller owns.
  init(owning pointer: OpaquePointer) { self.pointer = pointer }

  deinit { X509_free(pointer) }

  /// Why the certificate does not count at `now`, in seconds since 1970; nil when it does.
  func validityFault(at now: Int) -> String? {
    guard let notBefore = Self.time(X509_get0_notBefore(pointer)),
      let notAfter = Self.time(X509_get0_notAfter(pointer))
    else { return "has dates that cannot be read" }
    if now > notAfter { return "expired on \(Self.date(notAfter))" }
    if now < notBefore { return "not valid before \(Self.date(notBefore))" }
    return nil
  }

  private static func time(_ value: UnsafePointer<ASN1_TIME>?) -> time_t? {
    var parts = tm()
    guard ASN1_TIME_to_tm(value, &parts) == 1 else { return nil }
    return timegm(&parts)
  }

  private static func date(_ seconds: time_t) -> String {
    var seconds = seconds
    var parts = tm()
    gmtime_r(&seconds, &parts)
    return String(unsafeUninitializedCapacity: 32) { text in
      text.withMemoryRebound(to: CChar.self) {
        strftime($0.baseAddress, $0.count, "%Y-%m-%d %H:%M UTC", &parts)
      }
    }
  }
}

/// A private key as OpenSSL holds it.
final class PrivateKey: Sendable {
  nonisolated(unsafe) let pointer: OpaquePointer

  /// Takes over what the caller owns.
  init(owning pointer: OpaquePointer) { self.pointer = pointer }

  deinit { EVP_PKEY_free(pointer) }
}
