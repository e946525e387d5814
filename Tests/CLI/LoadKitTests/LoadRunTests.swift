import API
import Codec
import Foundation
import RPCCore
import Synchronization
import TestSupport
import Testing

@testable import LoadKit

/// Whatever runs for some time runs alone: the more goes on at once, the less time tells.
@Suite(.serialized) struct `Load` {}

extension `Load` {
  @Suite struct `A run` {
    private func plan(
      _ method: MethodDescriptor, _ requests: [Bytes] = [[]], weight: Int = 1
    ) -> LoadPlan {
      var plan = LoadPlan(
        entries: [LoadPlan.Entry(method: method, weight: weight, requests: requests)])
      plan.duration = .seconds(30)
      plan.warmUp = .zero
      return plan
    }

    private func report(_ result: LoadRun.Result, _ plan: LoadPlan) -> LoadReport {
      LoadReport(result, of: plan, at: .unix(path: "x"), startedAt: .now)
    }

    @Test(arguments: [(1, 1, 1), (1, 1, 7), (3, 2, 100), (2, 5, 1), (4, 1, 3)])
    func `makes exactly the calls it may`(connections: Int, streams: Int, calls: Int) async throws {
      var plan = plan(AuthMethods.userExists)
      plan.connections = connections
      plan.streams = streams
      plan.callsMax = calls
      let result = try await Stage().run(plan)
      #expect(result.findings.collector.total.succeededCount == calls)
      #expect(result.findings.collector.total.allLatencies.count == calls)
      #expect(!result.wasInterrupted)
    }

    @Test(arguments: [
      (AuthMethods.userExists, 1, 1, 1), (DataMethods.putImages, 5, 5, 1),
      (TrainingMethods.watchTraining, 1, 1, 1), (InferenceMethods.inferStream, 4, 4, 4),
    ])
    func `counts the messages of every kind of call`(
      method: MethodDescriptor, messages: Int, sent: Int, received: Int
    ) async throws {
      var plan = plan(method, Array(repeating: [], count: messages))
      plan.callsMax = 10
      let traffic = try await Stage().run(plan).findings.collector.total.traffic
      #expect(traffic.messagesSent == 10 * sent)
      #expect(traffic.messagesReceived == 10 * received)
    }

    @Test func `stops when the time is up, with the warm-up apart`() async throws {
      var plan = plan(AuthMethods.userExists)
      plan.warmUp = .milliseconds(500)
      plan.duration = .seconds(1)
      plan.streams = 2
      let report = report(try await Stage().run(plan), plan)
      #expect(report.calls.warmUp > 0 && report.calls.succeeded > 0)
      #expect(report.measuredSeconds > 0.9)
      #expect(!report.timeline.isEmpty && report.callsPerSecond.value > 0)
    }

    @Test func `divides calls by weight`() async throws {
      var plan = plan(AuthMethods.userExists, weight: 9)
      plan.entries.append(LoadPlan.Entry(method: AuthMethods.whoAmI, weight: 1, requests: [[]]))
      plan.callsMax = 2_000
      plan.streams = 4
      let total = try await Stage().run(plan).findings.collector.total
      #expect(abs(total.succeeded[1] - 200) < 60)
      #expect(total.succeededCount == 2_000)
    }

    @Test func `keeps a rate that can be kept`() async throws {
      var plan = plan(AuthMethods.userExists)
      plan.callsPerSecond = 20
      plan.duration = .seconds(1)
      plan.streams = 8
      let loop = try #require(report(try await Stage().run(plan), plan).openLoop)
      // The last of them may be too late on a machine with much else to do.
      #expect(loop.scheduled == 20 && loop.sent > 10 && loop.sent + loop.neverSent == 20)
    }

