import Glibc
import RPCCore

/// A TCP connection that says nothing.
struct Silence {
  struct Failed: Error {
    let code: CInt
  }

  private let descriptor: CInt

  init(_ address: Address) throws {
    guard case .tcp(let host, let port) = address else { throw Failed(code: EINVAL) }
    descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var internet = sockaddr_in()
    internet.sin_family = sa_family_t(AF_INET)
    internet.sin_port = in_port_t(port).bigEndian
    inet_pton(AF_INET, host, &internet.sin_addr)
    let result = withUnsafePointer(to: &internet) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Failed(code: errno) }
  }

  func close() { Glibc.close(descriptor) }
}
