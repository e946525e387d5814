import Codec
import RPCClient
import RPCCore
import RPCLoopback
import Testing

@testable import RPCServices

@Suite(.timeLimit(.minutes(1))) struct RequestIDTests {
  private static let fail = MethodDescriptor(service: "test.Id", name: "Fail", kind: .unary)
  private static let tell = MethodDescriptor(service: "test.Id", name: "Tell", kind: .unary)

  /// `Tell` says its id; `Fail` fails with it as message.
  private static let routes: [Route] = [
    .unary(tell) { (_: Stage.Item, context) in Stage.Item(service: context.requestID) },
    .unary(fail) { (_: Stage.Item, context) -> Stage.Item in
      throw Status(.aborted, context.requestID)
    },
  ]

  private func told(_ id: String?) async throws -> String {
    try await withLoopback(routes: Self.routes, logger: .silent) { client in
      var options = CallOptions()
      options.metadata[RequestID.key] = id
      let answer: Stage.Item = try await client.unary(Self.tell, Stage.Item(), options: options)
      return answer.service
    }
  }

  @Test(arguments: ["a", "9f-1_2.3:4", String(repeating: "x", count: 64)])
  func `an id that the caller gives names the call`(id: String) async throws {
    #expect(try await told(id) == id)
  }

  @Test(arguments: [
    nil, "", "with space", "\"quoted\"", "naïve", String(repeating: "x", count: 65),
  ])
  func `a call without an id that is fit for a log gets one of the server's`(
    id: String?
  ) async throws {
    let made = try await told(id)
    #expect(made != id)
    #expect(made.hasSuffix("-1"))
  }

  @Test(arguments: ["abc", nil])
  func `a failed call tells its id in the trailers`(id: String?) async throws {
    try await withLoopback(
      routes: Self.routes, logger: .silent, interceptors: [RequestIDs()]
    ) { client in
      let response = ResponseMetadata()
      var options = CallOptions(response: response)
      options.metadata[RequestID.key] = id
      let error = await #expect(throws: Status.self) {
        let _: Stage.Item = try await client.unary(Self.fail, Stage.Item(), options: options)
      }
      #expect(response.trailers[RequestID.key] == error?.message)
      #expect(id == nil || error?.message == id)
      let _: Stage.Item = try await client.unary(Self.tell, Stage.Item(), options: options)
      #expect(response.trailers.isEmpty)
    }
  }

  @Test func `a handler's own calls carry the id of the call that it serves`() async throws {
    let outer = MethodDescriptor(service: "test.Id", name: "Outer", kind: .unary)
    try await withLoopback(routes: Self.routes, logger: .silent) { inner in
      let route = Route.unary(outer) { (item: Stage.Item, _) -> Stage.Item in
        let call = ClientCallInfo(method: Self.tell, options: CallOptions())
        return try await RequestIDForwarding().intercept(call) { call in
          try await inner.unary(Self.tell, item, options: call.options)
        }
      }
      try await withLoopback(routes: [route], logger: .silent) { client in
        let options = CallOptions(metadata: ["x-request-id": "from-outside"])
        let answer: Stage.Item = try await client.unary(outer, Stage.Item(), options: options)
        #expect(answer.service == "from-outside")
      }
    }
  }
}
