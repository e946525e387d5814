import Glibc
import NIOCore
import RPCCore

/// Whom a server takes calls from over Unix sockets, whatever the modes of the sockets' files.
public enum UnixPeers: Sendable, Hashable {
  /// Whoever may connect.
  case any
  /// Processes of the server's own user.
  case sameUser

  /// Why a connection from `process` is not taken, or `nil`.
  func refusal(of process: PeerProcess?) -> StrangerError? {
    switch self {
    case .any: nil
    case .sameUser: process?.user == geteuid() ? nil : StrangerError(process: process)
    }
  }
}

/// A process of another user has connected to a Unix socket.
struct StrangerError: Error, CustomStringConvertible {
  let process: PeerProcess?

  var description: String {
    guard let process else { return "the system does not say whose process connected" }
    return "process \(process.process) of user \(process.user) connected; this server takes only"
      + " user \(geteuid())"
  }
}

/// What Linux says of a Unix socket's other end.
enum UnixCredentials {
  /// `struct ucred`.
  private struct Record {
    var process: Int32 = 0
    var user: UInt32 = 0
    var group: UInt32 = 0
  }

  /// The process that connected, or `nil` if the system does not say; on the event loop.
  static func peer(of channel: any Channel) -> PeerProcess? {
    guard let options = channel as? any SocketOptionProvider else { return nil }
    let asked: EventLoopFuture<Record> = options.unsafeGetSocketOption(
      level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
    var found: PeerProcess?
    // On its own event loop the channel has answered already.
    asked.assumeIsolated().whenSuccess { record in
      found = PeerProcess(process: record.process, user: record.user, group: record.group)
    }
    return found
  }
}
