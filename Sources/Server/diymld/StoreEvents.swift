internal import Logging
internal import Store

/// Logs what the owner of the store should know.
struct StoreEvents: Sendable {
  let logger: Logger

  @Sendable func received(_ event: StoreEvent) {
    switch event {
    case .cleanUpFailed(let reason): logger.error("cannot clean up in the store: \(reason)")
    case .damaged(let object, let finding):
      logger.error(
        "a stored object is damaged: \(finding); upload it again, or use `diymld verify --repair`",
        metadata: ["object": "\(object)"])
    case .trashed(let count):
      logger.notice("moved to the trash what nothing refers to", metadata: ["files": "\(count)"])
    case .trashRemoved(let count):
      logger.notice("emptied the trash of what was past its time", metadata: ["files": "\(count)"])
    case .full(let fault): logger.error("\(fault); what would add to the store is refused")
    case .roomAgain: logger.notice("the disk has room again")
    }
  }
}
