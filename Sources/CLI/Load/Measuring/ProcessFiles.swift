import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the system's files below `/proc` say of processes and sockets; nothing, where there are none.
struct ProcessFiles: Sendable {
  /// What one process has used.
  struct Usage: Sendable, Equatable {
    var name: String
    /// Seconds of processor time since it started.
    var processorSeconds: Double
    /// Bytes in memory now.
    var memoryBytes: Int
  }

  let root: String
  private let ticksPerSecond: Double
  private let pageBytes: Int

  /// Reads below `root`; tests give a folder of their own.
  init(
    root: String = "/proc", ticksPerSecond: Double = Double(sysconf(Int32(_SC_CLK_TCK))),
    pageBytes: Int = sysconf(Int32(_SC_PAGESIZE))
  ) {
    self.root = root
    self.ticksPerSecond = ticksPerSecond
    self.pageBytes = pageBytes
  }

  /// The usage of a process; nil once it is gone.
  func usage(of pid: Int) -> Usage? {
    guard let text = text("\(pid)/stat") else { return nil }
    // The name stands in parentheses and may hold any character; the last one closes it.
    guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")") else {
      return nil
    }
    let fields = text[text.index(after: close)...].split(separator: " ")
    guard fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]),
      let pages = Int(fields[21].trimmingCharacters(in: .whitespacesAndNewlines))
    else { return nil }
    return Usage(
      name: String(text[text.index(after: open)..<close]),
      processorSeconds: (user + system) / ticksPerSecond, memoryBytes: pages * pageBytes)
  }

  /// The process and all it started, directly or not.
  func family(of pid: Int) -> [Int] {
    var family = [pid]
    var next = 0
    while next < family.count {
      family += children(of: family[next]).filter { !family.contains($0) }
      next += 1
    }
    return family
  }

  private func children(of pid: Int) -> [Int] {
    names(in: "\(pid)/task").flatMap { thread in
      (text("\(pid)/task/\(thread)/children") ?? "").split(separator: " ").compactMap { Int($0) }
    }
  }

  /// The first of the processes that hold one of these sockets.
  func owner(ofSockets inodes: Set<String>) -> Int? {
    guard !inodes.isEmpty else { return nil }
    let targets = Set(inodes.map { "socket:[\($0)]" })
    let processes = names(in: "").compactMap { Int($0) }.sorted()
    return processes.first { pid in
      names(in: "\(pid)/fd").contains { descriptor in
        link("\(pid)/fd/\(descriptor)").map(targets.contains) ?? false
      }
    }
  }

  /// The inodes of the sockets that listen on a TCP port of this machine.
  func listeners(onPort port: Int) -> Set<String> {
    let hex = String(port, radix: 16, uppercase: true)
    let ending = ":" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
    return inodes(in: ["net/tcp", "net/tcp6"]) { fields in
      fields.count > 9 && fields[1].hasSuffix(ending) && fields[3] == "0A" ? fields[9] : nil
    }
  }

  /// The inodes of the sockets that listen at a path.
  func listeners(atPath path: String) -> Set<String> {
    inodes(in: ["net/unix"]) { fields in
      let listens = fields.count > 7 && fields[3] == "00010000"
      return listens && fields[7...].joined(separator: " ") == path ? fields[6] : nil
    }
  }

  private func inodes(
    in tables: [String], _ inode: ([Substring]) -> Substring?
  ) -> Set<String> {
    let lines = tables.flatMap { (text($0) ?? "").split(separator: "\n").dropFirst() }
    return Set(lines.compactMap { inode($0.split(separator: " ")).map(String.init) })
  }

  // MARK: Files

  // A process may end between any two looks at it: what cannot be read is not there.

  private func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: "\(root)/\(path)").map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  private func names(in folder: String) -> [String] {
    known { try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)") } ?? []
  }

  private func link(_ path: String) -> String? {
    known { try FileManager.default.destinationOfSymbolicLink(atPath: "\(root)/\(path)") }
  }

  private func known<Value>(_ read: () throws -> Value) -> Value? {
    do { return try read() } catch { return nil }
  }
}
