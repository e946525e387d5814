import API
import Codec
import RPCCore
import RPCLoopback
import Store
import TestSupport
import Testing

@testable import Services

struct FaultStatusTests {
  private static let faults: [(StorageFault, StatusCode, String)] = [
    (
      .full(left: 5, reserve: 7), .resourceExhausted,
      "the disk is full: 5 bytes left, 7 kept in reserve"
    ),
    (.quota, .resourceExhausted, "the disk quota of the server is used up"),
    (.io, .internal, "the disk failed; the server's log says more"),
    (.readOnly, .unavailable, "the disk cannot be written to"),
    (.tooManyFiles, .unavailable, "the server has too many files and connections open"),
    (.noMemory, .unavailable, "the server has too little memory"),
    (.damagedDatabase, .dataLoss, "the database is damaged"),
  ]

  /// Whoever throws it and does nothing about it: that is the one mechanism.
  @Test(arguments: faults)
  func `each fault is one clear answer, whichever handler lets it through`(
    fault: StorageFault, code: StatusCode, message: String
  ) async throws {
    let route = Route.unary(AuthMethods.userExists) {
      (_: UserExistsRequest, _) -> UserExistsResponse in
      throw StoreError.fault(fault, while: "write of '/secret/path'")
    }
    let answer = try await withLoopback(routes: [route]) { caller in
      await status(of: caller)
    }
    #expect(answer?.code == code && answer?.message == message)
    switch fault {
    case .full:
      #expect(
        answer?.details.dropFirst() == [.limitExceeded(name: "disk bytes left", value: 5, limit: 7)]
      )
    case .tooManyFiles, .noMemory:
      #expect(answer?.details.dropFirst() == [.retryAfter(.seconds(1))])
    case .quota, .io, .readOnly, .damagedDatabase: #expect(answer?.details.dropFirst() == [])
    }
    // Or clients would make the call again at once.
    #expect(answer?.isUnprocessed == false)
  }

  @Test func `an error that nobody foresaw keeps its words to the log`() async throws {
    let route = Route.unary(AuthMethods.userExists) {
      (_: UserExistsRequest, _) -> UserExistsResponse in
      throw StoreError.file(operation: "open", path: "/secret/path", errno: 13)
    }
    let answer = try await withLoopback(routes: [route]) { caller in await status(of: caller) }
    #expect(answer?.code == .internal && answer?.message.contains("secret") == false)
  }

  @Test(.enabled(if: SmallDisk.refusal == nil, "\(SmallDisk.refusal ?? "")"))
  func `a full disk is not remembered under a key, and service goes on by itself`() async throws {
    let disk = try SmallDisk(mebibytes: 64)
    let world = try DataWorld(folder: disk.folder)
    try await world.serve { clients in
      var ada = try await clients.account()
      try await clients.project(ada)
      ada.idempotencyKey = "a key of this call"
      try disk.fill()
      for _ in 0..<2 {
        let refused = await status(of: { try await clients.put("a picture", ada) })
        #expect(refused?.code == .resourceExhausted)
        #expect(refused?.message.hasPrefix("the disk is full: ") == true)
      }
      disk.empty()
      #expect(try await clients.put("a picture", ada).created)
    }
  }

  private func status(of caller: any Caller) async -> Status? {
    await status(of: { _ = try await AuthClient(caller).userExists(UserExistsRequest(user: "a")) })
  }

  private func status<R>(of call: () async throws -> R) async -> Status? {
    do {
      _ = try await call()
      return nil
    } catch {
      return error as? Status
    }
  }
}
