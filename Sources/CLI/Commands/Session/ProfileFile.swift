import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The profile on disk: a JSON file of mode 0600 in a folder of mode 0700.
package struct ProfileFile: Sendable, Equatable {
  package let path: String

  /// More than any profile needs; a larger file is not ours.
  private static let bytesMax = 1 << 20

  package init(path: String) {
    self.path = path
  }

  /// `$XDG_CONFIG_HOME/diyml/profile.json`, or in `~/.config` where that is unset or not absolute.
  package init(environment: [String: String], homeDirectory: String) {
    let configured = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    path = (configured ?? homeDirectory + "/.config") + "/diyml/profile.json"
  }

  /// The profile, or an empty one where there is no file.
  ///
  /// - Throws: `CommandFailure.local` when others may read the file, or it is not a profile.
  package func read() throws -> Profile {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return Profile() }
      throw failure("cannot be opened", errno)
    }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    try checkAccess(descriptor)
    let contents = try file.read(upToCount: Self.bytesMax + 1) ?? Data()
    guard contents.count <= Self.bytesMax else {
      throw CommandFailure.local("profile \(path) has over \(Self.bytesMax) bytes")
    }
    do {
      return try JSONDecoder().decode(Profile.self, from: contents)
    } catch {
      throw CommandFailure.local(
        "profile \(path) is damaged", hint: "delete it, then diyml account login")
    }
  }

  /// Puts `profile` in the file's place, whole or not at all.
  ///
  /// - Throws: `CommandFailure.local` when the folder or the file cannot be written.
  package func write(_ profile: Profile) throws {
    let folder = (path as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(
      atPath: (folder as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    if mkdir(folder, 0o700) != 0 && errno != EEXIST { throw failure("cannot be written", errno) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let contents = try encoder.encode(profile)
    let temporary = "\(path).\(UUID().uuidString)"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure("cannot be written", errno) }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do {
      try file.write(contentsOf: contents)
      try file.synchronize()
      try file.close()
      guard rename(temporary, path) == 0 else { throw failure("cannot be written", errno) }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// A token that others may read is not a secret; better to say so than to go on using it.
  private func checkAccess(_ descriptor: Int32) throws {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure("cannot be examined", errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw CommandFailure.local("profile \(path) is not a regular file")
    }
    guard status.st_mode & 0o077 == 0 else {
      let mode = String(status.st_mode & 0o777, radix: 8)
      throw CommandFailure.local(
        "profile \(path) has mode \(mode); it may be 600 at most, for it holds your token",
        hint: "chmod 600 \(path)")
    }
  }

  private func failure(_ what: String, _ code: Int32) -> CommandFailure {
    .local("profile \(path) \(what): \(String(cString: strerror(code)))")
  }
}
