internal import Cryptography
internal import Glibc

/// Where a data folder keeps what, and how object files come and go.
///
/// Moving in and removing are called only inside the database's writer, one at a time: that is what
/// keeps an object from being removed while a new row takes it up.
struct ObjectFiles: Sendable {
  let folder: String
  private let newFolders = NewFolders()

  init(folder: String) { self.folder = folder }

  var databasePath: String { folder + "/diyml.sqlite" }
  /// Tells of a backup what it holds; a folder that a server has used has none.
  var manifestPath: String { folder + "/manifest.json" }
  /// Its last change is when the folder was opened, or swept after a crash.
  var openedPath: String { folder + "/lock" }
  /// Copies of the database that were made before it was changed to a newer version.
  var backupsFolder: String { folder + "/backups" }
  var objectsFolder: String { folder + "/objects" }
  var stagingFolder: String { folder + "/staging" }
  /// What nothing refers to, in a folder for each day on which it was found.
  var trashFolder: String { folder + "/trash" }

  func path(of hash: ObjectHash) -> String { innerFolder(of: hash) + "/" + hash.hex }

  func outerFolder(of hash: ObjectHash) -> String {
    objectsFolder + "/" + hash.hex.prefix(2)
  }

  func innerFolder(of hash: ObjectHash) -> String {
    outerFolder(of: hash) + "/" + hash.hex.dropFirst(2).prefix(2)
  }

  /// Makes the folders that are missing.
  func makeFolders() throws(StoreError) {
    // Also where a start before this one made it and came no further.
    if try SystemCalls.makeFolder(folder) || !SystemCalls.exists(folder + "/store") {
      try SystemCalls.synchronizeFolder(folder + "/..")
    }
    try SystemCalls.makeFolder(objectsFolder)
    try SystemCalls.makeFolder(stagingFolder)
    try SystemCalls.makeFolder(trashFolder)
    try SystemCalls.synchronizeFolder(folder)
  }

  /// Makes the folders of objects survive a power loss that a crash may have left without.
  func synchronizeFolders() throws(StoreError) {
    try SystemCalls.synchronizeFolder(objectsFolder)
    for name in try SystemCalls.names(in: objectsFolder) {
      do throws(StoreError) {
        try SystemCalls.synchronizeFolder(objectsFolder + "/" + name)
      } catch .file(_, _, ENOTDIR) {
        // No folder of ours.
      }
    }
    try SystemCalls.synchronizeFolder(trashFolder)
  }

  /// Makes an empty file of a new random name.
  func stage() throws(StoreError) -> StagedFile {
    let name = lowerHex(secureRandomBytes(count: 16))
    return try StagedFile(path: stagingFolder + "/" + name, name: name)
  }

  /// Makes the folders that an object's file goes into; when this returns they survive a power loss.
  func makeSafePlace(for hash: ObjectHash) throws(StoreError) {
    try newFolders.make(outerFolder(of: hash), in: objectsFolder)
    try newFolders.make(innerFolder(of: hash), in: outerFolder(of: hash))
  }

  /// Moves a staged file to its place; when this returns it survives a power loss.
  func adopt(_ staged: StagedObject) throws(StoreError) {
    try makeSafePlace(for: staged.hash)
    try SystemCalls.renameFile(staged.file.path, to: path(of: staged.hash))
    try SystemCalls.synchronizeFolder(innerFolder(of: staged.hash))
  }

  /// Moves an adopted file back to where it was staged, if it was moved.
  func takeBack(_ staged: StagedObject) throws(StoreError) {
    guard !SystemCalls.exists(staged.file.path) else { return }
    try SystemCalls.renameFile(path(of: staged.hash), to: staged.file.path)
  }

  func remove(_ hash: ObjectHash) throws(StoreError) {
    try SystemCalls.removeFile(path(of: hash))
  }

  /// Moves an object's file to the trash of a day such as `2026-11-30`.
  ///
  /// A file of that name that is there already stays; `suffix` tells what is odd about this one.
  ///
  /// - Returns: whether there was a file.
  @discardableResult
  func moveToTrash(
    _ hash: ObjectHash, on day: String, suffix: String = ""
  ) throws(StoreError) -> Bool {
    let source = path(of: hash)
    guard SystemCalls.exists(source) else { return false }
    let dayFolder = trashFolder + "/" + day
    try newFolders.make(dayFolder, in: trashFolder)
    var target = "\(dayFolder)/\(hash.hex)\(suffix)"
    var copy = 1
    while SystemCalls.exists(target) {
      copy += 1
      target = "\(dayFolder)/\(hash.hex)\(suffix).\(copy)"
    }
    try SystemCalls.renameFile(source, to: target)
    try SystemCalls.synchronizeFolder(dayFolder)
    try SystemCalls.synchronizeFolder(innerFolder(of: hash))
    return true
  }

  /// Whether there is any object, known or not, or anything in the trash.
  func holdAnything() throws(StoreError) -> Bool {
    for outer in try SystemCalls.names(in: objectsFolder) {
      for inner in try SystemCalls.names(in: objectsFolder + "/" + outer) {
        let names = try SystemCalls.names(in: objectsFolder + "/" + outer + "/" + inner)
        if !names.isEmpty { return true }
      }
    }
    return try !SystemCalls.names(in: trashFolder).isEmpty
  }

  /// Removes what uploads left behind that were cut off.
  func emptyStaging() throws(StoreError) {
    for name in try SystemCalls.names(in: stagingFolder) {
      try SystemCalls.removeFile(stagingFolder + "/" + name)
    }
  }

  /// The hashes of the files in one of the 256 outer folders.
  ///
  /// With a time, only of those inner folders whose names were changed since: nanoseconds of the
  /// file system's clock. Other files are passed over.
  func hashes(
    inOuterFolder byte: UInt8, changedSince time: Int64? = nil
  ) throws(StoreError) -> [ObjectHash] {
    let outer = objectsFolder + "/" + lowerHex([byte])
    var hashes: [ObjectHash] = []
    for name in try SystemCalls.names(in: outer) {
      let inner = outer + "/" + name
      if let time, let changed = try SystemCalls.changeTime(of: inner), changed < time { continue }
      hashes += try SystemCalls.names(in: inner).compactMap(ObjectHash.init(hex:))
    }
    return hashes
  }
}
