internal import Foundation
internal import Glibc

/// A folder as programs see it, with what of it a power loss may take.
///
/// The disk is as unkind as POSIX lets it be. A file's bytes are safe once that file was
/// synchronized, a name once its folder was; whatever else was done since may be there or not, each
/// by itself and in any combination. Kept from real file systems is only that a rename within a
/// folder is one step, and that one into another folder never loses the file.
package struct DiskModel: Sendable {
  /// A file or folder, whatever its names.
  package typealias Node = Int

  /// Something that was done and that a power loss may undo.
  package struct Change: Sendable {
    enum Effect: Sendable {
      case write(offset: Int, Data)
      case resize(Int)
      case grow(Int)
      case enter(name: String, Node)
      /// With `after` only if that change is there too.
      case leave(name: String, Node, after: Int?)
      case move(from: String, to: String, Node)
    }
    /// Counts up over all nodes.
    let number: Int
    let node: Node
    let effect: Effect
    /// Its synchronization was reported to have failed: the kernel forgets such bytes, and no later
    /// one that succeeds says anything of them.
    var isDoomed = false
    /// It is safe, but follows a change that is not.
    var isSafe = false
  }

  enum Content: Sendable {
    case file(Data)
    case folder([String: Node])
  }

  static let root = 0

  /// What each node holds whatever happens, before `changes`.
  private(set) var safe: [Content] = [.folder([:])]
  /// What programs see.
  private(set) var seen: [Content] = [.folder([:])]
  /// In their order.
  package private(set) var changes: [Change] = []
  private var handles: [UInt32: Node] = [:]
  private var nextChange = 0

  /// Begins with an empty folder that is safe itself.
  package init() {}

  /// Begins with a folder all of which is safe.
  package init(copyOf path: String) throws {
    try addCopy(of: path, to: Self.root)
  }

  private mutating func addCopy(of path: String, to folder: Node) throws {
    var entries: [String: Node] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: path)
    where !Self.isPassedOver(name) {
      let inner = path + "/" + name
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: inner, isDirectory: &isFolder)
      let node =
        isFolder.boolValue
        ? add(.folder([:])) : add(.file(try Data(contentsOf: URL(filePath: inner))))
      if isFolder.boolValue { try addCopy(of: inner, to: node) }
      entries[name] = node
    }
    safe[folder] = .folder(entries)
    seen[folder] = .folder(entries)
  }

  /// SQLite makes its shared memory anew after a crash, and the store its reserve of room.
  package static func isPassedOver(_ path: String) -> Bool {
    path.hasSuffix("-shm") || path.hasSuffix("reserve")
  }

  /// Another process goes on after `kill -9`, which takes nothing from the disk.
  package mutating func restartPrograms() { handles = [:] }

  private mutating func add(_ content: Content) -> Node {
    safe.append(content)
    seen.append(content)
    return seen.count - 1
  }
}

// MARK: - What happens

extension DiskModel {
  /// Takes in the next call.
  package mutating func apply(_ record: DiskRecord) {
    if record.error != 0 {
      if record.call == .sync, let node = handles[record.handle] { doom(node) }
      return
    }
    if Self.isPassedOver(record.path) { return }
    let node = handles[record.handle]
    switch record.call {
    case .open: open(record)
    case .close: handles[record.handle] = nil
    case .write: if let node { change(node, .write(offset: record.offset, record.data)) }
    case .truncate: if let node { change(node, .resize(record.length)) }
    case .allocate: if let node { change(node, .grow(record.length)) }
    case .sync: if let node { makeSafe(node) }
    case .syncAll: for node in seen.indices { makeSafe(node) }
    case .rename: rename(record)
    case .link:
      if let node = self.node(record.path), let place = place(record.secondPath) {
        change(place.folder, .enter(name: place.name, node))
      }
    case .unlink, .removeFolder:
      if let node = self.node(record.path), let place = place(record.path) {
        change(place.folder, .leave(name: place.name, node, after: nil))
      }
    case .makeFolder:
      if let place = place(record.path) {
        change(place.folder, .enter(name: place.name, add(.folder([:]))))
      }
    case .read, .list, .mark: break
    }
  }

  private mutating func open(_ record: DiskRecord) {
    let flags = Int32(bitPattern: record.flags)
    if let node = node(record.path) {
      handles[record.handle] = node
      if flags & O_TRUNC != 0, bytes(of: node)?.isEmpty == false { change(node, .resize(0)) }
    } else if flags & O_CREAT != 0, let place = place(record.path) {
      let node = add(.file(Data()))
      handles[record.handle] = node
      change(place.folder, .enter(name: place.name, node))
    }
  }

  private mutating func rename(_ record: DiskRecord) {
    guard let node = node(record.path), let from = place(record.path),
      let to = place(record.secondPath)
    else { return }
    if from.folder == to.folder {
      change(from.folder, .move(from: from.name, to: to.name, node))
    } else {
      change(to.folder, .enter(name: to.name, node))
      change(from.folder, .leave(name: from.name, node, after: nextChange - 1))
    }
  }

  private mutating func change(_ node: Node, _ effect: Change.Effect) {
    changes.append(Change(number: nextChange, node: node, effect: effect))
    nextChange += 1
    Self.apply(effect, to: &seen[node])
  }

  private mutating func doom(_ node: Node) {
    // The names in a folder are in the file system's journal, and go with its next commit.
    guard bytes(of: node) != nil else { return }
    for index in changes.indices where changes[index].node == node && !changes[index].isSafe {
      changes[index].isDoomed = true
    }
  }

  private mutating func makeSafe(_ node: Node) {
    if changes.contains(where: { $0.node == node && $0.isDoomed }) {
      for index in changes.indices where changes[index].node == node && !changes[index].isDoomed {
        changes[index].isSafe = true
      }
    } else {
      safe[node] = seen[node]
      changes.removeAll { $0.node == node }
    }
  }

  static func apply(_ effect: Change.Effect, to content: inout Content) {
    switch content {
    case .file(var data):
      content = .file(Data())  // Or the bytes would be copied.
      switch effect {
      case .write(let offset, let bytes):
        if data.count < offset + bytes.count { data.count = offset + bytes.count }
        data.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
      case .resize(let count): data.count = count
      case .grow(let count): if data.count < count { data.count = count }
      case .enter, .leave, .move: break
      }
      content = .file(data)
    case .folder(var entries):
      switch effect {
      case .enter(let name, let node): entries[name] = node
      case .leave(let name, let node, _): if entries[name] == node { entries[name] = nil }
      case .move(let from, let to, let node):
        if entries[from] == node { entries[from] = nil }
        entries[to] = node
      case .write, .resize, .grow: break
      }
      content = .folder(entries)
    }
  }
}

// MARK: - Names

extension DiskModel {
  private func bytes(of node: Node) -> Data? {
    if case .file(let data) = seen[node] { data } else { nil }
  }

  private func node(_ path: String) -> Node? {
    var node = Self.root
    for name in Self.names(path) {
      guard case .folder(let entries) = seen[node], let next = entries[name] else { return nil }
      node = next
    }
    return node
  }

  private func place(_ path: String) -> (folder: Node, name: String)? {
    let names = Self.names(path)
    guard let last = names.last, let folder = node(names.dropLast().joined(separator: "/")) else {
      return nil
    }
    return (folder, last)
  }

  /// The names of a path without `.` and `..`; there are no symbolic links.
  static func names(_ path: String) -> [String] {
    var names: [String] = []
    for name in path.split(separator: "/") where name != "." {
      if name == ".." { _ = names.popLast() } else { names.append(String(name)) }
    }
    return names
  }
}
