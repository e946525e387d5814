/// Something that the owner of a store should know and no caller is told.
package enum StoreEvent: Sendable, Equatable {
  /// A file that should be gone, or noted, could not be; the next clean-up tries again.
  case cleanUpFailed(String)
  /// A stored object is not what was stored, or is gone.
  case damaged(ObjectHash, String)
  /// Files that nothing refers to were moved to the trash.
  case trashed(Int)
  /// Files were removed from the trash, their time being over.
  case trashRemoved(Int)
  /// The disk is full, and what would add to the store is refused.
  case full(StorageFault)
  /// The disk has room again.
  case roomAgain
}
