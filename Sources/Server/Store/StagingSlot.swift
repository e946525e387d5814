internal import Threads

/// A staged file, empty at first, that another process fills.
///
/// The file goes away with the last reference unless a row has adopted it.
package struct StagingSlot: Sendable {
  private let file: StagedFile
  private let space: SpaceGuard

  init(_ file: StagedFile, space: SpaceGuard) {
    self.file = file
    self.space = space
  }

  /// The file's name in the staging folder.
  package var stagedName: String { file.name }

  /// Takes what is in the file once the other process has ended; nothing of it is trusted.
  ///
  /// - Throws: `.limit` past `bytesMax`; `.fault(.full)` when only the reserve is left; `.file` when
  ///   the name stands for another file by now.
  package func finish(bytesMax: UInt64) async throws -> StagedObject {
    try await DiskThreads.shared.run { [file, space] in
      try space.admit(0)
      let (hash, bytes) = try file.contents(bytesMax: bytesMax)
      return StagedObject(file: file, hash: hash, bytes: bytes)
    }
  }
}
