package import ArgumentParser
package import RPCCore

/// The options that every command takes.
package struct GlobalOptions: ParsableArguments, Sendable {
  @Option(
    help: ArgumentHelp(
      "Where the server is: HOST:PORT or unix:PATH.",
      discussion: "Else $DIYML_SERVER, else the server of the last login, else 127.0.0.1:7001.",
      valueName: "address"),
    transform: { text in
      guard let address = Address(text) else {
        throw ValidationError("'\(text)' is no address; want HOST:PORT or unix:PATH.")
      }
      return address
    })
  package var server: Address?

  @Flag(help: "Print JSON: one document, or a line for each event or image.")
  package var json = false

  package init() {}
}
