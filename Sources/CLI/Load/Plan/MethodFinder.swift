import API
import CommandLineKit
import RPCCore

/// Finds methods of the contract by name.
enum MethodFinder {
  /// The method called `diyml.v1.Data/GetClasses`, or for short `Data/GetClasses`.
  ///
  /// - Throws: `CommandFailure.usage` that names methods alike.
  static func method(named name: String) throws -> EmptyRoutes.Described {
    let found = allMethods.filter { candidate in
      let path = candidate.method.path
      return path == name || (name.contains("/") && path.hasSuffix(".\(name)"))
    }
    if found.count == 1 { return found[0] }
    let alike = alike(name)
    let advice = alike.isEmpty ? "" : "; there is " + alike.joined(separator: ", ")
    throw CommandFailure.usage("no method '\(TextWidth.printable(name))'\(advice)")
  }

  private static func alike(_ name: String) -> [String] {
    let parts = name.lowercased().split(separator: "/", omittingEmptySubsequences: false)
    let word = parts.last.map(String.init) ?? ""
    let byMethod = allMethods.map(\.method).filter { $0.name.lowercased() == word }
    let service = parts.first.map(String.init) ?? ""
    let byService = allMethods.map(\.method).filter {
      $0.service.lowercased() == service || $0.service.lowercased().hasSuffix("." + service)
    }
    return (byMethod.isEmpty ? byService : byMethod).map(\.path)
  }
}
