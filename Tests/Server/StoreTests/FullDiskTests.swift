import API
import Foundation
import GRDB
import Synchronization
import TestSupport
import Testing

@testable import Store

/// A store on a disk of 64 MiB that is filled.
@Suite(
  .enabled(if: SmallDisk.refusal == nil, "\(SmallDisk.refusal ?? "")"), .timeLimit(.minutes(2)))
struct FullDiskTests {
  private let start = StoreFixture.start
  private let reserve: UInt64 = 8 << 20

  @Test func `the reserve is there from the start, and again after a restart`() throws {
    let disk = try SmallDisk(mebibytes: 64)
    for _ in 0..<2 {
      let store = try DataStore.open(folder: disk.path, at: start)
      #expect(try length(of: "reserve", disk) == reserve)
      try store.close()
      #expect(try length(of: "reserve", disk) == reserve)
    }
  }

  @Test func `what adds is refused before any work once only the reserve is left`() async throws {
    let disk = try SmallDisk(mebibytes: 64)
    let fixture = try await StoreFixture(on: disk)
    try await fixture.makeProject()
    try await fixture.put("before", .className("cat"))
    try disk.fill(leaving: reserve - 4_096)
    let full = StorageFault.full(left: reserve - 4_096, reserve: reserve)
    #expect(fault { _ = try fixture.store.stage() } == full)
    #expect(fault { _ = try fixture.store.stage([1]) } == full)
    #expect(fault { _ = try fixture.store.stageSlot() } == full)
    await #expect(throws: StoreError.self) { try await fixture.makeProject("more") }
    #expect(try fixture.folder.stagedFiles().isEmpty)
    #expect(try length(of: "reserve", disk) == reserve)

    // The last bytes above the reserve are given to those who ask for no more.
    try disk.fill(leaving: reserve + (1 << 20))
    #expect(fault { _ = try fixture.store.stage(bytes: 2 << 20) } != nil)
    try await fixture.put("after")
  }

  @Test func `what another process has staged is not taken once only the reserve is left`()
    async throws
  {
    let disk = try SmallDisk(mebibytes: 64)
    let fixture = try await StoreFixture(on: disk)
    let slot = try fixture.store.stageSlot()
    try disk.fill(leaving: reserve - 4_096)
    await #expect { try await slot.finish(bytesMax: 10) } throws: { error in
      guard case StoreError.fault(.full, _) = error else { return false }
      return true
    }
  }

  @Test func `a long upload is stopped at the reserve`() async throws {
    let disk = try SmallDisk(mebibytes: 64)
    let fixture = try await StoreFixture(on: disk)
    var writer = try fixture.store.stage()
    let chunk = [UInt8](repeating: 7, count: 256 << 10)
    #expect(throws: StoreError.self) { for _ in 0..<500 { try writer.write(chunk) } }
    #expect(disk.left > reserve - (2 << 20))
  }

  @Test func `at the last byte people come in, delete and end things, and then room is back`()
    async throws
  {
    let disk = try SmallDisk(mebibytes: 64)
    let news = Mutex<[StoreEvent]>([])
    let fixture = try await StoreFixture(
      on: disk, report: { event in news.withLock { $0.append(event) } })
    let store = fixture.store
    try await fixture.makeProject()
    let big = [UInt8](repeating: 1, count: 20 << 20)
    let point = try await store.putImage(
      store.stage(big), image: StoreFixture.facts(), annotation: .className("cat"), fileName: "big",
      inProject: "pets", of: fixture.ada.id, at: start
    ).image
    let training = try await fixture.queueTraining()
    _ = try await store.startTraining(training.id, at: start)
    try disk.fill()
    #expect(disk.left == 0)
    // More than a log of SQLite holds before it begins anew.
    for seed in 0..<500 as Range<UInt64> {
      let token = try await store.createToken(
        StoreFixture.newToken(100 + seed), of: fixture.ada.id, at: start)
      try await store.revokeToken(TokenID(token.id), of: fixture.ada.id)
    }
    _ = try await store.endTraining(training.id, .failed(reason: "full"), at: start)
    await #expect(throws: StoreError.self) { try await fixture.put("more") }
    try await store.deleteImage(point.object, inProject: "pets", of: fixture.ada.id)
    #expect(disk.left > reserve)
    #expect(try length(of: "reserve", disk) == reserve)
    disk.empty()
    try await fixture.put("more")
    let told = news.withLock { $0 }
    guard told.count == 2, case .full(.full(_, self.reserve)) = told[0], told[1] == .roomAgain
    else {
      Issue.record("\(told)")
      return
    }
  }

  @Test func `a store is opened and closed on a full disk`() async throws {
    let disk = try SmallDisk(mebibytes: 64)
    let fixture = try await StoreFixture(on: disk)
    try await fixture.makeProject()
    try await fixture.put("a picture", .className("cat"))
    try disk.fill()
    try fixture.store.close()
    disk.empty()
    // Takes the reserve again.
    try DataStore.open(folder: disk.path, at: start).close()
    try disk.fill()
    let again = try DataStore.open(folder: disk.path, at: start)
    let pets = try await again.project(named: "pets", of: fixture.ada.id).message
    #expect(pets.imageCount == 1)
    try await again.deleteProject(named: "pets", of: fixture.ada.id)
    disk.empty()
    again.replenishReserve()
    #expect(try length(of: "reserve", disk) == reserve)
    try again.close()
  }

  @Test func `a start that finds no room at all says so`() async throws {
    let disk = try SmallDisk(mebibytes: 64)
    try DataStore.open(folder: disk.path, at: start).close()
    try FileManager.default.removeItem(atPath: disk.path + "/reserve")
    try disk.fill()
    let fault = fault { try DataStore.open(folder: disk.path, at: start).close() }
    #expect(fault == .full(left: 0, reserve: reserve))
    disk.empty()
    try DataStore.open(folder: disk.path, at: start).close()
  }

  @Test func `an end that finds no room keeps its model`() async throws {
    let disk = try SmallDisk(mebibytes: 64)
    let fixture = try await StoreFixture(on: disk)
    try await fixture.makeProject()
    try await fixture.put("a", .className("cat"))
    let training = try await fixture.queueTraining()
    _ = try await fixture.store.startTraining(training.id, at: start)
    let weights = try fixture.store.stage([UInt8](repeating: 3, count: 1 << 20))
    try disk.fill()
    // Larger than what is free within the pages that SQLite has already.
    let ended = try await fixture.store.finishTraining(
      training.id, weights: weights, facts: StoreFixture.modelFacts,
      report: [UInt8](repeating: 8, count: 6 << 20), at: start)
    #expect(ended.state == .succeeded)
    #expect(try await fixture.store.openObject(weights.hash).bytes == 1 << 20)
  }

  private func length(of name: String, _ disk: SmallDisk) throws -> UInt64? {
    let attributes = try FileManager.default.attributesOfItem(atPath: disk.path + "/" + name)
    return attributes[.size] as? UInt64
  }

  private func fault(_ body: () throws -> Void) -> StorageFault? {
    do {
      try body()
    } catch let StoreError.fault(fault, _) {
      return fault
    } catch {}
    return nil
  }
}
