internal import Foundation
package import RPCCore

/// An authority that signs certificates for one test, by the `openssl` program.
///
/// All files lie in a folder of the test's and go with it; nothing is kept that could expire.
package struct TestAuthority: Sendable {
  /// When a certificate is valid.
  package enum Validity: String, Sendable {
    case now = "20200101000000Z 20490101000000Z"
    case past = "20200101000000Z 20210101000000Z"
    case future = "20480101000000Z 20490101000000Z"
  }

  /// `openssl` did not do as it was told.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  /// The names that certificates of servers on this machine carry.
  package static let loopbackNames = "DNS:localhost,IP:127.0.0.1,IP:::1"

  private let folder: String
  private let name: String

  /// The authority's own certificate.
  package var certificate: String { "\(folder)/\(name).pem" }

  /// Makes an authority with files in `folder`, called by `name`, unlike any other there.
  package init(_ name: String, in folder: String, validity: Validity = .now) async throws {
    self.folder = folder
    self.name = name
    let settings = """
      [ca]
      default_ca = authority
      [authority]
      database = \(folder)/\(name).index
      new_certs_dir = \(folder)
      rand_serial = yes
      default_md = sha256
      policy = subject
      unique_subject = no
      copy_extensions = copy
      [subject]
      organizationName = optional
      commonName = optional
      """
    try Data(settings.utf8).write(to: URL(filePath: "\(folder)/\(name).conf"))
    try Data().write(to: URL(filePath: "\(folder)/\(name).index"))
    try await request(
      name, subject: "/CN=\(name)", extensions: ["basicConstraints=critical,CA:TRUE"])
    try await sign(name, ["-selfsign"], validity)
  }

  /// Makes a certificate with its key in files called by `file`, unlike any other in the folder.
  ///
  /// Subject and alternative names are written as openssl does.
  package func issue(
    _ file: String, subject: String = "/CN=localhost", names: String = Self.loopbackNames,
    validity: Validity = .now
  ) async throws -> TLSCertificateFiles {
    try await request(
      file, subject: subject,
      extensions: ["basicConstraints=critical,CA:FALSE", "subjectAltName=\(names)"])
    try await sign(file, ["-cert", certificate], validity)
    return TLSCertificateFiles(chain: "\(folder)/\(file).pem", key: "\(folder)/\(file).key")
  }

  private func request(_ file: String, subject: String, extensions: [String]) async throws {
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    let files = ["-keyout", "\(folder)/\(file).key", "-out", "\(folder)/\(file).csr"]
    let extensions = extensions.flatMap { ["-addext", $0] }
    try await openssl(["req", "-utf8", "-subj", subject] + key + files + extensions)
  }

  private func sign(_ file: String, _ signer: [String], _ validity: Validity) async throws {
    let days = validity.rawValue.split(separator: " ").map { String($0) }
    let files = [
      "-config", "\(folder)/\(name).conf", "-keyfile", "\(folder)/\(name).key",
      "-in", "\(folder)/\(file).csr", "-out", "\(folder)/\(file).pem",
    ]
    let dates = ["-startdate", days[0], "-enddate", days[1]]
    try await openssl(["ca", "-batch", "-notext", "-utf8"] + files + dates + signer)
  }

  private func openssl(_ arguments: [String]) async throws {
    try await ProgramProcess.with("/usr/bin/openssl", arguments) { process in
      let ending = await process.ending()
      guard ending == .exited(0) else {
        throw Failure(
          description: "openssl \(arguments.joined(separator: " ")): \(process.output)")
      }
    }
  }
}
