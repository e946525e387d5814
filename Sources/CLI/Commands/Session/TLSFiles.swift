import Foundation
package import RPCCore

/// The files by which a server is trusted and this machine shows who it is, remembered with a login.
package struct TLSFiles: Codable, Sendable, Equatable {
  /// The authorities to trust, instead of the system's.
  package var authorities: String?
  /// The certificate to show.
  package var certificate: String?
  /// The certificate's key.
  package var key: String?

  package var isEmpty: Bool { self == TLSFiles() }

  /// The same files, found also from another folder.
  var absolute: TLSFiles {
    func absolute(_ path: String) -> String { URL(filePath: path).path(percentEncoded: false) }
    return TLSFiles(
      authorities: authorities.map(absolute), certificate: certificate.map(absolute),
      key: key.map(absolute))
  }

  package var configuration: TLSClientConfiguration {
    var configuration = TLSClientConfiguration(authorities: authorities)
    if let certificate, let key {
      configuration.certificate = TLSCertificateFiles(chain: certificate, key: key)
    }
    return configuration
  }
}
