import ArgumentParser

/// The options that every command takes.
struct GlobalOptions: ParsableArguments, Sendable {
  @Option(
    help: ArgumentHelp(
      "Where the server is: HOST:PORT or unix:PATH.",
      discussion: "Else $DIYML_SERVER, else the server of the last login, else 127.0.0.1:7001.",
      valueName: "address"))
  var server: ServerAddress?

  @Flag(help: "Print JSON: one document, or a line for each event or image.")
  var json = false
}
