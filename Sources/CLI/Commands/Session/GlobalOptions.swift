package import ArgumentParser

/// The options that every command takes.
package struct GlobalOptions: ParsableArguments, Sendable {
  @Option(
    help: ArgumentHelp(
      "Where the server is: HOST:PORT, tls:HOST:PORT or unix:PATH.",
      discussion: "Else $DIYML_SERVER, else the server of the last login, else 127.0.0.1:7001.",
      valueName: "address"),
    transform: { text in
      guard let address = ServerAddress(text) else {
        throw ValidationError(
          "'\(text)' is not a valid address; want HOST:PORT, tls:HOST:PORT or unix:PATH.")
      }
      return address
    })
  package var server: ServerAddress?

  @Option(
    help: ArgumentHelp(
      "Trust the authorities in this PEM file, not the system's.",
      discussion: "This and the next two are remembered with a login over TLS.",
      valueName: "file"))
  var tlsCa: String?

  @Option(
    help: ArgumentHelp("The certificate to show to the server, in PEM form.", valueName: "file"))
  var tlsCert: String?

  @Option(help: ArgumentHelp("The private key of --tls-cert, in PEM form.", valueName: "file"))
  var tlsKey: String?

  @Flag(help: "Print JSON for programs; an error is JSON, too.")
  package var json = false

  package var tlsFiles: TLSFiles {
    TLSFiles(authorities: tlsCa, certificate: tlsCert, key: tlsKey)
  }

  package init() {}

  package func validate() throws {
    guard (tlsCert == nil) == (tlsKey == nil) else {
      throw ValidationError("--tls-cert and --tls-key belong together.")
    }
  }
}
