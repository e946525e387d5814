import Logging
import RPCClient
import RPCCore
import RPCServer
import Testing

@testable import RPCServices

@Suite(.timeLimit(.minutes(1))) struct HealthTests {
  @Test(arguments: ["", "test.Clock", "diyml.rpc.v1.Health"])
  func `what is served is serving until it is set otherwise`(service: String) async throws {
    let services = StandardServices(files: [])
    try await Stage.run(services) { client in
      let health = HealthClient(client)
      let request = HealthCheckRequest(service: service)
      var seen = [try await health.check(request).status]
      for isServing in [false, true] {
        services.health.set(isServing: isServing, for: service)
        seen.append(try await health.check(request).status)
      }
      #expect(seen == [.serving, .notServing, .serving])
    }
  }

  @Test func `one service that fails leaves the others and the whole as they are`() async throws {
    let services = StandardServices(files: [])
    try await Stage.run(services) { client in
      services.health.set(isServing: false, for: "test.Clock")
      let whole = try await HealthClient(client).check(HealthCheckRequest())
      #expect(whole.status == .serving)
    }
  }

  @Test func `a service that is not known is NOT_FOUND, and names itself`() async throws {
    try await Stage.run(StandardServices(files: [])) { client in
      let error = await #expect(throws: Status.self) {
        _ = try await HealthClient(client).check(HealthCheckRequest(service: "test.Clocks"))
      }
      #expect(error?.code == .notFound)
      #expect(error?.details == [.resource(kind: "service", name: "test.Clocks")])
    }
  }

  @Test func `a watcher sees what is, each change once, and a service that appears`() async throws {
    let services = StandardServices(files: [])
    try await Stage.run(services) { client in
      let seen = try await HealthClient(client).watch(HealthCheckRequest(service: "later")) {
        responses in
        var seen: [ServingStatus] = []
        for try await response in responses {
          seen.append(response.status)
          switch seen.count {
          case 1: services.health.set(isServing: true, for: "later")
          case 2:
            // The second time changes nothing, so nothing is said.
            services.health.set(isServing: true, for: "later")
            services.health.set(isServing: false, for: "later")
          default: return seen
          }
        }
        return seen
      }
      #expect(seen == [.serviceUnknown, .serving, .notServing])
    }
  }

  @Test func `a watcher that leaves is forgotten`() async throws {
    let services = StandardServices(files: [])
    try await Stage.run(services) { client in
      try await HealthClient(client).watch(HealthCheckRequest()) { responses in
        for try await _ in responses {
          #expect(services.health.watcherCount == 1)
          return
        }
      }
    }
    #expect(services.health.watcherCount == 0)
  }

  @Test func `watchers of a server that drains hear NOT_SERVING, and do not hold it up`()
    async throws
  {
    let services = StandardServices(files: [])
    let server = Server(routes: Stage.routes, logger: .silent, extensions: [services])
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run(on: [.tcp(host: "127.0.0.1", port: 0)]) }
      let address = try await server.boundAddresses[0]
      try await withClient(to: address, logger: .silent) { client in
        var seen: [ServingStatus] = []
        try await HealthClient(client).watch(HealthCheckRequest(service: "test.Clock")) {
          responses in
          for try await response in responses {
            // Longer than the test may take: the drain does not wait for it.
            if seen.isEmpty { group.addTask { await server.drain(within: .seconds(3_600)) } }
            seen.append(response.status)
          }
        }
        #expect(seen == [.serving, .notServing])
      }
      try await group.waitForAll()
    }
    #expect(services.health.isServing() == false)
    services.health.set(isServing: true)
    #expect(services.health.isServing() == false)
  }
}
