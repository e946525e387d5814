import Glibc
import RPCCore

/// A Unix socket that is bound and not listening yet.
enum UnixListener {
  /// Bytes of a path, at most: what `sockaddr_un` holds, and a closing 0.
  static let pathBytesMax = 107

  /// Binds a socket that only this user may connect to; a file left by a dead server is replaced.
  ///
  /// - Returns: the descriptor, which the caller owns.
  static func bind(path: String) throws(ListenError) -> CInt {
    guard path.utf8.count <= pathBytesMax else {
      throw ListenError(
        address: .unix(path: path),
        reason: "\(path.utf8.count) bytes in the path; the limit is \(pathBytesMax)")
    }
    if let descriptor = try bindOnce(path) { return descriptor }
    guard !isServed(path) else {
      throw ListenError(address: .unix(path: path), reason: "another server listens there")
    }
    unlink(path)
    if let descriptor = try bindOnce(path) { return descriptor }
    throw ListenError(address: .unix(path: path), reason: "the file appeared again")
  }

  /// `nil` if the file exists.
  private static func bindOnce(_ path: String) throws(ListenError) -> CInt? {
    let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw failure(path) }
    // The file takes its mode from the socket, so there is no moment at which others could connect.
    let isBound =
      fchmod(descriptor, S_IRUSR | S_IWUSR) == 0
      && withAddress(path) { Glibc.bind(descriptor, $0, $1) } == 0
    if isBound { return descriptor }
    let failure = failure(path)
    let exists = errno == EADDRINUSE
    Glibc.close(descriptor)
    guard exists else { throw failure }
    return nil
  }

  /// Whether somebody accepts connections there, or something other than a socket stands there.
  private static func isServed(_ path: String) -> Bool {
    let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return true }
    defer { Glibc.close(descriptor) }
    var information = stat()
    guard lstat(path, &information) == 0, information.st_mode & S_IFMT == S_IFSOCK else {
      return true
    }
    return withAddress(path) { connect(descriptor, $0, $1) } == 0 || errno != ECONNREFUSED
  }

  private static func withAddress(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
  ) -> CInt {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }

  private static func failure(_ path: String) -> ListenError {
    ListenError(address: .unix(path: path), reason: String(cString: strerror(errno)))
  }
}