    /// One call takes 100 ms, so one stream makes 10 of the 100 calls a second that are asked for.
    @Test func `shows what a rate that is not kept leaves undone`() async throws {
      var plan = plan(AuthMethods.userExists)
      plan.callsPerSecond = 100
      plan.duration = .milliseconds(500)
      var stage = try Stage()
      stage.connector = LoopbackConnector(routes: [slowRoute(for: .milliseconds(100)) { _ in true }]
      )
      let report = report(try await stage.run(plan), plan)
      let loop = try #require(report.openLoop)
      #expect(loop.scheduled == 50 && loop.sent <= 6 && !loop.isKept)
      #expect(loop.neverSent == 50 - loop.sent && loop.backlogMax >= 30)
    }

    /// Of 100 calls in two seconds one stalls for one second: the fifty that are due meanwhile wait, and
    /// only a latency that counts from the intended start shows it.
    @Test func `counts latency from the intended start`() async throws {
      var plan = plan(AuthMethods.userExists)
      plan.duration = .seconds(2)
      plan.callsPerSecond = 50
      var stage = try Stage()
      stage.connector = LoopbackConnector(routes: [
        slowRoute(for: .seconds(1)) { $0 == 25 }
      ])
      let latency = report(try await stage.run(plan), plan).latency
      #expect(latency.count > 50)
      #expect(latency.curve.contains { $0.percentile <= 80 && $0.milliseconds > 400 })
    }

    @Test func `leaves calls that are still under way at the end unfinished, and counts them`()
      async throws
    {
      var plan = plan(AuthMethods.userExists)
      plan.timeout = .seconds(60)
      plan.streams = 3
      var stage = try Stage()
      let (begun, continuation) = AsyncStream.makeStream(of: Void.self)
      stage.connector = LoopbackConnector(routes: [
        .unary(AuthMethods.userExists) { (_: UserExistsRequest, _) in
          continuation.yield()
          try await Task.sleep(for: .seconds(60))
          return UserExistsResponse()
        }
      ])
      stage.interruption = {
        var count = 0
        for await _ in begun {
          count += 1
          if count == 3 { return }
        }
      }
      let result = try await stage.run(plan)
      #expect(result.wasInterrupted)
      #expect(result.findings.collector.total.unfinished == 3)
    }

    @Test func `counts failures by code, and times out calls`() async throws {
      var plan = plan(AuthMethods.userExists)
      plan.callsMax = 4
      plan.timeout = .seconds(2)
      let calls = Mutex(0)
      var stage = try Stage()
      stage.connector = LoopbackConnector(routes: [
        .unary(AuthMethods.userExists) { (_: UserExistsRequest, _) -> UserExistsResponse in
          let number = calls.withLock { count in
            count += 1
            return count
          }
          if number == 4 { try await Task.sleep(for: .seconds(60)) }
          throw Status(.notFound, "no. \(number)")
        }
      ])
      let total = try await stage.run(plan).findings.collector.total
      #expect(total.failures[.notFound]?.count == 3)
      #expect(total.failures[.notFound]?.example == "no. 1")
      #expect(total.failures[.deadlineExceeded]?.count == 1)
      #expect(total.allLatencies.count == 1 && total.allLatencies.max >= 2_000_000_000)
    }

    @Test func `does not begin without a server`() async throws {
      var stage = try Stage()
      stage.connector = NoServer()
      let plan = plan(AuthMethods.userExists)
      await #expect(throws: Status.self) { try await stage.run(plan) }
    }

    /// Answers after a while those calls, counted from 0, that are to be slow.
    private func slowRoute(
      for time: Duration, _ isSlow: @escaping @Sendable (Int) -> Bool
    ) -> Route {
      let calls = SharedCount()
      return .unary(AuthMethods.userExists) { (_: UserExistsRequest, _) in
        if isSlow(calls.next()) { try await Task.sleep(for: time) }
        return UserExistsResponse()
      }
    }
  }
}

private final class SharedCount: Sendable {
  private let count = Mutex(0)

  func next() -> Int {
    count.withLock { count in
      defer { count += 1 }
      return count
    }
  }
}
