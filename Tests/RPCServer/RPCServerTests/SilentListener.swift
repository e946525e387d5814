import Glibc
import RPCCore

/// A TCP port that the system connects to and where nobody ever says a word.
final class SilentListener {
  private let descriptor: CInt
  let address: Address

  struct Failure: Error { let code = errno }

  init() throws {
    descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var own = sockaddr_in()
    own.sin_family = sa_family_t(AF_INET)
    own.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let result = withUnsafeMutablePointer(to: &own) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { own in
        bind(descriptor, own, length) | listen(descriptor, 8)
          | getsockname(descriptor, own, &length)
      }
    }
    address = .tcp(host: "127.0.0.1", port: Int(in_port_t(bigEndian: own.sin_port)))
    guard result == 0 else { throw Failure() }
  }

  deinit { close(descriptor) }
}
