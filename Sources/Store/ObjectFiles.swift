/// Where a data folder keeps what, and how object files come and go.
///
/// Moving in and removing are called only inside the database's writer, one at a time: that is what
/// keeps an object from being removed while a new row takes it up.
struct ObjectFiles: Sendable {
  let folder: String

  var objectsFolder: String { folder + "/objects" }
  var stagingFolder: String { folder + "/staging" }

  func path(of hash: ObjectHash) -> String { innerFolder(of: hash) + "/" + hash.hex }

  private func outerFolder(of hash: ObjectHash) -> String {
    objectsFolder + "/" + hash.hex.prefix(2)
  }

  private func innerFolder(of hash: ObjectHash) -> String {
    outerFolder(of: hash) + "/" + hash.hex.dropFirst(2).prefix(2)
  }

  /// Makes the folders that are missing.
  func makeFolders() throws(StoreError) {
    try SystemCalls.makeFolder(folder)
    try SystemCalls.makeFolder(objectsFolder)
    try SystemCalls.makeFolder(stagingFolder)
    try SystemCalls.synchronizeFolder(folder)
  }

  /// Opens a file of a new random name for writing.
  func stage() throws(StoreError) -> StagingWriter {
    var random = SystemRandomNumberGenerator()
    let name = lowerHex((0..<16).map { _ in UInt8.random(in: 0...255, using: &random) })
    return try StagingWriter(path: stagingFolder + "/" + name, name: name)
  }

  /// Moves a staged file to its place; when this returns it survives a power loss.
  func adopt(_ staged: StagedObject) throws(StoreError) {
    let outer = outerFolder(of: staged.hash)
    let inner = innerFolder(of: staged.hash)
    if try SystemCalls.makeFolder(outer) { try SystemCalls.synchronizeFolder(objectsFolder) }
    if try SystemCalls.makeFolder(inner) { try SystemCalls.synchronizeFolder(outer) }
    try SystemCalls.renameFile(staged.file.path, to: path(of: staged.hash))
    try SystemCalls.synchronizeFolder(inner)
  }

  func remove(_ hash: ObjectHash) throws(StoreError) {
    try SystemCalls.removeFile(path(of: hash))
  }

  /// Removes what uploads left behind that were cut off.
  func emptyStaging() throws(StoreError) {
    for name in try SystemCalls.names(in: stagingFolder) {
      try SystemCalls.removeFile(stagingFolder + "/" + name)
    }
  }

  /// The hashes of the files in one of the 256 outer folders.
  ///
  /// Other files are passed over.
  func hashes(inOuterFolder byte: UInt8) throws(StoreError) -> [ObjectHash] {
    let outer = objectsFolder + "/" + lowerHex([byte])
    var hashes: [ObjectHash] = []
    for name in try SystemCalls.names(in: outer) {
      hashes += try SystemCalls.names(in: outer + "/" + name).compactMap(ObjectHash.init(hex:))
    }
    return hashes
  }
}
