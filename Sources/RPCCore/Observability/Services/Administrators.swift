import Glibc
public import RPCCore

/// Who may see what other callers do.
public struct Administrators: Sendable {
  private let isOne: @Sendable (ServerContext) -> Bool

  /// Those for whom `isOne` holds; it may look at ``RPCCore/ServerContext/identity``.
  public init(_ isOne: @escaping @Sendable (ServerContext) -> Bool) { self.isOne = isOne }

  /// Processes of the server's own user and of root, that call over a Unix socket: the system vouches
  /// for them, and nobody else can pretend to be one.
  public static let sameUser = Administrators { context in
    guard case .process(let process) = context.identity else { return false }
    return process.user == geteuid() || process.user == 0
  }

  /// - Throws: `PERMISSION_DENIED` for anybody else.
  func check(_ context: ServerContext) throws(Status) {
    guard isOne(context) else {
      throw Status(
        .permissionDenied,
        "\(context.peer) is not an administrator: call over a Unix socket, as the server's own user"
      )
    }
  }
}
