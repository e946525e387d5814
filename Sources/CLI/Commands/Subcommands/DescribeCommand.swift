import ArgumentParser
import Descriptors
import RPCCore

/// Tells what a server offers.
struct DescribeCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe",
    abstract: "Show the server's services, or one symbol as it stands in a .proto file.",
    discussion: """
      EXAMPLES
        diyml describe                       # every service with its methods
        diyml describe Data                  # one service
        diyml describe diyml.v1.Box          # a message or an enum; Box will do
      """)

  @Argument(help: "A service, a method, a message or an enum.") var symbol: String?
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let services = try await context.calling { caller, options in
      let server = ServerSchema(caller, options: options)
      let services = try await server.services()
      guard let symbol else { return try await Self.all(services, of: server) }
      return [try await Self.described(symbol, services, of: server)]
    }
    try context.report(["described": services]) {
      for (index, service) in services.enumerated() {
        if index > 0 { context.print() }
        service.proto.split(separator: "\n").forEach { context.print(String($0)) }
      }
    }
  }

  private static func all(
    _ services: [String], of server: ServerSchema
  ) async throws -> [Symbol] {
    var found: [Symbol] = []
    for service in services {
      do {
        found.append(try await described(service, services, of: server))
      } catch let failure as CommandFailure {
        guard case .server(let status, _) = failure, status.code == .notFound else { throw failure }
        found.append(.init(name: service, proto: "// service \(service): its file is not served"))
      }
    }
    return found
  }

  /// The symbol, whose name may leave out the package and, before a method, have a slash.
  private static func described(
    _ symbol: String, _ services: [String], of server: ServerSchema
  ) async throws -> Symbol {
    let name = symbol.split(separator: "/", omittingEmptySubsequences: false)
      .joined(separator: ".")
    var candidates = [name]
    for package in Set(services.map { $0.split(separator: ".").dropLast().joined(separator: ".") })
      .sorted() where !package.isEmpty && !name.hasPrefix(package + ".")
    {
      candidates.append("\(package).\(name)")
    }
    for candidate in candidates {
      do {
        let schema = try await server.schema(declaring: candidate)
        guard let text = text(of: candidate, in: schema) else { continue }
        return .init(name: candidate, proto: text)
      } catch let status as Status where status.code == .notFound {
        continue
      }
    }
    throw CommandFailure.server(
      Status(.notFound, "the server has no '\(TextWidth.printable(symbol))'"),
      hint: "diyml describe lists its services")
  }

  private static func text(of symbol: String, in schema: Schema) -> String? {
    if let text = ProtoText.text(of: symbol, in: schema) {
      let package = symbol.split(separator: ".").dropLast().joined(separator: ".")
      return package.isEmpty ? text : "// package \(package)\n\(text)"
    }
    for service in schema.services {
      for method in service.methods where "\(service.name).\(method.name)" == symbol {
        let parts = [method.request, method.response].compactMap {
          ProtoText.text(of: $0, in: schema)
        }
        let line = ProtoText.line(of: method, package: "")
        return ([line] + parts).joined(separator: "\n")
      }
    }
    return nil
  }
}

/// A symbol and its declaration.
private struct Symbol: Encodable {
  let name: String
  let proto: String
}
